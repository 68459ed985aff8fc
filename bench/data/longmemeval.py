"""LongMemEval (Wu et al., ICLR 2025): S, M and oracle, one conversation a question.

An array of ``{"question_id", "question_type", "question", "answer", "question_date",
"haystack_session_ids", "haystack_dates", "haystack_sessions": [[{"role", "content",
"has_answer"?}]], "answer_session_ids"}``, read as a stream, for M has gigabytes. Questions whose id
ends in "_abs" have no answer: their category is "abstention". Gold are the turns marked
``has_answer``; where none is, all turns of the answer's sessions. Sessions come in the order of
their dates, as the oracle's do not. Written after the publisher's description of the files, which
could not be opened themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bench.conversation import ROLES, Conversation, Question, Turn
from bench.data import checked
from bench.data.beside import Beside
from bench.data.files import File, Start
from bench.data.records import (
    Json,
    Shown,
    Unexpected,
    answer,
    fields,
    ids,
    items,
    name_of,
    text,
)

LOOKS = 'an array of {"question_id", "question", "haystack_sessions", …}'
#: How ids of questions without an answer end.
UNANSWERABLE = "_abs"


def recognises(start: Start) -> bool:
    """Whether a file that begins so is of this format."""
    return start.array and start.has("question_id", "question", "haystack_sessions")


def read(file: File, start: Start, beside: Beside) -> Iterator[Conversation]:
    """Yield a conversation a question."""
    del start, beside
    for number, each in file.elements():
        found = None
        with file.bad.record(f"element {number}"):
            raw = fields(each)
            name = name_of(raw, "question_id")
            with file.bad.record(f"question {name}"):
                found = _conversation(file, name, raw)
        if found is not None:
            yield found


def _conversation(file: File, name: str, raw: Json) -> Conversation | None:
    place = f"question {name}"
    asked = text(raw, "question")
    kind = text(raw, "question_type")
    wanted = frozenset(ids(items(raw, "answer_session_ids")))
    turns: list[Turn] = []
    marked: set[str] = set()
    for session, said_at, said in _sessions(file, place, raw):
        for number, each in enumerate(said, start=1):
            with file.bad.record(f"{place}, session {session}, turn {number}"):
                turn = fields(each)
                ref = f"{session}_{number}"
                turns.append(_turn(turn, ref, session, said_at))
                if turn.get("has_answer") is True:
                    marked.add(ref)
    gold = marked or {turn.ref for turn in turns if turn.session in wanted}
    unanswerable = name.endswith(UNANSWERABLE)
    if not gold and not unanswerable:
        found = Shown(", ".join(sorted(wanted)) or "none")
        raise Unexpected("turns that answer the question, or their sessions", found)
    question = Question(
        qid=name,
        text=asked,
        category="abstention" if unanswerable else kind,
        gold=frozenset(gold),
        audited=frozenset(gold),
        answer=answer(raw, "answer"),
    )
    return checked.conversation(
        file.bad,
        place,
        dataset="longmemeval",
        name=name,
        turns=turns,
        questions=[question],
        asked_at=file.bad.time(raw.get("question_date"), place),
    )


def _sessions(file: File, place: str, raw: Json) -> list[tuple[str, datetime | None, list[object]]]:
    names = ids(items(raw, "haystack_session_ids"))
    dates, talks = items(raw, "haystack_dates"), items(raw, "haystack_sessions")
    if not len(names) == len(dates) == len(talks):
        found = Shown(f"{len(names)} ids, {len(dates)} dates, {len(talks)} sessions")
        raise Unexpected("an id and a date for each session", found)
    sessions: dict[str, tuple[str, datetime | None, list[object]]] = {}
    for name, date, said in zip(names, dates, talks, strict=True):
        where = f"{place}, session {name}"
        with file.bad.record(where):
            if not isinstance(said, list):
                raise Unexpected("a list of turns", said)
            if name in sessions:
                raise Unexpected("an id that no other session has", Shown("a second"))
            sessions[name] = name, file.bad.time(date, where), said
    found_dates = [date for _, date, _ in sessions.values() if date is not None]
    if len(found_dates) < len(sessions):
        return list(sessions.values())
    return sorted(sessions.values(), key=lambda session: session[1] or found_dates[0])


def _turn(raw: Json, ref: str, session: str, said_at: datetime | None) -> Turn:
    speaker = text(raw, "role")
    if speaker not in ROLES:
        raise Unexpected(f'a "role" of {", ".join(sorted(ROLES))}', speaker)
    return Turn(
        ref=ref, session=session, text=text(raw, "content"), speaker=speaker, said_at=said_at
    )
