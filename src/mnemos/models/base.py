"""What mnemos asks of a model; nothing here knows one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import ModelError
from mnemos.types import JSON, ModelId

Floats32 = NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors: those of texts of like meaning point the same way.

    One that knows few languages may say so by an attribute ``languages``, Snowball names: questions
    in others are then asked by words alone.
    """

    @property
    def model(self) -> ModelId:
        """What its vectors are bound to. Known without loading the model."""

    def encode(self, texts: Sequence[str]) -> Floats32:
        """Return one vector a text, of any length but nought. Shape (texts, dimension).

        A text longer than the model's window is read as far as that reaches.

        Raises:
            ModelError: The model failed, timed out, or returned what are no vectors of its size.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The states of one text's tokens.

    Args:
        vectors: One a token, special tokens left out. Shape (n, dimension).
        spans: Characters [from, to) of each in the text. Shape (n, 2).
    """

    vectors: Floats32
    spans: NDArray[np.int64]


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """An embedder that shows its tokens' states: late chunking and late interaction need them."""

    @property
    def window(self) -> int:
        """How many tokens it reads at once, special tokens left out."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, however many that are."""

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the token states of each text, as far as the window reaches.

        The same text gives the same bits whatever texts stand beside it.

        Raises:
            ModelError: The model failed.
        """


Fault = Literal[
    "rate limit",  # HTTP 429, to the last attempt
    "server error",  # HTTP 408, 409 or 5xx, to the last attempt
    "timeout",  # no whole reply in time, to the last attempt
    "no connection",  # broken or none, to the last attempt
    "refused",  # another HTTP status: the request is not served
    "filtered",  # a content filter kept the reply back
    "malformed",  # the reply is no chat completion
    "endless",  # the reply did not end within the bytes that are read
    "failed",  # anything else
]
#: "length": cut at the most tokens allowed. "filtered": kept back, by a filter or by the model.
Finish = Literal["stop", "length", "filtered"]


class Unanswered(ModelError):
    """A chat gave no reply.

    Args:
        fault: What went wrong.
        status: Of HTTP, where the endpoint refused.
        retried: What went wrong in the attempts before.
    """

    def __init__(
        self,
        message: str,
        *,
        fault: Fault,
        status: int | None = None,
        retried: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.status = status
        self.retried = retried


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What a chat is asked; equal requests may be given the same reply.

    Args:
        system: What to do.
        user: What to do it with.
        schema: A JSON schema that the reply is to satisfy; None for free text.
        max_tokens: The reply's, at most.
        again: A reply that was of no use, and what is said to it.
    """

    system: str
    user: str
    schema: Mapping[str, JSON] | None = None
    max_tokens: int = 800
    temperature: float = 0.0
    seed: int = 0
    again: tuple[str, str] | None = None

    @property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """What is said, in order: (role, text) each."""
        first = (("system", self.system), ("user", self.user))
        if self.again is None:
            return first
        reply, said = self.again
        return (*first, ("assistant", reply), ("user", said))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReply:
    """What a chat said.

    Args:
        text: Without half surrogate pairs; may be empty.
        estimated: The endpoint told no usage: tokens are the offline estimate.
        finish: Why it ends where it does.
        retried: What went wrong in the attempts before.
        kept: It came earlier, and was not paid for again.
    """

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    finish: Finish = "stop"
    retried: tuple[Fault, ...] = ()
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a million tokens cost, sent and replied, in whatever money.

    >>> Price(tokens_in=0.15, tokens_out=0.6).of(2_000_000, 1_000_000)
    0.9
    """

    tokens_in: float
    tokens_out: float

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """Return what so many tokens cost."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1e6


@runtime_checkable
class Chat(Protocol):
    """Replies to a text with a text. Safe to share between threads.

    One that knows what its tokens cost may say so by an attribute ``price``.
    """

    @property
    def model(self) -> str:
        """Its name for the journal, and what kept replies hang on. Known without asking."""

    def ask(self, request: ChatRequest) -> ChatReply:
        """Return the reply.

        Raises:
            Unanswered: There is none.
        """
