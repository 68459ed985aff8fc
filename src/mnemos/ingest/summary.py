"""A shorter text made of a text's own sentences: no model, nothing invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mnemos.ingest.keywords import weights
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
    found = [text[start:stop] for text in texts for start, stop in sentences(text)]
    costs = [max(1, count(sentence)) for sentence in found]
    held = [{term for term in terms(sentence) if weights.get(term, 0) > 0} for sentence in found]
    chosen: list[int] = []
    covered: set[str] = set()
    while True:
        best: tuple[int, int] | None = None  # gain, place
        for place, own in enumerate(held):
            gain = sum(weights[term] for term in own - covered)
            if gain * (costs[best[1]] if best else 1) <= (best[0] * costs[place] if best else 0):
                continue
            if _fits(found, [*chosen, place], most_tokens, count):
                best = (gain, place)
        if best is None:
            break
        chosen.append(best[1])
        covered |= held[best[1]]
    whole = sum(weights[term] for term in covered)
    singles = [
        (sum(weights[term] for term in own), -place)
        for place, own in enumerate(held)
        if _fits(found, [place], most_tokens, count)
    ]
    if singles and max(singles)[0] > whole:
        chosen = [-max(singles)[1]]
    return _joined([found[place] for place in sorted(chosen)])


def extract(texts: Sequence[str], analyzer: Analyzer, most_tokens: int) -> str:
    """Return the best sentences of texts, by what is said in them most; never nothing of words.

    Args:
        texts: At least one.
        analyzer: Makes their terms.
        most_tokens: What it may cost; where no sentence is so short, the first words are cut.
    """
    weighed = weights("\n".join(texts), analyzer, lambda _: 0, 0)
    found = summary(texts, analyzer.terms, weighed, most_tokens, estimate_tokens)
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
    weighed = weights(whole, analyzer, lambda _: 0, 0)
    short = summary(texts, analyzer.terms, weighed, room, lambda text: len(text.split()))
    return short or " ".join(words[:room])


def _fits(found: Sequence[str], places: Sequence[int], most_tokens: int, count: Count) -> bool:
    return count(_joined([found[place] for place in sorted(places)])) <= most_tokens


def _joined(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if part)
