"""Any endpoint that speaks OpenAI's chat completions: OpenAI, Ollama, vLLM, llama.cpp, LiteLLM."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mnemos.config import chat_endpoint
from mnemos.errors import InputError, ModelError
from mnemos.models.base import ChatReply, ChatRequest, Fault, Finish, Price, Unanswered
from mnemos.models.endpoint import Endpoint, GivenUp, Patience, Refused, TooLong
from mnemos.text.token_count import estimate_tokens
from mnemos.types import JSON

PATH = "/chat/completions"
#: More than a chat can say.
REPLY_BYTES = 8 << 20
#: Requests to one endpoint at the same time; more wait.
AT_ONCE = 4
#: How a reply is bound to a schema, the strictest first.
FORMATS = ("json_schema", "json_object", "none")
#: A refusal with these statuses and words is about how a request was put, not about its texts.
PUT = frozenset({400, 404, 415, 422, 501})
FORMAT = re.compile(r"response.?format|json.?(?:schema|object)|structured|grammar", re.IGNORECASE)
TOKENS = re.compile(r"max_completion_tokens", re.IGNORECASE)
UNTAKEN = re.compile(r"unsupported|unknown|unrecogni|not support|not permitted", re.IGNORECASE)
#: Whoever waits for a reply has a fallback: so fewer attempts than for vectors.
PATIENCE = Patience(timeout_s=30.0, retries=2)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How requests are put: endpoints differ in what they take."""

    form: str = FORMATS[0]
    tokens: str = "max_tokens"
    left_out: frozenset[str] = frozenset()

    def payload(self, name: str, request: ChatRequest) -> dict[str, JSON]:
        """Return what is sent."""
        made: dict[str, JSON] = {
            "model": name,
            "messages": [
                {"role": role, "content": _whole(text)} for role, text in request.messages
            ],
            self.tokens: request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
        }
        if request.schema is not None and self.form == "json_schema":
            wanted: JSON = {"name": "reply", "strict": True, "schema": request.schema}
            made["response_format"] = {"type": "json_schema", "json_schema": wanted}
        elif request.schema is not None and self.form == "json_object":
            made["response_format"] = {"type": "json_object"}
        return {key: value for key, value in made.items() if key not in self.left_out}

    def after(self, refusal: Refused, request: ChatRequest) -> _Manner | None:
        """Return how the request is put instead; None if that is not what was refused."""
        said = refusal.reason
        if refusal.status not in PUT:
            return None
        if self.tokens == "max_tokens" and TOKENS.search(said):
            return replace(self, tokens="max_completion_tokens")
        for name in ("temperature", "seed"):
            if name not in self.left_out and name in said and UNTAKEN.search(said):
                return replace(self, left_out=self.left_out | {name})
        if request.schema is not None and self.form != FORMATS[-1] and FORMAT.search(said):
            return replace(self, form=FORMATS[FORMATS.index(self.form) + 1])
        return None


class _Heard(threading.local):
    """Failures of the request that this thread is making."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def hear(self, failure: str) -> None:
        """Note one."""
        self.failures.append(failure)


class OpenAIChat:
    """Asks an endpoint: texts leave the machine unless the endpoint is on it.

    An endpoint that does not take a JSON schema is asked for any JSON object, then for text; one
    that does not take a temperature or a seed is not given them. What it takes is remembered.

    Args:
        name: The model, as the endpoint calls it.
        url: Up to and with the version. None: as the environment says, see ``config``.
        key: None: with a url of its own no key is sent, else the environment's. Taken out of
            whatever comes back.
        price: What its tokens cost.
        at_once: Requests at the same time; more wait.
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
        price: Price | None = None,
        at_once: int = AT_ONCE,
        patience: Patience | None = None,
    ) -> None:
        if not name:
            raise InputError("an endpoint has many models: name one")
        if at_once < 1:
            raise InputError(f"at_once is {at_once}; it is at least 1")
        if url is None:
            told = chat_endpoint()
            url, key = told.url, key or told.key
        self._heard = _Heard()
        patience = patience or PATIENCE
        listening = replace(
            patience,
            reply_bytes=min(patience.reply_bytes, REPLY_BYTES),
            failed=self._heard.hear,
        )
        self._endpoint = Endpoint(url, key, listening)
        self._key = key
        self._name = name
        self._several = threading.BoundedSemaphore(at_once)
        self._manner = _Manner()
        self.price = price
        self.server = self._endpoint.server

    def __repr__(self) -> str:
        return f"OpenAIChat({self._name!r}, {self._endpoint!r})"

    @property
    def model(self) -> str:
        """The name with "openai:", and the host."""
        return f"openai:{self._name} at {self.server}"

    def ask(self, request: ChatRequest) -> ChatReply:
        """Return the reply.

        Raises:
            Unanswered: The endpoint cannot be reached, refuses, or answers nonsense.
        """
        with self._several:
            self._heard.failures = []
            try:
                said = self._post(request)
            except Refused as refusal:
                filtered = "content_filter" in refusal.reason
                fault: Fault = "filtered" if filtered else "refused"
                raise self._unanswered(fault, refusal, refusal.status) from None
            except GivenUp as error:
                self._heard.failures.pop()
                raise self._unanswered(kind(error.failure), error) from None
            except TooLong as error:
                raise self._unanswered("endless", error) from None
            except ModelError as error:
                raise self._unanswered("malformed", error) from None
            return self._read(request, said)

    def _post(self, request: ChatRequest) -> JSON:
        manner = self._manner
        while True:
            try:
                said = self._endpoint.post(PATH, manner.payload(self._name, request))
            except Refused as refusal:
                other = manner.after(refusal, request)
                if other is None:
                    raise
                manner = other
            else:
                self._manner = manner
                return said

    def _unanswered(self, fault: Fault, error: object, status: int | None = None) -> Unanswered:
        retried = tuple(map(kind, self._heard.failures))
        return Unanswered(str(error), fault=fault, status=status, retried=retried)

    def _read(self, request: ChatRequest, said: JSON) -> ChatReply:
        choices = said.get("choices") if isinstance(said, Mapping) else None
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = choice.get("message") if isinstance(choice, Mapping) else None
        if not isinstance(choice, Mapping) or not isinstance(message, Mapping):
            raise self._unanswered("malformed", "no choices")
        content = message.get("content") or ""
        if not isinstance(content, str):
            raise self._unanswered("malformed", "content is no text")
        text = self._clean(content)
        tokens_in, tokens_out, estimated = _usage(said, request, text)
        finish = _finish(choice.get("finish_reason"), message.get("refusal"))
        return ChatReply(
            text="" if finish == "filtered" else text,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            estimated=estimated,
            finish=finish,
            retried=tuple(map(kind, self._heard.failures)),
        )

    def _clean(self, text: str) -> str:
        """Return a text without the key, and without what is no UTF-8."""
        if self._key is not None:
            text = text.replace(self._key, "[key]")
        return _whole(text).strip()


def _whole(text: str) -> str:
    """Return a text without half surrogate pairs, which are no UTF-8."""
    return text.encode(errors="replace").decode()


def kind(failure: str) -> Fault:
    """Return what sort of passing failure this is.

    >>> kind("HTTP 429"), kind("HTTP 503"), kind("ReadTimeout timed out"), kind("ConnectError")
    ('rate limit', 'server error', 'timeout', 'no connection')
    """
    name = failure.partition(" ")[0]
    if name == "HTTP":
        return "rate limit" if failure == "HTTP 429" else "server error"
    return "timeout" if name.endswith("Timeout") else "no connection"


def _finish(reason: JSON, refusal: JSON) -> Finish:
    if reason == "content_filter" or refusal:
        return "filtered"
    return "length" if reason == "length" else "stop"


def estimated_in(request: ChatRequest) -> int:
    """Return what a request costs in tokens, estimated offline."""
    return sum(estimate_tokens(text) for _, text in request.messages)


def _usage(said: JSON, request: ChatRequest, text: str) -> tuple[int, int, bool]:
    """Return tokens in, tokens out, and whether they had to be estimated."""
    usage = said.get("usage") if isinstance(said, Mapping) else None
    if isinstance(usage, Mapping):
        told_in, told_out = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if type(told_in) is int and type(told_out) is int and min(told_in, told_out) >= 0:
            return told_in, told_out, False
    return estimated_in(request), estimate_tokens(text), True
