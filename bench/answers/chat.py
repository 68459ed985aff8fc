"""Ask an endpoint that speaks OpenAI's chat completions; whatever goes wrong has a name."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from bench.answers.replies import Replies, Reply, Request
from mnemos import estimate_tokens
from mnemos.models.base import ChatReply, ChatRequest, Unanswered
from mnemos.models.endpoint import UNAUTHORISED, Endpoint, Patience
from mnemos.models.openai_chat import OpenAIChat

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
#: No bound: as many are made as whoever runs this says.
AT_ONCE = 1 << 10


class Stopped(Exception):
    """The endpoint serves nothing: going on would be of no use."""


class Chat:
    """One endpoint with the replies that are there already. Safe to share between threads.

    Args:
        key: Sent with requests; taken out of whatever comes back.
        patience: How long, and how often again.

    Raises:
        InputError: The URL or the key cannot be used.
    """

    def __init__(self, url: str, key: str | None, patience: Patience, replies: Replies) -> None:
        self.server = Endpoint(url, key, patience).server
        self._url = url
        self._key = key
        self._patience = patience
        self._models: dict[str, OpenAIChat] = {}
        self._replies = replies
        self._lock = threading.Lock()
        self._failures = 0
        self._stopped: Stopped | None = None
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
        asked = ChatRequest(
            system=request.messages[0][1],
            user=request.messages[1][1],
            again=_again(request),
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=request.seed,
        )
        try:
            reply = self._model(request.model).ask(asked)
        except Unanswered as none:
            if none.status in HOPELESS and none.fault == "refused":
                self._stopped = Stopped(str(none))
                raise self._stopped from None
            fault = "malformed" if none.fault == "endless" else none.fault
            return Reply(text="", fault=fault, detail=str(none), retried=none.retried)
        return Reply(
            text=reply.text,
            fault=_fault(reply),
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            estimated=reply.estimated,
            retried=reply.retried,
        )

    def _model(self, name: str) -> OpenAIChat:
        with self._lock:
            if name not in self._models:
                self._models[name] = OpenAIChat(
                    name, url=self._url, key=self._key, patience=self._patience, at_once=AT_ONCE
                )
            return self._models[name]


def _again(request: Request) -> tuple[str, str] | None:
    said = [text for _, text in request.messages[2:]]
    return (said[0], said[1]) if said else None


def _fault(reply: ChatReply) -> str | None:
    if reply.finish == "filtered":
        return "filtered"
    if not reply.text:
        return "empty"
    return "truncated" if reply.finish == "length" else None


def estimated_in(request: Request) -> int:
    """Return what a request costs, estimated offline."""
    return sum(estimate_tokens(text) for _, text in request.messages)
