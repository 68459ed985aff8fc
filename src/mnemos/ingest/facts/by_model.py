"""A model reads facts from turns that were stored before: a session, or a part of it, a step.

What the rules read of them stands if it fails. Where nobody could be asked, for the model is down
or the budget spent, nothing is written down, and the turns wait.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from mnemos.ingest.facts import stored
from mnemos.ingest.facts.fact import Said
from mnemos.ingest.facts.items import said
from mnemos.ingest.facts.keep import Keeping
from mnemos.ingest.facts.listed import Lines, Reply, shown
from mnemos.ingest.facts.timeline import current
from mnemos.ingest.facts.unread import next_part
from mnemos.models.asking import OF_THE_DAY
from mnemos.models.budget import What
from mnemos.models.decide import Decide
from mnemos.models.reading import schema_of
from mnemos.models.task import Task
from mnemos.store.base import Reader
from mnemos.text.token_count import estimate_tokens as _tokens
from mnemos.types import JSON, Delta, Item

#: Tokens of a whole prompt, by our estimate, and what its parts take of it at most.
PROMPT_TOKENS = 1_500
USERS_TOKENS, OTHERS_TOKENS, EARLIER_TOKENS, KNOWN_TOKENS = 450, 120, 60, 160
#: Characters of a text that are looked at; turns before the part that are shown.
MOST_CHARACTERS, EARLIER = 2_000, 2
#: Facts of one speaker that are shown as known.
KNOWN_OF_ONE = 6
#: Why nobody was asked: the same turns may be read another day.
NOT_ASKED = frozenset({"down", *get_args(What), *OF_THE_DAY.values()})
_SPEAKING = frozenset({"user", "assistant"})


def read_on(reader: Reader, decide: Decide, task: Task, recipe: str) -> Delta:
    """Return what a model reads in the next part that none has read; nothing if there is none."""
    known: list[str] = []

    def fitting(turns: Sequence[Item], before: Sequence[Item]) -> int:
        known[:] = _known(reader, recipe, turns)
        return _fitting(task, turns, _inputs((), before, known))

    part = next_part(reader, recipe, fitting)
    if part is None:
        return Delta()
    turns, before = _spoken(part.turns), _spoken(part.before)
    if not any(turn.role == "user" for turn in turns):
        return Delta(states=part.read)
    lines = Lines([*map(said, turns)], [*map(said, before)], reader.language)
    failures = len(decide.failed)
    inputs = _inputs(turns, before, known)
    reply = decide(task, inputs, Reply, lambda: Reply(()), lines.check)
    failed = decide.failed[failures:]
    if any(one.why in NOT_ASKED for one in failed):
        return Delta()
    if failed:
        return Delta(states=part.failed)
    keeping = Keeping(reader, turns[0].scope, recipe)
    for place, fact in lines.facts(reply):
        keeping.add(fact, turns[place])
    return Delta(items=keeping.changed, states=part.read)


def _spoken(turns: Sequence[Item]) -> list[Item]:
    return [turn for turn in turns if turn.role in _SPEAKING]


def _inputs(turns: Sequence[Item], before: Sequence[Item], known: Sequence[str]) -> dict[str, JSON]:
    earlier = [_shown(turn, EARLIER_TOKENS) for turn in _spoken(before)[-EARLIER:]]
    return {
        "known": [*known],
        "before": [*shown(earlier, numbered=False)],
        "lines": [*shown([_shown(turn, _most(turn)) for turn in turns])],
    }


def _fitting(task: Task, turns: Sequence[Item], empty: Mapping[str, JSON]) -> int:
    """Return how many of some turns fit one prompt, from the first on; one at least."""
    request = task.request(empty, schema_of(Reply), 1)
    room = PROMPT_TOKENS - _tokens(request.system) - _tokens(request.user)
    for count, turn in enumerate(turns):
        if turn.role in _SPEAKING:
            line = " ".join(shown([_shown(turn, _most(turn))]))
            room -= _tokens(_json(f"{len(turns)}{line}")) + 1
        if room < 0 and count:
            return count
    return len(turns)


def _most(turn: Item) -> int:
    return USERS_TOKENS if turn.role == "user" else OTHERS_TOKENS


def _shown(turn: Item, most: int) -> Said:
    """Return a turn as a model is shown it: of its text, so many tokens."""
    text = turn.text[:MOST_CHARACTERS]
    while _tokens(_json(text)) > most:
        text = text[: len(text) * 3 // 4]
    return replace(said(turn), text=text)


def _known(reader: Reader, recipe: str, turns: Sequence[Item]) -> list[str]:
    """Return what is held to be true of the people who speak, a line each, latest first."""
    people = dict.fromkeys(said(turn).who for turn in turns if turn.role == "user")
    found: list[str] = []
    room = KNOWN_TOKENS
    for who in people:
        held = stored.timelines(stored.of(reader, recipe, turns[0].scope, who))
        open_ = [one for versions in held.values() for one in current(versions)]
        for one in sorted(open_, key=lambda one: one.fact.said_at)[: -KNOWN_OF_ONE - 1 : -1]:
            room -= _tokens(_json(one.fact.line)) + 1
            if room < 0:
                return found
            found.append(one.fact.line)
    return found


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
