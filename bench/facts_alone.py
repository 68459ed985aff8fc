"""The rules that read facts, by themselves, as something that answers the checks of updates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from bench.shown import Shown
from bench.updates_set import Check, Update
from mnemos.ingest.facts.asked import asked
from mnemos.ingest.facts.fact import Said
from mnemos.ingest.facts.find import find
from mnemos.ingest.facts.read import read_all
from mnemos.ingest.facts.timeline import Version, timeline


class FactsAlone:
    """Reads a scenario's turns and answers from nothing but the facts in them."""

    def __init__(self) -> None:
        self._told: tuple[str, dict[tuple[str, str], tuple[Version, ...]]] = ("", {})

    def answers(self, update: Update, check: Check) -> Sequence[Shown]:
        """Return the lines of the facts that answer, best first."""
        versions = self._versions(update)
        wanted = asked(check.question)
        if wanted is None:
            return []
        moment = check.valid_at if check.type == "as_of" else None
        found = find(versions, wanted, moment)
        shared = _shared(found)
        return [
            Shown(
                text=_line(one, shared), turns=(int(one.fact.turn),), over=one.valid_to is not None
            )
            for one in found
        ]

    def facts(self, update: Update, about: str) -> Sequence[str]:
        """Return the lines of what was ever true of someone."""
        return [
            _line(one, _shared(versions))
            for (subject, _), versions in self._versions(update).items()
            for one in versions
            if subject.casefold() == about.casefold() and one.status not in {"corrected", "planned"}
        ]

    def _versions(self, update: Update) -> dict[tuple[str, str], tuple[Version, ...]]:
        if self._told[0] != update.name:
            self._told = (update.name, timeline(read_all(said(update))))
        return self._told[1]


def said(update: Update) -> list[Said]:
    """Return a scenario's turns as the rules read them."""
    return [
        Said(
            ref=str(place),
            text=turn.text,
            said_at=turn.said_at or datetime.min,  # noqa: DTZ901 - scenarios always say when
            speaker="" if turn.speaker in {None, "user", "assistant"} else str(turn.speaker),
            role="assistant" if turn.speaker == "assistant" else "user",
            session=turn.session,
        )
        for place, turn in enumerate(update.turns)
    ]


def _line(version: Version, shared: frozenset[tuple[str, tuple[int, int]]]) -> str:
    if (version.fact.turn, version.fact.span) in shared:
        return version.fact.line  # its words tell the rest of the list, too
    return f"{version.fact.line} — {version.fact.words}"


def _shared(versions: Iterable[Version]) -> frozenset[tuple[str, tuple[int, int]]]:
    """Return the places in turns that tell several values of one slot."""
    places = Counter((one.fact.turn, one.fact.span) for one in versions)
    return frozenset(place for place, count in places.items() if count > 1)
