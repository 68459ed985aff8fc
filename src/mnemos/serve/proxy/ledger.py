"""What earlier calls showed, so that it stands in later ones where it stood, byte for byte.

On disk is only which session a conversation belongs to, by keyed hashes, so that a restart does not
begin it anew. The texts themselves are kept in this process alone: they quote what was said, and
must be gone when that is erased.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from mnemos import Citation, DiskFull, StoreError

#: A conversation that nobody went on with for so long begins anew.
KEPT = timedelta(days=90)
#: So many texts are kept; a conversation has one a question.
TEXTS = 100_000
KEY_BYTES = 32

_SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS thread (
    name     TEXT PRIMARY KEY,
    session  TEXT NOT NULL,
    answered INTEGER NOT NULL,
    used_at  INTEGER NOT NULL  -- seconds
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spot (
    spot    TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    session TEXT NOT NULL,
    used_at INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a call put before a message.

    Args:
        text: As it stands in the prompt.
        citations: What it quotes.
        tokens: What it costs, under the memory's counter.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How far a conversation is known.

    Args:
        session: Its session.
        count: So many of its messages were seen before.
        answered: Whether the last of these had a reply.
    """

    session: str
    count: int
    answered: bool


class Ledger:
    """Sessions and texts by the names of messages; safe to use from any thread.

    Args:
        path: A file of its own, made if it is not there, readable by its owner only; ":memory:"
            forgets all when it is closed.
        now: Forgets what nobody used for long.
    """

    def __init__(self, path: Path | str, now: datetime) -> None:
        self._lock = threading.Lock()
        self._texts: OrderedDict[tuple[str, str], Shown] = OrderedDict()
        if path != ":memory:":
            Path(path).touch(mode=0o600)
        self._rows = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.executescript(_SCHEMA)
        oldest = int((now - KEPT).timestamp())
        for table in ("thread", "spot"):
            self._rows.execute(f"DELETE FROM {table} WHERE used_at < ?", [oldest])  # noqa: S608
        self._secret = self._kept_secret()

    def key(self, whose: str) -> bytes:
        """Return the key of somebody's names: conversations of two never meet."""
        return blake2b(whose.encode(), key=self._secret, digest_size=KEY_BYTES).digest()

    def _kept_secret(self) -> bytes:
        """Return what all keys are made of, made once; of two at once one wins."""
        self._rows.execute(
            "INSERT INTO secret SELECT ? WHERE NOT EXISTS (SELECT 1 FROM secret)",
            [secrets.token_bytes(KEY_BYTES)],
        )
        found: bytes = self._rows.execute("SELECT key FROM secret").fetchone()[0]
        return found

    def find(self, names: Sequence[str]) -> Known | None:
        """Return how far a conversation is known, by the names of its messages in order."""
        with self._lock, closing(self._rows.cursor()) as cursor:
            for count in range(len(names), 0, -1):
                if not names[count - 1]:
                    continue
                row = cursor.execute(
                    "SELECT session, answered FROM thread WHERE name = ?", [names[count - 1]]
                ).fetchone()
                if row is not None:
                    return Known(session=row[0], count=count, answered=bool(row[1]))
        return None

    def at(self, spot: str) -> tuple[str, str] | None:
        """Return the session and the name of the message that was said last at a spot."""
        with self._lock:
            found: tuple[str, str] | None = self._rows.execute(
                "SELECT session, name FROM spot WHERE spot = ?", [spot]
            ).fetchone()
        return found

    def put(
        self,
        session: str,
        names: Sequence[str],
        spots: Sequence[str],
        now: datetime,
        *,
        answered: bool,
    ) -> None:
        """Note that messages belong to a session.

        Args:
            session: Whose.
            names: Of the messages; "" is none.
            spots: Theirs; "" is none.
            now: When.
            answered: Whether the last of them has a reply.

        Raises:
            StoreError: It could not be written, on a full disk say; nothing of it was.
        """
        second = int(now.timestamp())
        threads = [(name, session, answered, second) for name in names if name]
        told = zip(spots, names, strict=True)
        places = [(spot, name, session, second) for spot, name in told if spot and name]
        with self._lock, self._writing():
            self._rows.executemany("INSERT OR REPLACE INTO thread VALUES (?, ?, ?, ?)", threads)
            self._rows.executemany("INSERT OR REPLACE INTO spot VALUES (?, ?, ?, ?)", places)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._rows.execute("BEGIN IMMEDIATE")
            yield
            self._rows.execute("COMMIT")
        except sqlite3.Error as error:
            if self._rows.in_transaction:  # or the next write could not begin
                self._rows.execute("ROLLBACK")
            full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            kind = DiskFull if full else StoreError
            raise kind(f"which conversation goes on could not be noted: {error}") from error

    def shown(self, session: str, name: str) -> Shown | None:
        """Return what was put before a message in a session; None if nothing is known of it."""
        with self._lock:
            found = self._texts.get((session, name))
            if found is not None:
                self._texts.move_to_end((session, name))
            return found

    def show(self, session: str, name: str, shown: Shown) -> None:
        """Note what was put before a message."""
        with self._lock:
            self._texts[session, name] = shown
            while len(self._texts) > TEXTS:
                self._texts.popitem(last=False)

    def drop(self, session: str, name: str) -> None:
        """Forget what was put before a message."""
        with self._lock:
            self._texts.pop((session, name), None)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._rows.close()
