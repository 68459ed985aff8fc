"""LoCoMo (Maharana et al., ACL 2024): ``locomo10.json``, ten long talks of two people.

An array of ``{"sample_id", "conversation": {"speaker_a", "speaker_b", "session_N",
"session_N_date_time"}, "qa": [{"question", "answer" | "adversarial_answer", "evidence", "category"
1 to 5}]}``; turns are ``{"speaker", "dia_id", "text", "blip_caption"?}``. Some evidence is written
oddly ("D8:6; D9:17", "D:11:26", "D30:05") and is read as meant; what names no turn is bad.

An audit beside it (``audit=``) is an array of ``{"question_id": "locomo_0_qa1", "question",
"correct_evidence"}`` with places counted from 0; the whole one is ``errors.json`` of locomo-audit.
A corrected copy of the data and one conversation's audit could be opened, the whole audit not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.conversation import Conversation, Question, Turn
from bench.data import checked
from bench.data.beside import Beside
from bench.data.files import File, Start
from bench.data.records import (
    BadData,
    Json,
    Shown,
    Unexpected,
    answer,
    fields,
    inner,
    items,
    name_of,
    text,
)

LOOKS = 'an array of {"sample_id", "conversation", "qa"}'
AUDIT_LOOKS = 'an array of {"question_id", "question", "correct_evidence"}'
CATEGORIES = {1: "multi_hop", 2: "temporal", 3: "open_domain", 4: "single_hop", 5: "adversarial"}
SESSION = re.compile(r"session_(\d{1,6})")
EVIDENCE = re.compile(r"D:?(\d{1,6}):(\d{1,6})")
AUDITED = re.compile(r"locomo_(\d{1,6})_qa(\d{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an audit says of one question.

    Args:
        place: In the audit's file.
        question: Its text, to be sure that the same one is meant.
    """

    place: str
    question: str
    refs: frozenset[str]


#: By places of conversation and question, counted from 0.
Audit = dict[tuple[int, int], Correction]


def recognises(start: Start) -> bool:
    """Whether a file that begins so is of this format."""
    return start.array and start.has("conversation", "qa")


def read(file: File, start: Start, beside: Beside) -> Iterator[Conversation]:
    """Yield a conversation an element."""
    del start
    beside_it = None if beside.audit is None else File(beside.audit, file.bad.records)
    audit = {} if beside_it is None else _audit(beside_it)
    for number, raw in enumerate(file.whole()):
        place = f"conversation {number}"
        found = None
        with file.bad.record(place):
            found = _conversation(file, number, fields(raw), audit)
        if found is not None:
            yield found
    if beside_it is not None:
        for left in audit.values():
            beside_it.bad.note(left.place, "a question of the data", left.question)


def _conversation(file: File, number: int, raw: Json, audit: Audit) -> Conversation | None:
    name = name_of(raw, "sample_id")
    questions = []
    for place, each in enumerate(items(raw, "qa")):
        correction = audit.pop((number, place), None)
        with file.bad.record(f"{name}, question {place}"):
            questions.append(_question(f"{name}_q{place}", fields(each), correction))
    return checked.conversation(
        file.bad,
        name,
        dataset="locomo",
        name=name,
        turns=_turns(file, name, inner(raw, "conversation")),
        questions=questions,
    )


def _turns(file: File, name: str, raw: Json) -> Iterator[Turn]:
    sessions = sorted(int(key[1]) for key in map(SESSION.fullmatch, raw) if key is not None)
    said_at = None
    for session in sessions:
        place = f"{name}, session {session}"
        said_at = file.bad.time(raw.get(f"session_{session}_date_time"), place) or said_at
        with file.bad.record(place):
            for number, each in enumerate(items(raw, f"session_{session}"), start=1):
                with file.bad.record(f"{place}, turn {number}"):
                    turn = fields(each)
                    yield Turn(
                        ref=name_of(turn, "dia_id"),
                        session=str(session),
                        text=_said(turn),
                        speaker=text(turn, "speaker"),
                        said_at=said_at,
                    )


def _said(turn: Json) -> str:
    if not turn.get("blip_caption"):
        return text(turn, "text")
    picture = f"[image: {text(turn, 'blip_caption')}]"
    return f"{text(turn, 'text')} {picture}" if turn.get("text") else picture


def _question(qid: str, raw: Json, correction: Correction | None) -> Question:
    category = raw.get("category")
    if not isinstance(category, int) or category not in CATEGORIES:
        raise Unexpected('a "category" from 1 to 5', category)
    gold = _refs(items(raw, "evidence"))
    asked = text(raw, "question")
    if correction is not None and correction.question != asked:
        raise Unexpected(f"the question that the audit calls {correction.question!r}", asked)
    return Question(
        qid=qid,
        text=asked,
        category=CATEGORIES[category],
        gold=gold,
        audited=gold if correction is None else correction.refs,
        answer=answer(raw, "answer"),
        decoy=answer(raw, "adversarial_answer"),
    )


def _refs(evidence: list[object]) -> frozenset[str]:
    """Read evidence as it was meant; what does not look like any stays as it is, and names none."""
    found: set[str] = set()
    for each in evidence:
        meant = [f"D{int(s)}:{int(t)}" for s, t in EVIDENCE.findall(str(each))]
        found.update(meant or [str(each)])
    return frozenset(found)


def _audit(file: File) -> Audit:
    start = file.start()
    if not (start.array and start.has("question_id", "correct_evidence")):
        raise BadData(file.path, "", f"an audit ({AUDIT_LOOKS})", start.told)
    found: Audit = {}
    for number, each in enumerate(file.whole(), start=1):
        place = f"element {number}"
        with file.bad.record(place):
            raw = fields(each)
            named = AUDITED.fullmatch(name_of(raw, "question_id"))
            if named is None:
                raise Unexpected('a "question_id" such as locomo_0_qa1', raw["question_id"])
            where = int(named[1]), int(named[2])
            if where in found:
                raise Unexpected("one correction a question", Shown(f"a second of {named[0]}"))
            found[where] = Correction(
                place=place,
                question=text(raw, "question"),
                refs=_refs(items(raw, "correct_evidence")),
            )
    return found
