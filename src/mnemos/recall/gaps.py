"""What a question asks for and the evidence does not hold yet: whether to look again, and for what.

MemR³ (arXiv:2512.20237) has a model list evidence and gaps, and stops when nothing is missing. Here
terms stand for both: the gap is the question's terms that no evidence holds, and evidence is the
best sentence of each hit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from mnemos.text.sentences import sentences

Terms = Callable[[str], Sequence[str]]


def missing(asked: Sequence[str], evidence: Iterable[str], terms: Terms) -> list[str]:
    """Return the terms of a question that no evidence holds, in their order, each once.

    Args:
        asked: The question's terms.
        evidence: Texts.
        terms: Of a text, as an analyzer makes them.

    >>> missing(["dog", "oslo", "dog"], ["a dog barks"], str.split)
    ['oslo']
    """
    held = {term for text in evidence for term in terms(text)}
    return [term for term in dict.fromkeys(asked) if term not in held]


def best_sentence(
    text: str, asked: Sequence[str], terms: Terms, weights: Mapping[str, int] | None = None
) -> str:
    """Return the sentence of a text that holds most of what is asked; of equals the first.

    Args:
        text: Of a hit.
        asked: The question's terms.
        terms: Of a text, as an analyzer makes them.
        weights: What each term counts for; 1 where it is not told.

    Returns:
        Empty for a text without sentences.

    >>> best_sentence("cats sleep. a dog in oslo. a dog", ["dog", "oslo"],
    ...               lambda text: text.strip(".").split())
    'a dog in oslo.'
    """
    weighed = weights or {}
    wanted = set(asked)
    best, most = "", -1
    for start, stop in sentences(text):
        sentence = text[start:stop]
        worth = sum(weighed.get(term, 1) for term in wanted.intersection(terms(sentence)))
        if worth > most:
            best, most = sentence, worth
    return best


def gain(asked: Sequence[str], before: Iterable[str], after: Iterable[str], terms: Terms) -> float:
    """Return which share of the question's terms new evidence adds, 0 to 1; stop when it is small.

    >>> gain(["dog", "oslo", "tea", "cat"], ["dog"], ["dog", "oslo tea"], str.split)
    0.5
    """
    count = len(dict.fromkeys(asked))
    if not count:
        return 0.0
    less = len(missing(asked, before, terms)) - len(missing(asked, after, terms))
    return max(0, less) / count
