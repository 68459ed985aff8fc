"""A small finished run about a harbour: who is ahead of whom in it is known beforehand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from bench.compare import records
from bench.compare.environments import Environment
from bench.compare.records import Asked, Cost, Key, Line, Unit
from bench.compare.summary import Figures, summary
from bench.conversation import Conversation, Question, Turn

DATASET = "harbour & <sons>"
ASKED_AT = datetime(2026, 3, 1, tzinfo=UTC)
TURNS = 12
#: What a page must show as it is.
HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"> & {{style}}"
#: System with variant → the rank at which the turn that answers comes, by category.
RANKS = {
    "mnemos:c0": {"one": 1, "two": 12},
    "mnemos:c3": {"one": 1, "two": 3},
    "bm25:best": {"one": 2, "two": 11},
    "mem0:best": {"one": 6, "two": 1},
    "last:default": {"one": 12, "two": 12},
}
SECONDS = {"mnemos": 0.004, "bm25": 0.001, "mem0": 0.05, "last": 0.0001}
WRITE_S = {"mnemos": 0.02, "bm25": 0.001, "mem0": 1.0, "last": 0.0001}
IN_MEMORY = ("bm25", "last")
FAILURE = "ended with code 3: <b>no such luck</b>"
BROKEN = "cannot be installed: no letta on this machine"


def conversations() -> list[Conversation]:
    return [
        Conversation(
            dataset=DATASET,
            name=name,
            turns=tuple(
                Turn(ref=f"t{n}", session="one", text=_said(n), speaker="Ann", said_at=ASKED_AT)
                for n in range(TURNS)
            ),
            questions=tuple(_question(name, n) for n in range(8)),
            asked_at=ASKED_AT,
        )
        for name in ("quay", "pier")
    ]


def _said(n: int) -> str:
    return f"Boat {n} came in. {HOSTILE if n == 0 else ''}".strip()


def _question(conversation: str, n: int) -> Question:
    """Four of one category, two of the other, two without an answer."""
    category = "one" if n < 4 else "two" if n < 6 else "adversarial"
    gold = frozenset([f"t{n}"] if n < 6 else ())
    return Question(
        qid=f"{conversation}{n}",
        text=f"Which boat was number {n}? <i>",
        category=category,
        gold=gold,
        audited=gold,
        answer=f"Boat {n}",
    )


def write(run: Path) -> Figures:
    """Write a finished run with its summary; return that."""
    every = conversations()
    for each in every:
        lines = {turn.ref: Line(text=turn.line, tokens=100) for turn in each.turns}
        records.keep_lines(run, each.dataset, each.name, lines)
    units = [_unit(name, each) for name in RANKS for each in every]
    units += [_unit("bm25:best", each, repeat=2) for each in every]
    units += [_failed(each) for each in every]
    units.sort(key=lambda unit: list(SECONDS).index(unit.key.system) if unit.cost else len(SECONDS))
    for unit in units:
        records.keep(run, unit)
    environment = Environment(
        python=Path("python"),
        wanted="",
        versions={"mem0ai": "1.2.3", "mnemos": "0.1", "httpx": "0.28"},
        install_mb=61.5,
        import_s=0.4,
        made_in_s=1,
    )
    found = summary(
        run, units, every, {"mem0": environment, "mnemos": environment}, {"letta": BROKEN}
    )
    figures = {"machine": "an abacus", **found, "limits": {"memory MiB": 100}, "minutes": 1.5}
    (run / "summary.json").write_text(json.dumps(figures), encoding="utf-8")
    return figures


def _unit(name: str, conversation: Conversation, repeat: int = 1) -> Unit:
    system, variant = name.split(":")
    key = _key(system, variant, conversation, repeat)
    ranks = RANKS[name] if repeat == 1 else {"one": 2, "two": 3}
    return Unit(
        key=key,
        fingerprint="",
        cost=Cost(
            turns=TURNS,
            write_s=WRITE_S[system],
            encoding_s=WRITE_S[system] / 2 if system == "mem0" else 0,
            bytes=0 if system in IN_MEMORY else 600 * TURNS,
            cold_s=None if system in IN_MEMORY else 0.3,
            peak_mib=50,
            load=0,
        ),
        asked=tuple(
            _asked(question, ranks.get(question.category), SECONDS[system])
            for question in conversation.questions
        ),
    )


def _key(system: str, variant: str, conversation: Conversation, repeat: int) -> Key:
    return Key(
        system=system,
        variant=variant,
        dataset=conversation.dataset,
        conversation=conversation.name,
        repeat=repeat,
    )


def _asked(question: Question, rank: int | None, seconds: float) -> Asked:
    ranked = [f"t{n}" for n in range(TURNS) if f"t{n}" not in question.gold]
    if rank is not None:
        ranked[rank - 1 : rank - 1] = question.gold
    return Asked(
        qid=question.qid,
        question=question.text,
        category=question.category,
        answer=question.answer,
        answerable=question.answerable,
        gold=tuple(question.gold),
        audited=tuple(question.audited),
        ranked=tuple(ranked),
        scores=(),
        confidence=1 / (rank or 8),
        seconds=seconds,
    )


def _failed(conversation: Conversation) -> Unit:
    return Unit(
        key=_key("graphiti", "best", conversation, 1),
        fingerprint="",
        wanted=("example.com:443",),
        failure=FAILURE,
    )
