"""What can be thought of what was said: sentences, with (head, relation, tail) where there is one.

TiM (arXiv:2311.08719) asks a model for them. By rules a turn gives the sentences that state
something simple, or, if none does, the one with most words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemos.ingest.triples import triples
from mnemos.text.sentences import is_question, sentences
from mnemos.types import Item

#: Thoughts of a turn at most, so that those of thousands of turns are one change.
MOST_THOUGHTS = 3
#: Words from which a sentence that states nothing simple is worth keeping.
LEAST_WORDS = 4


@dataclass(frozen=True)
class Thought:
    """One sentence, and what it says as a triple; its three parts are empty if it is none."""

    line: int
    text: str
    head: str = ""
    relation: str = ""
    tail: str = ""
    denies: bool = False


def by_rules(turns: Sequence[Item]) -> list[Thought]:
    """Return the thoughts of turns, labelled by their places from 1 on.

    >>> from mnemos.ingest.thoughts import stated
    >>> stated("Oh! Rex dug up the whole garden again. I live in Oslo.", "Ann", 1)[0].text
    'I live in Oslo.'
    """
    return [
        thought
        for line, turn in enumerate(turns, 1)
        for thought in stated(turn.text, turn.speaker or turn.role or "", line)
    ]


def stated(text: str, speaker: str, line: int) -> list[Thought]:
    """Return the thoughts of one text."""
    simple = [
        Thought(
            line=line,
            text=text[slice(*each.span)],
            head=each.subject,
            relation=each.relation,
            tail=each.object,
            denies=each.denies,
        )
        for each in triples(text, speaker)
    ]
    if simple:
        return simple[:MOST_THOUGHTS]
    told = [text[start:stop] for start, stop in sentences(text)]
    told = [each for each in told if not is_question(each) and len(each.split()) >= LEAST_WORDS]
    return [Thought(line, max(told, key=lambda each: len(each.split())))] if told else []
