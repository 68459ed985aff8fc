"""Which indexed words an unknown one may have been meant for.

Those a slip or two away, and where words are joined to longer ones, those that it is joined in.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Only words of such lengths can be mistyped into one another.
GRAM_WORD = range(4, 21)
#: Words this long may differ in two places.
LONG_WORD = 8
MAX_NEAR = 3
#: In a shorter word a slip mostly makes another word (wifi, wife; food, good).
SHORTEST = 5
#: Of shorter words the first letter, which is seldom mistyped, must be the same (gutar, guitar).
ANY_START = 6


def grams(term: str) -> list[str]:
    """Return a word's character trigrams, ends marked; empty for what nobody mistypes.

    >>> grams("tea"), grams("teas")
    ([], ['^te', 'tea', 'eas', 'as$'])
    """
    if not has_grams(term):
        return []
    marked = f"^{term}$"
    return [marked[start : start + 3] for start in range(len(marked) - 2)]


def has_grams(term: str) -> bool:
    """Tell whether a term is a word that can be mistyped."""
    return len(term) in GRAM_WORD and term.isalpha()


def nearest(term: str, words: Iterable[str]) -> list[str]:
    """Return the words within one slip of a term (two of a long one), nearest first, three."""
    most = _allowed(term)
    near = [(slips(term, word, most), word) for word in words if may_be_near(term, word)]
    return [word for count, word in sorted(near) if count <= most and word != term][:MAX_NEAR]


#: Letters of the shorter part of a compound, and of what stands before or behind it.
SHORTEST_PART = 4
SHORTEST_REST = 3
MAX_COMPOUNDS = 6


def parts_of_another(term: str, words: Iterable[str]) -> list[str]:
    """Return the words that a term is the head or the tail of, or the other way round; six."""
    joined = (word for word in words if is_compound(term, word))
    return sorted(joined, key=lambda word: (abs(len(word) - len(term)), word))[:MAX_COMPOUNDS]


def is_compound(one: str, other: str) -> bool:
    """Tell whether the shorter of two words is the head or the tail of the longer.

    >>> is_compound("schlussel", "ersatzschlussel"), is_compound("katze", "ratze")
    (True, False)
    """
    short, long = (one, other) if len(one) < len(other) else (other, one)
    return (
        len(short) >= SHORTEST_PART
        and len(long) - len(short) >= SHORTEST_REST
        and (long.startswith(short) or long.endswith(short))
    )


def may_be_near(term: str, word: str) -> bool:
    """Say no at once to most words: one slip changes the length and the set of letters by one.

    >>> may_be_near("dentist", "dentsit"), may_be_near("dentist", "guitar")
    (True, False)
    >>> may_be_near("gutar", "guitar"), may_be_near("light", "night"), may_be_near("wifi", "wife")
    (True, False, False)
    """
    most = _allowed(term)
    size, other = len(term), len(word)
    return (
        abs(other - size) <= most  # first, for it is the cheapest and turns away the most
        and min(size, other) >= SHORTEST
        and (term[0] == word[0] or min(size, other) >= ANY_START)
        and len(set(term).difference(word)) <= most
        and len(set(word).difference(term)) <= most
    )


def near_sizes(term: str) -> range:
    """Return how long words can be that are near a term.

    >>> near_sizes("gutar"), near_sizes("dentists")
    (range(5, 7), range(6, 11))
    """
    most = _allowed(term)
    return range(max(SHORTEST, len(term) - most), len(term) + most + 1)


def _allowed(term: str) -> int:
    return 1 if len(term) < LONG_WORD else 2


def slips(left: str, right: str, most: int) -> int:
    """Return how many letters were dropped, added, changed or swapped; ``most + 1`` if more.

    >>> slips("dentist", "dentsit", 1), slips("dentist", "dental", 1)
    (1, 2)
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    previous: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        before, previous, row = previous, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            swapped = i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b
            row.append(min(cost, before[j - 2] + 1) if swapped else cost)
        if min(row) > most:
            return most + 1
    return row[-1]
