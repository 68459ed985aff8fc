"""How facts about people change in conversation: scenarios of ours, and what must hold after them.

The scenarios stand in two files of ``bench/sets``, half of each kind in each, equally hard:
``updates_open.jsonl`` is to work with; **``updates_sealed.jsonl`` is not to be looked at while
rules are written; it is run once.**

More of the same form, by writers who knew no rule, stand in ``updates_a.jsonl``,
``updates_c.jsonl`` and ``updates_d.jsonl``: which turn says how it is now is learnt from them.

A scenario a line: ``{"id", "kind", "turns": [{"session", "at", "speaker", "text"}], "checks"}``.
Sessions count from 1; ``at`` is when the turn was said; a speaker is a name, "user" or
"assistant". Turns are told in order, then all checks are put. Every check has ``type`` and
``about``, whose fact it is ("user", "Ann", "Ann's mother"); all but ``no_fact`` a ``question``.
Turns are named by their place, from 0; words are compared whole and without regard to case.

- ``current``: ``value``, or one of ``accept``, stands in the first line found. ``turn`` says it
  (others may repeat it, or have said it when it held before); ``stale`` were values of the same
  slot (or are words of such), said in ``stale_turns``, which are superseded by now. Where
  ``value`` denies something ("don't eat meat"), so must the line.
- ``as_of``: the same, of what was true at the moment ``at``, by all that is known at the end:
  what was said later counts ("since the first"), and what was put right was never true. No moment
  lies between an error and its correction.
- ``past``: the same, of what the question says is over.
- ``no_fact``: no fact about this subject, true at whatever moment, holds ``value``. ``why`` is
  what misleads, one of WHYS. A turn may be found, of course; this is about what is derived.
- ``count`` and ``list``: all ``values`` hold now, each said by the turn at its place in
  ``turns``; those of ``missing`` no longer hold. A count has one value, in words; ``accept`` has
  others, for the same number or the line that gives it.
- ``disputed``: the ``values`` contradict each other, time does not settle it, and both must come
  back as claims; ``turns`` say them.

``"derived": true`` marks values that no turn says in so many words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.conversation import Turn
from bench.data.records import BadData, Json, Shown, Unexpected, fields, items, name_of, shown, text

SETS = Path(__file__).parent / "sets"
OPEN = SETS / "updates_open.jsonl"
SEALED = SETS / "updates_sealed.jsonl"
KINDS = (
    "moves",
    "jobs",
    "corrections",
    "negations",
    "reversals",
    "recurring",
    "counts",
    "lists",
    "relations",
    "possessions",
    "preferences",
    "people",
    "quotations",
    "hypotheticals",
    "plans",
    "fiction",
    "questions",
    "dates",
    "disputes",
)
#: Why a value in the turns is no fact about someone; "correction": it was an error, put right.
WHYS = (
    "hypothetical",
    "quotation",
    "question",
    "joke",
    "plan",
    "other person",
    "correction",
)
#: Type of a check → the fields that it has, beside ``type`` and ``about``, and those it may have.
FIELDS = {
    "current": ({"question", "value", "turn", "stale", "stale_turns"}, {"accept", "derived"}),
    "as_of": ({"question", "value", "turn", "at"}, {"accept", "derived"}),
    "past": ({"question", "value", "turn"}, {"accept", "derived"}),
    "no_fact": ({"value", "why"}, set[str]()),
    "count": ({"question", "values", "turns", "missing"}, {"accept", "derived"}),
    "list": ({"question", "values", "turns", "missing"}, {"derived"}),
    "disputed": ({"question", "values", "turns"}, {"derived"}),
}
MOST_TURNS = 14
MOST_SESSIONS = 4
MOST_CHECKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What must hold once all turns of a scenario were told.

    Args:
        question: Empty for ``no_fact``.
        values: One, but for ``count``, ``list`` and ``disputed``.
        turns: The place of the turn that says each value; empty for ``no_fact``.
        accept: What does as well as the one value.
        stale: Values of the slot that hold no longer, or never did.
        stale_turns: Places of the superseded turns.
        missing: Values that count or list no longer hold.
        valid_at: The moment that ``as_of`` asks for, in UTC.
        why: What misleads to a fact that is none, one of WHYS.
        derived: Whether a value is said by no turn in so many words.
    """

    type: str
    about: str
    question: str
    values: tuple[str, ...]
    turns: tuple[int, ...] = ()
    accept: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    stale_turns: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    valid_at: datetime | None = None
    why: str = ""
    derived: bool = False

    @property
    def wordings(self) -> tuple[str, ...]:
        """The values and what does as well."""
        return self.values + self.accept


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A conversation in which something changes, or seems to; refs of turns are ``id:place``."""

    name: str
    kind: str
    turns: tuple[Turn, ...]
    checks: tuple[Check, ...]


def read(path: Path) -> tuple[Update, ...]:
    """Read a file of scenarios.

    Raises:
        BadData: The file cannot be read, or a record is not as described above.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(path, "", "a file of scenarios", str(error)) from error
    found: dict[str, Update] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"line {number}"
        try:
            update = _update(fields(_json(line)), set(found))
        except _Within as error:
            raise BadData(path, f"{place}, {error.part}", error.expected, error.found) from error
        except Unexpected as error:
            raise BadData(path, place, error.expected, error.found) from error
        found[update.name] = update
    return tuple(found.values())


def says(said: str, value: str) -> bool:
    """Whether a text holds a value: as whole words, without regard to case."""
    wanted = rf"(?<!\w){re.escape(value.casefold())}(?!\w)"
    return re.search(wanted, said.casefold()) is not None


class _Within(Unexpected):
    """Something unexpected in one turn or check of a scenario."""

    def __init__(self, part: str, error: Unexpected) -> None:
        super().__init__(error.expected, Shown(error.found))
        self.part = part


def _json(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        raise Unexpected("JSON", Shown(str(error))) from error


def _update(raw: Json, taken: set[str]) -> Update:
    _only(raw, {"id", "kind", "turns", "checks"}, set())
    name = name_of(raw, "id")
    if name in taken:
        raise Unexpected("an id of its own", name)
    turns: list[Turn] = []
    for place, each in enumerate(items(raw, "turns")):
        try:
            turns.append(_turn(fields(each), f"{name}:{place}", turns))
        except Unexpected as error:
            raise _Within(f"{name}, turn {place}", error) from error
    if not 2 <= len(turns) <= MOST_TURNS:
        raise Unexpected(f"2 to {MOST_TURNS} turns", len(turns))
    if int(turns[-1].session) > MOST_SESSIONS:
        raise Unexpected(f"1 to {MOST_SESSIONS} sessions", turns[-1].session)
    checks: list[Check] = []
    for place, each in enumerate(items(raw, "checks")):
        try:
            checks.append(_check(fields(each), turns))
        except Unexpected as error:
            raise _Within(f"{name}, check {place}", error) from error
    if not 1 <= len(checks) <= MOST_CHECKS:
        raise Unexpected(f"1 to {MOST_CHECKS} checks", len(checks))
    _consistent(checks)
    return Update(
        name=name, kind=_one_of(raw, "kind", KINDS), turns=tuple(turns), checks=tuple(checks)
    )


def _turn(raw: Json, ref: str, before: list[Turn]) -> Turn:
    _only(raw, {"session", "at", "speaker", "text"}, set())
    session, last = raw["session"], int(before[-1].session) if before else 0
    allowed = (last, last + 1) if before else (1,)
    if type(session) is not int or session not in allowed:
        raise Unexpected(f"session {' or '.join(map(str, allowed))}", session)
    said_at = _moment(raw)
    earlier = before[-1].said_at if before else None
    if earlier is not None and said_at <= earlier:
        raise Unexpected(f"a time after {earlier:%Y-%m-%dT%H:%M:%SZ}", raw["at"])
    return Turn(
        ref=ref,
        session=str(session),
        text=text(raw, "text"),
        speaker=text(raw, "speaker"),
        said_at=said_at,
    )


def _check(raw: Json, turns: list[Turn]) -> Check:
    kind = _one_of(raw, "type", FIELDS)
    needed, possible = FIELDS[kind]
    _only(raw, {"type", "about"} | needed, possible)
    derived = raw.get("derived", False)
    if type(derived) is not bool:
        raise Unexpected('true or false as "derived"', derived)
    check = Check(
        type=kind,
        about=text(raw, "about"),
        question=text(raw, "question") if "question" in needed else "",
        values=_texts(raw, "values") if "values" in needed else (text(raw, "value"),),
        turns=_places(raw, turns),
        accept=_texts(raw, "accept"),
        stale=_texts(raw, "stale"),
        stale_turns=_indices(raw.get("stale_turns", []), turns),
        missing=_texts(raw, "missing"),
        valid_at=_moment(raw) if "at" in needed else None,
        why=_one_of(raw, "why", WHYS) if "why" in needed else "",
        derived=derived,
    )
    _said(check, turns)
    return check


def _said(check: Check, turns: list[Turn]) -> None:
    """Refuse what is not where the check says."""
    _counted(check)
    if overlap := set(check.turns) & set(check.stale_turns):
        raise Unexpected("turns that are not stale", min(overlap))
    for value, place in zip(check.values, check.turns, strict=False):
        wordings = check.wordings if len(check.values) == 1 else (value,)
        if not check.derived and not any(says(turns[place].text, each) for each in wordings):
            raise Unexpected(f'"{value}" in turn {place}', turns[place].text)
    slot = [turns[place].text for place in check.stale_turns + check.turns]
    anywhere = [turn.text for turn in turns]
    misleading = check.values if check.type == "no_fact" else ()
    for values, texts, where in (
        (check.stale, slot, "a stale turn"),
        (check.missing + misleading, anywhere, "some turn"),
    ):
        for value in values:
            if not check.derived and not any(says(each, value) for each in texts):
                raise Unexpected(f'"{value}" in {where}', Shown("it in none"))


def _counted(check: Check) -> None:
    least = {"list": 2, "disputed": 2}.get(check.type, 1)
    most = None if least > 1 else 1
    if len(check.values) < least or (most and len(check.values) > most):
        wanted = f"{least} or more values" if most is None else "one value"
        raise Unexpected(wanted, Shown(str(len(check.values))))
    if check.type != "no_fact" and len(check.turns) != len(check.values):
        raise Unexpected(f"{len(check.values)} turns", Shown(str(len(check.turns))))


def _consistent(checks: Iterable[Check]) -> None:
    """Refuse a scenario that wants a fact and forbids it."""
    listed = tuple(checks)
    for ban in (each for each in listed if each.type == "no_fact"):
        for other in listed:
            wanted = other.type != "no_fact" and other.about == ban.about
            if wanted and any(says(value, ban.values[0]) for value in other.wordings):
                raise Unexpected("facts that no other check forbids", ban.values[0])


def _only(raw: Json, needed: set[str], possible: set[str]) -> None:
    if missing := sorted(needed - set(raw)):
        raise Unexpected(f'"{missing[0]}"', raw)
    if surplus := sorted(set(raw) - needed - possible):
        raise Unexpected(f"no more than {', '.join(sorted(needed | possible))}", surplus[0])


def _one_of(raw: Json, name: str, known: Iterable[str]) -> str:
    value = text(raw, name)
    listed = tuple(known)
    if value not in listed:
        raise Unexpected(f'as "{name}" one of {", ".join(listed)}', value)
    return value


def _texts(raw: Json, name: str) -> tuple[str, ...]:
    values: Any = items(raw, name) if name in raw else []
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise Unexpected(f'texts in "{name}"', value)
    if len(set(values)) < len(values):
        raise Unexpected(f'different texts in "{name}"', Shown(", ".join(map(shown, values))))
    return tuple(values)


def _places(raw: Json, turns: list[Turn]) -> tuple[int, ...]:
    if "turn" in raw:
        return _indices([raw["turn"]], turns)
    return _indices(raw.get("turns", []), turns)


def _indices(values: object, turns: list[Turn]) -> tuple[int, ...]:
    if not isinstance(values, list):
        raise Unexpected("a list of turns", values)
    for value in values:
        if type(value) is not int or not 0 <= value < len(turns):
            raise Unexpected(f"a turn from 0 to {len(turns) - 1}", value)
    return tuple(values)


def _moment(raw: Json) -> datetime:
    written = text(raw, "at")
    try:
        return datetime.strptime(written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Unexpected("a time such as 2024-05-08T10:00:00Z", written) from error
