"""Memory, as something that answers the checks of updates: recall, and what it keeps of whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bench.shown import Shown
from bench.updates_set import Check, Update
from mnemos import Fact, Memory, Where

#: Questions are put so long after the last turn.
LATER = timedelta(days=1)
ROLES: Mapping[str | None, str] = {"user": "user", "assistant": "assistant"}
#: Hits that are looked at for values shown as if they held.
SHOWN = 10


class FactsInMemory:
    """Remembers a scenario's turns, one call a turn, by words alone."""

    def __init__(self) -> None:
        self._told = ""
        self._memory = Memory(":memory:", embedder=None)
        self._places: dict[str, int] = {}

    def answers(self, update: Update, check: Check) -> Sequence[Shown]:
        """Return facts of a moment, of lists and disputes; else the turns that recall puts first.

        Where no fact is known, turns answer as well: of a moment, those that were said by then. A
        turn is over if the context marks it as outdated.
        """
        memory = self._filled(update)
        asked_at = max(turn.said_at for turn in update.turns if turn.said_at) + LATER
        if check.type in {"as_of", "list", "disputed", "count"}:
            moment = check.valid_at if check.type == "as_of" else None
            found = self._lines(memory.facts(question=check.question, valid_at=moment))
            if found:
                return found
            asked_at = moment or asked_at
        recall = memory.recall(
            check.question, SHOWN, asked_at=asked_at, where=Where(said_to=asked_at)
        )
        return [
            Shown(text=hit.text, turns=(self._places[hit.id],), over=bool(hit.outdated))
            for hit in recall
        ]

    def _lines(self, facts: Iterable[Fact]) -> list[Shown]:
        return [
            Shown(
                text=f"{fact.text} — {fact.words}",
                turns=tuple(self._places[turn] for turn in fact.turns),
                over=fact.until is not None,
            )
            for fact in facts
        ]

    def facts(self, update: Update, about: str) -> Sequence[str]:
        """Return the lines of what was ever true of someone."""
        known = self._filled(update).facts(about, every=True)
        return [fact.text for fact in known if fact.status not in {"corrected", "planned"}]

    def _filled(self, update: Update) -> Memory:
        if self._told != update.name:
            self._told = update.name
            self._memory.close()
            self._memory = Memory(":memory:", embedder=None)
            self._places = {}
            for place, turn in enumerate(update.turns):
                message = {
                    "role": ROLES.get(turn.speaker, "user"),
                    "content": turn.text,
                    "timestamp": turn.said_at,
                }
                if turn.speaker not in ROLES:
                    message["name"] = turn.speaker
                receipt = self._memory.remember(message, session=turn.session)
                self._places[receipt.ids[0]] = place
            self._memory.learn()
        return self._memory
