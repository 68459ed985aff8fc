"""Access: who is asking, and the memory that they get to see.

Two ways: one file for whoever is on this machine, or a directory of tenants and their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mnemos import Forbidden, Memory, Scope, Unauthorized
from mnemos.serve.keys import RIGHTS, Key, Keys, Right
from mnemos.serve.tenants import HANDLES, Tenants

Opening = Callable[[Path], Memory]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is asking.

    Args:
        tenant: Whose memory; empty where there is one alone.
        rights: What they may do.
        scope: What they see of it.
        key: The id of the key that let them in; empty without keys.
    """

    tenant: str = ""
    rights: frozenset[Right] = frozenset(RIGHTS)
    scope: Scope = Scope()  # noqa: RUF009 - frozen
    key: str = ""

    def require(self, right: Right, *, whole: bool = False) -> None:
        """Refuse what this caller may not do.

        Args:
            right: That it takes.
            whole: Whether it concerns more than a scope.

        Raises:
            Forbidden: The right is missing, or the key is bound to a scope.
        """
        who = "key" if self.key else "server"
        if right not in self.rights and "admin" not in self.rights:
            rights = ", ".join(sorted(self.rights))
            raise Forbidden(f"this {who} may not {right}; it may {rights}")
        if whole and self.scope != Scope():
            raise Forbidden(f"this concerns the whole memory; the {who} is bound to a part of it")

    def narrowed(self, memory: Memory) -> Memory:
        """Return what they see of a memory."""
        return memory if self.scope == Scope() else memory.scoped(user=self.scope.user)

    def may(self, right: Right, *, whole: bool = False) -> bool:
        """Tell whether ``require`` lets them."""
        try:
            self.require(right, whole=whole)
        except Forbidden:
            return False
        return True


class Access(Protocol):
    """Who gets in, and to what."""

    @property
    def needs_key(self) -> bool:
        """Whether nobody gets in without one."""

    @property
    def open(self) -> int:
        """How many files are open."""

    def caller(self, authorization: str | None) -> Caller:
        """Return who sends this header.

        Raises:
            Unauthorized: It is none that opens anything.
        """

    def using(self, caller: Caller) -> AbstractContextManager[Memory]:
        """Lend the memory as this caller sees it, while a block runs."""

    def close(self) -> None:
        """Close every file."""


class OneFile:
    """One file, for whoever reaches this server: bind it to loopback alone.

    Args:
        path: The file.
        opening: Opens it.
        caller: What they may do, and see.
    """

    needs_key = False

    def __init__(self, path: Path, opening: Opening, *, caller: Caller | None = None) -> None:
        self._memory = opening(path)
        self._caller = caller or Caller()
        self.open = 1

    def caller(self, authorization: str | None) -> Caller:  # noqa: ARG002 - nobody is asked
        """Return the one who owns this machine."""
        return self._caller

    @contextmanager
    def using(self, caller: Caller) -> Iterator[Memory]:
        """Lend the memory, narrowed to what the caller sees."""
        yield caller.narrowed(self._memory)

    def close(self) -> None:
        """Close it."""
        self._memory.close()
        self.open = 0


class Directory:
    """A directory: a file a tenant, and the keys that open them.

    Args:
        folder: The directory.
        opening: Opens a file.
        handles: How many stay open while nobody uses them.
    """

    needs_key = True

    def __init__(self, folder: Path, opening: Opening, *, handles: int = HANDLES) -> None:
        self.keys = Keys(folder)
        self._tenants = Tenants(folder, opening, handles=handles)

    @property
    def open(self) -> int:
        """How many files are open."""
        return self._tenants.open

    def caller(self, authorization: str | None) -> Caller:
        """Return whose key this is."""
        kind, _, token = (authorization or "").partition(" ")
        if kind.casefold() != "bearer":
            raise Unauthorized("send a key: Authorization: Bearer mnemos_…")
        key = self.keys.opens(token.strip())
        if key is None:
            raise Unauthorized("this key opens nothing here, or not any more")
        return _caller(key)

    @contextmanager
    def using(self, caller: Caller) -> Iterator[Memory]:
        """Lend the caller's memory, narrowed to what the key is bound to."""
        with self._tenants.using(caller.tenant) as memory:
            yield caller.narrowed(memory)

    def close(self) -> None:
        """Close every file."""
        self._tenants.close()
        self.keys.close()


def _caller(key: Key) -> Caller:
    return Caller(tenant=key.tenant, rights=frozenset(key.rights), scope=key.scope, key=key.id)
