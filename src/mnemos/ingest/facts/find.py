"""Which versions answer a question about a slot, best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mnemos.ingest.facts.asked import Asked, telling
from mnemos.ingest.facts.timeline import Version, current, is_in, past, valid_at

_AT_FIRST = frozenset({"beginning", "first", "originally", "initially"})
#: What a slot that the question names is worth against telling words shared with it.
_NAMED = 10


def find(
    timelines: Mapping[tuple[str, str], Iterable[Version]],
    asked: Asked,
    moment: datetime | None = None,
    now: datetime | None = None,
) -> tuple[Version, ...]:
    """Return the versions of the slot that answers best, latest first; empty if none is known.

    Args:
        timelines: Versions by subject and slot.
        asked: What is asked.
        moment: What was true then; None is now, or what is over for a question about the past.
        now: When it is asked; None is after all that was said.
    """
    found: dict[int, list[Version]] = {}
    for (subject, slot), versions in timelines.items():
        if subject.casefold() != asked.subject.casefold():
            continue
        worth = _worth(slot, versions, asked)
        if worth > 0 and (held := _held(versions, asked, moment, now)):
            found.setdefault(worth, []).extend(held)
    return tuple(found[max(found)]) if found else ()


def _held(
    versions: Iterable[Version], asked: Asked, moment: datetime | None, now: datetime | None
) -> list[Version]:
    listed = tuple(versions)
    if moment is not None:
        held = valid_at(listed, moment)
    elif asked.tense == "past":
        held = tuple(one for one in past(listed) if one.fact.holds) or current(listed, now)
        if _AT_FIRST & asked.words:
            held = held[::-1]
        if asked.before:
            held = tuple(one for one in held if not is_in(asked.before, one.fact.value)) or held
    else:
        held = current(listed, now)
    affirmed = [one for one in held if one.fact.holds]
    lists = any(one.fact.kind == "list" for one in held)
    return affirmed if lists and affirmed and not asked.whether else list(held)


def _worth(slot: str, versions: Iterable[Version], asked: Asked) -> int:
    """Return how well a slot fits: its place among those asked for, then shared words."""
    words = telling(slot)
    shared = len(words & asked.words)
    if slot in asked.slots:
        return _NAMED * (len(asked.slots) - asked.slots.index(slot)) + shared
    said = frozenset[str]().union(*(telling(one.fact.words) for one in versions))
    if shared:
        return shared * 3 + len(said & asked.words - words)
    return 1 if said & asked.words else 0
