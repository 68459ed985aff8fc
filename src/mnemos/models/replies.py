"""Replies of chats, each paid for once, and what was spent on a day: one SQLite file.

A reply is kept as soon as it is there. Several threads and processes may share the file.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

from mnemos.errors import ModelError
from mnemos.models.base import Chat, ChatReply, ChatRequest, Price
from mnemos.models.budget import Limit, Spent, What

SCHEMA = """
CREATE TABLE IF NOT EXISTS reply (request_hash BLOB PRIMARY KEY, reply TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (
    purse TEXT PRIMARY KEY, calls INTEGER NOT NULL, tokens INTEGER NOT NULL, money REAL NOT NULL
) WITHOUT ROWID;
"""
SPEND = """
INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT (purse) DO UPDATE
SET calls = calls + excluded.calls,
    tokens = tokens + excluded.tokens,
    money = money + excluded.money
"""
#: Another process's write is waited for; it takes milliseconds.
WAIT_S = 30.0
#: Between two tries to make a new file write ahead, which SQLite does not wait for.
PAUSE_S = 0.05


class Replies:
    """Texts by the hashes of what they reply to, and purses. Implements ``budget.Ledger``.

    Raises:
        ModelError: The file cannot be read or written; so do all methods.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        with self._named():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                file, timeout=WAIT_S, check_same_thread=False, isolation_level=None
            )
            self._write_ahead()
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(SCHEMA)

    def _write_ahead(self) -> None:
        until = time.monotonic() + WAIT_S
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(PAUSE_S)
            else:
                return

    def get(self, digest: bytes) -> str | None:
        """Return a reply that came before."""
        query = "SELECT reply FROM reply WHERE request_hash = ?"
        with self._named(), self._lock:
            row = self._connection.execute(query, (digest,)).fetchone()
        return None if row is None else str(row[0])

    def keep(self, digest: bytes, reply: str) -> None:
        """Keep a reply."""
        with self._named(), self._lock:
            self._connection.execute("INSERT OR REPLACE INTO reply VALUES (?, ?)", (digest, reply))

    def take(self, purse: str, much: Spent, limit: Limit) -> What | None:
        """Spend so much, unless that is more than the limit: then say of what."""
        with self._named(), self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            lacking = limit.lacking(self._spent(purse) + much)
            if lacking is None:
                self._spend(purse, much)
        return lacking

    def settle(self, purse: str, more: Spent) -> None:
        """Spend so much more; below nought, less."""
        with self._named(), self._lock:
            self._spend(purse, more)

    def spent(self, purse: str) -> Spent:
        """Return what was spent."""
        with self._named(), self._lock:
            return self._spent(purse)

    def _spent(self, purse: str) -> Spent:
        query = "SELECT calls, tokens, money FROM spent WHERE purse = ?"
        row = self._connection.execute(query, (purse,)).fetchone()
        return Spent() if row is None else Spent(calls=row[0], tokens=row[1], money=row[2])

    def _spend(self, purse: str, much: Spent) -> None:
        self._connection.execute(SPEND, (purse, much.calls, much.tokens, much.money))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ModelError(f"the file of replies {self._file}: {error}") from error


class KeptChat:
    """A chat whose replies are kept: what was asked before is not asked, or paid for, again.

    Implements ``models.base.Chat``.

    Args:
        chat: Who is asked.
        replies: Where its replies are kept; ``Decider`` keeps there what a day costs, too.
    """

    def __init__(self, chat: Chat, replies: Replies) -> None:
        self._chat = chat
        self.replies = replies

    @property
    def model(self) -> str:
        """The chat's."""
        return self._chat.model

    @property
    def price(self) -> Price | None:
        """The chat's, if it knows one."""
        return getattr(self._chat, "price", None)

    def known(self, request: ChatRequest) -> ChatReply | None:
        """Return a reply that came before, without asking."""
        kept = self.replies.get(self._digest(request))
        if kept is None:
            return None
        found = json.loads(kept)
        return ChatReply(**{**found, "retried": tuple(found["retried"]), "kept": True})

    def ask(self, request: ChatRequest) -> ChatReply:
        """Return the reply: the one that came before, else a new one.

        Raises:
            Unanswered: There is none.
            ModelError: It cannot be kept.
        """
        if (known := self.known(request)) is not None:
            return known
        reply = self._chat.ask(request)
        self.replies.keep(self._digest(request), json.dumps(asdict(replace(reply, kept=False))))
        return reply

    def _digest(self, request: ChatRequest) -> bytes:
        parts = json.dumps([self.model, asdict(request)], sort_keys=True)
        return sha256(parts.encode()).digest()
