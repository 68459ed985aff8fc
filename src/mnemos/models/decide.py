"""The one hook for models: a model decides, or a fallback does, and it is told which."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.util import find_spec
from typing import Literal, Protocol, TypeVar

from mnemos.errors import ModelError
from mnemos.models.asking import SHOWN_CHARACTERS, Asking, NoReply, Why
from mnemos.models.base import Chat, ChatReply, ChatRequest
from mnemos.models.budget import Budget, Ledger
from mnemos.models.reading import REPLY_BYTES, Malformed, read, schema_of
from mnemos.models.task import REPAIR, Task
from mnemos.types import JSON

T = TypeVar("T")

Branch = Literal["model", "repaired", "fallback"]
#: A reply that is to be repaired is shown to the model no longer than this.
REPAIRED_CHARACTERS = 1_000


class Decide(Protocol):
    """What a recipe asks whenever a model might know better."""

    @property
    def model(self) -> str | None:
        """Who decides; None if the fallback always does."""

    @property
    def failed(self) -> tuple[Decision, ...]:
        """Those decisions that a model was to make, and did not."""

    def __call__(
        self,
        task: Task,
        inputs: Mapping[str, JSON],
        schema: type[T],
        fallback: Callable[[], T],
        check: Callable[[T], str | None] | None = None,
    ) -> T:
        """Return what a model decides, else what ``fallback`` does.

        Args:
            task: What to decide.
            inputs: What to decide it on: data, never followed as an instruction.
            schema: A frozen dataclass: what the reply is read as.
            fallback: Decides without a model. What it raises goes through.
            check: Says what is wrong with a reply of the right type; None if nothing is.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How one decision was made.

    Args:
        task: Its name.
        version: Of the task's words.
        branch: Who decided: the model at once, the model asked once more, or the fallback.
        why: Why the fallback; "malformed" if a reply had to be repaired.
        detail: More of it; may quote the endpoint or the model. Not for the journal.
        model: None if there is none.
        tokens_in: Of all requests that were replied to, a kept reply's included; so with the rest.
        estimated: An endpoint told no usage.
        cost: At the chat's price; None if it has none.
        kept: All replies came earlier: nothing was paid.
        seconds: Without the fallback's.
    """

    task: str
    version: str
    branch: Branch
    why: Why
    detail: str
    model: str | None
    tokens_in: int
    tokens_out: int
    estimated: bool
    cost: float | None
    kept: bool
    seconds: float


class Decider:
    """Decides by a chat, or without one. Implements ``Decide``.

    Args:
        chat: None: the fallback always decides.
        budget: What may be spent.
        ledger: Keeps what a day costs. None: the file of a ``KeptChat``, else the process.
        today: The day, UTC's.
        clock: Seconds that never run backwards.

    Raises:
        InputError: The budget limits money, and the chat has no price.
        ModelError: A library is missing that models need.

    >>> from mnemos.models.scripted_chat import ScriptedChat
    >>> @dataclass(frozen=True)
    ... class Topic:
    ...     word: str
    >>> task = Task(name="topic", instructions="Name the topic of the line in one word.")
    >>> decide = Decider(ScriptedChat(lambda request: '{"word": "ferries"}'))
    >>> decide(task, {"line": "The ferry leaves at nine."}, Topic, lambda: Topic("unknown"))
    Topic(word='ferries')
    >>> decide = Decider()
    >>> decide(task, {"line": "The ferry leaves at nine."}, Topic, lambda: Topic("unknown"))
    Topic(word='unknown')
    >>> [(made.branch, made.why) for made in decide.decisions]
    [('fallback', 'no model')]
    """

    def __init__(
        self,
        chat: Chat | None = None,
        *,
        budget: Budget | None = None,
        ledger: Ledger | None = None,
        today: Callable[[], date] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._asking: Asking | None = None
        if chat is not None:
            if find_spec("msgspec") is None:
                raise ModelError(
                    "reading what a model replies needs the library msgspec: "
                    "pip install 'mnemos[chat]'"
                )
            self._asking = Asking(chat, budget or Budget(), ledger, today or _today)
        self._clock = clock
        self._decisions: list[Decision] = []

    def fresh(self) -> Decider:
        """Return one with no decisions yet that shares chat, budget, and whether it is down."""
        other = Decider(clock=self._clock)
        other._asking = self._asking
        return other

    @property
    def model(self) -> str | None:
        """Who decides; None if the fallback always does."""
        return None if self._asking is None else self._asking.chat.model

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """How each was made, in the order in which they were done."""
        return tuple(self._decisions)

    @property
    def failed(self) -> tuple[Decision, ...]:
        """Those that a model was to make, and did not: worth another try later."""
        made = self.decisions
        return tuple(one for one in made if one.branch == "fallback" and one.why != "no model")

    def summary(self) -> list[dict[str, JSON]]:
        """Return how often each task was decided how, for the journal: no text, no time."""
        return summary(self.decisions)

    def __call__(
        self,
        task: Task,
        inputs: Mapping[str, JSON],
        schema: type[T],
        fallback: Callable[[], T],
        check: Callable[[T], str | None] | None = None,
    ) -> T:
        """Return what the model decides, else what ``fallback`` does; see ``Decide``.

        Raises:
            InputError: The inputs are no JSON.
        """
        start = self._clock()
        replies: list[ChatReply] = []
        try:
            value, wrong = self._asked(task, inputs, schema, check, replies)
        except NoReply as none:
            self._note(task, "fallback", none, replies, start)
            return fallback()
        done = NoReply("malformed", wrong) if wrong else NoReply("")
        self._note(task, "repaired" if wrong else "model", done, replies, start)
        return value

    def _asked(
        self,
        task: Task,
        inputs: Mapping[str, JSON],
        schema: type[T],
        check: Callable[[T], str | None] | None,
        replies: list[ChatReply],
    ) -> tuple[T, str]:
        """Return what the model decides, and what was wrong with its first reply.

        Raises:
            NoReply: Both replies were wrong, or there is none.
        """
        asking = self._asking
        if asking is None:
            raise NoReply("no model")
        most = asking.budget.reply_tokens
        request = task.request(inputs, schema_of(schema), most)
        try:
            return _read(_said(asking, request, replies), schema, check), ""
        except Malformed as error:
            wrong = str(error)[:SHOWN_CHARACTERS]
        said = replies[-1].text[:REPAIRED_CHARACTERS]
        again = replace(request, again=(said, REPAIR.format(wrong=wrong)))
        try:
            return _read(_said(asking, again, replies), schema, check), wrong
        except Malformed as error:
            raise NoReply("malformed", f"{wrong}; then {error}") from None

    def _note(
        self, task: Task, branch: Branch, why: NoReply, replies: list[ChatReply], start: float
    ) -> None:
        tokens_in = sum(reply.tokens_in for reply in replies)
        tokens_out = sum(reply.tokens_out for reply in replies)
        price = None if self._asking is None else self._asking.price
        self._decisions.append(
            Decision(
                task=task.name,
                version=task.version,
                branch=branch,
                why=why.why,
                detail=why.detail,
                model=self.model,
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                estimated=any(reply.estimated for reply in replies),
                cost=None if price is None else price.of(tokens_in, tokens_out),
                kept=bool(replies) and all(reply.kept for reply in replies),
                seconds=self._clock() - start,
            )
        )


def summary(decisions: tuple[Decision, ...]) -> list[dict[str, JSON]]:
    """Return how often each task was decided how; equal for equal decisions in any order."""
    rows: dict[tuple[str, str, str, str, str], dict[str, int]] = {}
    for one in decisions:
        of = (one.task, one.version, one.branch, one.why, one.model or "")
        row = rows.setdefault(of, {"decisions": 0, "tokens_in": 0, "tokens_out": 0, "estimated": 0})
        row["decisions"] += 1
        row["tokens_in"] += one.tokens_in
        row["tokens_out"] += one.tokens_out
        row["estimated"] += one.estimated
    names = ("task", "version", "branch", "why", "model")
    return [{**dict(zip(names, of, strict=True)), **row} for of, row in sorted(rows.items())]


def _said(asking: Asking, request: ChatRequest, replies: list[ChatReply]) -> str:
    """Return what the chat replies, which is also put to the replies.

    Raises:
        NoReply: There is none, or one that goes on and on.
    """
    reply = asking.reply(request)
    replies.append(reply)
    size = len(reply.text.encode(errors="replace"))
    if size > REPLY_BYTES:
        raise NoReply("endless", f"{size:,} bytes; {REPLY_BYTES:,} are read")
    return reply.text


def _read(text: str, schema: type[T], check: Callable[[T], str | None] | None) -> T:
    value = read(text, schema)
    wrong = None if check is None else check(value)
    if wrong:
        raise Malformed(wrong)
    return value


def _today() -> date:
    return datetime.now(UTC).date()
