"""Ask an endpoint that speaks OpenAI's chat completions; whatever goes wrong has a name."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from bench.answers.replies import Replies, Reply, Request
from mnemos import ModelError, estimate_tokens
from mnemos.models.endpoint import UNAUTHORISED, Endpoint, Patience, Refused
from mnemos.types import JSON

PATH = "/chat/completions"
#: What can go wrong → what it means.
FAULTS = {
    "rate limit": "HTTP 429, to the last attempt",
    "server error": "HTTP 408, 409 or 5xx, to the last attempt",
    "timeout": "no whole reply in time, to the last attempt",
    "no connection": "broken or none, to the last attempt",
    "refused": "another HTTP status: the request is not served",
    "malformed": "the reply is no chat completion",
    "filtered": "a content filter or the model kept the reply back",
    "empty": "a reply without a word",
    "truncated": "cut at the most tokens allowed; what is there counts",
}
#: These came, and would come again: they are kept as replies.
LASTING = frozenset({"filtered", "empty", "truncated"})
#: Refusals that no other request would change: nobody is let in, no such model, an empty purse.
HOPELESS = UNAUTHORISED | {402, 404, 429}
#: So many failures without a reply between them end the run.
FAILURES_IN_A_ROW = 20
#: More than a chat can say.
REPLY_BYTES = 8 << 20


class Stopped(Exception):
    """The endpoint serves nothing: going on would be of no use."""


class _Heard(threading.local):
    """Failures of the request that this thread is making."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def hear(self, failure: str) -> None:
        """Note one."""
        self.failures.append(failure)


class Chat:
    """One endpoint with the replies that are there already. Safe to share between threads.

    Args:
        key: Sent with requests; taken out of whatever comes back.
        patience: How long, and how often again.

    Raises:
        InputError: The URL or the key cannot be used.
    """

    def __init__(self, url: str, key: str | None, patience: Patience, replies: Replies) -> None:
        self._heard = _Heard()
        listening = replace(
            patience,
            reply_bytes=min(patience.reply_bytes, REPLY_BYTES),
            failed=self._heard.hear,
        )
        self._endpoint = Endpoint(url, key, listening)
        self._key = key
        self._replies = replies
        self._lock = threading.Lock()
        self._failures = 0
        self._stopped: Stopped | None = None
        self.server = self._endpoint.server
        #: Requests made, those of retries not counted.
        self.requests = 0

    def known(self, request: Request) -> Reply | None:
        """Return a reply that came before, without asking."""
        return self._replies.get(request.digest(self.server))

    def ask(self, request: Request) -> Reply:
        """Return the reply, whatever is wrong with it; one that came is never asked for again.

        Raises:
            Stopped: The endpoint lets nobody in, has no such model, wants money, or fails again and
                again.
        """
        if (reply := self.known(request)) is not None:
            return reply
        if self._stopped is not None:
            raise self._stopped
        self._heard.failures = []
        start = time.perf_counter()
        reply = self._asked(request)
        reply = replace(reply, seconds=round(time.perf_counter() - start, 3))
        lasting = reply.fault is None or reply.fault in LASTING
        if lasting:
            self._replies.keep(request.digest(self.server), reply)
        with self._lock:
            self.requests += 1
            self._failures = 0 if lasting else self._failures + 1
            if self._failures >= FAILURES_IN_A_ROW:
                told = f"{self._failures} failures in a row, the last: {reply.detail}"
                self._stopped = Stopped(told)
                raise self._stopped
        return reply

    def _asked(self, request: Request) -> Reply:
        try:
            said = self._endpoint.post(PATH, request.payload)
        except Refused as refusal:
            if refusal.status in HOPELESS:
                self._stopped = Stopped(str(refusal))
                raise self._stopped from None
            fault = "filtered" if "content_filter" in refusal.reason else "refused"
            return self._none(fault, refusal)
        except ModelError as error:
            return self._gone(error)
        return self._read(request, said)

    def _gone(self, error: ModelError) -> Reply:
        """Return what is left of a request that was given up, or whose reply is no JSON."""
        failures = self._heard.failures
        if failures and str(error).startswith(f"{self.server}: {failures[-1]}"):
            return self._none(kind(failures.pop()), error)
        return self._none("malformed", error)

    def _none(self, fault: str, error: ModelError) -> Reply:
        return Reply(text="", fault=fault, detail=str(error), retried=self._retried())

    def _retried(self) -> tuple[str, ...]:
        return tuple(kind(failure) for failure in self._heard.failures)

    def _read(self, request: Request, said: JSON) -> Reply:
        choices = said.get("choices") if isinstance(said, Mapping) else None
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = choice.get("message") if isinstance(choice, Mapping) else None
        retried = self._retried()
        if not isinstance(choice, Mapping) or not isinstance(message, Mapping):
            return Reply(text="", fault="malformed", detail="no choices", retried=retried)
        content = message.get("content") or ""
        if not isinstance(content, str):
            return Reply(text="", fault="malformed", detail="content is no text", retried=retried)
        text = self._clean(content)
        tokens_in, tokens_out, estimated = _usage(said, request, text)
        fault = _fault(text, choice.get("finish_reason"), message.get("refusal"))
        return Reply(
            text="" if fault == "filtered" else text,
            fault=fault,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            estimated=estimated,
            retried=retried,
        )

    def _clean(self, text: str) -> str:
        """Return a text without the key, and without half surrogate pairs, which are no UTF-8."""
        if self._key is not None:
            text = text.replace(self._key, "[key]")
        return text.encode(errors="replace").decode().strip()


def kind(failure: str) -> str:
    """Return what sort of passing failure this is.

    >>> kind("HTTP 429"), kind("HTTP 503"), kind("ReadTimeout timed out"), kind("ConnectError")
    ('rate limit', 'server error', 'timeout', 'no connection')
    """
    name = failure.partition(" ")[0]
    if name == "HTTP":
        return "rate limit" if failure == "HTTP 429" else "server error"
    return "timeout" if name.endswith("Timeout") else "no connection"


def _fault(text: str, finish: JSON, refusal: JSON) -> str | None:
    if finish == "content_filter" or refusal:
        return "filtered"
    if not text:
        return "empty"
    return "truncated" if finish == "length" else None


def estimated_in(request: Request) -> int:
    """Return what a request costs, estimated offline."""
    return sum(estimate_tokens(text) for _, text in request.messages)


def _usage(said: JSON, request: Request, text: str) -> tuple[int, int, bool]:
    """Return tokens in, tokens out, and whether they had to be estimated."""
    usage = said.get("usage") if isinstance(said, Mapping) else None
    if isinstance(usage, Mapping):
        told_in, told_out = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if type(told_in) is int and type(told_out) is int and min(told_in, told_out) >= 0:
            return told_in, told_out, False
    return estimated_in(request), estimate_tokens(text), True
