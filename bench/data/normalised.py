"""Normalised JSONL: one conversation, or one pooled corpus, a line.

``{"dataset", "conv_id", "turns": [{"id", "session", "ts", "speaker", "text", "image_caption"?}],
"questions": [{"qid", "question", "category", "gold": [turn ids], "gold_audited"?, "answer"?}]}``;
a corpus has turns of ``{"id", "title", "text"}``. A turn without a time has that of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bench.conversation import Conversation, Question, Turn
from bench.data import checked
from bench.data.beside import Beside
from bench.data.files import File, Start
from bench.data.records import Json, answer, fields, ids, items, name_of, text, written

LOOKS = 'lines of {"dataset", "conv_id", "turns", "questions"}'


def recognises(start: Start) -> bool:
    """Whether a file that begins so is of this format."""
    return not start.array and start.has("conv_id", "turns", "questions")


def read(file: File, start: Start, beside: Beside) -> Iterator[Conversation]:
    """Yield a conversation a line."""
    del start, beside
    for number, raw in file.lines():
        place = f"line {number}"
        found = None
        with file.bad.record(place):
            found = _conversation(file, place, fields(raw))
        if found is not None:
            yield found


def _conversation(file: File, place: str, raw: Json) -> Conversation | None:
    turns: list[Turn] = []
    said_at: datetime | None = None
    for number, each in enumerate(items(raw, "turns")):
        with file.bad.record(f"{place}, turn {number}"):
            turn = fields(each)
            said_at = file.bad.time(turn.get("ts"), f"{place}, turn {number}") or said_at
            turns.append(_turn(turn, said_at))
    questions: list[Question] = []
    for number, each in enumerate(items(raw, "questions")):
        with file.bad.record(f"{place}, question {number}"):
            questions.append(_question(fields(each)))
    return checked.conversation(
        file.bad,
        place,
        dataset=name_of(raw, "dataset"),
        name=name_of(raw, "conv_id"),
        turns=turns,
        questions=questions,
        asked_at=None if said_at is None else said_at + timedelta(minutes=1),
    )


def _turn(raw: Json, said_at: datetime | None) -> Turn:
    said = text(raw, "text")
    if raw.get("image_caption"):
        said = f"{said} [image: {text(raw, 'image_caption')}]"
    speaker: Any = raw.get("speaker")
    return Turn(
        ref=name_of(raw, "id"),
        session=written(str(raw.get("session", "documents")), "session"),
        text=said,
        speaker=None if speaker is None else text(raw, "speaker"),
        said_at=None if speaker is None else said_at,
        title=written(str(raw.get("title") or ""), "title") if speaker is None else "",
    )


def _question(raw: Json) -> Question:
    gold = frozenset(ids(items(raw, "gold")))
    corrected = raw.get("gold_audited") is not None
    return Question(
        qid=name_of(raw, "qid"),
        text=text(raw, "question"),
        category=text(raw, "category"),
        gold=gold,
        audited=frozenset(ids(items(raw, "gold_audited"))) if corrected else gold,
        answer=answer(raw, "answer"),
    )
