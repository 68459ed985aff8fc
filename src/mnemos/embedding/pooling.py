"""From the states of tokens to a document's vectors: one for all, one a sentence, one a word piece.

Tokens saw the whole block; only a document's own are pooled ("late chunking", arXiv:2409.04701).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.models.base import Floats32, Tokens
from mnemos.store import signs
from mnemos.store.signs import Signs
from mnemos.text.content import content
from mnemos.text.sentences import Span, sentences

#: Texts longer than this many characters get a vector a passage where a model shows no tokens.
PASSAGE = 1000
#: Passages of one text, at most; as far as ``blocks.TEXT_TOKENS`` reaches.
MAX_PASSAGES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """The vectors of one document, as sign bits.

    Args:
        pooled: Zeros if its text has no tokens. Shape (1, words).
        sentences: One a sentence; a single one is the pooled vector again. Shape (s, words).
        tokens: One a token of a content word. Shape (t, words).
    """

    pooled: Signs
    sentences: Signs
    tokens: Signs


def pool(text: str, tokens: Tokens, language: str) -> Encoded:
    """Return the vectors of one document.

    Args:
        text: Its text.
        tokens: Those of the text and around it; spans count from the text's first character, so
            that those of what stands before it are negative.
        language: Whose function words are left out.
    """
    spans = tokens.spans
    own = (spans[:, 0] >= 0) & (spans[:, 1] <= len(text)) & (spans[:, 1] > spans[:, 0])
    vectors, spans = tokens.vectors[own], spans[own]
    pooled = signs.pack(_mean(vectors))
    cut = sentences(text)
    parts = [_mean(vectors[_within(spans, span)]) for span in cut] if len(cut) > 1 else []
    several = [part for part in parts if part.any()]
    return Encoded(
        pooled=pooled,
        sentences=signs.pack(np.concatenate(several)) if several else _present(pooled),
        tokens=signs.pack(vectors[content(text, spans, language)]),
    )


def _within(spans: NDArray[np.int64], span: Span) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (spans[:, 0] >= span[0]) & (spans[:, 0] < span[1])
    return found


def _mean(vectors: Floats32) -> Floats32:
    """Return the mean of rows, summed in their order; zeros for none. Shape (1, d)."""
    total = vectors.sum(axis=0, dtype=np.float64, keepdims=True)
    mean: Floats32 = (total / max(1, len(vectors))).astype(np.float32)
    return mean


def _present(pooled: Signs) -> Signs:
    return pooled[pooled.any(axis=1)]


def passages(text: str) -> list[str]:
    """Return a long text's passages, cut between sentences; none for a short one."""
    if len(text) <= PASSAGE:
        return []
    found: list[Span] = []
    for start, stop in sentences(text):
        if found and stop - found[-1][0] <= PASSAGE:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return [text[start:stop].replace("\n", " ") for start, stop in found[:MAX_PASSAGES]]


def whole(vectors: Floats32) -> Encoded:
    """Return a document's vectors of a model that shows no tokens.

    Args:
        vectors: That of the whole line, then those of its passages.
    """
    packed = signs.pack(vectors)
    pooled = packed[:1]
    return Encoded(
        pooled=pooled,
        sentences=packed[1:] if len(packed) > 1 else _present(pooled),
        tokens=packed[:0],
    )


def joined(parts: Sequence[tuple[Tokens, int]], dimension: int) -> Tokens:
    """Return the tokens of consecutive windows as those of one text.

    Args:
        parts: Each window's tokens, with the place of its first character.
        dimension: Numbers in a vector.
    """
    return Tokens(
        vectors=np.concatenate(
            [np.zeros((0, dimension), np.float32), *(tokens.vectors for tokens, _ in parts)]
        ),
        spans=np.concatenate(
            [np.zeros((0, 2), np.int64), *(tokens.spans + first for tokens, first in parts)]
        ),
    )
