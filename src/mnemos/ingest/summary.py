"""A shorter text made of a text's own sentences: no model, nothing invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from mnemos.text.sentences import sentences
from mnemos.text.terms import Analyzer
from mnemos.text.token_count import estimate_tokens

Count = Callable[[str], int]


def lead(text: str, most_tokens: int, count: Count) -> str:
    """Return the first sentences that fit; nothing if the first does not.

    Args:
        text: The text.
        most_tokens: What it may cost.
        count: Tokens of a text.

    >>> lead("One two. Three four. Five.", 4, lambda text: len(text.split()))
    'One two. Three four.'
    """
    kept = ""
    for start, stop in sentences(text):
        longer = _joined([kept, text[start:stop]])
        if count(longer) > most_tokens:
            break
        kept = longer
    return kept


def summary(
    texts: Sequence[str],
    terms: Callable[[str], Sequence[str]],
    weights: Mapping[str, int],
    most_tokens: int,
    count: Count,
) -> str:
    """Return the sentences that together hold the weightiest terms, in their order.

    Each term counts once, in the first sentence chosen that holds it: greedy maximum coverage
    (Filatova & Hatzivassiloglou 2004), by gain for each token (Lin & Bilmes 2010, with r = 1). The
    best single sentence stands instead where it holds more than all that were chosen.

    Args:
        texts: In their order; of each the sentences are looked at.
        terms: Of a text, as an analyzer makes them.
        weights: Of terms, whole numbers (``keywords.weights``); others count nothing.
        most_tokens: What the summary may cost.
        count: Tokens of a text.

    Returns:
        Empty if no sentence fits.

    >>> size = lambda text: len(text.split())
    >>> weights = {"tea": 3, "paris": 2, "hi": 1}
    >>> texts = ["hi there everybody. tea in paris.", "more tea. paris hi."]
    >>> summary(texts, lambda text: text.strip(".").split(), weights, 4, size)
    'tea in paris.'
    """
    read = [each for text in texts for each in _read(text, terms, count)]
    found = [each.text for each in read]
    costs = [max(1, each.tokens) for each in read]
    held = [{term for term in each.terms if weights.get(term, 0) > 0} for each in read]

    def fits(places: Sequence[int]) -> bool:
        if len(places) == 1:
            return read[places[0]].tokens <= most_tokens
        if sum([read[place].most for place in places]) <= most_tokens:
            return True  # most are told without counting
        if sum([read[place].least for place in places]) >= most_tokens:
            return False
        return count(_joined([found[place] for place in sorted(places)])) <= most_tokens

    alone = [sum(weights[term] for term in own) for own in held]
    gains = alone.copy()
    chosen: list[int] = []
    covered: set[str] = set()
    while (best := _best(gains, costs, lambda place: fits([*chosen, place]))) is not None:
        chosen.append(best)
        fresh = held[best] - covered
        covered |= fresh
        for place, own in enumerate(held):
            gains[place] -= sum(weights[term] for term in own & fresh)
    whole = sum(weights[term] for term in covered)
    singles = [(gain, -place) for place, gain in enumerate(alone) if fits([place])]
    if singles and max(singles)[0] > whole:
        chosen = [-max(singles)[1]]
    return _joined([found[place] for place in sorted(chosen)])


def _best(gains: Sequence[int], costs: Sequence[int], fits: Callable[[int], bool]) -> int | None:
    """Return the place that gains most for its cost, of equals the first; None if none gains."""
    best: int | None = None
    for place, gain in enumerate(gains):
        least, cost = (0, 1) if best is None else (gains[best] * costs[place], costs[best])
        if gain * cost > least and fits(place):
            best = place
    return best


def extract(texts: Sequence[str], analyzer: Analyzer, most_tokens: int) -> str:
    """Return the best sentences of texts, by what is said in them most; never nothing of words.

    Args:
        texts: At least one.
        analyzer: Makes their terms.
        most_tokens: What it may cost; where no sentence is so short, the first words are cut.
    """
    said = Counter(analyzer.terms(*texts))
    found = summary(texts, analyzer.terms, said, most_tokens, estimate_tokens)
    return found or " ".join(" ".join(texts).split())[:most_tokens]


def gist(texts: Sequence[str], analyzer: Analyzer, share: float, least: int, most: int) -> str:
    """Return what texts say in a share of their words, by their own sentences.

    What is said most often tells most. Where no sentence fits, the first words stand for all.

    Args:
        texts: In their order.
        analyzer: Makes their terms.
        share: Of their words, 0 to 1.
        least: Words that it may have in any case.
        most: Words that it may have at most.

    >>> said = ["I moved to Oslo with Ann.", "Why Oslo?", "Ann and I love Oslo, snow and tea."]
    >>> gist(said, Analyzer("english"), 0.4, 5, 90)
    'I moved to Oslo with Ann.'
    """
    whole = " ".join(texts)
    words = whole.split()
    room = min(most, max(least, round(share * len(words))))
    short = summary(texts, analyzer.terms, Counter(analyzer.terms(whole)), room, _words)
    return short or " ".join(words[:room])


class _Sentence(NamedTuple):
    """A sentence as it is weighed.

    Args:
        least: What it adds to any text that it stands in, less one token at least: behind an
            English word the rest may cost less.
        most: What it adds at most: a number at its start pays for the blank before it.
    """

    text: str
    tokens: int
    least: int
    most: int
    terms: frozenset[str]


@lru_cache(maxsize=256)  # a text is summed up with others again and again
def _read(text: str, terms: Callable[[str], Sequence[str]], count: Count) -> tuple[_Sentence, ...]:
    return tuple(_sentence(text[start:stop], terms, count) for start, stop in sentences(text))


def _sentence(text: str, terms: Callable[[str], Sequence[str]], count: Count) -> _Sentence:
    tokens, blank = count(text), text[:1].isdigit()
    least = count(f"the {text}") - 2 - blank  # less those of the word and of rounding
    return _Sentence(text, tokens, least, tokens + blank, frozenset(terms(text)))


def _words(text: str) -> int:
    return len(text.split())


def _joined(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if part)
