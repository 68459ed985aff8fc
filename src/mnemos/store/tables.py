"""The narrow waist of every store: rows in, rows out, inside one transaction.

``change.py``, ``index.py`` and the rest of this room are written once over this protocol; a store
is an implementation of it plus opening and locking. Every method concerns one space.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from mnemos.store.vector_tables import VectorTables
from mnemos.types import Item, Key, Link, Scope, State

SideKind = Literal["key", "link", "state"]
RowKind = Literal["item", "key", "link", "state"]
Side: TypeAlias = Key | Link | State
#: The lists of interned names.
Names = Literal["speaker", "kind", "recipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The counters of one space, rewritten by every transaction.

    Args:
        settings: Canonical JSON: language, time zone, version of the text analysis.
        head_seq: Sequence number of the newest event; 0 for none.
        head_hash: Its hash, 32 bytes.
        recorded_at: Its moment, microseconds.
        next_no: The number that the next document gets.
        next_row: The number that the next link or state row gets.
        folded: Documents before this one are in packed segments; the others in the tail.
        live: Documents that are not erased.
        total_length: Sum of their lengths.
        epoch: Changes whenever packed parts of the index do; caches key on it.
    """

    settings: str
    head_seq: int = 0
    head_hash: bytes = bytes(32)
    recorded_at: int = 0
    next_no: int = 0
    next_row: int = 0
    folded: int = 0
    live: int = 0
    total_length: int = 0
    epoch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What an item's scope, speaker, kind and recipe are called in the tables.

    Speaker -1 is nobody, recipe 0 is none: it was said.
    """

    scope: int
    speaker: int
    kind: int
    recipe: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One version of an item, with its number."""

    no: int
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class SideRow:
    """A key, a link or a named value. It is put once and may end once; it has no versions.

    Args:
        no: Its number among rows of its kind; a key's is that of its document.
        value: What it says.
        visible_from: The event that put it.
        visible_to: The event that ended it; None while it is current.
        item_no: A key's item; -1 for the others.
    """

    no: int
    value: Side
    visible_from: int
    visible_to: int | None = None
    item_no: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event's header as stored. ``body`` is canonical JSON of what only some events have.

    Actor, why and body stand in the chain by a commitment only, with its nonce.
    """

    seq: int
    recorded_at: int
    actor: str
    op: str
    why: str
    body: str
    nonce: bytes | None
    commitment: bytes
    next_no: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row that an event made. ``nonce`` is None once the row has been erased."""

    seq: int
    ordinal: int
    kind: RowKind
    no: int
    nonce: bytes | None
    commitment: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """A version of an item that is not active for good, or a key that has ended.

    ``no`` is its document.
    """

    no: int
    visible_from: int
    visible_to: int | None
    status: str
    expires_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRow:
    """How an item has been used; see ``types.Use``. Moments are microseconds.

    Raises:
        ValueError: No use can have led to these figures.
    """

    no: int
    uses: int = 0
    strength: float = 1.0
    last_used_at: int | None = None
    utility: float = 0.0

    def __post_init__(self) -> None:
        never = self.last_used_at is None
        counted = isinstance(self.uses, int) and self.uses >= 0
        told = never or isinstance(self.last_used_at, int)
        strong = self.strength == 1.0 if never else 1.0 < self.strength < math.inf
        if not (counted and told and strong and -1.0 <= self.utility <= 1.0):
            raise ValueError(f"nothing is used so: {self!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A write made under a request_id; ``nonce`` is None once an item it names was erased."""

    request_id: str
    op: str
    seq: int
    nonce: bytes | None
    digest: bytes
    receipt: str


class Tables(VectorTables, Protocol):
    """The rows of one space, seen from inside one transaction."""

    # -- the space itself
    def space(self) -> Space: ...
    def put_space(self, space: Space) -> None: ...
    def state_sum(self) -> bytes: ...
    def put_state_sum(self, raw: bytes) -> None: ...

    # -- interned scopes and names
    def scope_no(self, scope: Scope) -> int | None: ...
    def add_scope(self, scope: Scope) -> int: ...
    def scopes(self) -> dict[int, Scope]: ...
    def matching_scopes(self, scope: Scope) -> list[int]:
        """Return the numbers of scopes that agree with every field of this one that is set."""

    def name_no(self, names: Names, name: str) -> int | None: ...
    def add_name(self, names: Names, name: str) -> int: ...
    def names(self, names: Names) -> dict[int, str]: ...
    def drop_unused(self) -> None:
        """Delete the scopes and names that no item uses any more."""

    # -- items
    def add_item(self, row: ItemRow, numbers: Numbers) -> None: ...
    def add_text(self, no: int, text: str) -> None: ...
    def end_item(self, no: int, visible_from: int, visible_to: int) -> None: ...
    def item_no(self, item_id: str) -> int | None: ...
    def item_nos(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the numbers of items by id, without those that are not there."""

    def item_at(self, no: int, seq: int | None = None) -> ItemRow | None: ...
    def items_at(self, nos: Sequence[int], seq: int | None = None) -> list[ItemRow]:
        """Return ``item_at`` of these numbers in their order, without those that are not there."""

    def versions(self, no: int) -> list[ItemRow]: ...
    def by_ref(self, scope_no: int, ref: str) -> list[int]: ...
    def session(self, scope_no: int) -> list[int]:
        """Return the item numbers of a session's turns by position, then number."""

    def in_scope(self, scope_no: int) -> list[int]:
        """Return the numbers of all items of a scope, derived ones included."""

    def last_position(self, scope_no: int) -> int:
        """Return the highest position of a turn in this scope, -1 for none."""

    def derived_from(self, item_id: str) -> list[int]:
        """Return the numbers of items that name this one among their sources."""

    def visibilities(self, as_of: int | None) -> list[Visibility]:
        """Return what may hide a document after this event; None is the newest."""

    # -- keys, links, states
    def add_side(self, row: SideRow) -> None: ...
    def side(self, kind: SideKind, no: int) -> SideRow | None: ...
    def end_side(self, kind: SideKind, no: int, visible_to: int) -> None: ...
    def sides(self, kind: SideKind) -> Iterator[SideRow]:
        """Return all rows of a kind, ended ones included, by number."""

    def keys_of(self, item_no: int) -> list[SideRow]:
        """Return an item's keys, ended ones included, by number."""

    def links_of(self, item_id: str) -> list[SideRow]:
        """Return the links that start or end at an item, ended ones included, by number."""

    def links_between(self, source: str, target: str) -> list[SideRow]:
        """Return the links from one item to another, ended ones included, by number."""

    def current_state(self, name: str) -> SideRow | None: ...

    # -- the journal
    def add_event(self, event: EventRow, entries: Iterable[Entry]) -> None: ...
    def event(self, seq: int) -> EventRow | None: ...
    def events(self, *, after: int = 0) -> Iterator[EventRow]: ...
    def entries(self, seq: int) -> list[Entry]: ...
    def touched(self, seq: int) -> list[str | None]:
        """Return, for each row an event made, its id if it is an item's that was not erased."""

    def seq_at(self, recorded_at: int) -> int:
        """Return the newest event recorded at or before this moment; 0 for none."""

    def request(self, request_id: str) -> Request | None: ...
    def put_request(self, request: Request) -> None: ...
    def requests(self) -> list[Request]: ...
    def has_erased(self) -> bool:
        """Return whether any id was ever erased."""

    def erased_at(self, item_id: str) -> int | None:
        """Return the event that erased this id, None if none did."""

    def add_erased(self, item_id: str, seq: int) -> None: ...

    # -- how items have been used
    def has_uses(self) -> bool:
        """Return whether any use was ever noted."""

    def put_uses(self, rows: Iterable[UseRow]) -> None: ...
    def uses(self, nos: Sequence[int]) -> list[UseRow]:
        """Return the rows of those of some items that have one, by number."""

    def all_uses(self) -> list[UseRow]:
        """Return all rows, by number."""

    # -- destruction (erase only)
    def destroy_item(self, no: int) -> None:
        """Delete all versions, the text, keys, links and use of an item, and their nonces."""

    def forget_requests(self, ids: Sequence[str]) -> None:
        """Forget the nonces of the requests whose receipt names one of these ids."""

    def holding(self, needle: bytes) -> list[str]:
        """Return at most 100 rows in which a caller's bytes stand: "table number"."""

    # -- the lexical index
    def put_tail(self, no: int, record: bytes, terms: str, tf: bytes) -> None: ...
    def tail(self, *, first: int, end: int) -> list[tuple[int, bytes, str, bytes]]: ...
    def drop_tail(self, first: int, end: int) -> None: ...
    def segments_from(self, first: int, end: int) -> list[tuple[int, bytes]]: ...
    def put_segment(self, segment: int, records: bytes) -> None: ...
    def put_postings(self, rows: Iterable[tuple[str, int, bytes]]) -> None: ...
    def postings(self, term: str) -> list[tuple[int, bytes]]: ...
    def posting(self, term: str, segment: int) -> bytes | None: ...
    def drop_posting(self, term: str, segment: int) -> None: ...
    def has_postings(self, term: str) -> bool: ...
    def without_postings(self, terms: Sequence[str]) -> list[str]:
        """Return those of some terms that no segment holds."""

    def put_grams(self, rows: Iterable[tuple[str, str]]) -> None: ...
    def drop_grams(self, term: str) -> None: ...
    def terms_sharing(self, grams: Sequence[str]) -> list[str]:
        """Return the 64 terms that share most of these grams, most first, ties by term."""

    def clear_index(self) -> None: ...

    # -- figures
    def sizes(self) -> dict[str, int]:
        """Return how many bytes each table and index takes; empty if the store cannot tell."""

    def text_bytes(self) -> int:
        """Return the bytes of all texts."""
