"""Which turns say what a question asks for, by the facts that were read from them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from mnemos.ingest.facts import stored
from mnemos.ingest.facts.asked import Asked, asked, asking, telling
from mnemos.ingest.facts.fact import USER
from mnemos.ingest.facts.find import find
from mnemos.ingest.facts.timeline import Version, current, is_in
from mnemos.ingest.facts.verbs import FORMS
from mnemos.store.base import ROLES, Reader
from mnemos.text.dates import mentions
from mnemos.types import Query

#: More turns than this do not answer one question about a slot: it asks for something else.
MOST = 5
#: Words that a question may hold beside what it asks for.
ABOUT_NOTHING = frozenset(
    """
    kind type sort name current currently right day time old much of for usually until beginning
    first originally initially present moment day these nowadays exactly actually anymore latest
    newest recent recently lately tell remind know please remember keep long exact far yet
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
#: Questions that no slot answers.
Timelines = Mapping[tuple[str, str], Sequence[Version]]
#: What is liked most, or of a kind, is more than the one thing that a fact tells.
_OF_MANY = re.compile(r"\b(?:most|best|least|kinds?|sorts?|types?)\b")
#: "Before travelling to Rome" asks for a stay, and not for what a slot held before.
_EPISODE = re.compile(r"(?!moving|becoming|starting|switching|joining|getting)[a-z]+ing\b")
_OTHERWISE = re.compile(
    r"\W*(?:why|would|could|should|(?:for )?how (?:long|often|come|did)|since when"
    r"|when (?:did|has|have))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What facts say of the turns that could answer a question; turns by id.

    Args:
        first: Those that say what is asked for, best first.
        instead: What was said → the turn that says what is so instead, where the question touches
            upon it.
    """

    first: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)


def told(query: Query, reader: Reader, recipe: str) -> Told:
    """Return which turns answer a question by the facts that were read from them.

    Empty for a question that asks for nobody's slot, and where nothing is known of it.
    """
    if recipe not in reader.recipes:
        return Told()
    wanted = wanted_of(query.question, reader)
    if wanted is None or _OTHERWISE.match(query.question):
        return Told()
    known = stored.timelines(stored.of(reader, recipe, query.scope, wanted.subject))
    if not known:
        return Told()
    return Told(first=_first(known, wanted, query), instead=_instead(known, wanted))


def _first(known: Timelines, wanted: Asked, query: Query) -> tuple[str, ...]:
    found = find(known, wanted, moment=_moment(query, wanted))
    answering = [one for one in found if _explains(one, known[one.key], wanted)]
    return tuple(dict.fromkeys(one.fact.turn for one in answering))[:MOST]


def _instead(known: Timelines, wanted: Asked) -> Mapping[str, str]:
    """Return, for what is over, the turn that says what is so now; nothing of the past."""
    if wanted.tense == "past":
        return {}
    found: dict[str, str] = {}
    for (_, slot), versions in known.items():
        if slot not in wanted.slots and not wanted.words & _own(slot, versions):
            continue
        held = current(versions)
        for old in versions:
            new = next((one for one in held if _follows(one, old)), None)
            if old.status in {"superseded", "corrected"} and new is not None:
                found[old.fact.turn] = new.fact.turn
    holding = {one.fact.turn for versions in known.values() for one in current(versions)}
    return {old: new for old, new in found.items() if old not in holding}


def _follows(new: Version, old: Version) -> bool:
    """Tell whether one version took the place of another: of a list, only what ends it does."""
    if new.fact.said_at < old.fact.said_at or new.fact.turn == old.fact.turn:
        return False
    named = f"{new.fact.value} {new.fact.instead_of}"
    return new.fact.kind != "list" or is_in(old.fact.value, named)


def _explains(version: Version, versions: Sequence[Version], wanted: Asked) -> bool:
    """Tell whether all that a question says beside whom it is about asks for this fact's slot.

    "Where does Ann live?" asks for Ann's home; "Where does Ann live when she trains?" for more than
    her home says, and is left to recall. What the slot held before explains a word as well.
    """
    slot = version.fact.slot
    if wanted.tense == "past" and not wanted.words and not wanted.before:
        return False  # "What did Ann do in March?" asks for no job
    if version.fact.kind == "list" and not version.fact.holds and not wanted.whether:
        return False  # who asks for pets wants none that one never had
    own = _own(slot, versions)
    if version.fact.kind == "event":  # what else is told of it may be told elsewhere again
        own = telling(slot) | {word for word in own if word in FORMS}
    if slot not in wanted.slots and not wanted.words & own:
        return False
    if slot == "likes" and _OF_MANY.search(wanted.rest) is not None:
        return False
    if _EPISODE.match(wanted.before) is not None:
        return False
    own |= telling(" ".join(words for one, words in asking(wanted.rest) if one == slot))
    lemmas = {_lemma(word) for word in own}
    return all(_lemma(word) in lemmas for word in wanted.words - own - ABOUT_NOTHING)


def _own(slot: str, versions: Sequence[Version]) -> frozenset[str]:
    """Return the telling words of a slot and of all that was ever said of it."""
    said = " ".join(f"{one.fact.words} {one.fact.value}" for one in versions)
    return telling(f"{slot} {said}")


def _lemma(word: str) -> str:
    form = FORMS.get(word)
    return word if form is None else form.lemma


def wanted_of(question: str, reader: Reader) -> Asked | None:
    """Return what a question asks for; "I" is the only user with a name, or "user"."""
    wanted = asked(question)
    if wanted is None or wanted.subject.partition("'s ")[0] != USER:
        return wanted
    return replace(wanted, subject=_asker(reader) + wanted.subject[len(USER) :])


def _asker(reader: Reader) -> str:
    index = reader.index
    said = (index.docs["role"] == ROLES.index("user")) & (index.columns.recipe == 0)
    names = np.unique(index.docs["speaker"][said])
    alone = len(names) == 1 and int(names[0]) in reader.speakers
    return reader.speakers[int(names[0])] if alone else USER


def _moment(query: Query, wanted: Asked) -> datetime | None:
    """Return the moment that a question about the past names; None if it names none."""
    if wanted.tense != "past":
        return None
    named = mentions(query.question, query.asked_at)
    return named[0].start if named else None
