"""Keys: who may open which tenant's memory, and what they may do there.

A token is 256 random bits, so one SHA-256 of it is as good as a slow hash: there is nothing to
guess. It is shown once, when it is made. Every request looks its key up, so that a revoked one
opens nothing from that moment on, in every server on the directory.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Literal, get_args

from mnemos import Busy, InputError, NotFound, Scope, StoreError
from mnemos.serve.tenants import tenant_name

Right = Literal["read", "write", "erase", "admin"]
RIGHTS: tuple[Right, ...] = get_args(Right)
#: In the directory of the tenants.
FILE = "keys.sqlite"
PREFIX = "mnemos"
_TOKEN = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
_WAIT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a token opens.

    Args:
        id: By which it is listed and revoked; part of the token, and no secret.
        tenant: Whose memory.
        rights: What it allows; "admin" allows all.
        user: The one user to whom it is bound; None is bound to none.
        note: Whose it is, in words.
        made_at: When it was made.
        revoked_at: Since when it opens nothing; None if it does.
    """

    id: str
    tenant: str
    rights: tuple[Right, ...]
    user: str | None = None
    note: str = ""
    made_at: datetime
    revoked_at: datetime | None = None

    @property
    def scope(self) -> Scope:
        """What it sees."""
        return Scope(user=self.user)

    def allows(self, right: Right) -> bool:
        """Tell whether it has a right."""
        return right in self.rights or "admin" in self.rights


class Keys:
    """The keys of a directory; safe to use from any thread, and by several processes.

    Args:
        folder: The directory.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keys = Keys(Path(folder))
    ...     token = keys.add("ann", ["read"])
    ...     key = keys.opens(token)
    ...     _ = keys.revoke(key.id)
    ...     key.tenant, key.allows("write"), keys.opens(token)
    ...     keys.close()
    ('ann', False, None)
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None

    def add(
        self, tenant: str, rights: Iterable[Right], *, user: str | None = None, note: str = ""
    ) -> str:
        """Make a key and return its token, which is kept nowhere.

        Raises:
            InputError: The tenant's name or a right is none.
        """
        if user is not None and (not user.strip() or "\0" in user):
            raise InputError(f"user {user!r}: expected a name")
        wanted = set(rights)
        unknown = next((each for each in wanted if each not in RIGHTS), None)
        if unknown is not None or not wanted:
            raise InputError(f"right {unknown!r}: there are {', '.join(RIGHTS)}")
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        token = f"{PREFIX}_{key_id}_{secret}"
        row = (
            key_id,
            _digest(token),
            tenant_name(tenant),
            " ".join(right for right in RIGHTS if right in wanted),
            user,
            note,
            datetime.now(UTC).isoformat(),
        )
        with self._changing() as file:
            file.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", row)
        return token

    def revoke(self, key_id: str) -> Key:
        """Let a key open nothing any more.

        Raises:
            NotFound: There is no such key, or it was revoked before.
        """
        now = datetime.now(UTC).isoformat()
        with self._changing() as file:
            done = file.execute(
                "UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (now, key_id)
            )
            if not done.rowcount:
                raise NotFound(f"there is no key {key_id!r} to revoke")
        return next(each for each in self.listed() if each.id == key_id)

    def listed(self) -> tuple[Key, ...]:
        """Return all keys, revoked ones included, oldest first."""
        rows = self._read("SELECT * FROM keys ORDER BY made_at, id")
        return tuple(_key(row) for row in rows)

    def opens(self, token: str) -> Key | None:
        """Return the key of a token; None if it is none, or was revoked."""
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            return None
        rows = self._read("SELECT * FROM keys WHERE id = ?", parts[1])
        digest = _digest(token)
        # As long for an id that is not there as for a wrong secret.
        kept = rows[0][1] if rows else bytes(len(digest))
        if not hmac.compare_digest(kept, digest) or not rows:
            return None
        key = _key(rows[0])
        return key if key.revoked_at is None else None

    def any(self) -> bool:
        """Tell whether a key exists that opens something."""
        return bool(self._read("SELECT 1 FROM keys WHERE revoked_at IS NULL LIMIT 1"))

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _read(self, statement: str, *values: str) -> list[tuple[bytes, ...]]:
        with self._lock:
            if self._file is None:
                if not self._path.exists():
                    return []
                self._file = self._opened()
            try:
                return self._file.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise _named(self._path, error) from error

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        try:
            # Made with these rights, not given them afterwards.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be written: {error.strerror}") from error
        file = self._opened()
        try:
            file.executescript(files("mnemos.serve").joinpath("keys.sql").read_text("utf-8"))
            file.execute("BEGIN IMMEDIATE")
            yield file
            file.execute("COMMIT")
        except sqlite3.Error as error:
            raise _named(self._path, error) from error
        finally:
            file.close()

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()


def _key(row: tuple[object, ...]) -> Key:
    key_id, _, tenant, rights, user, note, made_at, revoked_at = row
    return Key(
        id=str(key_id),
        tenant=str(tenant),
        rights=tuple(each for each in RIGHTS if each in str(rights).split()),
        user=None if user is None else str(user),
        note=str(note),
        made_at=datetime.fromisoformat(str(made_at)),
        revoked_at=None if revoked_at is None else datetime.fromisoformat(str(revoked_at)),
    )


def _named(path: Path, error: sqlite3.Error) -> StoreError:
    kind = Busy if "locked" in str(error) else StoreError
    return kind(f"{path}: {error}")
