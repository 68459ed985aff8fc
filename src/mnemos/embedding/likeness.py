"""Texts become sign bits that can be compared, by a model's vectors or, without one, by words.

With an embedder a text's bits are the signs of its vector. Without one they are a SimHash (Charikar
2002; Manku et al. 2007): each term's 384 bits are its blake2b hash, and each bit of the text is
what the majority of its terms says, those that count for more having more votes. Both are compared
alike, so that a recipe runs with a model and without. All but the model is exact integers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.errors import ModelError
from mnemos.models.base import Embedder
from mnemos.models.check import named_failure
from mnemos.store import cosine, signs
from mnemos.store.signs import Signs
from mnemos.text.terms import Analyzer
from mnemos.text.whole import mended

#: Bits of a SimHash: as many as the built-in model's vectors have.
BITS = 384
#: Terms whose bits are kept ready, 3 KB each.
CACHED = 4096
#: Texts whose bits are kept ready: what new ones are compared with, session after session.
READ = 2048
#: A vote in its smallest fractions.
VOTE = 1 << 16

#: Half a pair has no meaning, and tokenisers refuse it.


class Likeness:
    """Says how alike texts are.

    Args:
        embedder: Whose vectors; None compares by terms.
        analyzer: Makes terms of texts.
        weigh: What a term counts for, a whole number above nought (its rarity, say); None counts
            all alike. Only without an embedder.
    """

    def __init__(
        self,
        embedder: Embedder | None,
        analyzer: Analyzer,
        weigh: Callable[[str], int] | None = None,
    ) -> None:
        self._embedder = embedder
        self._analyzer = analyzer
        self._weigh = weigh

    @property
    def dimension(self) -> int:
        """How many bits a text has."""
        return BITS if self._embedder is None else self._embedder.model.dimension

    @property
    def bound_to(self) -> str:
        """What the bits are of, a model or words: those of another cannot be compared."""
        return "words" if self._embedder is None else str(self._embedder.model)

    def signs(self, texts: Sequence[str]) -> Signs:
        """Return the sign bits of texts; zeros for one that says nothing.

        Returns:
            Shape (texts, words).

        Raises:
            ModelError: The model failed.
        """
        found = np.zeros((len(texts), signs.words(self.dimension)), dtype=np.uint64)
        if self._embedder is None:
            plain = self._weigh is None  # the same text has the same bits, and often comes again
            for place, text in enumerate(texts):
                found[place] = _read(text, self._analyzer) if plain else _simhash(self._votes(text))
            return found
        told = [place for place, text in enumerate(texts) if text.strip()]
        if told:
            clean = [mended(texts[place]) for place in told]
            found[told] = _encoded(self._embedder, clean)
        return found

    def cosine(self, rows: Signs, asked: Signs) -> Floats:
        """Return the cosine of each row with one, as far as bits tell; higher is nearer.

        Args:
            rows: Shape (n, words).
            asked: Shape (words,).

        Returns:
            From −1 to 1; 0 where a text says nothing. Shape (n,).
        """
        return cosine.likeness(rows, asked, self.dimension)

    def beside(self, rows: Signs) -> list[float]:
        """Return the cosine of each row with the next: one less than there are rows."""
        return [float(self.cosine(rows[n : n + 1], rows[n + 1])[0]) for n in range(len(rows) - 1)]

    def table(self, rows: Signs, others: Signs) -> Floats:
        """Return the cosine of each row with each of others. Shape (n, m)."""
        return cosine.table(rows, others, self.dimension)

    def _votes(self, text: str) -> dict[str, int]:
        counts = Counter(self._analyzer.terms(text))
        if self._weigh is None:
            return dict(counts)
        votes = {term: count * self._weigh(term) for term, count in counts.items()}
        lowest = min(votes.values(), default=1)
        if lowest < 1:
            raise ValueError(f"a term counts for a whole number above nought, not for {lowest}")
        return votes


@lru_cache(maxsize=READ)
def _read(text: str, analyzer: Analyzer) -> Signs:
    return _simhash(dict(Counter(analyzer.terms(text))))


def _simhash(votes: dict[str, int]) -> Signs:
    """Return the bits that the majority of votes says. Shape (words,).

    Each term has a fraction of a vote more, drawn by its hash: decided by a constant, the ties of
    short texts would make them alike.
    """
    if not votes:
        return np.zeros(signs.words(BITS), dtype=np.uint64)
    summed = np.zeros(BITS, dtype=np.int64)
    for term, count in votes.items():
        row, fraction = _drawn(term)
        summed += (VOTE * count + fraction) * row
    packed: Signs = signs.pack(np.sign(summed).astype(np.float32)[np.newaxis])[0]
    return packed


@lru_cache(maxsize=CACHED)
def _drawn(term: str) -> tuple[NDArray[np.int64], int]:
    """Return a term's hash as ±1, of shape (BITS,), and its fraction of a vote."""
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=BITS // 8).digest()
    bits = np.unpackbits(np.frombuffer(digest, dtype=np.uint8), bitorder="little")
    row = 2 * bits.astype(np.int64) - 1
    row.flags.writeable = False
    return row, 1 + int.from_bytes(digest[:2], "big") % (VOTE // 8)


def _encoded(embedder: Embedder, texts: Sequence[str]) -> Signs:
    with named_failure(embedder.model):
        vectors = np.asarray(embedder.encode(texts))
    wanted = (len(texts), embedder.model.dimension)
    if vectors.shape != wanted:
        raise ModelError(f"{embedder.model}: wanted vectors {wanted}, got {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise ModelError(f"{embedder.model}: gave vectors with numbers that are not finite")
    return signs.pack(vectors)
