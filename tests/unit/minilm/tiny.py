"""A tiny encoder with random weights, published as the real one is."""

from __future__ import annotations

import json
import string
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from build_model.checkpoint import Floats32

LAYERS, HEADS, HIDDEN, INNER, POSITIONS = 2, 4, 32, 64, 64
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
WORDS = (
    "cafe",
    "istanbul",
    "the",
    "cat",
    "##s",
    "river",
    "moon",
    "昨",
    "天",
    "🍜",
    "[",
    "]",
    "sep",
)
MORE_WORDS = tuple(f"word{number}" for number in range(100))


def publish(
    folder: Path,
    *,
    seed: int = 1,
    padding: int | None = 48,
    activation: str = "gelu",
    without: str = "",
) -> Path:
    """Write a model into a folder, in the layout of sentence-transformers."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer()
    if padding is not None:
        tokenizer.enable_padding(length=padding)
        tokenizer.enable_truncation(padding)
    tokenizer.save(str(folder / "tokenizer.json"))
    weights = _weights(seed, tokenizer.get_vocab_size())
    weights.pop(without, None)
    save_file(weights, folder / "model.safetensors")
    config = {
        "model_type": "bert",
        "hidden_act": activation,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "hidden_size": HIDDEN,
        "intermediate_size": INNER,
        "max_position_embeddings": POSITIONS,
        "layer_norm_eps": 1e-12,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _tokenizer() -> Tokenizer:
    letters = string.ascii_lowercase + string.digits + string.punctuation
    pieces = dict.fromkeys([*SPECIAL, *letters, *(f"##{each}" for each in letters), *WORDS])
    vocabulary = {piece: number for number, piece in enumerate([*pieces, *MORE_WORDS])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 - no password
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(each, vocabulary[each]) for each in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def _weights(seed: int, vocabulary: int) -> dict[str, Floats32]:
    chance = np.random.default_rng(seed)

    def normal(*shape: int, around: float = 0.0, spread: float = 0.2) -> Floats32:
        return chance.normal(around, spread, shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": normal(vocabulary, HIDDEN),
        "embeddings.position_embeddings.weight": normal(POSITIONS, HIDDEN),
        "embeddings.token_type_embeddings.weight": normal(2, HIDDEN),
    }
    linear: dict[str, tuple[int, int]] = {}
    normed = ["embeddings"]
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        linear |= {
            f"{at}.attention.self.{part}": (HIDDEN, HIDDEN) for part in ("query", "key", "value")
        }
        linear[f"{at}.attention.output.dense"] = (HIDDEN, HIDDEN)
        linear[f"{at}.intermediate.dense"] = (INNER, HIDDEN)
        linear[f"{at}.output.dense"] = (HIDDEN, INNER)
        normed += [f"{at}.attention.output", f"{at}.output"]
    for name, (outputs, inputs) in linear.items():
        weights[f"{name}.weight"] = normal(outputs, inputs)
        weights[f"{name}.bias"] = normal(outputs)
    for name in normed:
        weights[f"{name}.LayerNorm.weight"] = normal(HIDDEN, around=1)
        weights[f"{name}.LayerNorm.bias"] = normal(HIDDEN)
    return weights
