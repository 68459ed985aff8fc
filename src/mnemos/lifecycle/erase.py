"""Erasure: rows, keys, postings and their bytes go; the certificate says what, and proves it.

The rows are deleted in one transaction with ``secure_delete``, the WAL is emptied into the file,
then the file is searched for the erased bytes. If any are left where no row owns them, the file is
written anew and searched again. What was broken off after the deletion is finished by asking for
the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mnemos.errors import InputError, StoreError
from mnemos.lifecycle.following import is_by_itself
from mnemos.lifecycle.marks import torn
from mnemos.lifecycle.proposal import WENT_ALONG
from mnemos.store import journal
from mnemos.store.change import Header, put, with_derived
from mnemos.store.index import indexed_text
from mnemos.store.protocol import Store
from mnemos.store.residue import Trace, search, windows
from mnemos.store.snapshot import Snapshot, Transaction
from mnemos.store.tables import EventRow
from mnemos.types import JSON, Delta, Item, Scope

#: Shorter strings of metadata and attributes are not searched for: they stand everywhere.
MIN_DETAIL = 4
#: At most so many rows that still hold an erased text are listed.
MAX_LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What an erasure took, from where, and the proof that it is gone.

    Args:
        ids: Items that were erased (or would be, in a preview), derived ones included, and those
            asked for that an earlier event had erased.
        derived: Those among them that were not asked for but came from what was.
        related: Items left alone that are other versions of an erased message.
        rows: How many rows went, by what they were.
        seq: The event, or the earlier one; None in a preview and where nothing was there to go.
        head: The journal's head hash after it.
        files: Names of the files searched, with their size in bytes.
        needles: How many byte strings were searched for.
        kept_in: Rows that were not erased and hold some of the same bytes ("table number").
        residue: Places where erased bytes stand outside any row; empty if all is gone.
        rewritten: Whether the file had to be written anew.
        preview: Whether nothing was done.
    """

    ids: tuple[str, ...]
    derived: tuple[str, ...]
    related: tuple[str, ...]
    rows: Mapping[str, int]
    seq: int | None = None
    head: str = ""
    files: Mapping[str, int]
    needles: int = 0
    kept_in: tuple[str, ...] = ()
    residue: tuple[str, ...] = ()
    rewritten: bool = False
    preview: bool = False

    @property
    def proved(self) -> bool:
        """Whether the search found nothing left."""
        return not self.preview and not self.residue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """What is to go."""

    nos: tuple[int, ...]
    items: tuple[Item, ...]
    asked: frozenset[str]
    related: tuple[str, ...]
    rows: Mapping[str, int]
    needles: tuple[bytes, ...]


def preview(snapshot: Snapshot, ids: Iterable[str], scopes: Iterable[Scope]) -> Certificate:
    """Say what an erasure would take, and do nothing."""
    target = _target(snapshot, ids, scopes)
    return _planned(target)


def erase(store: Store, header: Header, ids: Iterable[str], scopes: Iterable[Scope]) -> Certificate:
    """Erase items and all that came from them, then search for what is left.

    Of what is erased already only the bytes are looked after: the file is written anew.
    """
    ids = tuple(ids)
    with store.writing() as transaction:
        target = _target(transaction, ids, scopes)
        space = transaction.space
        erasures = ((item_id, transaction.tables.erased_at(item_id)) for item_id in ids)
        before = {item_id: seq for item_id, seq in erasures if seq is not None}
        done = replace(
            _planned(target),
            ids=(*before, *(item.id for item in target.items)),
            preview=False,
            seq=max(before.values(), default=None),
            head=transaction.head.hash,
            needles=len(target.needles),
        )
        if target.items:
            event = _destroy(transaction, header, target)
            done = replace(done, seq=event.seq, head=event.hash.hex())
    # What a scope held cannot be told any more: there may be an erasure of it to finish.
    unfinished = bool(before) or (not target.items and space.live < space.next_no)
    return _cleaned(store, done, target.needles, rewrite=unfinished)


def _destroy(transaction: Transaction, header: Header, target: _Target) -> EventRow:
    erased: list[JSON] = [item.id for item in target.items]
    header.body["erased"] = erased
    derived = [each for each in target.items if each.id not in target.asked]
    along: list[JSON] = [item.id for item in derived if not is_by_itself(item)]
    if along:
        header.body[WENT_ALONG] = along
    marks = torn(derived, {item.id for item in target.items}, transaction)
    change = transaction.change(header)
    for no in target.nos:
        change.destroy_item(no)
    put(change, Delta(states=marks))
    transaction.tables.forget_requests([item.id for item in target.items])
    transaction.tables.drop_unused()
    return transaction.close(change)


def _cleaned(
    store: Store, done: Certificate, needles: Sequence[bytes], *, rewrite: bool
) -> Certificate:
    """Clean the file of what was deleted, search it, and certify what was found.

    What fails here is told as residue: the rows are gone, and asking again goes on from there.
    """
    traces: list[Trace] = []
    problems: list[str] = []
    holders: tuple[str, ...] = ()
    rewritten = blocked = False
    try:
        blocked = not store.checkpoint()
        traces = list(search(store.files(), needles))
        if not blocked and (rewrite or any(not trace.owned for trace in traces)):
            store.vacuum()
            rewritten = True
            blocked = not store.checkpoint()
            traces = list(search(store.files(), needles))
        holders = _holders(store, traces)
    except (StoreError, OSError) as error:
        problems.append(f"the file was not cleaned: {error}; erase again when it can be")
    if blocked:
        problems.append("the write-ahead log: another process is reading; erase again when it ends")
    found = [f"{trace.file} at byte {trace.offset}" for trace in traces if not trace.owned]
    return replace(
        done,
        files={path.name: path.stat().st_size for path in store.files()},
        kept_in=holders,
        residue=(*found[:MAX_LISTED], *problems),
        rewritten=rewritten,
    )


def _planned(target: _Target) -> Certificate:
    ids = tuple(item.id for item in target.items)
    return Certificate(
        ids=ids,
        derived=tuple(each for each in ids if each not in target.asked),
        related=target.related,
        rows=target.rows,
        files={},
        preview=True,
    )


def _target(snapshot: Snapshot, ids: Iterable[str], scopes: Iterable[Scope]) -> _Target:
    tables = snapshot.tables
    nos = [snapshot.item(item_id)[0] for item_id in ids if tables.erased_at(item_id) is None]
    for scope in scopes:
        if scope == Scope():
            raise InputError("erase needs ids, or a scope that names a user, agent or session")
        for scope_no in snapshot.matching_scopes(scope):
            nos += tables.in_scope(scope_no)
    asked = {item.id for item in snapshot.items(nos)}
    all_nos = with_derived(tables, nos)
    items = snapshot.items(all_nos)
    keys = [side for no in all_nos for side in tables.keys_of(no)]
    links = {side.no: side for item in items for side in tables.links_of(item.id)}
    versions = sum(len(tables.versions(no)) for no in all_nos)
    needles = {needle for item in items for needle in _needles(item)}
    for side in keys:
        needles.update(_spellings(getattr(side.value, "text", "")))
    return _Target(
        nos=tuple(all_nos),
        items=tuple(items),
        asked=frozenset(asked),
        related=_related(snapshot, items),
        rows={
            "items": len(items),
            "versions": versions,
            "texts": len(items),
            "keys": len(keys),
            "links": len(links),
            "uses": len(tables.uses(all_nos)),
        },
        # Overwritten bytes are zeros: a text of nothing else cannot be told from them.
        needles=tuple(sorted(each for each in needles if each.strip(b"\0"))),
    )


def _related(snapshot: Snapshot, items: Iterable[Item]) -> tuple[str, ...]:
    """Return items that stay and hold another version of an erased message."""
    gone = {item.id for item in items}
    found = {item.supersedes for item in items if item.supersedes} - gone
    for item in items:
        scope_no = snapshot.tables.scope_no(item.scope)
        if item.ref is not None and scope_no is not None:
            same = snapshot.items(snapshot.tables.by_ref(scope_no, item.ref))
            found |= {other.id for other in same} - gone
    return tuple(sorted(found))


def _needles(item: Item) -> list[bytes]:
    """Return the byte strings that must be gone: the text, the ref, and what metadata says."""
    found = [*windows(item.text), *windows(indexed_text(item))]
    details = [item.ref or "", *_strings(item.metadata), *_strings(item.attrs)]
    for detail in details:
        if len(detail) >= MIN_DETAIL:
            found += _spellings(detail)
    return found


def _spellings(text: str) -> list[bytes]:
    """Return a text as it is searched for: as it is, and as it stands inside JSON."""
    return [*windows(text), *windows(journal.canonical(text)[1:-1])]


def _strings(value: JSON) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _strings(each)]
    return []


def _holders(store: Store, traces: Iterable[Trace]) -> tuple[str, ...]:
    needles = sorted({trace.needle for trace in traces if trace.owned})
    with store.reading() as snapshot:
        holders = [row for needle in needles for row in snapshot.tables.holding(needle)]
    return tuple(sorted(set(holders))[:MAX_LISTED])
