"""Sign bits that an item keeps, so that what comes later can be compared with it at no cost.

They stand among a derived item's attributes, 96 characters for 384 bits: reading them back takes
some 1 µs a text, a SimHash 50 µs and a model 1 ms. Bits of another model are made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

import numpy as np

from mnemos.embedding.likeness import Likeness
from mnemos.store import signs
from mnemos.store.signs import Signs
from mnemos.types import JSON, Item

SIGNS, SIGNS_OF = "signs", "signs_of"

_TEXT: Callable[[Item], str] = attrgetter("text")


def kept(likeness: Likeness, row: Signs) -> dict[str, JSON]:
    """Return the attributes that keep a text's bits.

    Args:
        likeness: Who made them.
        row: As it made them. Shape (words,).
    """
    return {SIGNS: row.astype("<u8").tobytes().hex(), SIGNS_OF: likeness.bound_to}


def keeps(likeness: Likeness, item: Item) -> bool:
    """Say whether an item keeps bits that can be compared with those of a likeness."""
    value, characters = item.attrs.get(SIGNS), 16 * signs.words(likeness.dimension)
    readable = isinstance(value, str) and len(value) == characters
    return readable and item.attrs.get(SIGNS_OF) == likeness.bound_to


def rows(likeness: Likeness, items: Sequence[Item], text: Callable[[Item], str] = _TEXT) -> Signs:
    """Return the bits of items: those that they keep, or of their texts encoded now.

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
    able = np.array([keeps(likeness, item) for item in items], dtype=np.bool_)
    there, missing = np.flatnonzero(able).tolist(), np.flatnonzero(~able).tolist()
    told = "".join([str(items[place].attrs[SIGNS]) for place in there])
    found[there] = np.frombuffer(bytes.fromhex(told), dtype="<u8").reshape(-1, width)
    if missing:
        found[missing] = likeness.signs([text(items[place]) for place in missing])
    return found
