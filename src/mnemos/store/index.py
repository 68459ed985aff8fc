"""The lexical index: written in the same transaction as the turns, read as numpy arrays.

A new document goes to the **tail**, one row a document: its record and its terms. Each time
``SEGMENT`` documents are complete they are **folded**: one row with all their records, and per term
one packed row of (offset, frequency). So a write costs the same in a store of any size, a term of a
million documents is read in a thousand rows, and nothing is ever rebuilt at reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import Corrupt
from mnemos.store import journal
from mnemos.store.base import (
    DOC,
    FLAG_KEY,
    FLAG_QUESTION,
    FLAG_TIME,
    NO_TIME,
    ROLES,
    Postings,
)
from mnemos.store.columns import Columns, columns
from mnemos.store.near import GRAM_WORD, grams, near_sizes, nearest, parts_of_another
from mnemos.store.tables import Numbers, SideRow, Space, Tables
from mnemos.store.tail import Tail
from mnemos.text.dates import holds_time
from mnemos.text.sentences import is_question
from mnemos.text.stance import stance
from mnemos.text.terms import Analyzer
from mnemos.types import JSON, Item, Key

#: Documents in one packed segment. Offsets in it are 16-bit.
SEGMENT = 1024
#: Raised when the analysis of texts changes; files of another version are indexed again.
ANALYSIS = 3
POSTING = np.dtype([("offset", "<u2"), ("tf", "u1")])
PACK_POSTING = Struct("<HB").pack  # the same three bytes
PACK_DOC = Struct("<4i3H2B3q").pack  # the same bytes as a record of DOC
MAX_TF = 255
MAX_LENGTH = 65_535
#: A metadata pair is indexed as a term that no text can hold; see ``tag``.
TAG = "\x01"
#: What a recipe made is indexed under terms of its own; see ``within``.
MADE = "\x02"
LONG_TAG = 100
#: How an image stands in a text; a caption after a question does not make it less of one.
_IMAGE = re.compile(r"\[image: [^\]]*\]\s*$")


def tag(name: str, value: JSON) -> str:
    """Return the index term that stands for one metadata pair."""
    pair = f"{name}={journal.canonical(value)}"
    if len(pair) > LONG_TAG or not pair.isprintable():
        pair = journal.short_hash(pair.encode("utf-8", "surrogatepass"))
    return TAG + pair


def tags(metadata: Mapping[str, JSON]) -> list[str]:
    """Return the index terms of the metadata pairs whose value is no list or mapping."""
    flat = (str, int, float, bool, type(None))
    return [tag(name, value) for name, value in metadata.items() if isinstance(value, flat)]


def within(recipe: int, term: str) -> str:
    """Return the index term for a word in what a recipe made; 0 stands for what was said."""
    return f"{MADE}{recipe}{MADE}{term}" if recipe else term


def indexed_text(item: Item) -> str:
    """Return what an item is found by: a document's title counts as text."""
    title = item.attrs.get("title")
    return f"{title}\n{item.text}" if isinstance(title, str) else item.text


def pack(term_counts: Mapping[str, int]) -> tuple[str, bytes]:
    """Return the terms of one document, and their frequencies, as they stand in the tail."""
    counts = list(term_counts.values())
    if counts and max(counts) > MAX_TF:
        counts = [min(count, MAX_TF) for count in counts]
    return "\n".join(term_counts), bytes(counts)


class IndexWriter:
    """Adds and removes documents inside one transaction."""

    def __init__(self, tables: Tables, analyzer: Analyzer) -> None:
        self._tables = tables
        self._analyzer = analyzer
        self._live = 0
        self._length = 0
        self._packed_changed = False

    def add_item(self, no: int, item: Item, numbers: Numbers) -> None:
        """Index an item by its own text."""
        self._add(no, indexed_text(item), item, numbers, leads_to=no)

    def add_key(self, no: int, item_no: int, key: Key, item: Item, numbers: Numbers) -> None:
        """Index an item by a further text."""
        self._add(no, key.text, item, numbers, leads_to=item_no, flags=FLAG_KEY)

    def _add(
        self, no: int, text: str, item: Item, numbers: Numbers, *, leads_to: int, flags: int = 0
    ) -> None:
        terms = self._analyzer.terms(text)
        length = min(len(terms), MAX_LENGTH)
        record = _record(leads_to, item, numbers, length, flags | _flags(text))
        recipe = numbers.recipe
        counts = Counter([within(recipe, term) for term in terms] if recipe else terms)
        for each in tags(item.metadata):
            counts[each] = 1
        packed, tf = pack(counts)
        self._tables.put_tail(no, record, packed, tf)
        self._live += 1
        self._length += length

    def remove_item(self, no: int, item: Item, numbers: Numbers) -> None:
        """Take an item's document out, to the last posting."""
        self._remove(no, indexed_text(item), tags(item.metadata), numbers)

    def remove_key(self, row: SideRow, item: Item, numbers: Numbers) -> None:
        """Take a key's document out."""
        if isinstance(row.value, Key):
            self._remove(row.no, row.value.text, tags(item.metadata), numbers)

    def _remove(self, no: int, text: str, extra: Sequence[str], numbers: Numbers) -> None:
        terms = [within(numbers.recipe, term) for term in self._analyzer.terms(text)]
        self._live -= 1
        self._length -= min(len(terms), MAX_LENGTH)
        self._packed_changed = True
        distinct = sorted({*terms, *extra})
        if no >= self._tables.space().folded:
            self._tables.drop_tail(no, no + 1)
            return
        segment, offset = divmod(no, SEGMENT)
        self._blank_record(segment, offset)
        for term in distinct:
            self._drop_posting(term, segment, offset)

    def _blank_record(self, segment: int, offset: int) -> None:
        for number, records in self._tables.segments_from(segment, segment + 1):
            docs = np.frombuffer(records, dtype=DOC).copy()
            docs[offset] = _hole()
            self._tables.put_segment(number, docs.tobytes())

    def _drop_posting(self, term: str, segment: int, offset: int) -> None:
        packed = self._tables.posting(term, segment)
        if packed is not None:
            rows = np.frombuffer(packed, dtype=POSTING)
            rest = rows[rows["offset"] != offset]
            if rest.size:
                self._tables.put_postings([(term, segment, rest.tobytes())])
            else:
                self._tables.drop_posting(term, segment)
        if not self._tables.has_postings(term):
            self._tables.drop_grams(term)

    def close(self, space: Space) -> Space:
        """Fold what is complete and return the counters as they are now."""
        space = replace(
            space,
            live=space.live + self._live,
            total_length=space.total_length + self._length,
            epoch=space.epoch + self._packed_changed,
        )
        while space.next_no - space.folded >= SEGMENT:
            self._fold(space.folded // SEGMENT)
            space = replace(space, folded=space.folded + SEGMENT, epoch=space.epoch + 1)
        return space

    def _fold(self, segment: int) -> None:
        first = segment * SEGMENT
        docs = np.full(SEGMENT, _hole(), dtype=DOC)
        postings: dict[str, bytearray] = {}
        for no, record, terms, tf in self._tables.tail(first=first, end=first + SEGMENT):
            docs[no - first] = np.frombuffer(record, dtype=DOC)[0]
            for term, count in zip(_split(terms), tf, strict=True):
                posting = PACK_POSTING(no - first, count)
                if term in postings:
                    postings[term] += posting
                else:
                    postings[term] = bytearray(posting)
        fresh = self._tables.without_postings(list(postings))
        self._tables.put_segment(segment, docs.tobytes())
        self._tables.put_postings(
            (term, segment, bytes(packed)) for term, packed in sorted(postings.items())
        )
        # In the order of the table, whose pages then stay warm: a quarter less time.
        self._tables.put_grams(sorted((gram, term) for term in fresh for gram in set(grams(term))))
        self._tables.drop_tail(first, first + SEGMENT)


def _flags(text: str) -> int:
    said = _IMAGE.sub("", text)
    asks = FLAG_QUESTION if is_question(said) else 0
    return asks | (FLAG_TIME if holds_time(text) else 0) | stance(text)


def _split(terms: str) -> list[str]:
    return terms.split("\n") if terms else []


def _hole() -> NDArray[np.void]:
    record = np.zeros((), dtype=DOC)
    record["item"] = -1
    record["said_at"] = record["event_from"] = record["event_to"] = NO_TIME
    return record


def _record(no: int, item: Item, numbers: Numbers, length: int, flags: int) -> bytes:
    event = item.event_time
    return PACK_DOC(
        no,
        numbers.scope,
        item.position,
        numbers.speaker,
        numbers.kind,
        numbers.recipe,
        length,
        ROLES.index(item.role or ""),
        flags,
        journal.microseconds(item.said_at),
        NO_TIME if event is None else journal.microseconds(event[0]),
        NO_TIME if event is None else journal.microseconds(event[1]),
    )


@dataclass(slots=True)
class _Packed:
    """What a process keeps of the index between recalls; grows in place, arrays are shared."""

    epoch: int
    folded: int
    docs: NDArray[np.void]
    count: int
    tail: Tail = field(default_factory=Tail)
    columns: Columns | None = None


class IndexSnapshot:
    """The index as one transaction sees it; implements ``store.base.Index``."""

    def __init__(self, tables: Tables, space: Space, packed: _Packed, recipe: int = 0) -> None:
        self._tables = tables
        self._space = space
        self._packed = packed
        self._count = space.next_no
        self.docs = packed.docs[: self._count]
        self.recipe = recipe

    @cached_property
    def items(self) -> NDArray[np.int64]:
        """The numbers of the items among these documents, ascending: no keys, none erased."""
        columns = self.columns
        keys = columns.flags & FLAG_KEY != 0
        return np.flatnonzero((columns.recipe == self.recipe) & ~keys & (self.docs["item"] >= 0))

    @cached_property
    def live(self) -> int:
        """How many of these documents are not erased."""
        return self._space.live - len(self._made) if not self.recipe else len(self._made)

    @cached_property
    def total_length(self) -> int:
        """Sum of the lengths of these documents that are not erased."""
        made = int(self.columns.length[self._made].sum(dtype=np.int64))
        return self._space.total_length - made if not self.recipe else made

    @cached_property
    def _made(self) -> NDArray[np.int64]:
        """The documents that this recipe made; of what was said, those that any made."""
        recipes = self.columns.recipe
        return np.flatnonzero(recipes == self.recipe if self.recipe else recipes)

    def of(self, recipe: int) -> IndexSnapshot:
        """Return the index of what a recipe made; 0 for what was said."""
        return IndexSnapshot(self._tables, self._space, self._packed, recipe)

    @property
    def columns(self) -> Columns:
        """What is read of very many documents, and the order of sessions."""
        found = self._packed.columns
        if found is None or len(found.order) != self._count:
            found = self._packed.columns = columns(self.docs, found)
        return found

    def postings(self, terms: Sequence[str]) -> dict[str, Postings]:
        """Return the postings of each term that occurs at all."""
        found: dict[str, Postings] = {}
        for term in terms:
            try:
                postings = self._postings(within(self.recipe, term))
            except DAMAGE as error:
                raise Corrupt(f"{DAMAGED}: {error}") from error
            if postings.docs.size:
                found[term] = postings
        return found

    def _postings(self, term: str) -> Postings:
        rows = self._tables.postings(term)
        packed = np.frombuffer(b"".join(row[1] for row in rows), dtype=POSTING)
        sizes = [len(row[1]) // POSTING.itemsize for row in rows]
        first = np.repeat(np.array([row[0] * SEGMENT for row in rows], dtype=np.int32), sizes)
        docs = packed["offset"].astype(np.int32) + first
        tf = packed["tf"].astype(np.uint8)
        if docs.size and not 0 <= docs.min() <= docs.max() < self._count:
            raise ValueError(f"a posting of {term!r} names a document that is not there")
        nos, counts = self._packed.tail.postings(term, self._count)
        if nos:
            docs = np.concatenate([docs, np.array(nos, dtype=np.int32)])
            tf = np.concatenate([tf, np.array(counts, dtype=np.uint8)])
        return Postings(docs=docs, tf=tf)

    def near_terms(self, term: str) -> list[str]:
        """Return words of what was said within one slip of an unknown one (two in long words)."""
        if self.recipe:
            return []
        return nearest(term, self._sharing(term, near_sizes(term)))

    def compounds(self, term: str) -> list[str]:
        """Return words of what was said that an unknown one is a part of, or the reverse."""
        if self.recipe:
            return []
        return parts_of_another(term, self._sharing(term, GRAM_WORD))

    def _sharing(self, term: str, sizes: Iterable[int]) -> set[str]:
        """Return indexed words that share trigrams with a term; recent ones of these lengths."""
        shared = set(grams(term))
        if not shared:
            return set()
        folded = self._tables.terms_sharing(sorted(shared))
        return {*folded, *self._packed.tail.sharing(term, sizes, self._count)}


#: What reading a damaged row of the index can raise, and what to say then.
DAMAGE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
DAMAGED = "the lexical index is damaged; replay builds it again"


class IndexCache:
    """One process's view of the packed index, brought up to date by each new snapshot.

    Not locked: the store calls it under its own lock, with the snapshot's transaction open.
    """

    def __init__(self) -> None:
        self._packed: _Packed | None = None

    def snapshot(self, tables: Tables, space: Space) -> IndexSnapshot:
        """Return the index as this transaction sees it."""
        try:
            packed = self._current(tables, space)
        except DAMAGE as error:
            self._packed = None
            raise Corrupt(f"{DAMAGED}: {error}") from error
        return IndexSnapshot(tables, space, packed)

    def _current(self, tables: Tables, space: Space) -> _Packed:
        packed = self._packed
        if packed is None or packed.epoch != space.epoch:
            packed = self._packed = _load_segments(tables, space, packed)
        if packed.count < space.next_no:
            _extend(packed, tables, space)
        return packed


def fresh_index(tables: Tables, space: Space) -> IndexSnapshot:
    """Return the index as a transaction sees it that may yet be rolled back."""
    return IndexCache().snapshot(tables, space)


def _load_segments(tables: Tables, space: Space, before: _Packed | None) -> _Packed:
    """Read the packed segments; all of them only at first, or if a document was taken out since.

    Each fold and each removal raises the epoch by one.
    """
    known = 0
    parts: list[bytes] = []
    columns_before = None
    if before is not None and (
        (space.epoch - before.epoch) * SEGMENT == space.folded - before.folded
    ):
        known = before.count // SEGMENT
        parts = [before.docs[: known * SEGMENT].tobytes()]
        columns_before = before.columns
    parts += [records for _, records in tables.segments_from(known, space.folded // SEGMENT)]
    return _Packed(
        epoch=space.epoch,
        folded=space.folded,
        docs=_joined(parts, space.folded, space.next_no + SEGMENT),
        count=space.folded,
        columns=columns_before,
    )


def _joined(parts: list[bytes], count: int, room: int) -> NDArray[np.void]:
    """Return an array of the records in these parts, with holes after them.

    As bytes, for numpy copies records field by field: in a million turns 2 ms instead of 30.
    """
    holes = _hole().tobytes() * (room - count)
    docs = np.frombuffer(bytearray().join([*parts, holes]), dtype=DOC)
    if len(docs) != room:
        raise ValueError(f"{len(docs) - room + count} records where {count} were folded")
    return docs


def _extend(packed: _Packed, tables: Tables, space: Space) -> None:
    """Read the tail rows that have come since; holes stay where documents were erased."""
    first, end = packed.count, space.next_no
    if len(packed.docs) < end:
        packed.docs = _joined([packed.docs[:first].tobytes()], first, end + SEGMENT)
    rows = list(tables.tail(first=first, end=end))
    for no, record, _, _ in rows:
        packed.docs[no] = np.frombuffer(record, dtype=DOC)[0]
    packed.tail.add((no, _split(terms), tf) for no, _, terms, tf in rows)
    packed.count = end
