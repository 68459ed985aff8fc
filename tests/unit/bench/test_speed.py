"""``python -m bench speed`` measures what it says, with vectors and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.speed import measure, measure_vectors
from bench.synthetic import Pieces
from mnemos import TokenEmbedder


def test_levels_stand_side_by_side_with_the_bytes_of_vectors(tmp_path: Path) -> None:
    path = tmp_path / "m.mnemos"
    found = {**measure(path, 60), **measure_vectors(path, 60)}
    for level in ("C0", "C2", "C3"):
        assert 0 < found[f"recall {level} p50 ms"] <= found[f"recall {level} p95 ms"]
    kinds = ("one a turn", "sentences and tokens")
    pooled, pieces = (found[f"vector bytes/turn, {kind}"] for kind in kinds)
    assert 48 < pooled < pieces < found["vector bytes/turn"]
    assert found["embedding turns/s"] > 0
    assert found["write with vectors p50 ms"] > 0


def test_the_model_made_up_shows_its_tokens_and_times_itself() -> None:
    model = Pieces()
    assert isinstance(model, TokenEmbedder)
    first, second = model.encode_tokens(["Tea, please", "tea"])
    assert first.spans.tolist() == [[0, 3], [3, 4], [5, 11]]
    assert np.array_equal(first.vectors[0], second.vectors[0])
    assert model.seconds > 0
