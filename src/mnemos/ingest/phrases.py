"""A graph of phrases: what facts are about, which turns hold it, which facts join two of them.

A phrase is one item for each user and agent, however many turns hold it: it is found again by its
words in the index of what its recipe made, at no cost that grows with the memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from mnemos.ingest.derive import made
from mnemos.store.base import Reader
from mnemos.text.terms import Analyzer
from mnemos.types import JSON, Delta, Item, Link, Scope

PHRASE, FACT = "phrase", "fact"
CONTAINS, JOINS = "contains", "joins"
#: Rows that a fact may bring: itself, two phrases, two that its turn holds, one that joins them.
FACT_ROWS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a turn states."""

    turn: Item
    subject: str
    relation: str
    object: str

    @property
    def text(self) -> str:
        """The fact as a text."""
        return " ".join(f"{self.subject} {self.relation} {self.object}".split())


def folded(phrase: str) -> str:
    """Return what two spellings of one phrase have in common.

    >>> folded("Adoption  Agencies") == folded("adoption agencies")
    True
    """
    return " ".join(phrase.split()).casefold()


def find(
    phrases: Iterable[str], reader: Reader, recipe: str, analyzer: Analyzer, scope: Scope
) -> dict[str, Item]:
    """Return the phrases that are known already, by what ``folded`` makes of them.

    Args:
        phrases: As they are written.
        reader: The snapshot.
        recipe: Who made them.
        analyzer: Of the space's language.
        scope: Whose user and agent they must be of.
    """
    terms = {folded(each): analyzer.terms(each) for each in phrases}
    index = reader.derived(recipe)
    postings = index.postings(list({term for own in terms.values() for term in own}))
    kinds = [no for no, kind in reader.kinds.items() if kind == PHRASE]
    found: list[int] = []
    for own in terms.values():
        if own and all(term in postings for term in own):
            docs = reduce(np.intersect1d, [postings[term].docs for term in own])
            rows = index.docs[docs]
            same = np.isin(rows["kind"], kinds) & (rows["length"] == len(own))
            found += docs[same].tolist()
    items = {
        folded(item.text): item
        for item in reversed(reader.items(sorted(set(found))))
        if item.status == "active"
        and (item.scope.user, item.scope.agent) == (scope.user, scope.agent)
    }
    return {each: items[each] for each in terms if each in items}


def grow(
    stated: Sequence[Stated],
    reader: Reader,
    recipe: str,
    analyzer: Analyzer,
    attrs: Callable[[Sequence[str]], Sequence[Mapping[str, JSON]]],
) -> Delta:
    """Return what facts add to a graph: items of kinds "phrase" and "fact", and links.

    Statements about what no word names are left out.

    Args:
        stated: In the order of turns, all of one user and agent.
        reader: The snapshot.
        recipe: Who makes it.
        analyzer: Of the space's language.
        attrs: Gives the attributes of new phrases.
    """
    told = [each for each in stated if all(map(analyzer.terms, (each.subject, each.object)))]
    if not told:
        return Delta()
    written = {folded(text): text for each in told for text in (each.subject, each.object)}
    scope = Scope(user=told[0].turn.scope.user, agent=told[0].turn.scope.agent)
    known = find(written.values(), reader, recipe, analyzer, scope)
    new: dict[str, Item] = {}
    places: Counter[tuple[str, str]] = Counter()
    facts: list[Item] = []

    def item(text: str, kind: str, turn: Item, own: Mapping[str, JSON]) -> Item:
        ordinal = places[kind, turn.id]
        places[kind, turn.id] += 1
        return made(
            text,
            kind=kind,
            sources=[turn],
            recipe=recipe,
            now=turn.recorded_at,
            ordinal=ordinal,
            attrs=own,
        )

    for each in told:
        for text in (each.subject, each.object):
            if folded(text) not in {**known, **new}:
                phrase = item(" ".join(text.split()), PHRASE, each.turn, {})
                new[folded(text)] = replace(phrase, scope=scope)
        ends: dict[str, JSON] = {"subject": each.subject, "object": each.object}
        facts.append(item(each.text, FACT, each.turn, ends))
    rows = attrs([phrase.text for phrase in new.values()])
    phrases = [replace(one, attrs=dict(row)) for one, row in zip(new.values(), rows, strict=True)]
    ids = {name: one.id for name, one in {**known, **new}.items()}
    links = (*_contained(told, ids, recipe), *_joined(told, ids, reader, recipe))
    return Delta(items=(*phrases, *facts), links=links)


def _contained(told: Iterable[Stated], ids: Mapping[str, str], recipe: str) -> list[Link]:
    pairs = dict.fromkeys(
        (each.turn.id, ids[folded(text)]) for each in told for text in (each.subject, each.object)
    )
    return [
        Link(source=turn, target=phrase, type=CONTAINS, made_by=recipe) for turn, phrase in pairs
    ]


def _joined(
    told: Iterable[Stated], ids: Mapping[str, str], reader: Reader, recipe: str
) -> list[Link]:
    """Return a link between the ends of facts; it weighs as many facts as join them."""
    # From the object: the store looks through the links of a link's source, and a subject who
    # speaks all the time has thousands.
    pairs = Counter((ids[folded(each.object)], ids[folded(each.subject)]) for each in told)
    before = {
        (link.source, link.target): link.weight
        for end in dict.fromkeys(end for end, _ in pairs)
        for link in reader.links(end)
        if (link.made_by, link.type) == (recipe, JOINS)
    }
    return [
        Link(
            source=one,
            target=other,
            type=JOINS,
            made_by=recipe,
            weight=count + before.get((one, other), 0.0),
        )
        for (one, other), count in pairs.items()
        if one != other
    ]
