"""The default store: one SQLite file in WAL mode, one writer, a pool of readers.

Every write is one ``BEGIN IMMEDIATE`` transaction under ``synchronous=FULL``: once it returns, it
survives kill -9 and power loss. Readers see a snapshot and never wait for the writer. Deleted bytes
are overwritten (``secure_delete``).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from mnemos.errors import (
    Busy,
    Closed,
    Corrupt,
    DiskFull,
    InputError,
    MnemosError,
    NewerSchema,
    NotAMemory,
    ReadOnly,
    StoreError,
)
from mnemos.store import journal, sql
from mnemos.store.index import IndexCache, IndexSnapshot
from mnemos.store.snapshot import Snapshot, Transaction
from mnemos.store.sqlite_tables import SqliteTables
from mnemos.store.tables import Space, Tables
from mnemos.store.vectors import VectorCache, VectorsSnapshot
from mnemos.text.terms import Analyzer

#: "mnem" in ASCII: tells our files from others (``PRAGMA application_id``).
APPLICATION_ID = 0x6D6E656D
MAGIC = b"SQLite format 3\x00"
HEADER_BYTES = 100
APPLICATION_ID_AT = 68
#: A WAL that grew beyond this under a long reader is cut back at the next chance.
WAL_BYTES = 64 << 20
CACHE_KIB = 32 << 10
MAX_IDLE_READERS = 8

Durability = Literal["FULL", "NORMAL"]

_BY_CODE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: Busy,
    sqlite3.SQLITE_LOCKED: Busy,
    sqlite3.SQLITE_READONLY: ReadOnly,
    sqlite3.SQLITE_PERM: ReadOnly,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_CORRUPT: Corrupt,
    sqlite3.SQLITE_NOTADB: NotAMemory,
    sqlite3.SQLITE_PROTOCOL: Busy,
}
#: What a full disk, a quota or a limit on the size of files can also look like.
_FULL = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_SAYING: dict[type[StoreError], str] = {
    Busy: "another process holds the write lock",
    ReadOnly: "the file or its folder cannot be written",
    DiskFull: "no space is left; nothing of this write was kept",
    Corrupt: "the file is damaged; `mnemos doctor` copies what is whole into a new one",
    NotAMemory: "not a mnemos memory",
}
#: How SQLite says that a WAL cannot be opened because its folder cannot be written.
_UNWRITABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


class SqliteStore:
    """A space in a SQLite file. Implements ``store.protocol.Store``.

    Args:
        path: The file; made if it is not there, its folder is not.
        settings: Canonical JSON for a file that has to be made.
        analyzer: Makes the analyzer for the settings that the file turns out to have.
        nonce: Gives random bytes.
        durability: "FULL" survives power loss; "NORMAL" survives kill -9 only.
        timeout_s: How long to wait for another process's write.
        read_only: Never write; ``ReadOnly`` is raised where something would be.
        space: Which space of the file.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        settings: str,
        analyzer: Callable[[str], Analyzer],
        nonce: Callable[[int], bytes],
        durability: Durability = "FULL",
        timeout_s: float = 10.0,
        read_only: bool = False,
        space: int = 1,
    ) -> None:
        self.location = os.fspath(path)
        self._durability = durability
        self._timeout_s = timeout_s
        self._read_only = read_only
        self._space = space
        self._nonce = nonce
        self._process = os.getpid()
        self._closed = False
        self._writing = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._busy: dict[int, sqlite3.Connection] = {}
        self._cache_lock = threading.Lock()
        self._cache = IndexCache()
        self._vectors_lock = threading.Lock()
        self._vector_cache = VectorCache()
        self._writer: sqlite3.Connection | None = None
        self._check_file()
        with self._translated():
            self._set_up(settings)
        with self.reading() as snapshot:
            self._analyzer = analyzer(snapshot.space.settings)

    # -- opening

    def _check_file(self) -> None:
        path = Path(self.location)
        if path.is_dir():
            raise NotAMemory(f"{self.location}: this is a directory; name a file in it")
        try:
            with path.open("rb") as file:
                header = file.read(HEADER_BYTES)
        except FileNotFoundError:
            if not path.parent.is_dir():
                raise StoreError(f"{self.location}: there is no folder {path.parent}") from None
            if self._read_only:
                raise StoreError(f"{self.location}: there is no such file") from None
            return
        except OSError as error:
            raise StoreError(f"{self.location}: cannot be read: {error.strerror}") from error
        if header and not header.startswith(MAGIC):
            raise NotAMemory(f"{self.location}: not a mnemos memory (no SQLite file)")
        if header and len(header) < HEADER_BYTES:
            raise Corrupt(f"{self.location}: the file is cut off after {len(header)} bytes")

    def _set_up(self, settings: str) -> None:
        if self._read_only or not self._can_write():
            self._read_only = True
            return self._look()
        connection = self._open_writer()
        if self._is_ready(connection):
            return self._use_wal(connection)
        if not _is_empty(connection):  # before the first byte of it is changed
            self._check_ours(connection)
        self._use_wal(connection)
        with self._transaction(connection) as tables:
            version = _pragma(connection, "user_version")
            if version == 0 and not _is_empty(connection):
                raise NotAMemory(f"{self.location}: not a mnemos memory (someone else's tables)")
            if version == 0:
                self._create(connection)
            else:
                self._migrate(connection, version)
            if not tables.has_space():
                tables.put_space(Space(settings=settings, head_hash=journal.genesis(settings)))
                tables.put_state_sum(bytes(2048))
        return None

    @staticmethod
    def _use_wal(connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":  # a backup's is not
            connection.execute("PRAGMA journal_mode = WAL")

    def _can_write(self) -> bool:
        """Say whether an existing file and its folder let us write; a new one may try."""
        path = Path(self.location).absolute()
        if not path.exists():
            return True
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)

    def _look(self) -> None:
        connection = self._reader()
        try:
            self._check_ours(connection)
            if not SqliteTables(connection, self._space).has_space():
                raise NotAMemory(f"{self.location}: not a mnemos memory (it was never set up)")
        finally:
            self._give_back(connection)

    def _is_ready(self, connection: sqlite3.Connection) -> bool:
        version = _pragma(connection, "user_version")
        if version == 0:
            return False
        self._check_ours(connection)
        tables = SqliteTables(connection, self._space)
        return version == len(sql.migrations("sqlite")) and tables.has_space()

    def _check_ours(self, connection: sqlite3.Connection) -> None:
        if _pragma(connection, "application_id") != APPLICATION_ID:
            raise NotAMemory(f"{self.location}: not a mnemos memory (some other SQLite file)")
        have, known = _pragma(connection, "user_version"), len(sql.migrations("sqlite"))
        if have > known:
            raise NewerSchema(
                f"{self.location}: written by a newer mnemos: schema {have}, this one knows {known}"
            )

    @staticmethod
    def _create(connection: sqlite3.Connection) -> None:
        for statement in sql.statements(sql.text("sqlite", "schema.sql")):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(sql.migrations('sqlite'))}")

    @staticmethod
    def _migrate(connection: sqlite3.Connection, version: int) -> None:
        for number, name in enumerate(sql.migrations("sqlite")[version:], start=version + 1):
            for statement in sql.statements(sql.text("sqlite", name)):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = Path(self.location).absolute().as_uri()
        connection = sqlite3.connect(
            f"{uri}?mode={mode}",
            uri=True,
            timeout=self._timeout_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _open_writer(self) -> sqlite3.Connection:
        if self._writer is None:
            connection = self._connect("rwc")
            connection.execute(f"PRAGMA synchronous = {self._durability}")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
            self._writer = connection
        return self._writer

    def _reader(self) -> sqlite3.Connection:
        with self._pool_lock:
            if self._idle:
                return self._idle.pop()
        try:
            connection = self._connect("ro" if self._read_only else "rw")
        except sqlite3.OperationalError as error:
            if not self._read_only or error.sqlite_errorcode & 0xFF not in _UNWRITABLE:
                raise
            wal = Path(f"{self.location}-wal")
            if wal.exists() and wal.stat().st_size:
                raise ReadOnly(
                    f"{self.location}: its last writes stand in {wal.name}, which can only be read "
                    "in a folder that can be written; copy both files to one"
                ) from None
            # A WAL file in a folder that cannot be written: no one else can be writing either.
            connection = self._connect("ro&immutable=1")
        connection.execute("PRAGMA query_only = ON")
        return connection

    # -- transactions

    @contextmanager
    def reading(self, *, as_of_seq: int | None = None) -> Iterator[Snapshot]:
        """Open a snapshot. Other processes' writes show in the next one."""
        self._check_usable()
        with self._translated():
            connection = self._reader()
        thread = threading.get_ident()
        self._busy[thread] = connection
        try:
            with self._translated():
                connection.execute("BEGIN")
                tables = SqliteTables(connection, self._space)
                yield Snapshot(tables, self._index, self._vectors, as_of_seq)
        finally:
            self._busy.pop(thread, None)
            self._give_back(connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            connection.close()
            return
        with self._pool_lock:
            if len(self._idle) < MAX_IDLE_READERS and not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _index(self, tables: Tables, space: Space) -> IndexSnapshot:
        with self._cache_lock:
            return self._cache.snapshot(tables, space)

    def _vectors(self, tables: Tables, space: Space) -> VectorsSnapshot | None:
        with self._vectors_lock:
            return self._vector_cache.snapshot(tables, space)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Open the write transaction; it is durable when the block has ended without an error."""
        self._check_usable()
        if self._read_only:
            raise ReadOnly(f"{self.location}: opened read-only")
        with self._writing_alone() as connection:
            thread = threading.get_ident()
            self._busy[thread] = connection
            try:
                with self._transaction(connection) as tables:
                    yield Transaction(tables, self._analyzer, self._nonce)
            finally:
                self._busy.pop(thread, None)

    @contextmanager
    def _writing_alone(self) -> Iterator[sqlite3.Connection]:
        with self._writing, self._translated():
            self._check_usable()  # it may have been closed while we waited
            yield self._open_writer()

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection) -> Iterator[SqliteTables]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield SqliteTables(connection, self._space)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def interrupt(self, thread: int) -> None:
        """Break off what this thread is doing here; its transaction is rolled back."""
        connection = self._busy.get(thread)
        if connection is not None:
            connection.interrupt()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._translate(error) from error
        except UnicodeDecodeError as error:  # SQLite quotes damaged bytes in its message
            raise Corrupt(f"{self.location}: {_SAYING[Corrupt]} ({error})") from error

    def _translate(self, error: sqlite3.DatabaseError) -> MnemosError:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        kind = DiskFull if code in _FULL else _BY_CODE.get(code & 0xFF, StoreError)
        if code & 0xFF == sqlite3.SQLITE_CANTOPEN and not os.access(
            Path(self.location).absolute().parent, os.W_OK
        ):
            kind = ReadOnly
        if isinstance(error, sqlite3.DataError):
            return InputError(f"{self.location}: too large to store: {error}")
        saying = _SAYING.get(kind)
        if kind is Busy:
            saying = f"{saying} for more than {self._timeout_s:g} s"
        return kind(
            f"{self.location}: {saying} ({error})" if saying else f"{self.location}: {error}"
        )

    def _check_usable(self) -> None:
        if self._closed:
            raise Closed(f"{self.location}: this memory was closed")
        if os.getpid() != self._process:
            raise Closed(f"{self.location}: opened before a fork; open it again in the child")

    # -- the file as a whole

    def checkpoint(self) -> bool:
        """Empty the WAL into the file; say whether no reader stood in the way."""
        self._check_usable()
        with self._writing_alone() as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def vacuum(self) -> None:
        """Write the file anew without its free pages."""
        self._check_usable()
        with self._writing_alone() as connection:
            connection.execute("VACUUM")

    def copy_to(self, path: str | os.PathLike[str]) -> None:
        """Write a compact, consistent copy; other processes may go on writing meanwhile."""
        self._check_usable()
        if Path(path).exists():
            raise StoreError(f"{os.fspath(path)}: is already there; a backup never overwrites")
        with self._translated():
            connection = self._connect("ro")
            try:
                connection.execute("VACUUM INTO ?", (os.fspath(path),))
            finally:
                connection.close()

    def check(self) -> list[str]:
        """Return what SQLite itself finds wrong with the file; empty if nothing."""
        with self.reading() as snapshot:
            connection = snapshot.tables._connection  # type: ignore[attr-defined]  # noqa: SLF001
            rows = connection.execute("PRAGMA integrity_check(20)").fetchall()
        return [row[0] for row in rows if row[0] != "ok"]

    def files(self) -> list[Path]:
        """Return the files in which this space's bytes may stand."""
        main = Path(self.location)
        beside = (Path(f"{main}{suffix}") for suffix in ("-wal", "-journal"))
        return [path for path in (main, *beside) if path.exists()]

    def close(self) -> None:
        """Close all connections, once a write in progress has ended; readers when they end.

        In a forked child it only lets go of them.
        """
        if self._closed:
            return
        self._closed = True
        if os.getpid() != self._process:
            return
        with self._pool_lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        with self._writing:
            if self._writer is not None:
                self._writer.close()
            self._writer = None


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None
