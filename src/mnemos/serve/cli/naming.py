"""Which item someone means: by its id, the beginning of one, or the message's own ref."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mnemos import Erased, Item, Memory, NotFound
from mnemos.serve.cli.exits import NOTHING, USAGE, Refused
from mnemos.types import Status

#: Shorter beginnings of ids name too many items.
MIN_PREFIX = 4
#: So many of several items that may be meant are named.
NAMED = 5
PAGE = 1_000
HINT = (
    "give a ref, an id, or the first 4 characters or more of one; mnemos recall and browse show "
    "them, and mnemos log --json those of what is hidden"
)
#: What these events made is active unless another event touched it.
_ADDING = frozenset({"remember", "sync"})


@dataclass(frozen=True, slots=True)
class _Known:
    """An item as far as naming it goes."""

    id: str
    ref: str | None
    status: Status


def meant(memory: Memory, given: Iterable[str], *, prefer: Status = "active") -> tuple[str, ...]:
    """Return the ids of the items that are meant.

    Args:
        memory: Where they are.
        given: Ids, beginnings of ids, or refs.
        prefer: Items of this status go before others of the same name.

    Raises:
        Refused: One names no item, or several.
        Erased: One was the id of an item.
    """
    known: list[_Known] = []
    found = []
    for name in given:
        if _is_id(memory, name):
            found.append(name)
            continue
        if not known:
            known += _all(memory)
        found.append(_one(name, known, prefer))
    return tuple(dict.fromkeys(found))


def _is_id(memory: Memory, name: str) -> bool:
    try:
        memory.get(name)
    except Erased:
        raise
    except NotFound:
        return False
    return True


def _one(name: str, known: list[_Known], prefer: Status) -> str:
    fitting = [each for each in known if each.ref == name]
    if not fitting and len(name) >= MIN_PREFIX:
        fitting = [each for each in known if each.id.startswith(name)]
    fitting = [each for each in fitting if each.status == prefer] or fitting
    if not fitting:
        what = f"no item has the ref or the id {name!r}"
        raise Refused(f"{what}, nor an id that begins so", NOTHING, HINT)
    if len(fitting) > 1:
        ids = ", ".join(each.id for each in fitting[:NAMED])
        more = f" and {len(fitting) - NAMED:,} more" if len(fitting) > NAMED else ""
        raise Refused(f"{name!r} may be any of {ids}{more}", USAGE, "give one of these ids")
    return fitting[0].id


def _all(memory: Memory) -> Iterator[_Known]:
    """Yield the active items, page by page, then what events have made anything else of."""
    active = set()
    after = None
    while True:
        page = memory.browse(after=after, limit=PAGE)
        for item in page.items:
            active.add(item.id)
            yield _known(item)
        after = page.after
        if after is None:
            break
    for item_id in _touched(memory):
        if item_id not in active:
            try:
                yield _known(memory.get(item_id))
            except NotFound:  # erased since
                continue


def _touched(memory: Memory) -> Iterable[str]:
    touched: dict[str, None] = {}
    before = None
    while events := memory.log(PAGE, before=before):
        for event in events:
            if event.op not in _ADDING:
                touched.update(dict.fromkeys(event.items))
        before = events[-1].seq
    return touched


def _known(item: Item) -> _Known:
    return _Known(item.id, item.ref, item.status)
