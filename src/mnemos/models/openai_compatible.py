"""Any endpoint that speaks OpenAI's embeddings: OpenAI, Ollama, vLLM, llama.cpp, LiteLLM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mnemos.config import embeddings_endpoint
from mnemos.errors import InputError, ModelError
from mnemos.models.base import Floats32
from mnemos.models.check import checked
from mnemos.models.endpoint import Endpoint, Patience, Refused
from mnemos.types import JSON, ModelId

#: Model → numbers in a vector. From platform.openai.com/docs/guides/embeddings.
DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
#: Texts in a request. OpenAI takes 2048; servers of one's own often 32 to 256.
BATCH_TEXTS = 64
#: Characters in a request, which may be as many tokens. OpenAI takes 300,000 tokens.
BATCH_CHARACTERS = 200_000
#: A refusal with these statuses and words is about how much was sent.
TOO_MUCH = frozenset({400, 413, 422})
LENGTH = re.compile(r"token|length|too (?:long|large|many)|exceed|maxim|batch", re.IGNORECASE)
#: A text that is refused when it is as short as this is not refused for its length.
SHORTEST_CHARACTERS = 128


class OpenAICompatible:
    """Asks an endpoint for the vectors: texts leave the machine unless the endpoint is on it.

    Requests are bounded by texts and characters. One that is refused for its size is halved; a
    text that is refused for its length is cut by half until it is read.

    Args:
        name: The model, as the endpoint calls it.
        url: Up to and with the version. None: as the environment says, see ``config``.
        key: None: with a url of its own no key is sent, else the environment's.
        dimension: Numbers in a vector. None: as known of the model; of an unknown one, the first
            answer tells, and ``model`` asks for it if nothing has been asked yet.
        shorten: Ask for vectors of ``dimension``, which the model can make shorter. Always done
            if a well-known model is to give another dimension than its own.
        revision: What tells these weights from others of the name. None: the endpoint's host.
        batch_texts: At most so many texts in a request.
        batch_characters: And so many characters, unless one text has more.
        patience: How long, and how often again.

    Raises:
        InputError: The URL, the key or a number cannot be used.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str | None = None,
        key: str | None = None,
        dimension: int | None = None,
        shorten: bool = False,
        revision: str | None = None,
        batch_texts: int = BATCH_TEXTS,
        batch_characters: int = BATCH_CHARACTERS,
        patience: Patience | None = None,
    ) -> None:
        own = DIMENSIONS.get(name)
        if not name:
            raise InputError("an endpoint has many models: name one")
        if shorten and dimension is None:
            raise InputError("to shorten vectors, say to which dimension")
        smallest = min(dimension or 1, batch_texts, batch_characters)
        if smallest < 1 or dimension == 0:
            raise InputError("dimension, batch_texts and batch_characters are at least 1")
        if url is None:
            told = embeddings_endpoint()
            url, key = told.url, key or told.key
        self._endpoint = Endpoint(url, key, patience or Patience())
        self._name = name
        self._revision = revision or self._endpoint.server
        self._dimension = dimension or own
        self._shortened = shorten or (own is not None and self._dimension != own)
        self._batch_texts = batch_texts
        self._batch_characters = batch_characters

    def __repr__(self) -> str:
        size = f", dimension={self._dimension}" if self._dimension else ""
        return f"OpenAICompatible({self._name!r}, {self._endpoint!r}{size})"

    @property
    def model(self) -> ModelId:
        """What its vectors are bound to: the name with "openai:", the host, the dimension.

        Raises:
            ModelError: The model's dimension had to be asked for, and the endpoint failed.
        """
        if self._dimension is None:
            self._ask(["dimension"])
        return ModelId(f"openai:{self._name}", self._revision, self._dimension or 0)

    def encode(self, texts: Sequence[str]) -> Floats32:
        """Return one vector a text. Shape (texts, dimension).

        Raises:
            ModelError: The endpoint cannot be reached, refuses, or answers nonsense.
        """
        parts = [self._encoded(batch) for batch in self._batches(texts)]
        return np.concatenate(parts) if parts else checked([], 0, self.model)

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        batch: list[str] = []
        characters = 0
        for text in texts:
            full = characters + len(text) > self._batch_characters
            if batch and (full or len(batch) == self._batch_texts):
                yield batch
                batch, characters = [], 0
            whole = text.encode(errors="replace").decode()  # half a surrogate pair is no UTF-8
            batch.append(whole or " ")  # OpenAI refuses an empty text
            characters += len(text)
        if batch:
            yield batch

    def _encoded(self, texts: list[str]) -> Floats32:
        """Return the vectors of one batch; of less, if that is too much for the endpoint."""
        try:
            return self._ask(texts)
        except Refused as refusal:
            about_size = refusal.status in TOO_MUCH and LENGTH.search(refusal.reason)
            alone = len(texts) == 1
            if not about_size or (alone and len(texts[0]) <= SHORTEST_CHARACTERS):
                raise
        if alone:
            return self._encoded([texts[0][: len(texts[0]) // 2]])
        half = len(texts) // 2
        return np.concatenate([self._encoded(texts[:half]), self._encoded(texts[half:])])

    def _ask(self, texts: list[str]) -> Floats32:
        payload: dict[str, JSON] = {
            "model": self._name,
            "input": texts,
            "encoding_format": "float",
        }
        if self._shortened:
            payload["dimensions"] = self._dimension
        rows = self._rows(self._endpoint.post("/embeddings", payload), len(texts))
        if self._dimension is None:
            if not rows[0]:
                raise ModelError(f"{self._name} of {self._endpoint.server} gave an empty vector")
            self._dimension = len(rows[0])
        return checked(rows, len(texts), self.model)

    def _rows(self, reply: JSON, count: int) -> list[list[JSON]]:
        """Return the reply's vectors in the order of the texts, whatever order they came in."""
        who = f"{self._name} of {self._endpoint.server}"
        data = reply.get("data") if isinstance(reply, Mapping) else None
        if not isinstance(data, list):
            raise ModelError(f"{who} gave a reply without a list 'data'")
        if len(data) != count:
            raise ModelError(f"{who} gave {len(data)} vectors for {count} texts")
        placed: dict[int, list[JSON]] = {}
        for entry in data:
            index = entry.get("index") if isinstance(entry, Mapping) else None
            row = entry.get("embedding") if isinstance(entry, Mapping) else None
            if not isinstance(row, list):
                raise ModelError(f"{who} gave an embedding that is no list of numbers")
            if type(index) is not int or not 0 <= index < count or index in placed:
                raise ModelError(f"{who} gave index {index!r} among {count}, or gave it twice")
            placed[index] = row
        return [placed[index] for index in range(count)]
