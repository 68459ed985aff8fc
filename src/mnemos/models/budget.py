"""What may be spent on a chat: on one request, by one Decider, on one day."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mnemos.errors import InputError

What = Literal["calls", "tokens", "money"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """So many requests, tokens (sent and replied) and units of money."""

    calls: int = 0
    tokens: int = 0
    money: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            calls=self.calls + other.calls,
            tokens=self.tokens + other.tokens,
            money=self.money + other.money,
        )

    def __sub__(self, other: Spent) -> Spent:
        return Spent(
            calls=self.calls - other.calls,
            tokens=self.tokens - other.tokens,
            money=self.money - other.money,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """No more than this; None for no limit.

    >>> Limit(calls=10, tokens=5_000).lacking(Spent(calls=3, tokens=6_000))
    'tokens'
    """

    calls: int | None = None
    tokens: int | None = None
    money: float | None = None

    def lacking(self, spent: Spent) -> What | None:
        """Return of what this would be too much."""
        if self.calls is not None and spent.calls > self.calls:
            return "calls"
        if self.tokens is not None and spent.tokens > self.tokens:
            return "tokens"
        if self.money is not None and spent.money > self.money:
            return "money"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be spent. Before a request is sent, the longest reply to it must fit, too.

    Args:
        prompt_tokens: A longer prompt is not sent.
        reply_tokens: No longer reply is asked for.
        in_all: By one Decider, kept replies included: so the same run always ends the same way.
        a_day: By all that share a file of replies, else by the process; a day is UTC's.

    Raises:
        InputError: A limit is below nought, or a prompt or a reply may have no token.
    """

    prompt_tokens: int = 2_000
    reply_tokens: int = 800
    in_all: Limit = field(default_factory=Limit)
    a_day: Limit = field(default_factory=Limit)

    def __post_init__(self) -> None:
        if min(self.prompt_tokens, self.reply_tokens) < 1:
            raise InputError("prompt_tokens and reply_tokens are at least 1")
        for limit in (self.in_all, self.a_day):
            if min(limit.calls or 0, limit.tokens or 0, limit.money or 0) < 0:
                raise InputError(f"a limit is below nought: {limit}")

    @property
    def counts_money(self) -> bool:
        """Whether a price must be known."""
        return self.in_all.money is not None or self.a_day.money is not None


class Ledger(Protocol):
    """Purses and what was taken from each. Safe to share between threads."""

    def take(self, purse: str, much: Spent, limit: Limit) -> What | None:
        """Spend so much, unless that is more than the limit: then say of what."""

    def settle(self, purse: str, more: Spent) -> None:
        """Spend so much more; below nought, less."""

    def spent(self, purse: str) -> Spent:
        """Return what was spent."""


class Purses:
    """A ledger that lasts as long as the process. Implements ``Ledger``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: defaultdict[str, Spent] = defaultdict(Spent)

    def take(self, purse: str, much: Spent, limit: Limit) -> What | None:
        """Spend so much, unless that is more than the limit: then say of what."""
        with self._lock:
            wanted = self._spent[purse] + much
            lacking = limit.lacking(wanted)
            if lacking is None:
                self._spent[purse] = wanted
            return lacking

    def settle(self, purse: str, more: Spent) -> None:
        """Spend so much more; below nought, less."""
        with self._lock:
            self._spent[purse] += more

    def spent(self, purse: str) -> Spent:
        """Return what was spent."""
        with self._lock:
            return self._spent[purse]


#: What a day costs where no file of replies keeps it.
PROCESS = Purses()
