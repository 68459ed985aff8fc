"""What of a question can be looked for again: its words and days that no evidence answers yet.

The rules by which MemR³ (arXiv:2512.20237) is run without a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemos.recall.asked import Asked, analyzer_of
from mnemos.recall.days import DAY, microseconds
from mnemos.recall.gaps import best_sentence, missing
from mnemos.store.base import Reader
from mnemos.types import Item

#: Words of asking ("mention", "kind") weigh less than this: no evidence need hold them.
LEAST_WEIGHT = 0.5
#: People tell of a day up to so many days after.
TOLD_WITHIN = 3 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is not answered yet.

    Args:
        terms: In the question's order.
        days: Times on which no evidence was said, in the question's words.
    """

    terms: tuple[str, ...]
    days: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.terms) + len(self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What evidence should hold.

    Args:
        question: As it was put.
        asked: The question, read.
        terms: Its terms that stand anywhere in this memory, but those of days.
        names: Of the people that it names.
        language: Of the memory.
    """

    question: str
    asked: Asked
    terms: tuple[str, ...]
    names: tuple[str, ...]
    language: str

    def left(self, evidence: Sequence[Item]) -> Left:
        """Return what no evidence answers yet; of each its best sentence counts, and its day."""
        terms = analyzer_of(self.language).terms
        told = [best_sentence(item.text, self.terms, terms) for item in evidence]
        said = [microseconds(item.said_at) for item in evidence]
        days = [
            self.question[slice(*mention.span)]
            for mention in self.asked.mentions
            if not any(
                microseconds(mention.start) <= each < microseconds(mention.end) + TOLD_WITHIN
                for each in said
            )
        ]
        return Left(terms=tuple(missing(self.terms, told, terms)), days=tuple(days))

    def again(self, left: Left) -> str:
        """Return a question for what is left alone, with the names of the people it is about."""
        analyzer = analyzer_of(self.language)
        own = [
            word
            for word in self.asked.rest.split()
            if not set(left.terms).isdisjoint(analyzer.query_terms(word))
        ]
        return " ".join(dict.fromkeys([*self.names, *own, *left.days]))


def wanted(question: str, asked: Asked, reader: Reader) -> Wanted:
    """Return what evidence for a question should hold."""
    analyzer = analyzer_of(reader.language)
    dated = {
        term
        for mention in asked.mentions
        for term in analyzer.query_terms(question[slice(*mention.span)])
    }
    terms = [term for term, weight in asked.terms if weight >= LEAST_WEIGHT and term not in dated]
    known = reader.index.postings(terms)
    return Wanted(
        question=question,
        asked=asked,
        terms=tuple(term for term in terms if term in known),
        names=tuple(reader.speakers[number] for number in asked.people),
        language=reader.language,
    )
