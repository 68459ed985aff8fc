"""Ask a chat within a budget, and no more once it is down; whatever goes wrong has a name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Literal

from mnemos.errors import InputError, ModelError
from mnemos.models.base import Chat, ChatReply, ChatRequest, Fault, Price, Unanswered
from mnemos.models.budget import PROCESS, Budget, Ledger, Purses, Spent, What
from mnemos.models.replies import KeptChat
from mnemos.text.token_count import estimate_tokens

Why = (
    Fault
    | What
    | Literal[
        "",  # the model decided
        "no model",
        "prompt too long",
        "calls of the day",
        "tokens of the day",
        "money of the day",
        "down",  # it failed again and again, and is asked no more
        "empty",
        "truncated",
    ]
)
#: Which word says that a day's limit is reached.
OF_THE_DAY: dict[What, Why] = {
    "calls": "calls of the day",
    "tokens": "tokens of the day",
    "money": "money of the day",
}
#: After so many of these in a row nothing is asked any more; timeouts count attempt by attempt.
FAILURES_IN_A_ROW = 3
TRANSPORT = frozenset({"rate limit", "server error", "timeout", "no connection", "failed"})
#: Refusals that no other request would change: nobody is let in, no such model, an empty purse.
HOPELESS = frozenset({401, 402, 403, 404, 429})
OWN = "in all"
SHOWN_CHARACTERS = 200


class NoReply(Exception):
    """There is no reply to decide by.

    Args:
        why: In a word.
        detail: In more.
    """

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(why, detail)
        self.why = why
        self.detail = detail[:SHOWN_CHARACTERS].encode(errors="replace").decode()


class Asking:
    """One chat, what may be spent on it, and whether it is down. Safe to share between threads.

    Args:
        ledger: Keeps what a day costs. None: the file of a KeptChat, else the process.
        today: The day, UTC's.

    Raises:
        InputError: The budget limits money, and nobody says what the chat costs.
    """

    def __init__(
        self, chat: Chat, budget: Budget, ledger: Ledger | None, today: Callable[[], date]
    ) -> None:
        self.chat = chat
        self.budget = budget
        self.price: Price | None = getattr(chat, "price", None)
        if self.price is None and budget.counts_money:
            raise InputError(f"the budget limits money, but {chat.model} has no price")
        if ledger is None:
            ledger = chat.replies if isinstance(chat, KeptChat) else PROCESS
        self._days = ledger
        self._own = Purses()
        self._today = today
        self._lock = threading.Lock()
        self._failures = 0

    def reply(self, request: ChatRequest) -> ChatReply:
        """Return a whole reply with words in it.

        Raises:
            NoReply: There is none.
        """
        prompt_tokens = sum(map(estimate_tokens, (request.system, request.user)))
        if prompt_tokens > self.budget.prompt_tokens:
            most = self.budget.prompt_tokens
            raise NoReply("prompt too long", f"{prompt_tokens} tokens; the limit is {most}")
        if self._failures >= FAILURES_IN_A_ROW:
            raise NoReply("down", f"{self._failures} failures in a row")
        least = self._cost(sum(estimate_tokens(text) for _, text in request.messages), 0)
        most_spent = least + self._cost(0, request.max_tokens) - Spent(calls=1)
        lacking = self._own.take(OWN, most_spent, self.budget.in_all)
        if lacking is not None:
            raise NoReply(lacking, f"of this Decider: {self.budget.in_all}")
        spent = least
        try:
            reply = self._paid(request, least, most_spent)
            spent = self._cost(reply.tokens_in, reply.tokens_out)
        finally:
            self._own.settle(OWN, spent - most_spent)
        if reply.finish == "filtered":
            raise NoReply("filtered")
        if reply.finish == "length":
            raise NoReply("truncated", f"at {request.max_tokens} tokens")
        if not reply.text.strip():
            raise NoReply("empty")
        return reply

    def _paid(self, request: ChatRequest, least: Spent, most: Spent) -> ChatReply:
        """Return the reply, paid for from the day's purse unless it was kept."""
        try:
            known = self.chat.known(request) if isinstance(self.chat, KeptChat) else None
            if known is not None:
                return known
            day = self._today().isoformat()
            lacking = self._days.take(day, most, self.budget.a_day)
            if lacking is None:
                reply = self._sent(request, day, least, most)
        except Unanswered as error:
            failed = error.fault in TRANSPORT or error.status in HOPELESS
            # An endpoint that hangs takes long enough without being asked three times over.
            self._note(
                failures=failed + (error.fault == "timeout") * error.retried.count("timeout")
            )
            raise NoReply(error.fault, str(error)) from error
        except Exception as error:  # a foreign chat raises what it likes
            self._note(failures=1)
            raise NoReply("failed", f"{type(error).__name__}: {error}") from error
        if lacking is not None:
            raise NoReply(OF_THE_DAY[lacking], f"{day}: {self.budget.a_day}")
        self._note(failures=0)
        return reply

    def _sent(self, request: ChatRequest, day: str, least: Spent, most: Spent) -> ChatReply:
        spent = least
        try:
            reply = _checked(self.chat.ask(request))
            spent = self._cost(reply.tokens_in, reply.tokens_out)
        finally:
            self._days.settle(day, spent - most)
        return reply

    def _note(self, *, failures: int) -> None:
        with self._lock:
            if self._failures < FAILURES_IN_A_ROW:
                self._failures = self._failures + failures if failures else 0

    def _cost(self, tokens_in: int, tokens_out: int) -> Spent:
        money = 0.0 if self.price is None else self.price.of(tokens_in, tokens_out)
        return Spent(calls=1, tokens=tokens_in + tokens_out, money=money)


def _checked(reply: object) -> ChatReply:
    """Return what a foreign chat gave, if it is a reply."""
    if not isinstance(reply, ChatReply) or not isinstance(reply.text, str):
        raise ModelError(f"a chat gave what is no ChatReply with a text: {type(reply).__name__}")
    if min(reply.tokens_in, reply.tokens_out) < 0:
        raise ModelError("a chat gave fewer tokens than none")
    return reply
