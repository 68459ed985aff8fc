"""BEAM (Tavakoli et al., 2025): chats of 100K to 10M tokens, asked about by ten abilities.

Either rows of the data set, an array or one a line, ``{"conversation_id", "chat",
"probing_questions"}``, or the folders of its repository: ``SIZE/NUMBER/chat.json`` with
``probing_questions/probing_questions.json`` in the same folder. A chat is batches of turns, nested
as they come, ``{"role", "id", "content", "time_anchor"?}``; a batch is a session, and the marks of
its making at the end of a turn ("->-> 1,2") are taken away. Questions are objects of ability →
``[{"question", "source_chat_ids", …}]``, in rows written as a Python literal. Their answers are
called differently from one ability to the next.

The 10M chats (``[{"plan-1": batches}, …]``) could not be opened: their ids are taken to differ
from plan to plan, and if they do not, the turns are named as bad. Nor could the rows of the data
set: they are read as its publisher describes them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from bench.conversation import Conversation, Question, Turn
from bench.data import checked
from bench.data.beside import Beside
from bench.data.files import File, Start
from bench.data.records import (
    Json,
    Shown,
    Unexpected,
    answer,
    fields,
    items,
    name_of,
    text,
    written,
)

LOOKS = 'rows of {"conversation_id", "chat", "probing_questions"}, or a chat.json of batches'
QUESTIONS = ("probing_questions/probing_questions.json", "probing_questions.json")
ANSWERS = ("answer", "ideal_answer", "ideal_response", "ideal_summary", "expected_compliance")
MARK = re.compile(r"\s*->->[\s\d,.]*$")
ABSTENTION = "abstention"


def recognises(start: Start) -> bool:
    """Whether a file that begins so is of this format."""
    return start.has("chat", "probing_questions") or _is_chat(start)


def _is_chat(start: Start) -> bool:
    if not start.array:
        return False
    if isinstance(start.first, dict):
        plans = any(key.startswith("plan-") for key in start.first)
        return start.has("batch_number", "turns") or plans
    first = next(_flat(start.first), None)
    return isinstance(first, dict) and {"role", "id", "content"} <= first.keys()


def read(file: File, start: Start, beside: Beside) -> Iterator[Conversation]:
    """Yield a conversation a row, or the one of a chat's folder."""
    del beside
    if _is_chat(start):
        folder = file.path.resolve().parent
        name = f"{folder.parent.name}-{folder.name}"
        found = _conversation(file, "chat", name, file.whole(), _questions_beside(file, folder))
        if found is not None:
            yield found
        return
    for place, each in file.records(start):
        found = None
        with file.bad.record(place):
            raw = fields(each)
            name = name_of(raw, "conversation_id")
            found = _conversation(
                file, place, f"{file.stem}-{name}", items(raw, "chat"), _probes(raw)
            )
        if found is not None:
            yield found


def _conversation(
    file: File, place: str, name: str, chat: list[object], questions: Json
) -> Conversation | None:
    asked: list[Question] = []
    for ability in questions:
        with file.bad.record(f"{place}, {ability}"):
            for number, raw in enumerate(items(questions, ability)):
                qid = f"{written(ability, 'ability')}_{number}"
                with file.bad.record(f"{place}, question {qid}"):
                    asked.append(_question(qid, ability, fields(raw)))
    return checked.conversation(
        file.bad, place, dataset="beam", name=name, turns=_turns(file, place, chat), questions=asked
    )


def _turns(file: File, place: str, chat: list[object]) -> Iterator[Turn]:
    said_at = None
    for session, batch in _batches(chat):
        for number, each in enumerate(_flat(batch), start=1):
            where = f"{place}, batch {session}, turn {number}"
            with file.bad.record(where):
                raw = fields(each)
                said_at = file.bad.time(raw.get("time_anchor"), where) or said_at
                yield Turn(
                    ref=name_of(raw, "id"),
                    session=written(session, "batch_number"),
                    text=text({"content": MARK.sub("", text(raw, "content"))}, "content"),
                    speaker=text(raw, "role"),
                    said_at=said_at,
                )


def _batches(chat: list[object]) -> Iterator[tuple[str, object]]:
    for number, entry in enumerate(chat, start=1):
        if not isinstance(entry, dict):
            yield str(number), entry
        elif "turns" in entry:
            yield str(entry.get("batch_number", number)), entry["turns"]
        elif "content" in entry:
            yield "1", entry
        else:
            for plan, batches in entry.items():
                for session, turns in _batches(batches if isinstance(batches, list) else []):
                    yield f"{plan}, {session}", turns


def _flat(nested: object) -> Iterator[object]:
    if isinstance(nested, list):
        for each in nested:
            yield from _flat(each)
    elif nested is not None:
        yield nested


def _question(qid: str, ability: str, raw: Json) -> Question:
    gold = frozenset(_ids(raw.get("source_chat_ids")))
    return Question(
        qid=qid,
        text=text(raw, "question"),
        category=ability,
        gold=frozenset() if ability == ABSTENTION else gold,
        audited=frozenset() if ability == ABSTENTION else gold,
        answer=answer(raw, *ANSWERS),
    )


def _ids(sources: object) -> Iterator[str]:
    """Yield the ids in a list, or in lists by what each is for."""
    if isinstance(sources, dict):
        sources = list(sources.values())
    if isinstance(sources, list):
        for each in sources:
            yield from _ids(each)
    elif isinstance(sources, bool) or not isinstance(sources, str | int | None):
        raise Unexpected('turn ids as "source_chat_ids"', sources)
    elif sources is not None:
        yield written(str(sources), "source_chat_ids")


def _probes(raw: Json) -> Json:
    """Take a row's questions: an object, or one written as a Python literal or as JSON."""
    questions = raw.get("probing_questions")
    if not isinstance(questions, str):
        return fields(questions)
    try:
        return fields(json.loads(questions))
    except json.JSONDecodeError:
        pass
    try:
        read_in = ast.literal_eval(questions)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        found = Shown(f"{questions[:40]!r} ({type(error).__name__})")
        raise Unexpected('a Python literal as "probing_questions"', found) from error
    return fields(read_in)


def _questions_beside(file: File, folder: Path) -> Json:
    for name in QUESTIONS:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                found = File(path, file.bad.records).whole()
                with file.bad.record("questions"):
                    return fields(found)
    file.bad.note("chat", f"{QUESTIONS[0]} in the same folder", Shown("nothing there"))
    return {}
