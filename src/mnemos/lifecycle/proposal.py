"""What a recipe proposes is looked at before it is applied: whole and lawful, or not at all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mnemos.errors import MnemosError, RecipeError
from mnemos.lifecycle.following import HIDDEN_WITH
from mnemos.store import journal
from mnemos.store.change import SAID
from mnemos.store.snapshot import Snapshot
from mnemos.text.whole import whole
from mnemos.types import Delta, Item, Key, Link, Scope, State

#: Rows that one change may put.
MAX_ROWS = 20_000
#: Characters of a derived text, and of a key.
MAX_TEXT = 65_536
#: Bytes of a named value, as JSON.
MAX_STATE = 4 << 20
#: Where an erasure keeps the ids of what it took for a source alone.
WENT_ALONG = "along"


def lawful(delta: Delta, recipe: str, snapshot: Snapshot, *, undone: bool = True) -> Delta:
    """Return a proposal as it can be applied.

    An item whose id is taken by one that was dropped or superseded, and says something else, gets
    an id anew. One that a user hid stays hidden, and what was erased is not derived again; what
    only went with a source is, from those that are left. What an item supersedes is retired with
    it.

    Args:
        delta: The proposal.
        recipe: Whose.
        snapshot: What it was made of.
        undone: What was hidden by undoing its making may be made again.

    Raises:
        RecipeError: It breaks an invariant; says which.
    """
    if delta == Delta():
        return delta
    rows = (*_owned(delta), *delta.states)
    if len(rows) > MAX_ROWS:
        raise RecipeError(f"recipe {recipe!r} proposes {len(rows)} rows at once, not {MAX_ROWS}")
    _require_own(delta, recipe)
    proposed = {item.id: item for item in delta.items}
    if len(proposed) < len(delta.items):
        raise RecipeError(f"recipe {recipe!r} proposes an item twice in one change")
    known = _known(delta, proposed, recipe, snapshot)
    for item in delta.items:
        _require_item(item, known, recipe)
    for key in delta.keys:
        _require_text(key.text, f"a key of {key.item}", recipe)
    for link in (*delta.links, *delta.unlinked):
        if not math.isfinite(link.weight):
            raise RecipeError(f"recipe {recipe!r}: a link weighs {link.weight}")
    for state in delta.states:
        _require_state(state, recipe)
    return _retiring(_settled(delta, snapshot, undone=undone), recipe, snapshot)


def _owned(delta: Delta) -> tuple[Item | Key | Link, ...]:
    """Return the rows that name their maker."""
    return (*delta.items, *delta.keys, *delta.unkeyed, *delta.links, *delta.unlinked)


def _require_own(delta: Delta, recipe: str) -> None:
    for row in _owned(delta):
        if row.made_by != recipe:
            raise RecipeError(
                f"recipe {recipe!r} proposes a row made by {row.made_by!r}, {_which(row)}; "
                f"set its made_by to {recipe!r}"
            )
    for state in delta.states:
        if not state.name.startswith(f"{recipe}/"):
            raise RecipeError(
                f"recipe {recipe!r}: the name of a value begins with {recipe + '/'!r}, "
                f"not as {state.name!r} does"
            )


def _which(row: Item | Key | Link) -> str:
    match row:
        case Item(kind=kind, id=item_id):
            return f"the {kind} {item_id}"
        case Key(role=role, item=item_id):
            return f"the key {role!r} of {item_id}"
        case Link() as link:
            return f"the link {link.type!r} from {link.source} to {link.target}"


def _known(
    delta: Delta, proposed: Mapping[str, Item], recipe: str, snapshot: Snapshot
) -> dict[str, Item]:
    """Return every item that the proposal names, by id."""
    named = {source for item in delta.items for source in item.sources}
    named |= {key.item for key in (*delta.keys, *delta.unkeyed)}
    named |= {end for link in (*delta.links, *delta.unlinked) for end in (link.source, link.target)}
    known = {**{item.id: item for item in snapshot.by_id(sorted(named))}, **proposed}
    missing = sorted(named - known.keys())
    if missing:
        raise RecipeError(f"recipe {recipe!r} names {missing[0]!r}, and there is no such item here")
    return known


def _require_item(item: Item, known: Mapping[str, Item], recipe: str) -> None:
    where = f"{item.kind} {item.id}"
    _require_text(item.text, where, recipe)
    if item.kind == "turn" or item.role is not None:
        raise RecipeError(f"recipe {recipe!r}: {where} passes for something said")
    if not item.sources or item.id in item.sources:
        raise RecipeError(f"recipe {recipe!r}: {where} names no source")
    for source in item.sources:
        _require_within(item, known[source].scope, recipe)
    if not 0.0 <= item.trust <= 1.0:
        raise RecipeError(f"recipe {recipe!r}: the trust of {where} is {item.trust}")
    try:
        journal.item_bytes(item)
    except (MnemosError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise RecipeError(f"recipe {recipe!r}: {where} cannot be stored: {error}") from error


def _require_within(item: Item, source: Scope, recipe: str) -> None:
    """Refuse what would show one user's, or agent's, words to another."""
    for field in ("user", "agent", "session"):
        own, theirs = getattr(item.scope, field), getattr(source, field)
        shared = own == theirs or (field == "session" and own is None)
        if not shared:
            raise RecipeError(
                f"recipe {recipe!r}: {item.kind} {item.id} is of {field} {own!r} and comes from "
                f"{field} {theirs!r}"
            )


def _require_text(text: object, where: str, recipe: str) -> None:
    if not isinstance(text, str) or not text.strip():
        raise RecipeError(f"recipe {recipe!r}: {where} has no text")
    if len(text) > MAX_TEXT or not whole(text):
        raise RecipeError(f"recipe {recipe!r}: the text of {where} cannot be stored")


def _require_state(state: State, recipe: str) -> None:
    try:
        size = len(journal.canonical(state.value))
    except (ValueError, TypeError, RecursionError) as error:
        raise RecipeError(f"recipe {recipe!r}: the value {state.name!r} is no JSON") from error
    if size > MAX_STATE:
        raise RecipeError(f"recipe {recipe!r}: the value {state.name!r} takes {size:,} bytes")


def _retiring(delta: Delta, recipe: str, snapshot: Snapshot) -> Delta:
    """Add to a proposal that what its items supersede, and the recipe made, is superseded."""
    named = [item.supersedes for item in delta.items if item.supersedes is not None]
    proposed = {item.id for item in delta.items}
    retired = tuple(
        replace(old, status="superseded")
        for old in snapshot.by_id([each for each in dict.fromkeys(named) if each not in proposed])
        if old.made_by == recipe and old.status == "active"
    )
    return replace(delta, items=(*delta.items, *retired)) if retired else delta


def _settled(delta: Delta, snapshot: Snapshot, *, undone: bool) -> Delta:
    """Give ids anew where they are taken, and leave out what is to stay hidden."""
    renamed: dict[str, str] = {}
    gone: set[str] = set()
    kept: list[Item] = []
    for item in delta.items:
        found = _free_id(item, snapshot, undone=undone)
        if found is None:
            gone.add(item.id)
        else:
            renamed[item.id] = found
            kept.append(item)
    if not gone and all(old == new for old, new in renamed.items()):
        return delta

    def name(item_id: str) -> str:
        return renamed.get(item_id, item_id)

    return Delta(
        items=tuple(
            replace(
                item,
                id=name(item.id),
                sources=tuple(name(each) for each in item.sources if each not in gone),
                supersedes=None if item.supersedes is None else name(item.supersedes),
            )
            for item in kept
        ),
        keys=tuple(replace(key, item=name(key.item)) for key in delta.keys if key.item not in gone),
        unkeyed=delta.unkeyed,
        links=_between(delta.links, gone, renamed),
        unlinked=_between(delta.unlinked, gone, renamed),
        states=delta.states,
    )


def _between(links: Iterable[Link], gone: set[str], renamed: Mapping[str, str]) -> tuple[Link, ...]:
    return tuple(
        replace(
            link,
            source=renamed.get(link.source, link.source),
            target=renamed.get(link.target, link.target),
        )
        for link in links
        if link.source not in gone and link.target not in gone
    )


def _free_id(item: Item, snapshot: Snapshot, *, undone: bool) -> str | None:
    """Return the id under which an item is put; None if it stays hidden or erased."""
    item_id, revision = item.id, 0
    while True:
        erased_at = snapshot.tables.erased_at(item_id)
        existing = next(iter(snapshot.by_id([item_id])), None)
        if erased_at is not None:
            if not _went_along(item_id, erased_at, snapshot):
                return None
        elif existing is None:
            return item_id
        elif existing.status == "hidden" and not _returns(existing, item, snapshot, undone=undone):
            return None
        elif all(getattr(existing, name) == getattr(item, name) for name in SAID):
            return item_id
        elif existing.status == "active":
            return item_id  # refused by the store, which says what cannot change
        revision += 1
        item_id = journal.short_hash(journal.canonical([item.id, revision]).encode())


def _went_along(item_id: str, erased_at: int, snapshot: Snapshot) -> bool:
    """Say whether an item was erased for what it came from, not for itself."""
    event = snapshot.tables.event(erased_at)
    return event is not None and item_id in json.loads(event.body or "{}").get(WENT_ALONG, ())


def _returns(existing: Item, item: Item, snapshot: Snapshot, *, undone: bool) -> bool:
    """Say whether a hidden item may be made again: nobody hid it for itself."""
    source = existing.attrs.get(HIDDEN_WITH)
    if source is not None:
        return source not in item.sources
    event = snapshot.tables.event(existing.visible_from)
    if not undone or event is None or event.op != "undo":
        return False
    made = snapshot.tables.event(json.loads(event.body)["undoes"])
    return made is not None and made.op in {"learn", "consolidate"}
