"""Which versions answer a question about a slot, best first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from mnemos.ingest.facts.asked import Asked, telling
from mnemos.ingest.facts.timeline import Version, current, past, valid_at

#: What a slot that the question names is worth against telling words shared with it.
_NAMED = 10


def find(
    timelines: Mapping[tuple[str, str], Iterable[Version]],
    asked: Asked,
    moment: datetime | None = None,
) -> tuple[Version, ...]:
    """Return the versions that answer, best first; empty if none is known.

    Args:
        timelines: Versions by subject and slot.
        asked: What is asked.
        moment: What was true then; None is now, or what is over for a question about the past.
    """
    found: list[tuple[int, int, Version]] = []
    for (subject, slot), versions in timelines.items():
        if subject.casefold() != asked.subject.casefold():
            continue
        worth = _worth(slot, versions, asked)
        if worth > 0:
            held = _held(versions, asked, moment)
            found += [(-worth, place, version) for place, version in enumerate(held)]
    found.sort(key=lambda one: (one[0], one[1], one[2].fact.turn, one[2].fact.span))
    return tuple(version for _, _, version in found)


def _held(
    versions: Iterable[Version], asked: Asked, moment: datetime | None
) -> tuple[Version, ...]:
    listed = tuple(versions)
    if moment is not None:
        return valid_at(listed, moment)
    if asked.tense == "past":
        return past(listed) or current(listed)
    return current(listed)


def _worth(slot: str, versions: Iterable[Version], asked: Asked) -> int:
    """Return how well a slot fits: its place among those asked for, then shared words."""
    words = telling(re.findall(r"[\w'-]+", slot.lower()))
    shared = len(words & asked.words)
    if slot in asked.slots:
        return _NAMED * (len(asked.slots) - asked.slots.index(slot)) + shared
    said = frozenset[str]().union(
        *(telling(re.findall(r"[\w'-]+", one.fact.words.lower())) for one in versions)
    )
    return shared * 3 + len(said & asked.words - words) if shared else 0
