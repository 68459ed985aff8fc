"""Conversations whose turns and questions hold together; what does not is named and left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.conversation import Conversation, Question, Turn
from bench.data.records import Bad, Shown

#: When corpora without times are asked: so late that no question names a day near it.
UNDATED = datetime(2100, 1, 1, tzinfo=UTC)


def conversation(
    bad: Bad,
    place: str,
    *,
    dataset: str,
    name: str,
    turns: Iterable[Turn],
    questions: Iterable[Question],
    asked_at: datetime | None = None,
) -> Conversation | None:
    """Make a conversation of what was read.

    Left out are turns whose ref another one has, refs that are no turn's, and questions that would
    have lost all they name; each is named.

    Args:
        place: The record, as it is named.
        asked_at: A minute after the last turn if nobody knows.

    Returns:
        None, and the record is named, if no turn is left.
    """
    kept = _turns(bad, place, turns)
    if not kept:
        bad.note(place, "a conversation with turns", Shown("none"))
        return None
    refs = {turn.ref for turn in kept}
    last = next((turn.said_at for turn in reversed(kept) if turn.said_at is not None), UNDATED)
    return Conversation(
        dataset=dataset,
        name=name,
        turns=tuple(kept),
        questions=_questions(bad, place, questions, refs.__contains__),
        asked_at=last + timedelta(minutes=1) if asked_at is None else asked_at,
    )


def _turns(bad: Bad, place: str, turns: Iterable[Turn]) -> list[Turn]:
    kept: dict[str, Turn] = {}
    for turn in turns:
        if turn.ref in kept:
            bad.note(f"{place}, turn {turn.ref}", "an id that no other turn has", Shown("a second"))
        else:
            kept[turn.ref] = turn
    return list(kept.values())


def _questions(
    bad: Bad, place: str, questions: Iterable[Question], known: Callable[[str], bool]
) -> tuple[Question, ...]:
    kept: dict[str, Question] = {}
    for question in questions:
        where = f"{place}, question {question.qid}"
        if question.qid in kept:
            bad.note(where, "an id that no other question has", Shown("a second"))
            continue
        for ref in sorted(question.gold | question.audited):
            if not known(ref):
                bad.note(where, "gold that names a turn", ref)
        gold = frozenset(filter(known, question.gold))
        if question.gold and not gold:
            continue
        audited = frozenset(filter(known, question.audited))
        kept[question.qid] = replace(question, gold=gold, audited=audited)
    return tuple(kept.values())
