"""The words of documents that are not folded yet, as a process keeps them between recalls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from mnemos.store.near import grams, has_grams

#: What stands around a word in ``Tail._texts``, as in its first and last trigram.
START, END = "^", "$"


class Tail:
    """Where each word occurs, and which words share trigrams with another.

    Words of one length stand in one text, which is searched for a trigram at the speed of C. That
    takes the time of a dictionary of trigrams, but a tenth of the time to build, and no memory to
    speak of: a process that asks one question reads the whole tail for it.

    One thread adds at a time; others may read meanwhile.
    """

    def __init__(self) -> None:
        self._where: dict[str, tuple[list[int], list[int]]] = {}
        self._texts: dict[int, str] = {}

    def add(self, documents: Iterable[tuple[int, Sequence[str], bytes]]) -> None:
        """Add documents, with higher numbers than any before: number, terms, their frequencies."""
        fresh: dict[int, list[str]] = {}
        for no, terms, tf in documents:
            for term, count in zip(terms, tf, strict=True):
                found = self._where.get(term)
                if found is None:
                    self._where[term] = ([no], [count])
                    if has_grams(term):
                        fresh.setdefault(len(term), []).append(term)
                else:
                    found[0].append(no)
                    found[1].append(count)
        for size, words in fresh.items():
            marked = "".join(START + word + END for word in words)
            self._texts[size] = self._texts.get(size, "") + marked

    def postings(self, term: str, end: int) -> tuple[Sequence[int], Sequence[int]]:
        """Return the documents before this one that hold a term, ascending, and how often."""
        nos, counts = self._where.get(term, ((), ()))
        known = bisect_left(nos, end)
        return nos[:known], counts[:known]

    def sharing(self, term: str, sizes: Iterable[int], end: int) -> Iterator[str]:
        """Yield words of these lengths in documents before this one that share a trigram."""
        shared = grams(term)
        for size in sizes:
            text = self._texts.get(size, "")
            for word in {word for gram in shared for word in _holding(gram, text, size)}:
                if self._where[word][0][0] < end:
                    yield word


def _holding(gram: str, text: str, size: int) -> Iterator[str]:
    """Yield the words of a text, all of one length, in which a trigram stands."""
    step = len(START) + size + len(END)
    at = text.find(gram)
    while at >= 0:
        first = at - at % step
        yield text[first + len(START) : first + len(START) + size]
        at = text.find(gram, first + step)
