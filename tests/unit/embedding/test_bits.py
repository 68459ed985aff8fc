"""Bits kept with an item are read back, and made anew where they are of another model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from mnemos import Item, Scope
from mnemos.embedding.bits import SIGNS, kept, rows
from mnemos.embedding.likeness import Likeness
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.text.terms import Analyzer

WORDS = Likeness(None, Analyzer("english"))
ITEM = Item(
    id="a",
    kind="note",
    text="tea in Porto",
    scope=Scope(),
    position=0,
    said_at=datetime(2024, 1, 1, tzinfo=UTC),
    recorded_at=datetime(2024, 1, 1, tzinfo=UTC),
)


def test_bits_come_back_without_being_made_again() -> None:
    embedder = ScriptedEmbedder(64)
    likeness = Likeness(embedder, Analyzer("english"))
    row = likeness.signs([ITEM.text])[0]
    item = replace(ITEM, attrs=kept(row, likeness))
    assert np.array_equal(rows([item], likeness), row[np.newaxis])
    assert embedder.encoded == [ITEM.text]


def test_bits_of_another_maker_or_none_are_made_anew() -> None:
    other = Likeness(ScriptedEmbedder(384), Analyzer("english"))
    wanted = WORDS.signs([ITEM.text] * 3)
    strange = replace(ITEM, attrs=kept(other.signs(["x"])[0], other))
    cut = replace(ITEM, attrs={**kept(wanted[0], WORDS), SIGNS: "00ff"})
    assert np.array_equal(rows([ITEM, strange, cut], WORDS), wanted)
    assert rows([], WORDS).shape == (0, 6)
