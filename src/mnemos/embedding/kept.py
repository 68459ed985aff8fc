"""Sign bits that an item keeps, so that a recipe need not encode its text again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mnemos.embedding.likeness import Likeness
from mnemos.store import signs
from mnemos.store.signs import Signs
from mnemos.types import JSON, Item

SIGNS, SIGNS_OF = "signs", "signs_of"


def kept(likeness: Likeness, row: Signs) -> dict[str, JSON]:
    """Return one row as attributes of an item: 96 characters for 384 bits. Shape (words,)."""
    return {SIGNS: row.astype(">u8").tobytes().hex(), SIGNS_OF: likeness.bound_to}


def rows(likeness: Likeness, items: Sequence[Item], text: Callable[[Item], str]) -> Signs:
    """Return the rows of items: those that they keep, or of their texts encoded now.

    A row of another model, or one that cannot be read, is made anew.

    Args:
        likeness: Encodes what is not kept.
        items: With attributes of ``kept``, or without.
        text: Of an item.

    Returns:
        Shape (items, words).

    Raises:
        ModelError: The model failed.
    """
    width = signs.words(likeness.dimension)
    found = np.zeros((len(items), width), dtype=np.uint64)
    missing = []
    for place, item in enumerate(items):
        told = item.attrs.get(SIGNS)
        if item.attrs.get(SIGNS_OF) == likeness.bound_to and isinstance(told, str):
            raw = bytes.fromhex(told)
            if len(raw) == found.itemsize * width:
                found[place] = np.frombuffer(raw, dtype=">u8")
                continue
        missing.append(place)
    if missing:
        found[missing] = likeness.signs([text(items[place]) for place in missing])
    return found
