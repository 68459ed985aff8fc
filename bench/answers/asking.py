"""Put questions to the reader and its replies to the judges; say beforehand what that takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TypeVar

from bench.answers.chat import Chat, estimated_in
from bench.answers.material import Material, Posed, Shown, lot
from bench.answers.prompts import (
    JUDGES,
    NOTHING,
    READER,
    REPAIR,
    prompt,
    quoted,
    refuses,
    verdict,
)
from bench.answers.replies import Reply, Request
from bench.measures import normalised

#: A judge's malformed reply is shown to it no longer than this.
SHOWN_CHARACTERS = 1_000
CONTROL = "control"

Answer = TypeVar("Answer")
#: Told each time that so many requests are done.
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Who reads, who judges, and how long their replies may be, in tokens."""

    reader: str
    judge: str
    reader_tokens: int
    judge_tokens: int
    seed: int

    def read(self, shown: Shown) -> Request:
        """Return what the reader is asked."""
        parts = {"lines": "\n".join(shown.lines) or NOTHING, "question": shown.posed.text}
        return self._request(self.reader, READER, parts, self.reader_tokens)

    def judged(self, judge: str, posed: Posed, reply: str) -> Request:
        """Return what a judge is asked: question, gold answer and reply, and never the lines."""
        parts = {"question": posed.text, "gold-answer": posed.gold or "", "reply": reply}
        return self._request(self.judge, judge, parts, self.judge_tokens)

    def _request(self, model: str, name: str, parts: Mapping[str, str], most: int) -> Request:
        told = prompt(name)
        # Half a surrogate pair is no UTF-8.
        whole = quoted(parts).encode(errors="replace").decode()
        return Request(
            model=model,
            prompts=(told.digest,),
            messages=(("system", told.text), ("user", whole)),
            max_tokens=most,
            seed=self.seed,
        )


def repair(request: Request, reply: str) -> Request:
    """Return the request that a judge who did not answer in JSON is asked once more."""
    told = prompt(REPAIR)
    said = reply[:SHOWN_CHARACTERS] or "(nothing)"
    return replace(
        request,
        prompts=(*request.prompts, told.digest),
        messages=(*request.messages, ("assistant", said), ("user", told.text)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one judge found.

    Args:
        correct: None if it is unjudged.
        replies: What the judge said, and said again.
    """

    correct: bool | None
    replies: tuple[Reply, ...]

    @property
    def fault(self) -> str | None:
        """Why it is unjudged: a kind of ``chat.FAULTS``."""
        return None if self.correct is not None else self.replies[-1].fault or "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one question with one system's lines.

    Args:
        verdicts: By judge; empty if there was nothing to judge.
    """

    shown: Shown
    reply: Reply
    verdicts: Mapping[str, Verdict]

    @property
    def answered(self) -> bool:
        """There is a reply, be it a refusal."""
        return bool(self.reply.text)

    @property
    def refused(self) -> bool:
        """The reader said that the lines do not hold the answer."""
        return refuses(self.reply.text)

    def correct(self, judge: str) -> bool:
        """Whether it counts as right: what is unanswered or unjudged does not."""
        if self.shown.posed.unanswerable:
            return self.refused
        its = self.verdicts.get(judge)
        return its is not None and its.correct is True


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A question with the gold answer of another one in place of a reply: to be rejected."""

    posed: Posed
    other: str
    verdicts: Mapping[str, Verdict]


def others(posed: Sequence[Posed], seed: int) -> dict[Posed, str]:
    """Return for each question the gold answer of another of its category, drawn by the seed.

    One whose category holds no other answer has none.
    """
    of: dict[tuple[str, str], list[Posed]] = defaultdict(list)
    for each in posed:
        if each.gold is not None:
            of[each.dataset, each.category].append(each)
    found: dict[Posed, str] = {}
    for several in of.values():
        ordered = sorted(several, key=lambda one: lot(one, seed))
        for place, each in enumerate(ordered):
            later = [one.gold or "" for one in ordered[place + 1 :] + ordered[:place]]
            other = next((gold for gold in later if _differ(gold, each.gold or "")), None)
            if other is not None:
                found[each] = other
    return found


def _differ(one: str, other: str) -> bool:
    a, b = normalised(one), normalised(other)
    return bool(a) and bool(b) and a not in b and b not in a


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step of a run would take.

    Args:
        calls: Requests to make, without retries and repairs.
        kept: Requests whose replies are there already.
        tokens_in: Of the calls, estimated.
        tokens_out: Of the calls, at most.
    """

    name: str
    calls: int
    kept: int
    tokens_in: int
    tokens_out: int


def plan(
    chat: Chat, models: Models, material: Material, control: Mapping[Posed, str]
) -> list[Step]:
    """Return what asking would take; of the judges at most, for refusals are not judged."""
    reads: dict[Request, set[Posed]] = defaultdict(set)
    for shown in material.shown:
        reads[models.read(shown)].add(shown.posed)
    steps = [_step(READER, chat, reads)]
    for judge in JUDGES:
        wanted: set[Request] = set()
        for read, its in reads.items():
            reply = chat.known(read)
            for posed in its:
                if posed.gold is None:
                    continue
                if reply is None:  # a stand-in, as long as the reply may be, and not another's
                    wanted.add(models.judged(judge, posed, " ".join(_stand_in(read))))
                elif reply.text and not refuses(reply.text):
                    wanted.add(models.judged(judge, posed, reply.text))
        steps.append(_step(judge, chat, wanted))
    for judge in JUDGES if control else ():
        requests = {models.judged(judge, posed, other) for posed, other in control.items()}
        steps.append(_step(f"{CONTROL}, {judge}", chat, requests))
    return steps


def _stand_in(read: Request) -> list[str]:
    return [read.digest("").hex(), *["word"] * (read.max_tokens - 1)]


def _step(name: str, chat: Chat, requests: Iterable[Request]) -> Step:
    every = list(requests)
    calls = [request for request in every if chat.known(request) is None]
    return Step(
        name=name,
        calls=len(calls),
        kept=len(every) - len(calls),
        tokens_in=sum(map(estimated_in, calls)),
        tokens_out=sum(request.max_tokens for request in calls),
    )


class Asking:
    """Asks several at once, each request once.

    Args:
        advance: Told of progress with the reader, then with the judges: (step, done, of how many).
    """

    def __init__(
        self, chat: Chat, models: Models, at_once: int, advance: Callable[[str, int, int], None]
    ) -> None:
        self._chat = chat
        self._models = models
        self._at_once = at_once
        self._advance = advance

    def outcomes(self, material: Material) -> list[Outcome]:
        """Return what became of all questions, in their order.

        Raises:
            Stopped: The endpoint serves nothing; what it gave is kept.
        """
        reads = {shown: self._models.read(shown) for shown in material.shown}
        replies = self._all("reading", reads.values(), self._chat.ask)
        wanted = {
            (shown, judge): self._models.judged(judge, shown.posed, reply.text)
            for shown, read in reads.items()
            if shown.posed.gold is not None
            and (reply := replies[read]).text
            and not refuses(reply.text)
            for judge in JUDGES
        }
        verdicts = self._all("judging", wanted.values(), self._judged)
        return [
            Outcome(
                shown=shown,
                reply=replies[read],
                verdicts={
                    judge: verdicts[wanted[shown, judge]]
                    for judge in JUDGES
                    if (shown, judge) in wanted
                },
            )
            for shown, read in reads.items()
        ]

    def controls(self, control: Mapping[Posed, str]) -> list[Control]:
        """Return what the judges say to gold answers of other questions."""
        wanted = {
            (posed, judge): self._models.judged(judge, posed, other)
            for posed, other in control.items()
            for judge in JUDGES
        }
        verdicts = self._all(CONTROL, wanted.values(), self._judged)
        return [
            Control(
                posed=posed,
                other=other,
                verdicts={judge: verdicts[wanted[posed, judge]] for judge in JUDGES},
            )
            for posed, other in control.items()
        ]

    def _judged(self, request: Request) -> Verdict:
        first = self._chat.ask(request)
        correct = verdict(first.text)
        if correct is not None or not (first.text or first.fault == "empty"):
            return Verdict(correct=correct, replies=(first,))
        second = self._chat.ask(repair(request, first.text))
        return Verdict(correct=verdict(second.text), replies=(first, second))

    def _all(
        self, step: str, requests: Iterable[Request], ask: Callable[[Request], Answer]
    ) -> dict[Request, Answer]:
        distinct = list(dict.fromkeys(requests))
        self._advance(step, 0, len(distinct))
        found: dict[Request, Answer] = {}
        with ThreadPoolExecutor(self._at_once) as several:
            under_way = {several.submit(ask, request): request for request in distinct}
            try:
                for done in as_completed(under_way):
                    found[under_way[done]] = done.result()
                    self._advance(step, len(found), len(distinct))
            except BaseException:
                several.shutdown(wait=False, cancel_futures=True)
                raise
        return found
