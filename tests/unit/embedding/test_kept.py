"""Sign bits are kept with an item, and made anew where they are another model's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from mnemos.embedding.kept import kept, rows
from mnemos.embedding.likeness import Likeness
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.text.terms import Analyzer
from mnemos.types import Item, Scope

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ITEM = Item(id="a", text="boats and tea", scope=Scope(), position=0, said_at=NOW, recorded_at=NOW)


def test_what_is_kept_is_read_back_and_not_encoded_again() -> None:
    embedder = ScriptedEmbedder(100)
    likeness = Likeness(embedder, Analyzer())
    row = likeness.signs([ITEM.text])[0]
    held = replace(ITEM, attrs=kept(likeness, row))
    assert held.attrs["signs"] == row.astype("<u8").tobytes().hex()
    embedder.encoded.clear()
    assert np.array_equal(rows(likeness, [held], lambda item: item.text), row[np.newaxis])
    assert embedder.encoded == []


def test_bits_of_another_model_or_broken_ones_are_made_anew() -> None:
    words, model = Likeness(None, Analyzer()), Likeness(ScriptedEmbedder(384), Analyzer())
    held = replace(ITEM, attrs=kept(words, words.signs([ITEM.text])[0]))
    cut = replace(held, attrs={**held.attrs, "signs": "00ff"})
    for likeness, item in ((model, held), (words, cut), (words, ITEM)):
        found = rows(likeness, [item], lambda item: item.text)
        assert np.array_equal(found, likeness.signs([ITEM.text]))
