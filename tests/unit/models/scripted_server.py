"""An HTTP server on the loopback that answers by a script, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    payload: Any


@dataclass(frozen=True)
class Answer:
    """Bytes to send; with hang, the connection then stays open until the test is over.

    With endless, those bytes are sent after the body until the client leaves.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    hang: bool = False
    endless: bytes = b""


Script = Callable[[Asked], Answer]


def vector(text: str) -> list[float]:
    return [float(len(text)), 1.0, float(text.count("e"))]


def answered(vectors: Sequence[object], order: Sequence[int] | None = None) -> Answer:
    indexes = range(len(vectors)) if order is None else order
    data = [{"object": "embedding", "index": i, "embedding": vectors[i]} for i in indexes]
    return Answer(body=json.dumps({"object": "list", "data": data}).encode())


def honest(asked: Asked) -> Answer:
    return answered([vector(text) for text in asked.payload["input"]])


def spoken(
    text: str | None, *, finish: str = "stop", usage: tuple[int, int] | None = (10, 2), **more: str
) -> Answer:
    """Return a chat completion; usage is (tokens in, tokens out)."""
    message = {"role": "assistant", "content": text, **more}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    reply: dict[str, Any] = {"object": "chat.completion", "choices": [choice]}
    if usage is not None:
        reply["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return Answer(body=json.dumps(reply).encode())


def refused(status: int, message: str, **headers: str) -> Answer:
    body = json.dumps({"error": {"message": message}}).encode()
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


class Server:
    """Answers by its steps, in order; when they are used up, by its habit."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.steps: list[Answer | Script] = []
        self.habit: Script = honest
        self._more = threading.Condition()

    def script(self, *steps: Answer | Script) -> None:
        self.steps.extend(steps)

    def answer(self, asked: Asked) -> Answer:
        with self._more:
            self.asked.append(asked)
            step = self.steps.pop(0) if self.steps else self.habit
            self._more.notify_all()
        return step if isinstance(step, Answer) else step(asked)

    def wait_for(self, requests: int) -> None:
        """Wait until so many requests have come."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.asked) >= requests, timeout=60)


@contextmanager
def served() -> Iterator[Server]:
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each reply waits 40 ms for the client's word

        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = told.answer(Asked(self.path, headers, payload))
            self.send_response(answer.status)
            length = len(answer.body) if answer.length is None else answer.length
            for name, value in {"Content-Length": str(length), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()
            while answer.endless and not over.is_set():
                try:
                    self.wfile.write(answer.endless)
                except ConnectionError:
                    break
            if answer.hang:
                over.wait()
            if answer.length is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told = Server(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
