"""Who was spoken of before a turn, and by which names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mnemos.ingest.facts.classes import PARTNERS, RELATIONS
from mnemos.ingest.facts.fact import Fact

_SHE = frozenset(
    "mother grandmother sister aunt niece daughter wife girlfriend".split()  # noqa: SIM905
)
_HE = frozenset("father grandfather brother uncle nephew son husband boyfriend".split())  # noqa: SIM905
_RELATIONS = frozenset(RELATIONS.values())


class Scene:
    """Who was spoken of: what "she" means, and which names stand for which relations.

    Args:
        speaker: Who speaks.
        known: What was told before; not looked at before somebody is named by a relation.
        before: Finds who was spoken of last before the turn; asked once, by the first "she".
    """

    __slots__ = ("_aliases", "_before", "_known", "_last", "speaker")

    def __init__(
        self,
        speaker: str,
        known: Sequence[Fact] = (),
        before: Callable[[Scene], str] = lambda _: "",
    ) -> None:
        self.speaker = speaker
        self._known = known
        self._before = before
        self._aliases: dict[str, str] | None = None
        self._last: str | None = None

    @property
    def last(self) -> str:
        """Who was spoken of last; empty for nobody, or the speaker."""
        if self._last is None:
            found = self._before(self)
            self._last = "" if found == self.speaker else found
        return self._last

    @last.setter
    def last(self, who: str) -> None:
        self._last = who

    def named(self, who: str) -> str:
        """Return the name of a relation ("Ann's sister") where it was told, else as it is."""
        if self._aliases is None:
            self._aliases = aliases(self._known)
        return self._aliases.get(who, who)

    def pronoun(self, word: str) -> str:
        """Return whom he, she or they means, or nobody."""
        if not self.last:
            return self._only(word)
        if self.last.endswith("parents"):
            return ""
        relation = self.last.rpartition("'s ")[2]
        if (word in {"she", "her"} and relation in _HE) or (
            word in {"he", "his"} and relation in _SHE
        ):
            return ""
        return self.last

    def _only(self, word: str) -> str:
        """Return the only relation of the speaker that was ever told of and that fits."""
        fitting = _SHE if word in {"she", "her"} else _HE
        found = dict.fromkeys(
            one.subject for one in self._known if one.by == self.speaker and "'s " in one.subject
        )
        fits = [who for who in found if who.rpartition("'s ")[2] in fitting]
        return fits[0] if len(found) == 1 and fits else ""


def aliases(known: Sequence[Fact]) -> dict[str, str]:
    """Return the name of each relation, where it was told and is the only one."""
    named: dict[str, set[str]] = {}
    for fact in known:
        relations = PARTNERS if fact.slot == "partner" else {fact.slot} & _RELATIONS
        for relation in relations:
            who = f"{fact.subject}'s {relation}"
            if fact.slot == "partner" and fact.act in {"change", "end"}:
                named[who] = set()
            if fact.value and fact.holds and fact.act != "end":
                named.setdefault(who, set()).add(fact.value)
    return {who: min(names) for who, names in named.items() if len(names) == 1}
