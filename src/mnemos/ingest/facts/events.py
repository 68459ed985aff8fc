"""When things happen: "my exam is on 20 June", "I have pottery every Tuesday"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mnemos.ingest.facts.classes import TIME_WORDS
from mnemos.ingest.facts.fact import Act, Fact
from mnemos.ingest.facts.family import cue, family
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_PART = r"(?:mornings?|afternoons?|evenings?|nights?)"
_DATE = (
    rf"(?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? [0-9]{{4}})?"
    rf"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?\b(?:,? [0-9]{{4}})?|{_MONTH} (?:19|20)[0-9]{{2}}"
    r"|(?:the )?[0-9]{1,2}(?:st|nd|rd|th)\b|[0-9]{4}-[0-9]{2}-[0-9]{2}"
)
_CLOCK = (
    r"(?:[0-9]{1,2}[:.][0-9]{2}(?: ?[ap]\.?m\b)?|[0-9]{1,2} ?[ap]\.?m\b|noon|midnight"
    r"|[a-z]+ o'clock|(?<=\bat )[0-9]{1,2}(?= *(?:[,.!;?]|$|now\b|instead\b|sharp\b|on\b|every\b)))"
)
_EVERY = (
    rf"(?:every|each)(?: other| second)? (?:{_DAY}|day|week|month|weekday|morning|evening)"
    rf"(?: {_PART})?"
    rf"|{_DAY}s(?: and {_DAY}s)?|{_DAY} {_PART[:-1]}s?)|(?:daily|weekly|monthly|fortnightly)"
)
_WHEN = re.compile(
    rf"(?:{_EVERY}|{_DATE}|{_CLOCK}|{_DAY}\b(?: {_PART})?)"
    rf"(?:,? (?:at|from) {_CLOCK}|,? (?:on|every) {_DAY}s?\b|,? {_CLOCK})?",
)
_REGULAR = re.compile(rf"\b(?:every|each|daily|weekly|monthly|fortnightly)\b|{_DAY}s\b")
_THIS_ONCE = re.compile(r"\b(?:this|next|just this once|just once|this time)\b")
#: What takes a time: verb behind the event, then maybe a preposition, up to the time.
_IS_AT = re.compile(
    r"\s*(?:is|got|'s|are|'re|will be|was|has been|have been)?\s*(?:(?:now|still|only|always|due"
    r"|set|scheduled|booked|planned|fixed|valid|back|again|actually|also|usually|held|on|,)\s*)*"
    r"(?:leaves|departs|arrives|starts|begins|ends|expires|runs out|opens|closes|takes place"
    r"|falls|meets|(?:been )?(?:moved|changed|pushed|shifted|postponed|rescheduled|brought"
    r"|put off|delayed|switched)(?: back| forward| up| off)?(?: to| till| until)?)?\s*"
    r"(?:(?:on|at|in|for|to|until|till|due|by|from)\s+)*(?:the\s+)?",
)
_MOVES = re.compile(
    r"\b(?:moved|changed|pushed|shifted|postponed|rescheduled|brought|put|delayed|switched|now|new"
    r"|back to|from today|instead)\b"
)
_CANCELLED = re.compile(
    r"\b(?:(?:is|'s|was|has been|have been|are|got) (?:now )?(?:cancelled|canceled|called off"
    r"|scrapped"
    r"|off(?=\W*$)|no more|discontinued))\b"
)
_HAVE = re.compile(
    rf"(?:have|'ve got|got|do|take|teach|attend|go to|play|run)\s+(?:my |our |a |an |the )?"
    rf"(?P<event>[a-z][\w' -]{{1,30}}?)\s+(?:on |at )?(?={_EVERY})"
)
_BARE = re.compile(
    rf"(?P<event>[A-Za-z][\w'-]*(?: [a-z]\w+){{0,2}})\s+(?:is |are )?(?:on|every|at)\s+"
    rf"(?={_EVERY}|{_DAY}s)"
)
_THING = re.compile(r"[a-z][\w'&-]*(?: [\w'&-]+){0,4}\Z")
_NO_EVENT = frozenset(
    """
    time day date thing way problem question reason point idea today tomorrow morning afternoon
    evening night weekend week plan goal best earliest latest first last next rest only one
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_BARE_MOVED = re.compile(
    rf"(?:the )?[\w' -]{{2,30}}? (?:moved|shifted|changed|pushed|put) "
    rf"(?P<event>[a-z][\w' -]*?) (?:to|back to) (?={_EVERY}|{_DAY}|{_DATE}|{_CLOCK})"
)


@family(cue(TIME_WORDS), cue("cancelled canceled called scrapped off more discontinued"))
def events(line: Line) -> Iterator[Fact]:
    """Yield when an event is, that it moved, or that it is off."""
    low = line.low
    found = _thing_at(line) or _had(line, low) or _bare_at(line, low) or _moved_by(line, low)
    if found is not None:
        yield found
        yield from _further(line, found)
        return
    yield from _every_first(line)


def _further(line: Line, first: Fact) -> Iterator[Fact]:
    """Read the rest of a list of events: "Salsa on Wednesdays, Spanish on Mondays"."""
    if line.subject is not None:
        return
    low = line.said.text[: line.clause.span[1]].lower()
    for match in _NEXT.finditer(low, line.clause.span[0]):
        value, event = when(line, match.end()), name(match["event"])
        if value is not None and event and event != first.slot:
            yield _event(line, event, value, "tell", line.scene.speaker)


def _bare_at(line: Line, low: str) -> Fact | None:
    """Read "Book club's at mine on Thursday", "launch on the 26th": an event without "the"."""
    if line.subject is not None or not (line.clause.first or ":" in _before(line)):
        return None
    offset = line.tokens[0].start - line.clause.span[0] if line.tokens else 0
    match = _BARE_AT.match(low, offset)
    if match is None:
        return None
    value, event = when(line, line.clause.span[0] + match.end()), name(match["event"])
    if value is None or not event:
        return None
    told = _known(line, event)
    if told is None and not match["is"]:
        return None
    act: Act = "change" if told is not None else "tell"
    slot = event if told is None else told.slot
    return _event(line, slot, value, act, line.scene.speaker if told is None else told.subject)


def _before(line: Line) -> str:
    return line.said.text[line.clause.sentence[0] : line.clause.span[0]]


_BARE_AT = re.compile(
    rf"(?P<event>[a-z][\w-]*(?: [a-z][\w-]+){{0,2}}?)(?P<is>'s| is|)(?: now| at mine"
    rf"| at ours)? (?:on|at) (?:the )?"
    rf"(?={_DAY}\b|{_DATE}|{_CLOCK})"
)
_NEXT = re.compile(rf",\s+(?P<event>[a-z][\w-]*(?: [a-z]\w+)?) (?:on|every) (?={_EVERY})")


def _thing_at(line: Line) -> Fact | None:
    """Read "my exam is on 20 June", "the stand-up has been cancelled"."""
    subject = line.subject
    event = "" if subject is None else name(subject.thing)
    if subject is None or not event or subject.at >= len(line.tokens):
        return None
    start = line.tokens[subject.at].start
    low = line.said.text[: line.clause.span[1]].lower().replace("’", "'")
    off = _CANCELLED.match(low[start:]) is not None and not _THIS_ONCE.search(line.low)
    value = None if off else _time_of(line, low, start)
    if value is None and not off:
        return None
    known = _known(line, event)
    slot = event if known is None else known.slot
    if off:
        return line.fact(slot, None, kind="event", act="end")
    sure = subject.own or known is not None
    if value is None or not (sure or _is_event(low, value)):
        return None
    if "birthday" in event:
        return line.fact("birthday", value)
    return _event(line, slot, value, "change" if _MOVES.search(line.low) else "tell")


def _time_of(line: Line, low: str, start: int) -> Phrase | None:
    """Return the time that is said of an event, behind its verb; none that is for once."""
    tail = low[start:]
    if _NOT_NOW.search(tail[:30]) is not None and _WAS_MOVED.match(tail) is None:
        return None
    gap = _IS_AT.match(low, start)
    value = None if gap is None else when(line, gap.end())
    if value is None or _THIS_ONCE.search(low, line.clause.span[0], value.span[0]):
        return None
    return value


def _is_event(low: str, value: Phrase) -> bool:
    """Tell whether a time is that of an event that is not the speaker's own: "the launch"."""
    on = low[max(0, value.span[0] - 4) : value.span[0]]
    regular = _REGULAR.search(value.text.lower()) is not None
    return regular or _dated(value) or re.search(r"\b(?:on|at) \Z", on) is not None


_NOT_NOW = re.compile(r"\b(?:was|were|will|would|could|should|can|not|n't)\b")
_WAS_MOVED = re.compile(r"(?:was|were) (?:actually|moved|pushed|postponed|rescheduled)")


def _dated(value: Phrase) -> bool:
    return re.search(_DATE, value.text.lower()) is not None


def _event(line: Line, slot: str, value: Phrase, act: Act, who: str = "") -> Fact:
    """Make an event's fact; the time in it is its value, not since when it holds."""
    fact = line.fact(slot, value, kind="event", act="tell", who=who)
    since = fact.true_from if re.search(r"\b(?:since|as of|from)\b", line.low) else None
    return replace(fact, act=act, true_from=since, true_to=None)


def _had(line: Line, low: str) -> Fact | None:
    """Read "I have pottery every Tuesday" and "Salsa on Wednesdays"."""
    start = line.tokens[0].start if line.tokens else line.clause.span[0]
    offset = start - line.clause.span[0]
    if line.subject is not None and not line.subject.thing and line.subject.at < len(line.tokens):
        at = line.tokens[line.subject.at].start - line.clause.span[0]
        match = _HAVE.match(low, at)
        who = line.subject.who
    else:
        yield_from = line.subject is None and line.clause.first
        match, who = (_BARE.match(low, offset) if yield_from else None), line.scene.speaker
    if match is None:
        return None
    value = when(line, line.clause.span[0] + match.end())
    event = name(match["event"])
    if value is None or not event or not _REGULAR.search(value.text.lower()):
        return None
    return _event(line, event, value, "change" if _MOVES.search(low) else "tell", who)


def _moved_by(line: Line, low: str) -> Fact | None:
    """Read "the studio moved pottery to Thursdays"."""
    match = _BARE_MOVED.match(low)
    if match is None:
        return None
    value = when(line, line.clause.span[0] + match.end())
    event = name(match["event"])
    if value is None or not event:
        return None
    known = _known(line, event)
    if known is None:
        return None
    return _event(line, known.slot, value, "change", known.subject)


_EVERY_FIRST = re.compile(rf"\W*(?:{_EVERY})[, ]+i (?P<doing>[a-z]+ [^,.;]*)")


def _every_first(line: Line) -> Iterator[Fact]:
    """Read "Every Sunday I ring my grandmother": what is done is the slot."""
    low = line.said.text[slice(*line.clause.span)].lower()
    match = _EVERY_FIRST.match(low)
    if match is None:
        return
    value = when(line, line.clause.span[0] + len(low) - len(low.lstrip()))
    doing = re.sub(r"\b(?:my|the|a|our)\b|\bat .*", "", match["doing"])
    slot = " ".join(doing.split())
    if value is not None and slot and len(slot.split()) <= 5:  # noqa: PLR2004
        yield _event(line, slot, value, "tell", line.scene.speaker)


def when(line: Line, at: int) -> Phrase | None:
    """Return the time that stands at an index of the turn, as a value."""
    low = line.said.text[: line.clause.sentence[1]].lower().replace("’", "'")
    if len(low) > len(line.said.text):
        return None
    match = _WHEN.match(low, at)
    if match is None or match.end() > len(line.said.text):
        return None
    text = line.said.text[match.start() : match.end()]
    start = match.start()
    if text.lower().startswith("the "):
        start, text = start + 4, text[4:]
    return Phrase(text=text, span=(start, start + len(text)), head=text.lower(), after=0)


def find_when(line: Line, start: int, end: int) -> Phrase | None:
    """Return the first time between two indices of the turn, as a value."""
    low = line.said.text[:end].lower().replace("’", "'")
    match = _WHEN.search(low, start)
    return None if match is None else when(line, match.start())


def name(words: str) -> str:
    """Return the slot of an event: its noun phrase; nothing where it is too vague for one."""
    words = re.sub(r"(?: is| are|'s)\Z", "", words.strip())
    kept = [
        one
        for one in re.findall(r"[\w'&-]+", words.lower())
        if one
        not in {
            "my",
            "our",
            "the",
            "a",
            "an",
            "new",
            "next",
            "current",
            "weekly",
            "daily",
            "regular",
        }
    ]
    if not kept or len(kept) > 4 or kept[-1] in _NO_EVENT or kept[0] in FUNCTION_WORDS:  # noqa: PLR2004
        return ""
    event = " ".join(kept)
    return event if _THING.match(event) else ""


def _known(line: Line, event: str) -> Fact | None:
    """Return the latest event told before that this one is: the same noun."""
    words = set(event.split())
    for fact in reversed(line.known):
        if fact.kind == "event" and words & set(fact.slot.split()):
            return fact
    return None
