"""Find the part of a long text that bears on the question: its best run of sentences.

Long turns hold pages, and a page costs as much as thirty short turns. The best run of a given
length is the one whose sentences hold most of the question's terms; each counts once, and more the
rarer it is in this text. Of equal runs the earliest wins, so a text that shares nothing with the
question is cut to its beginning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mnemos.text.sentences import sentences
from mnemos.text.terms import Analyzer

_LEAST_PIECE = 40  # characters: what is shorter says nothing on its own


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    terms: frozenset[str]


class Passages:
    """One text, cut into sentences once, from which runs of any length can be taken.

    Args:
        text: The whole text.
        wanted: The question's terms.
        analyzer: What the question's terms were made with.
    """

    def __init__(self, text: str, wanted: frozenset[str], analyzer: Analyzer) -> None:
        self._text = text
        self._wanted = wanted
        self._analyzer = analyzer
        self._language = analyzer.stemmed_in(text)  # a sentence alone may not show it
        spans = sentences(text) or [(0, len(text))]
        self._pieces = [self._piece(start, end) for start, end in spans]

    def best(self, size: int) -> tuple[int, int]:
        """Return the span of the best run of at most ``size`` characters.

        What surrounds the terms fills the size, after and before them in turn. Sentences longer
        than half of it are cut at blanks. A size too small to say anything is taken as 40.
        """
        size = max(size, _LEAST_PIECE)
        pieces = self._split(max(size // 2, _LEAST_PIECE))
        first, last = self._densest(pieces, size)
        while True:
            grown = False
            if last + 1 < len(pieces) and pieces[last + 1].end - pieces[first].start <= size:
                last += 1
                grown = True
            if first > 0 and pieces[last].end - pieces[first - 1].start <= size:
                first -= 1
                grown = True
            if not grown:
                return pieces[first].start, pieces[last].end

    def _densest(self, pieces: Sequence[_Piece], size: int) -> tuple[int, int]:
        """Return from which piece to which the best run's terms reach; (0, 0) without any."""
        weights = self._weights()
        held: Counter[str] = Counter()
        score = best = first = 0
        found = (0, 0)
        for last, piece in enumerate(pieces):
            score += sum(weights.get(term, 0) for term in piece.terms if not held[term])
            held.update(piece.terms)
            while first < last and (
                piece.end - pieces[first].start > size or not pieces[first].terms
            ):
                for term in pieces[first].terms:
                    held[term] -= 1
                    score -= 0 if held[term] else weights.get(term, 0)
                first += 1
            if score > best:
                best = score
                found = (first, last)
        return found

    def _piece(self, start: int, end: int) -> _Piece:
        terms = self._analyzer.terms_in(self._language, self._text[start:end])
        return _Piece(start, end, frozenset(self._wanted.intersection(terms)))

    def _split(self, longest: int) -> list[_Piece]:
        pieces = []
        for piece in self._pieces:
            start = piece.start
            while piece.end - start > longest:
                end = start + longest
                # At a blank if there is one in the second half, else through a word.
                for at in range(end, start + longest // 2, -1):
                    if self._text[at].isspace():
                        end = at
                        break
                pieces.append(self._part(piece, start, end))
                start = end
            pieces.append(piece if start == piece.start else self._part(piece, start, piece.end))
        return pieces

    def _part(self, piece: _Piece, start: int, end: int) -> _Piece:
        while start < end and self._text[start].isspace():
            start += 1
        return self._piece(start, end) if piece.terms else _Piece(start, end, piece.terms)

    def _weights(self) -> dict[str, int]:
        """Weigh each wanted term by how rare it is here: one more for each halving, in integers.

        What is only a term since a cut went through a word has no weight.
        """
        sentences_with = Counter(term for piece in self._pieces for term in piece.terms)
        total = len(self._pieces)
        return {term: (total // count).bit_length() for term, count in sentences_with.items()}
