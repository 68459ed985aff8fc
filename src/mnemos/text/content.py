"""Which of a model's tokens are pieces of words that say what a text is about."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from mnemos.text.stopwords import stopwords
from mnemos.text.tokens import strip_accents

_WORD = re.compile(r"[^\W_]+")


def content(text: str, spans: NDArray[np.int64], language: str) -> NDArray[np.bool_]:
    """Tell which tokens count for late interaction: of a content word, all pieces.

    Function words of the language do not, nor marks.

    Args:
        text: The text.
        spans: Characters [from, to) of each token. Shape (n, 2).
        language: A Snowball name.

    >>> content("Is it tea?", np.array([[0, 2], [3, 5], [6, 9], [9, 10]]), "english").tolist()
    [False, False, True, False]
    """
    words = list(_WORD.finditer(text))
    if not words:
        return np.zeros(len(spans), dtype=np.bool_)
    stops = stopwords(language)
    starts = np.array([word.start() for word in words])
    ends = np.array([word.end() for word in words])
    telling = np.array([strip_accents(word[0].casefold()) not in stops for word in words])
    at = np.maximum(np.searchsorted(starts, spans[:, 0], side="right") - 1, 0)
    inside = (spans[:, 0] >= starts[at]) & (spans[:, 0] < ends[at]) & (spans[:, 1] > spans[:, 0])
    found: NDArray[np.bool_] = inside & telling[at]
    return found
