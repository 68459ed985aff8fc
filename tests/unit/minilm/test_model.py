"""The real model, as `make` sets it up."""

from __future__ import annotations

from importlib.metadata import EntryPoint, PackageNotFoundError, distribution

import numpy as np
import pytest

from mnemos.models import GROUP
from mnemos_minilm import MiniLM
from mnemos_minilm.files import FACTS, FOLDER

pytestmark = pytest.mark.skipif(
    not (FOLDER / FACTS).exists(), reason="all-MiniLM-L6-v2 is not built here: see `make minilm`"
)


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_its_cosines_are_those_that_its_authors_publish(minilm: MiniLM) -> None:
    """Those of the example on the model's page; the float32 reference has them to four digits."""
    said = ("That is a happy dog", "That is a very happy person", "Today is a sunny day")
    first, *others = minilm.encode(["That is a happy person", *said])
    found = [
        float(first @ other / np.linalg.norm(first) / np.linalg.norm(other)) for other in others
    ]
    assert found == pytest.approx([0.6946, 0.9429, 0.2569], abs=0.02)


def test_it_has_the_size_that_is_promised(minilm: MiniLM) -> None:
    assert minilm.model.dimension == 384 and minilm.window == 254
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 24e6


def test_a_block_of_turns_can_be_cut_by_spans(minilm: MiniLM) -> None:
    turns = ["Ada: Où est le café ? ☕", "Ben: 昨天 I ate at İnci's naïve place.", "Ada: ﬁne!"]
    text = "\n".join(turns)
    (found,) = minilm.encode_tokens([text])
    start = 0
    for turn in turns:
        inside = (found.spans[:, 0] >= start) & (found.spans[:, 1] <= start + len(turn))
        pieces = "".join(text[a:b] for a, b in found.spans[inside].tolist())
        assert pieces.replace(" ", "") == "".join(turn.split())
        assert len(found.vectors[inside]) == minilm.count([turn])[0]
        start += len(turn) + 1


def test_texts_have_the_same_bits_in_any_batch(minilm: MiniLM) -> None:
    texts = ["Did you feed the cat?", "", "No way! 🎉", "I moved to Porto in March. " * 20, "Ok."]
    together = minilm.encode(texts * 2)
    for text, vector in zip(texts * 2, together, strict=True):
        assert MiniLM(threads=1).encode([text])[0].tobytes() == vector.tobytes()


def test_it_joins_by_an_entry_point() -> None:
    try:
        points = distribution("mnemos-minilm").entry_points
    except PackageNotFoundError:
        pytest.skip("mnemos-minilm is not installed")
    assert list(points) == [EntryPoint(name="minilm", value="mnemos_minilm:MiniLM", group=GROUP)]
    assert next(iter(points)).load() is MiniLM
