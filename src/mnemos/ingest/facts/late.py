"""A fact that is read late: some of what its slot holds was said after it.

Rules read a turn when it is stored, a model long after that. What was said later keeps its place:
a fact put in before it holds until then, and no longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from mnemos.ingest.facts.fact import Fact
from mnemos.ingest.facts.timeline import Change, Version, reconcile, same_value

_STOOD = frozenset({"current", "superseded", "disputed"})


def told_late(
    before: Sequence[Version], after: Iterable[Version], fact: Fact
) -> tuple[Change, ...]:
    """Return what a fact changes among the versions of its subject and slot.

    Args:
        before: Those that were said no later than it.
        after: Those that were said later.
        fact: The new one.

    Returns:
        The changes; nothing where what was said later says as much, or reaches back beyond it.
    """
    begins = fact.true_from or fact.said_at
    later = [one for one in after if one.status in _STOOD and _concerns(one, fact, begins)]
    if not later:
        return reconcile(before, fact)
    following = min(later, key=lambda one: (one.valid_from, one.fact.said_at))
    again = same_value(following.fact, fact) and following.fact.holds == fact.holds
    if again or following.valid_from <= begins:
        return ()
    stood = [_reopened(one, following.valid_from) for one in before]
    whose = {id(one): known for one, known in zip(stood, before, strict=True)}
    found = []
    for change in reconcile(stood, fact):
        if change.op in {"NOOP", "DISPUTE"}:
            continue
        old = None if change.old is None else whose[id(change.old)]
        new = change.new if change.op == "END" else _until(change.new, following.valid_from)
        found.append(replace(change, old=old, new=new))
    return tuple(found)


def _concerns(version: Version, fact: Fact, begins: datetime) -> bool:
    """Tell whether what was said later bears on a fact: of a list, only what is the same."""
    if version.valid_to is not None and version.valid_to <= begins:
        return False
    return fact.kind != "list" or same_value(version.fact, fact)


def _reopened(version: Version, moment: datetime) -> Version:
    """Return a version as it stood before what was said later ended it."""
    if version.status != "superseded" or version.valid_to is None or version.valid_to < moment:
        return version
    return replace(version, status="current", valid_to=None)


def _until(version: Version | None, moment: datetime) -> Version | None:
    """Return a new version as it is over by what was said later; a plan holds nothing yet."""
    if version is None or version.status != "current" or version.valid_to is not None:
        return version
    return replace(version, status="superseded", valid_to=max(moment, version.valid_from))
