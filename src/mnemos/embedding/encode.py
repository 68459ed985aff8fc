"""Blocks are handed to a model, and what it answers is looked at before anything is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from mnemos.embedding.blocks import BLOCK_TOKENS, Block, Line, windows
from mnemos.embedding.pooling import Encoded, joined, passages, pool, whole
from mnemos.errors import ModelError
from mnemos.models.base import Embedder, Floats32, TokenEmbedder, Tokens
from mnemos.types import ModelId

T = TypeVar("T")


def block_tokens(embedder: TokenEmbedder) -> int:
    """Return how many tokens a block may have."""
    return max(1, min(BLOCK_TOKENS, embedder.window))


def count(embedder: TokenEmbedder, lines: Sequence[Line]) -> list[int]:
    """Return how many tokens each line has.

    Raises:
        ModelError: The model failed.
    """
    counts = _asked(embedder.model, lambda: list(embedder.count([line.spoken for line in lines])))
    if len(counts) != len(lines):
        raise ModelError(f"{embedder.model}: counted {len(counts)} texts of {len(lines)}")
    return counts


def encode(embedder: Embedder, blocks: Sequence[Block], language: str) -> list[list[Encoded]]:
    """Return the vectors of each block's lines.

    Raises:
        ModelError: The model failed, or what it gave are no vectors of its size.
    """
    if isinstance(embedder, TokenEmbedder):
        return _late(embedder, blocks, language)
    return _plain(embedder, blocks)


def _late(embedder: TokenEmbedder, blocks: Sequence[Block], language: str) -> list[list[Encoded]]:
    limit = block_tokens(embedder)
    parts: list[list[tuple[str, int]]] = []  # of each block: texts, and where they begin in it
    for block in blocks:
        text = block.text
        cut = [(0, len(text))]
        if block.long:
            cut = _asked(embedder.model, lambda b=block: windows(b.lines[0], embedder, limit))  # type: ignore[misc] # now
        parts.append([(text[start:stop], start) for start, stop in cut])
    texts = [text for each in parts for text, _ in each]
    states = iter(_tokens(embedder, texts))
    found = []
    for block, each in zip(blocks, parts, strict=True):
        tokens = joined([(next(states), first) for _, first in each], embedder.model.dimension)
        found.append(_pooled(block, tokens, language))
    return found


def _pooled(block: Block, tokens: Tokens, language: str) -> list[Encoded]:
    found = []
    start = 0
    for line in block.lines:
        start += len(line.prefix)
        own = Tokens(vectors=tokens.vectors, spans=tokens.spans - start)
        found.append(pool(line.text, own, language))
        start += len(line.text) + 1
    return found


def _plain(embedder: Embedder, blocks: Sequence[Block]) -> list[list[Encoded]]:
    lines = [line for block in blocks for line in block.lines]
    texts = [[line.spoken, *passages(line.text)] for line in lines]
    vectors = _vectors(embedder, [text for each in texts for text in each])
    ends = np.cumsum([len(each) for each in texts])
    found = iter(np.split(vectors, ends[:-1]))
    return [[whole(next(found)) for _ in block.lines] for block in blocks]


def _vectors(embedder: Embedder, texts: Sequence[str]) -> Floats32:
    given = np.asarray(_asked(embedder.model, lambda: embedder.encode(texts)))
    _check(embedder.model, given, len(texts), "texts")
    return given


def _tokens(embedder: TokenEmbedder, texts: Sequence[str]) -> list[Tokens]:
    return _asked(embedder.model, lambda: _checked(embedder, texts)) if texts else []


def _checked(embedder: TokenEmbedder, texts: Sequence[str]) -> list[Tokens]:
    given = list(embedder.encode_tokens(texts))
    if len(given) != len(texts):
        raise ModelError(f"{embedder.model}: gave tokens of {len(given)} texts for {len(texts)}")
    for each in given:
        _check(embedder.model, each.vectors, len(each.spans), "tokens")
        if each.spans.shape != (len(each.vectors), 2):
            shape = each.spans.shape
            raise ModelError(f"{embedder.model}: {len(each.vectors)} tokens with spans of {shape}")
    return given


def _check(model: ModelId, given: Floats32, wanted: int, what: str) -> None:
    if given.shape != (wanted, model.dimension):
        raise ModelError(
            f"{model}: {wanted} {what} want vectors of shape {(wanted, model.dimension)}; "
            f"it gave {given.shape}"
        )
    if not np.issubdtype(given.dtype, np.floating) or not np.isfinite(given).all():
        raise ModelError(f"{model}: gave vectors with numbers that are not finite ({given.dtype})")


def _asked(model: ModelId, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except ModelError:
        raise
    except Exception as error:  # someone else's model may raise anything
        raise ModelError(f"{model}: failed: {error!r}") from error
