"""Which words say what a text is about: frequent in it, rare elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from mnemos.arithmetic import log
from mnemos.store.base import Index
from mnemos.text.terms import Analyzer
from mnemos.text.tokens import marked_words

#: Weights of terms are whole multiples of 1/4096, as in the lexical index.
UNIT = 4096

Frequency = Callable[[str], int]


@lru_cache(maxsize=1 << 16)
def rarity(frequency: int, total: int) -> int:
    """Return ln((total + 1) / (frequency + 1)) + 1, × 4096 (Spärck Jones 1972, smoothed).

    >>> rarity(9, 9), rarity(0, 9)  # 1, and ln 10 + 1
    (4096, 13527)
    """
    if not 0 <= frequency <= total:
        raise ValueError(f"a term cannot stand in {frequency} of {total} documents")
    return round(UNIT * (1.0 + float(log((total + 1) / (frequency + 1)))))


def weights(text: str, analyzer: Analyzer, frequency: Frequency, total: int) -> dict[str, int]:
    """Return tf · idf of each term of a text, × 4096, in order of first appearance.

    Args:
        text: The text.
        analyzer: Makes its terms.
        frequency: In how many documents a term stands.
        total: How many documents there are; frequencies above that count as that.
    """
    counts = Counter(analyzer.terms(text))
    return {
        term: count * rarity(min(total, max(0, frequency(term))), total)
        for term, count in counts.items()
    }


def keywords(
    text: str, analyzer: Analyzer, most: int, frequency: Frequency = lambda _: 0, total: int = 0
) -> list[str]:
    """Return the words with the highest tf · idf, as they are first written, in small letters.

    Equals stand in order of appearance. With nothing known of other documents it is what is said
    most often.

    Args:
        text: The text.
        analyzer: Makes its terms; what has the same stem counts as one.
        most: How many words.
        frequency: In how many documents a term stands.
        total: How many documents there are.

    >>> english = Analyzer("english")
    >>> keywords("Hiking! She hikes the dog to the lake.", english, 2)
    ['hiking', 'dog']
    >>> keywords("The dog hikes.", english, 1, {"dog": 9, "hike": 1}.__getitem__, 10)
    ['hikes']
    """
    if most < 0:
        raise ValueError(f"keywords are counted from 0, not {most}")
    weighed = weights(text, analyzer, frequency, total)
    language = analyzer.stemmed_in(text)
    written: dict[str, str] = {}
    for word in dict.fromkeys(marked_words(text)):
        for term in analyzer.terms_in(language, word)[:1]:
            written.setdefault(term, word)
    ranked = sorted(weighed, key=lambda term: -weighed[term])
    return [written.get(term, term) for term in ranked[:most]]


def among(texts: Sequence[str], analyzer: Analyzer, index: Index, most: int) -> list[list[str]]:
    """Return the keywords of each of some texts; how rare a term is, an index tells.

    Args:
        texts: The texts.
        analyzer: Makes their terms, as it made the index's.
        index: Of what was said; looked into once for all texts.
        most: How many words of each.
    """
    terms = dict.fromkeys(term for text in texts for term in analyzer.terms(text))
    counts = {term: len(found.docs) for term, found in index.postings(list(terms)).items()}
    total = index.live
    return [
        keywords(text, analyzer, most, lambda term: counts.get(term, 0), total) for text in texts
    ]
