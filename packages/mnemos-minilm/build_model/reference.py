"""The encoder in numpy, float32 and slow: what every faster way is held against.

It shares nothing with the graph but the weights, so a mistake in either shows.
"""

from __future__ import annotations

import math

import numpy as np

from build_model.checkpoint import Checkpoint, Floats32

_erf = np.vectorize(math.erf, otypes=[np.float32])


def states(model: Checkpoint, ids: list[int]) -> Floats32:
    """Return the last layer's states of one text. Shape (ids, hidden)."""
    weights, epsilon = model.weights, model.sizes.epsilon
    table = "embeddings.{}_embeddings.weight"
    hidden = (
        weights[table.format("word")][ids]
        + weights[table.format("position")][: len(ids)]
        + weights[table.format("token_type")][0]
    )
    hidden = _normed(model, "embeddings.LayerNorm", hidden, epsilon)
    for layer in range(model.sizes.layers):
        at = f"encoder.layer.{layer}"
        seen = _attention(model, f"{at}.attention.self", hidden)
        seen = _linear(model, f"{at}.attention.output.dense", seen)
        hidden = _normed(model, f"{at}.attention.output.LayerNorm", seen + hidden, epsilon)
        inner = _linear(model, f"{at}.intermediate.dense", hidden)
        inner = inner * (1 + _erf(inner / math.sqrt(2))) / 2
        outer = _linear(model, f"{at}.output.dense", inner)
        hidden = _normed(model, f"{at}.output.LayerNorm", outer + hidden, epsilon)
    return hidden.astype(np.float32)


def _linear(model: Checkpoint, name: str, rows: Floats32) -> Floats32:
    result: Floats32 = rows @ model.weights[f"{name}.weight"].T + model.weights[f"{name}.bias"]
    return result


def _normed(model: Checkpoint, name: str, rows: Floats32, epsilon: float) -> Floats32:
    centred = rows - rows.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True) + epsilon)
    result: Floats32 = (
        centred / deviation * model.weights[f"{name}.weight"] + model.weights[f"{name}.bias"]
    )
    return result


def _attention(model: Checkpoint, name: str, rows: Floats32) -> Floats32:
    heads = []
    for part in ("query", "key", "value"):
        projected = _linear(model, f"{name}.{part}", rows)
        heads.append(projected.reshape(len(rows), model.sizes.heads, -1).transpose(1, 0, 2))
    query, key, value = heads
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    result: Floats32 = (shares @ value).transpose(1, 0, 2).reshape(rows.shape)
    return result
