"""What turns state, as triples: a model's, or what patterns read and sentences name side by side.

The latter is what is left of open information extraction without a model (the fallback of
HippoRAG 2): of two names in a sentence, the words between them are the relation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mnemos.ingest.entities import entities
from mnemos.ingest.labels import unknown
from mnemos.ingest.phrases import Stated
from mnemos.ingest.triples import triples
from mnemos.text.sentences import sentences
from mnemos.types import Item

#: Words kept of what stands between two names: the last, which are next to the second.
BETWEEN = 6

#: Characters of a subject or object: what is longer names no one thing.
LONGEST = 160

Statement = tuple[str, str, str]


@dataclass(frozen=True)
class Triple:
    """What one turn states, by its label."""

    turn: int
    subject: str
    relation: str
    object: str


@dataclass(frozen=True)
class Triples:
    """What a run of turns states."""

    triples: tuple[Triple, ...]


def wrong_triples(found: Triples, count: int) -> str | None:
    """Say what is wrong with a model's triples of so many turns; None if nothing is."""
    for each in found.triples:
        if any(not 0 < len(text.strip()) <= LONGEST for text in (each.subject, each.object)):
            return f"subjects and objects have from 1 to {LONGEST} characters"
    return unknown((each.turn for each in found.triples), count)


def stated_by(turns: Sequence[Item], found: Triples) -> list[Stated]:
    """Return triples with the turns that state them, in the order of the turns."""
    return [
        Stated(
            turn=turns[each.turn - 1],
            subject=each.subject,
            relation=each.relation,
            object=each.object,
        )
        for each in sorted(found.triples, key=lambda each: each.turn)
    ]


def by_rules(turns: Sequence[Item]) -> Triples:
    """Return what turns, or paragraphs with a title, state as far as rules read it."""
    return Triples(
        tuple(
            Triple(label, *statement)
            for label, turn in enumerate(turns, 1)
            for statement in statements(
                turn.text, str(turn.attrs.get("title") or turn.speaker or turn.role or "somebody")
            )
            if all(0 < len(each.strip()) <= LONGEST for each in statement[::2])
        )
    )


def statements(text: str, about: str, known: tuple[str, ...] = ()) -> list[Statement]:
    """Return (subject, relation, object) of what a text states or names, each once, in order.

    Args:
        text: English, or what writes only names with capitals.
        about: Who speaks, or the title: what a sentence that names but one thing tells it of.
        known: Words that are names wherever they stand.

    >>> statements("I live in Oslo. Great: Tom took me to the Munch Museum!", "Ann")
    [('Ann', 'live in', 'Oslo'), ('Ann', 'Great', 'Tom'), ('Tom', 'took me to the', 'Munch Museum')]
    """
    read = triples(text, about)
    taken = {triple.span for triple in read}
    found = [
        (
            (triple.span),
            (triple.subject, _relation(triple.relation, denies=triple.denies), triple.object),
        )
        for triple in read
    ]
    for start, stop in sentences(text):
        if (start, stop) in taken:
            continue
        sentence = text[start:stop]
        named = [name for name in entities(sentence, known) if name.casefold() != about.casefold()]
        at, places = 0, []
        for name in named:
            first = sentence.find(name, at)
            if first >= 0:
                places.append((name, first, first + len(name)))
                at = first + len(name)
        for (one, _, end), (other, first, _) in pairwise([(about, 0, 0), *places]):
            between = " ".join(sentence[end:first].split()[-BETWEEN:]).strip(" ,;:.!?-–—\"'")
            found.append(((start, stop), (one, between, other)))
    found.sort(key=lambda each: each[0])
    return list(dict.fromkeys(statement for _, statement in found))


def _relation(relation: str, *, denies: bool) -> str:
    return f"not {relation}" if denies else relation
