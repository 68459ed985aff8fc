"""The embedder that mnemos sees: files are checked and loaded when first needed, once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import InputError
from mnemos.models.base import Tokens
from mnemos.types import ModelId
from mnemos_minilm import files

if TYPE_CHECKING:
    from mnemos_minilm.session import Session
    from mnemos_minilm.tokenizer import Tokenizer

Floats32 = NDArray[np.float32]
Result = TypeVar("Result")


class MiniLM:
    """all-MiniLM-L6-v2, in int8: a `TokenEmbedder`.

    A text's vectors are the same bits whatever stands beside it, in whatever order, on however
    many threads, as long as machine and onnxruntime are the same. It may be shared by threads.
    A process that forks does so before the first vector is asked for.

    Args:
        threads: Texts encoded at once; None takes every core that this process may use.
        folder: Where the model's files are; None takes those that the package was built with.

    Raises:
        InputError: No threads at all.
    """

    #: What it was trained on; questions in others are better asked by words.
    languages = frozenset({"english"})

    def __init__(self, *, threads: int | None = None, folder: Path | None = None) -> None:
        if threads is not None and threads < 1:
            raise InputError(f"threads is {threads}; expected 1 or more")
        self._threads = _cores() if threads is None else threads
        self._folder = files.FOLDER if folder is None else folder
        self._loading = threading.RLock()
        self._loaded: tuple[Session, Tokenizer] | None = None
        self._tokenizer: Tokenizer | None = None

    @property
    def model(self) -> ModelId:
        """What its vectors are bound to; read from model.json, nothing is loaded."""
        return self._facts.model

    @property
    def window(self) -> int:
        """How many tokens it reads at once: 254, for [CLS] and [SEP] take two of its 256."""
        return self._facts.window

    def encode(self, texts: Sequence[str]) -> Floats32:
        """Return one vector a text. Shape (texts, dimension).

        It is the mean of the text's token states, [CLS] and [SEP] among them, not scaled. An empty
        text has a vector too: that of the two special tokens.

        Raises:
            ModelError: The model's files are not whole, or onnxruntime failed.
        """
        vectors = self._map(self._pooled, texts)
        return np.array(vectors, dtype=np.float32).reshape(len(texts), self.model.dimension)

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the states of each text's tokens, special tokens left out, with their spans.

        Raises:
            ModelError: The model's files are not whole, or onnxruntime failed.
        """
        return self._map(self._tokens, texts)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, special tokens left out, however many.

        Raises:
            ModelError: The tokenizer's file is not whole.
        """
        tokenizer = self._read_tokenizer()
        return [tokenizer.count(text) for text in texts]

    def _pooled(self, text: str) -> Floats32:
        session, tokenizer = self._load()
        mean: Floats32 = session.states(tokenizer.read(text).ids).mean(axis=0)
        return mean

    def _tokens(self, text: str) -> Tokens:
        session, tokenizer = self._load()
        read = tokenizer.read(text)
        return Tokens(vectors=session.states(read.ids)[1:-1], spans=read.spans)

    def _map(self, encode: Callable[[str], Result], texts: Sequence[str]) -> list[Result]:
        threads = min(self._threads, len(texts))
        if threads <= 1:
            return [encode(text) for text in texts]
        self._load()
        # Threads live no longer than the call: there is nothing to close, and nothing to fork.
        with ThreadPoolExecutor(threads, thread_name_prefix="minilm") as pool:
            return list(pool.map(encode, texts))

    @cached_property
    def _facts(self) -> files.Facts:
        return files.facts(self._folder)

    def _read_tokenizer(self) -> Tokenizer:
        with self._loading:
            if self._tokenizer is None:
                from mnemos_minilm.tokenizer import Tokenizer  # noqa: PLC0415 - loaded when needed

                content = files.checked(self._folder, files.TOKENIZER, self._facts)
                self._tokenizer = Tokenizer(content, self._facts.window)
            return self._tokenizer

    def _load(self) -> tuple[Session, Tokenizer]:
        with self._loading:
            if self._loaded is None:
                from mnemos_minilm.session import Session  # noqa: PLC0415 - 80 ms, when needed

                model = files.checked(self._folder, files.MODEL, self._facts)
                content = files.checked(self._folder, files.TOKENIZER, self._facts)
                files.check_revision(model, content, self._facts, self._folder)
                self._loaded = Session(model), self._read_tokenizer()
            return self._loaded


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
