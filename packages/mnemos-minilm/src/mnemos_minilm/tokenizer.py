"""Texts as token ids, and where in the text each token stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding
from tokenizers import Tokenizer as WordPieces

from mnemos.errors import ModelError

#: Halves of characters, which UTF-8 has no bytes for.
_SURROGATES = re.compile("[\ud800-\udfff]")
FIRST, LAST = "[CLS]", "[SEP]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One text, as far as the window reaches.

    Args:
        ids: Of its tokens, the two special ones around them. Shape (1, n + 2).
        spans: Characters [from, to) of each in the text. Shape (n, 2).
    """

    ids: NDArray[np.int64]
    spans: NDArray[np.int64]


class Tokenizer:
    """Lower-cases, strips accents and cuts into word pieces. Safe to share between threads."""

    def __init__(self, content: bytes, window: int) -> None:
        self._pieces = WordPieces.from_str(content.decode())
        # The file asks for texts of one length; here a text is read as it is, beside no other.
        self._pieces.no_padding()
        self._pieces.no_truncation()
        # What was said is never an order: a "[SEP]" in a text is five characters.
        self._pieces.encode_special_tokens = True
        self._window = window
        self._first, self._last = self._id(FIRST), self._id(LAST)

    def read(self, text: str) -> Read:
        """Return a text's first tokens, as many as the window holds."""
        found = self._encoded(text)
        ids = [self._first, *found.ids[: self._window], self._last]
        spans = found.offsets[: self._window]
        return Read(
            ids=np.array([ids], dtype=np.int64),
            spans=np.array(spans, dtype=np.int64).reshape(-1, 2),
        )

    def count(self, text: str) -> int:
        """Return how many tokens a text has, beyond the window too."""
        return len(self._encoded(text).ids)

    def _encoded(self, text: str) -> Encoding:
        # One replacement for one half: the spans stay those of the text that was given.
        return self._pieces.encode(_SURROGATES.sub("\ufffd", text), add_special_tokens=False)

    def _id(self, token: str) -> int:
        found = self._pieces.token_to_id(token)
        if found is None:
            raise ModelError(f"tokenizer.json has no token {token}")
        return found
