"""The published model: its sizes, its weights by name, its tokenizer's bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

Floats32 = NDArray[np.float32]

FILES = ("config.json", "model.safetensors", "tokenizer.json")
#: What the graph is written for; a model with other values would be computed wrongly.
EXPECTED = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
#: What it must tell.
SIZES = (
    "num_hidden_layers",
    "num_attention_heads",
    "hidden_size",
    "intermediate_size",
    "max_position_embeddings",
    "layer_norm_eps",
)


class BuildError(Exception):
    """The model's files cannot be made; the text says why and what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What config.json says of a BERT encoder."""

    layers: int
    heads: int
    hidden: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A BERT encoder as it was published.

    Args:
        weights: By their names in model.safetensors, without a leading ``bert.``.
        tokenizer: The bytes of tokenizer.json.
    """

    sizes: Sizes
    weights: Mapping[str, Floats32]
    tokenizer: bytes


def read(files: Mapping[str, bytes]) -> Checkpoint:
    """Read the three files of a sentence-transformers folder.

    Raises:
        BuildError: It is no BERT encoder with exact GELU, or weights are missing.
    """
    config = json.loads(files["config.json"])
    for name, expected in EXPECTED.items():
        if config.get(name, expected) != expected:
            raise BuildError(f"config.json: {name} is {config[name]!r}; this needs {expected!r}")
    absent = [name for name in SIZES if name not in config]
    if absent:
        raise BuildError(f"config.json says nothing of {', '.join(absent)}: not a BERT encoder's")
    tensors = load(files["model.safetensors"])
    return Checkpoint(
        sizes=Sizes(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            hidden=config["hidden_size"],
            inner=config["intermediate_size"],
            positions=config["max_position_embeddings"],
            epsilon=config["layer_norm_eps"],
        ),
        weights={
            name.removeprefix("bert."): tensor.astype(np.float32)
            for name, tensor in tensors.items()
            if tensor.dtype.kind == "f"
        },
        tokenizer=files["tokenizer.json"],
    )


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the three files' bytes, by name."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise BuildError(f"{folder} holds no {', '.join(missing)}; a model folder has all three")
    return {name: (folder / name).read_bytes() for name in FILES}
