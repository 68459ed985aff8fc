"""Which turns say what a question asks for, by the facts that were read from them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import numpy as np

from mnemos.ingest.facts import stored
from mnemos.ingest.facts.asked import Asked, asked, slots_of, telling
from mnemos.ingest.facts.fact import USER
from mnemos.ingest.facts.find import find
from mnemos.ingest.facts.timeline import Version
from mnemos.ingest.facts.verbs import FORMS
from mnemos.store.base import ROLES, Reader
from mnemos.text.dates import mentions
from mnemos.types import Query

#: More turns than this do not answer one question about a slot: it asks for something else.
MOST = 5
#: Words that a question may hold beside what it asks for.
ABOUT_NOTHING = frozenset(
    "kind type name current currently right day time old much of for usually until".split()  # noqa: SIM905
)
#: Questions that no slot answers.
_OTHERWISE = re.compile(r"\W*(?:why|would|could|should)\b", re.IGNORECASE)


def told(query: Query, reader: Reader, recipe: str) -> tuple[str, ...]:
    """Return the ids of the turns whose facts answer a question, best first.

    Empty for a question that asks for nobody's slot, and where nothing is known of it.
    """
    if recipe not in reader.recipes:
        return ()
    wanted = wanted_of(query.question, reader)
    if wanted is None or not wanted.slots or _OTHERWISE.match(query.question):
        return ()
    known = stored.timelines(stored.of(reader, recipe, query.scope, wanted.subject))
    versions = find(known, wanted, moment=_moment(query, wanted))
    answering = [version for version in versions if _explains(version, wanted)]
    return tuple(dict.fromkeys(version.fact.turn for version in answering))[:MOST]


def _explains(version: Version, wanted: Asked) -> bool:
    """Tell whether all that a question says beside whom it is about asks for this fact's slot.

    "Where does Ann live?" asks for Ann's home; "Where does Ann live when she trains?" for more than
    her home says, and is left to recall.
    """
    fact = version.fact
    if wanted.tense == "past" and not wanted.words and not wanted.before:
        return False  # "What did Ann do in March?" asks for no job
    own = telling(f"{fact.slot} {fact.words} {fact.value}")
    besides = wanted.words - own - ABOUT_NOTHING
    if fact.slot not in wanted.slots and not wanted.words & own:
        return False
    lemmas = {_lemma(word) for word in own}
    return all(_lemma(word) in lemmas or slots_of(word) for word in besides)


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
