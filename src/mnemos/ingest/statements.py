"""What turns state, each with the turns that it comes from: by a model or by rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mnemos.ingest.derive import made
from mnemos.ingest.labels import paragraphs, unknown
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.text.sentences import is_question, sentences
from mnemos.types import JSON, Item

#: Who does not tell of themselves.
OTHERS = frozenset({"assistant", "system", "tool"})
#: Characters of a statement.
LONGEST = 800
#: Content terms of a sentence that says something: "Hiking!" may, "Oh, thanks!" does not.
LEAST_TERMS = 2


@dataclass(frozen=True)
class Statement:
    """Something that turns say, and their labels, from 1 on, the most telling first."""

    text: str
    turns: tuple[int, ...]


@dataclass(frozen=True)
class Facts:
    """What some turns tell."""

    facts: tuple[Statement, ...]


def wrong_statement(stated: Sequence[Statement], count: int, most: int) -> str | None:
    """Say what is wrong with statements of a reply; None if nothing is.

    Args:
        stated: The statements.
        count: How many turns were shown.
        most: How many statements there may be.
    """
    if len(stated) > most:
        return f"{len(stated)} statements are too many; {most} will do"
    if any(not 0 < len(each.text.strip()) <= LONGEST for each in stated):
        return f"each text has from 1 to {LONGEST} characters"
    if not all(each.turns for each in stated):
        return "each text comes from one turn at least"
    return unknown((label for each in stated for label in each.turns), count)


def stated_items(
    stated: Sequence[Statement], turns: Sequence[Item], *, kind: str, recipe: str
) -> Iterator[Item]:
    """Return statements as items that cite the turns they name."""
    for ordinal, each in enumerate(stated):
        sources = [turns[label - 1] for label in each.turns]
        yield made(
            each.text.strip(),
            kind=kind,
            sources=sources,
            recipe=recipe,
            now=sources[0].recorded_at,
            ordinal=ordinal,
        )


def told(
    turns: Sequence[Item],
    shown: Sequence[str],
    task: Task,
    decide: Decide,
    *,
    terms: Callable[[str], Sequence[str]],
    most: int,
) -> list[tuple[str, tuple[Item, ...]]]:
    """Return the facts that a model lists of some turns, each with its turns, each once.

    Without a model they are the users' own statements.

    Args:
        turns: In their order.
        shown: What a model is shown of each.
        task: What it is asked.
        decide: Asks it.
        terms: Of a text, as an analyzer makes them.
        most: Statements of one turn, without a model.
    """

    def wrong(said: Facts) -> str | None:
        if any(not fact.text.strip() or not fact.turns for fact in said.facts):
            return "a fact has a text, and one turn at least"
        return unknown((label for fact in said.facts for label in fact.turns), len(turns))

    def own() -> Facts:
        return Facts(
            tuple(
                Statement(text, (label,))
                for label, turn in enumerate(turns, 1)
                if turn.role not in OTHERS
                for text in statements(turn.text, terms, most)
            )
        )

    inputs: dict[str, JSON] = {"turns": paragraphs(turns, shown, dated=True)}
    listed = decide(task, inputs, Facts, own, wrong).facts
    return [
        (fact.text.strip(), tuple(turns[label - 1] for label in dict.fromkeys(fact.turns)))
        for fact in dict.fromkeys(listed)
    ]


def statements(
    text: str, terms: Callable[[str], Sequence[str]], most: int, least_terms: int = LEAST_TERMS
) -> list[str]:
    """Return the sentences that state something, in order; neighbours together if there are many.

    Args:
        text: What somebody said.
        terms: Of a text, as an analyzer makes them.
        most: So many statements at most, 1 or more: beyond, each is a run of sentences.
        least_terms: Different terms of a sentence that counts.

    >>> said = "Oh wow! I moved to Oslo. Did you know? Ann found me a flat. It has a balcony."
    >>> statements(said, lambda text: [word for word in text.split() if len(word) > 3], 9)
    ['I moved to Oslo.', 'Ann found me a flat.']
    >>> statements(said, str.split, 2)
    ['Oh wow! I moved to Oslo.', 'Ann found me a flat. It has a balcony.']
    """
    if most < 1:
        raise ValueError(f"a text is told in 1 or more statements, not in {most}")
    own = [text[start:stop] for start, stop in sentences(text)]
    stated = [
        each for each in own if not is_question(each) and len(set(terms(each))) >= least_terms
    ]
    each = -(-len(stated) // most) or 1
    return [" ".join(stated[start : start + each]) for start in range(0, len(stated), each)]
