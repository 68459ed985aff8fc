"""The embedder: the same bits whatever stands beside a text; exact spans; anything is a text."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from build_model import fetch, make, reference
from build_model.checkpoint import Checkpoint
from mnemos import InputError
from mnemos.models.base import TokenEmbedder
from mnemos_minilm import MiniLM, session
from mnemos_minilm.tokenizer import Tokenizer
from tests.unit.minilm.tiny import HIDDEN, POSITIONS, publish

TEXTS = (
    "The cat sat by the river.",
    "",
    "moon",
    "word1 word2 word3 " * 12,
    "Cafés in Istanbul, 12 of them!",
    "the cats the cats the cats",
    "昨天 🍜",
    "word7 " * 200,
)
HOSTILE = (
    *("", " ", "\n\t", "\0", "a\0b", "\ud800", "a\udfffb", "\u200b", "\ufeff", "\u0301"),
    *("[CLS]", "[PAD]", "\u202eעברית\u202c", "ภาษาไทย", "नमस्ते"),
    *("x" * 100_000, "é" * 100_000, "the cat " * 12_500, "🏳️🌈" * 500),
)


def test_it_is_a_token_embedder(tiny: MiniLM) -> None:
    assert isinstance(tiny, TokenEmbedder)
    assert tiny.model.name == "minilm" and tiny.model.dimension == HIDDEN
    assert tiny.window == POSITIONS - 2


def test_nothing_is_loaded_before_it_is_needed(made: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from mnemos_minilm import MiniLM
minilm = MiniLM(folder=Path({str(made)!r}))
minilm.model, minilm.window
assert not {{"onnxruntime", "tokenizers"}} & set(sys.modules)
assert minilm.count(["the cat"]) == [2]
assert "onnxruntime" not in sys.modules
"""
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_a_vector_is_the_mean_of_all_states_near_the_reference(
    tiny: MiniLM, made: Path, checkpoint: Checkpoint
) -> None:
    tokenizer = Tokenizer((made / make.TOKENIZER).read_bytes(), tiny.window)
    for text, vector in zip(TEXTS, tiny.encode(TEXTS), strict=True):
        ids = tokenizer.read(text).ids[0].tolist()
        expected = reference.states(checkpoint, ids).mean(axis=0)
        cosine = vector @ expected / np.linalg.norm(vector) / np.linalg.norm(expected)
        assert cosine > 0.98, text


def test_token_states_are_near_the_reference(
    tiny: MiniLM, made: Path, checkpoint: Checkpoint
) -> None:
    tokenizer = Tokenizer((made / make.TOKENIZER).read_bytes(), tiny.window)
    text = "The cat sat by the river."
    (found,) = tiny.encode_tokens([text])
    expected = reference.states(checkpoint, tokenizer.read(text).ids[0].tolist())[1:-1]
    assert found.vectors.shape == expected.shape == (len(found.spans), HIDDEN)
    assert np.abs(found.vectors - expected).mean() < 0.05


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_text_has_the_same_bits_in_any_batch_order_and_threads(
    tiny: MiniLM, made: Path, threads: int
) -> None:
    alone = {text: tiny.encode([text])[0] for text in TEXTS}
    tokens = {text: tiny.encode_tokens([text])[0].vectors for text in TEXTS}
    minilm = MiniLM(folder=made, threads=threads)
    for batch in (TEXTS, TEXTS[::-1], TEXTS[2:5] * 3, TEXTS * 4):
        for text, vector in zip(batch, minilm.encode(batch), strict=True):
            assert vector.tobytes() == alone[text].tobytes()
        for text, found in zip(batch, minilm.encode_tokens(batch), strict=True):
            assert found.vectors.tobytes() == tokens[text].tobytes()


def test_padding_and_truncation_that_the_tokenizer_asks_for_change_nothing(
    tiny: MiniLM, tmp_path: Path
) -> None:
    for padding in (None, 4, 60):
        folder = tmp_path / str(padding)
        make.make(
            folder, fetch.from_folder(publish(tmp_path / f"published {padding}", padding=padding))
        )
        minilm = MiniLM(folder=folder)
        assert minilm.encode(TEXTS).tobytes() == tiny.encode(TEXTS).tobytes()
        assert minilm.count(TEXTS) == tiny.count(TEXTS)


def test_threads_share_one_embedder_from_the_first_call_on(tiny: MiniLM, made: Path) -> None:
    expected = tiny.encode(TEXTS).tobytes()
    shared = MiniLM(folder=made, threads=2)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: shared.encode(TEXTS).tobytes(), range(16)))
    assert set(found) == {expected}


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("The cats", ["The", "cat", "s"]),
        ("Café the", ["Café", "the"]),
        ("Cafe\u0301 the", ["Cafe", "the"]),
        ("🍜 昨天the", ["🍜", "昨", "天", "the"]),
        ("\ud83d the \udc00 cat", ["the", "cat"]),
        ("a\0 the", ["a", "the"]),
        ("Ada: the\nBen:  cat", [*"Ada:", "the", *"Ben:", "cat"]),
        ("[SEP]", ["[", "SEP", "]"]),
    ],
)
def test_spans_are_exact(tiny: MiniLM, text: str, pieces: list[str]) -> None:
    (found,) = tiny.encode_tokens([text])
    assert [text[start:end] for start, end in found.spans.tolist()] == pieces
    assert found.vectors.shape == (len(pieces), HIDDEN)
    assert tiny.count([text]) == [len(pieces)]


def test_a_long_text_is_read_as_far_as_the_window_reaches(tiny: MiniLM) -> None:
    text = "the cat " * 500
    (found,) = tiny.encode_tokens([text])
    assert tiny.count([text]) == [1000]
    assert len(found.spans) == len(found.vectors) == tiny.window
    cut = text[: int(found.spans[-1, 1])]
    assert tiny.encode([text]).tobytes() == tiny.encode([cut]).tobytes()


def test_anything_is_a_text(tiny: MiniLM) -> None:
    vectors = tiny.encode(HOSTILE)
    assert vectors.shape == (len(HOSTILE), HIDDEN) and vectors.dtype == np.float32
    assert np.isfinite(vectors).all() and (np.linalg.norm(vectors, axis=1) > 0).all()
    for text, found in zip(HOSTILE, tiny.encode_tokens(HOSTILE), strict=True):
        assert found.spans.dtype == np.int64 and found.spans.shape == (len(found.vectors), 2)
        assert all(0 <= start < end <= len(text) for start, end in found.spans.tolist())


def test_an_empty_text_has_a_vector_but_no_tokens(tiny: MiniLM) -> None:
    (found,) = tiny.encode_tokens([""])
    assert found.vectors.shape == (0, HIDDEN) and found.spans.shape == (0, 2)
    assert np.linalg.norm(tiny.encode([""])[0]) > 0


def test_no_texts_give_no_vectors(tiny: MiniLM) -> None:
    assert tiny.encode([]).shape == (0, HIDDEN)
    assert tiny.encode_tokens([]) == []
    assert tiny.count([]) == []


def test_no_threads_at_all_are_refused() -> None:
    with pytest.raises(InputError, match="threads is 0; expected 1 or more"):
        MiniLM(threads=0)


def test_exact_sums_are_asked_for_unless_the_processor_is_known_to_add_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert not session.adds_exactly(cpuinfo)
    cpuinfo.write_text("flags : fpu sse avx2\n")
    assert not session.adds_exactly(cpuinfo)
    cpuinfo.write_text("flags : fpu avx2 avx512_vnni\n")
    assert session.adds_exactly(cpuinfo)
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert session.adds_exactly(tmp_path / "none")


@pytest.mark.skipif(not session.adds_exactly(), reason="this processor's fast sums are not exact")
def test_the_fast_sums_and_the_safe_ones_are_the_same_bits(
    tiny: MiniLM, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = tiny.encode(TEXTS)
    monkeypatch.setattr(session, "adds_exactly", lambda: False)
    assert MiniLM(folder=made).encode(TEXTS).tobytes() == expected.tobytes()
