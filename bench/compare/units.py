"""Run one system with one conversation: write it, close it, open it in a new process, ask it all.

Every question is put twice: for a few hits, which is timed and gives the first ranks, and for many
hits, which follow those it has not ranked yet; so lists that are fused at a short depth keep their
order at the top. What is no turn is led back to turns: by the system's own ids or metadata, else by
what it cites, else by the turns whose text it holds or that hold its text.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.compare import driver
from bench.compare.child import Child, Fault, Limits, Reply
from bench.compare.environments import Environment
from bench.compare.records import Asked, Cost, Key, Unit
from bench.compare.vectors import Account, Endpoint
from bench.conversation import Conversation, Question, Turn
from bench.systems import SYSTEMS, adapter, system
from bench.systems.adapter import System

HITS = 20
DEEP = 300
#: A system that fails at so many of its first questions is not asked the others.
FIRST_QUESTIONS = 5
#: Texts shorter than this are in too many others to say which turn is meant.
SHORTEST_CHARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One unit that has to run.

    Args:
        run: The folder of the run it belongs to.
        hits: That are asked for first, and timed.
        deep: That are asked for then.
        shared: A folder of what units of the same conversation can use again; None if none is kept.
    """

    key: Key
    conversation: Conversation
    environment: Environment
    limits: Limits
    run: Path
    hits: int = HITS
    deep: int = DEEP
    shared: Path | None = None

    @property
    def passing(self) -> Path:
        """A folder that goes afterwards."""
        return self.run / "passing" / self.key.file.with_suffix("")

    @property
    def log(self) -> Path:
        """What the system prints."""
        return (self.run / "logs" / self.key.file).with_suffix(".log")

    @property
    def known(self) -> System:
        """The system."""
        return system(self.key.system)

    @property
    def fingerprint(self) -> str:
        """A hash of all that its figures hang on but the machine and its load."""
        module = import_module(SYSTEMS[self.key.system])
        parts = [
            *(inspect.getsource(each) for each in (module, adapter, driver)),
            json.dumps(dict(self.known.settings[self.key.variant]), sort_keys=True),
            json.dumps(self.environment.versions, sort_keys=True),
            self.environment.wanted,
            f"{self.hits} {self.deep} {self.limits.memory_mib} {self.limits.order_s}",
            _told(self.conversation),
        ]
        return sha256("\n".join(parts).encode()).hexdigest()


def _told(conversation: Conversation) -> str:
    """Return all of a conversation as text: equal for equal ones, in any process."""
    return json.dumps(asdict(conversation), default=_ordered, sort_keys=True)


def _ordered(value: object) -> object:
    """Return a set in its order, for that of its repr hangs on the process, and moments as text."""
    return sorted(value) if isinstance(value, frozenset) else str(value)


def run(job: Job, endpoint: Endpoint) -> Unit:
    """Run a unit; whatever goes wrong with its system is in it."""
    shutil.rmtree(job.passing, ignore_errors=True)
    job.passing.mkdir(parents=True)
    job.log.unlink(missing_ok=True)
    under_way = _Run(job, endpoint)
    try:
        return under_way.whole()
    except Fault as fault:
        return Unit(
            key=job.key,
            fingerprint=job.fingerprint,
            wanted=under_way.wanted,
            failure=str(fault),
        )
    finally:
        shutil.rmtree(job.passing, ignore_errors=True)


class _Run:
    """A unit under way."""

    def __init__(self, job: Job, endpoint: Endpoint) -> None:
        self._job = job
        self._known = job.known
        self._endpoint = endpoint
        self._client = sha256(str(job.key).encode()).hexdigest()[:16]
        self._folder = job.passing / "store"
        self._turns = Turns(job.conversation.turns)
        self.wanted: tuple[str, ...] = ()

    def whole(self) -> Unit:
        """Write, close, open, ask."""
        with self._child() as child:
            write_s, encoding_s = self._write(child)
            asked = () if self._known.persistent else self._ask_all(child)
            told = child.ask("tell").value if self._known.tells else {}
            child.ask("close")
        peak_mib, size, cold_s = child.peak_mib, 0, None
        if self._known.persistent:
            size = sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file())
            start = time.perf_counter()
            with self._child() as again:
                cold_s = self._cold(again, start)
                asked = self._ask_all(again)
                again.ask("close")
            peak_mib = max(peak_mib, again.peak_mib)
        return Unit(
            key=self._job.key,
            fingerprint=self._job.fingerprint,
            cost=Cost(
                turns=len(self._job.conversation.turns),
                write_s=write_s,
                encoding_s=encoding_s,
                bytes=size,
                cold_s=cold_s,
                peak_mib=peak_mib,
                load=round(os.getloadavg()[0], 1),
            ),
            asked=asked,
            wanted=self.wanted,
            told=told,
        )

    def _child(self) -> Child:
        job = self._job
        settings = dict(self._known.settings[job.key.variant])
        options: dict[str, Any] = {
            "settings": settings,
            "vectors": self._endpoint.url(self._client),
            "asked_at": job.conversation.asked_at.isoformat(),
        }
        if settings.get("told the gold"):
            options["gold"] = {each.text: sorted(each.gold) for each in job.conversation.questions}
        if job.shared is not None:
            options["shared"] = str(job.shared.resolve())
        return Child(
            job.environment.python,
            SYSTEMS[job.key.system],
            folder=self._folder,
            options=options,
            environment=self._known.environment,
            limits=job.limits,
            log=job.log,
        )

    def _write(self, child: Child) -> tuple[float, float]:
        """Return the seconds of writing, and what of them is encoding."""
        child.ask("open")
        orders = [
            ("add", {"turns": [_plain(turn) for turn in turns]})
            for _, turns in self._job.conversation.sessions
        ]
        write_s = encoding_s = 0.0
        for do, more in [*orders, ("finish", {})]:
            _, own_s, encoded_s = self._charged(child, do, **more)
            write_s += own_s + encoded_s
            encoding_s += encoded_s
        return write_s, encoding_s

    def _charged(
        self,
        child: Child,
        do: str,
        **more: Any,  # noqa: ANN401 - whatever JSON can hold
    ) -> tuple[Reply, float, float]:
        """Give an order; return also its seconds without the endpoint, and those of encoding."""
        before = self._endpoint.account(self._client)
        try:
            reply = child.ask(do, **more)
        finally:
            self.wanted = tuple(dict.fromkeys((*self.wanted, *child.wanted)))
        after: Account = self._endpoint.account(self._client)
        waited_s = after.waited_s - before.waited_s
        return reply, max(0.0, reply.seconds - waited_s), after.encoding_s - before.encoding_s

    def _cold(self, child: Child, start: float) -> float | None:
        """Return the seconds from a process's start to its first answer; None if that failed."""
        child.ask("open")
        question = self._job.conversation.questions[0].text
        try:
            child.ask("search", question=question, limit=self._job.hits)
        except Fault:
            if not child.alive:
                raise
            return None
        return time.perf_counter() - start

    def _ask_all(self, child: Child) -> tuple[Asked, ...]:
        questions = self._job.conversation.questions
        asked = [self._ask(child, question) for question in questions[:FIRST_QUESTIONS]]
        if all(each.fault for each in asked):
            raise Fault(f"answers no question: {asked[0].fault}")
        asked += [self._ask(child, question) for question in questions[FIRST_QUESTIONS:]]
        return tuple(asked)

    def _ask(self, child: Child, question: Question) -> Asked:
        try:
            first, own_s, encoding_s = self._charged(
                child, "search", question=question.text, limit=self._job.hits
            )
            deep = first
            if self._job.deep > self._job.hits:
                deep = child.ask("search", question=question.text, limit=self._job.deep)
        except Fault as fault:
            if not child.alive:
                raise
            return _asked(question, ranked=(), scores=(), fault=str(fault))
        hits = first.value["hits"]
        ranked = self._turns.ranked([*hits, *deep.value["hits"]])
        confidence = first.value["confidence"]
        if confidence is None and hits:
            confidence = hits[0]["score"]
        return _asked(
            question,
            ranked=ranked,
            scores=tuple(round(hit["score"], 6) for hit in hits),
            confidence=confidence,
            seconds=own_s + encoding_s,
            derived=tuple(hit["text"] for hit in hits if self._turns.derived(hit)),
        )


def _asked(question: Question, **found: Any) -> Asked:  # noqa: ANN401 - the rest of Asked
    return Asked(
        qid=question.qid,
        question=question.text,
        category=question.category,
        answer=question.answer,
        answerable=question.answerable,
        gold=tuple(sorted(question.gold)),
        audited=tuple(sorted(question.audited)),
        **found,
    )


class Turns:
    """A conversation's turns, to be found by what a system returned."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._refs = {turn.ref for turn in turns}
        self._said = [(turn.ref, _squeezed(turn.text)) for turn in turns]
        self._exact: dict[str, list[str]] = {}
        for turn in turns:
            for text in {_squeezed(each) for each in (turn.text, turn.said, turn.dated, turn.line)}:
                self._exact.setdefault(text, []).append(turn.ref)
        self._known: dict[str, list[str]] = {}

    def ranked(self, hits: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Return the refs of the turns behind hits, in their order, each once."""
        found: dict[str, None] = {}
        for hit in hits:
            if hit["ref"] in self._refs:
                found[hit["ref"]] = None
            elif hit["cites"]:
                found |= dict.fromkeys(ref for ref in hit["cites"] if ref in self._refs)
            else:
                found |= dict.fromkeys(self._by_text(hit["text"], found))
        return tuple(found)

    def derived(self, hit: Mapping[str, Any]) -> bool:
        """Whether a hit is neither a turn nor a turn's text."""
        return hit["ref"] not in self._refs and _squeezed(hit["text"]) not in self._exact

    def _by_text(self, text: str, ranked: Mapping[str, None]) -> list[str]:
        text = _squeezed(text)
        if text in self._exact:  # of turns that say the same, the first that is not ranked yet
            return [ref for ref in self._exact[text] if ref not in ranked][:1]
        if text not in self._known:
            self._known[text] = [
                ref
                for ref, said in self._said
                if (len(said) >= SHORTEST_CHARS and said in text)
                or (len(text) >= SHORTEST_CHARS and text in said)
            ]
        return self._known[text]


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _plain(turn: Turn) -> dict[str, Any]:
    said_at = turn.said_at
    return {**asdict(turn), "said_at": None if said_at is None else said_at.isoformat()}
