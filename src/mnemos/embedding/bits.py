"""Sign bits kept with an item, so that what comes later can be compared with it at no cost.

A derived item's bits stand in its ``attrs``, 96 characters for 384 bits: reading them back takes
some 1 µs a text, a SimHash 50 µs and a model 1 ms. Bits of another model are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mnemos.embedding.likeness import Likeness
from mnemos.store import signs
from mnemos.store.signs import Signs
from mnemos.types import JSON, Item

SIGNS, SIGNS_BY = "signs", "signs_by"


def kept(row: Signs, likeness: Likeness) -> dict[str, JSON]:
    """Return the attributes that keep a text's bits.

    Args:
        row: As ``likeness`` made it. Shape (words,).
        likeness: Who made it.
    """
    return {SIGNS: row.astype("<u8").tobytes().hex(), SIGNS_BY: likeness.bound_to}


def rows(items: Sequence[Item], likeness: Likeness) -> Signs:
    """Return the bits of items' texts: those kept, and made anew where there are none to compare.

    Returns:
        Shape (items, words).
    """
    found = np.zeros((len(items), signs.words(likeness.dimension)), dtype=np.uint64)
    characters = 2 * found.itemsize * found.shape[1]
    missing = []
    for place, item in enumerate(items):
        value = item.attrs.get(SIGNS)
        comparable = item.attrs.get(SIGNS_BY) == likeness.bound_to
        if comparable and isinstance(value, str) and len(value) == characters:
            found[place] = np.frombuffer(bytes.fromhex(value), dtype="<u8")
        else:
            missing.append(place)
    if missing:
        found[missing] = likeness.signs([items[place].text for place in missing])
    return found
