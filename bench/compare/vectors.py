"""The one model of all systems, behind an endpoint of OpenAI's protocol; each text encoded once.

Vectors are kept in a file with the processor's seconds that each took, so that a system is charged
what its texts cost even if another one had them encoded before, whatever else ran meanwhile.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mnemos import Embedder

#: Texts encoded at once.
BATCH = 64
SCHEMA = """
CREATE TABLE IF NOT EXISTS vector (
    text_hash BLOB PRIMARY KEY, body BLOB NOT NULL, encoding_s REAL NOT NULL
) WITHOUT ROWID
"""


@dataclass(slots=True)
class Account:
    """What one system has had.

    Args:
        waited_s: Seconds that answers took here, all in.
        encoding_s: Seconds that its texts took when they were encoded, now or before.
    """

    texts: int = 0
    waited_s: float = 0.0
    encoding_s: float = 0.0


class Cache:
    """Vectors of texts, of length 1, in one SQLite file a model."""

    def __init__(self, file: Path, embedder: Embedder) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._salt = repr(embedder.model).encode()
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")  # it can be made again
        self._connection.execute(SCHEMA)

    def encode(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], float]:
        """Return vectors, shape (texts, dimension), and the seconds that they took or had taken."""
        with self._lock:
            keys = [sha256(self._salt + text.encode()).digest() for text in texts]
            rows = {key: self._row(key) for key in keys}
            missing = {
                key: text for key, text in zip(keys, texts, strict=True) if rows[key] is None
            }
            for at in range(0, len(missing), BATCH):
                rows |= self._encoded(dict(list(missing.items())[at : at + BATCH]))
        found = [row for key in keys if (row := rows[key]) is not None]
        vectors = np.array([vector for vector, _ in found], dtype=np.float32)
        return vectors, sum(seconds for _, seconds in found)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _row(self, key: bytes) -> tuple[NDArray[np.float32], float] | None:
        query = "SELECT body, encoding_s FROM vector WHERE text_hash = ?"
        row = self._connection.execute(query, (key,)).fetchone()
        return None if row is None else (np.frombuffer(row[0], dtype=np.float32), row[1])

    def _encoded(self, texts: dict[bytes, str]) -> dict[bytes, Any]:
        start = time.process_time()
        vectors = self._embedder.encode(list(texts.values())).astype(np.float32)
        each_s = (time.process_time() - start) / len(texts)
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(length > 0, length, 1)
        self._connection.executemany(
            "INSERT OR REPLACE INTO vector VALUES (?, ?, ?)",
            [(key, row.tobytes(), each_s) for key, row in zip(texts, vectors, strict=True)],
        )
        return {key: (row, each_s) for key, row in zip(texts, vectors, strict=True)}


class Endpoint:
    """``POST …/CLIENT/v1/embeddings`` on this machine only; keeps an account for each client."""

    def __init__(self, cache: Cache) -> None:
        self._accounts: dict[str, Account] = defaultdict(Account)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cache, self._accounts))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, client: str) -> str:
        """Return the address that a client is to use."""
        return f"http://127.0.0.1:{self._server.server_port}/{client}/v1"

    def account(self, client: str) -> Account:
        """Return what a client has had so far."""
        found = self._accounts[client]
        return Account(found.texts, found.waited_s, found.encoding_s)


def _handler(cache: Cache, accounts: dict[str, Account]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers one connection."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Encode what was sent."""
            start = time.perf_counter()
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
            if not all(isinstance(text, str) for text in texts):
                self._send(400, {"error": {"message": "input must be strings", "code": None}})
                return
            vectors, encoding_s = cache.encode(texts)
            as_bytes = asked.get("encoding_format") == "base64"
            self._send(200, _answer(vectors, str(asked.get("model", "")), as_bytes=as_bytes))
            account = accounts[self.path.split("/")[1]]
            account.texts += len(texts)
            account.encoding_s += encoding_s
            account.waited_s += time.perf_counter() - start

        def _send(self, status: int, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Say nothing."""

    return Handler


def _answer(vectors: NDArray[np.float32], model: str, *, as_bytes: bool) -> dict[str, object]:
    return {
        "object": "list",
        "model": model,
        "usage": {"prompt_tokens": 0, "total_tokens": 0},
        "data": [
            {
                "object": "embedding",
                "index": number,
                "embedding": base64.b64encode(row.tobytes()).decode() if as_bytes else row.tolist(),
            }
            for number, row in enumerate(vectors)
        ],
    }
