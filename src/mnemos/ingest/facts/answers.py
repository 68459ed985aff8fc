"""Short answers, read with the question before them: "Do you still live in Rome?" – "No, Milan now."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.asked import Asked, asked
from mnemos.ingest.facts.classes import NUMBER, class_of, is_job
from mnemos.ingest.facts.fact import Act, Fact, Kind, Said
from mnemos.ingest.facts.line import Line, make
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import phrase
from mnemos.text.sentences import is_question, sentences

_LEAD = frozenset(
    """
    in at a an the yes no nope yeah now still just me well oh actually , . ! – — - since to from
    my by with on as it it's is 's ah hm nah i mean back always currently
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
#: Slot → what its value must be; others are not read from fragments.
_SORTS: dict[str, tuple[str, Kind]] = {
    "home": ("name", "single"),
    "origin": ("name", "single"),
    "employer": ("name", "single"),
    "partner": ("name", "single"),
    "name": ("name", "single"),
    "job": ("job", "single"),
    "age": ("number", "single"),
    "car": ("class", "single"),
    "phone": ("class", "single"),
    "pet": ("class", "list"),
    "speaks": ("class", "list"),
    "plays": ("class", "list"),
}
_CLASS = {"speaks": "language", "plays": "instrument"}


def question_before(said: Said, other: Said | None) -> Asked | None:
    """Return what the turn before asked of this one's speaker."""
    if other is None or other.who == said.who or other.session != said.session:
        return None
    spans = sentences(other.text[-300:])
    if not spans:
        return None
    last = other.text[-300:][slice(*spans[-1])]
    return asked(last, other.who, said.who) if is_question(last) else None


def answers(line: Line, question: Asked) -> Iterator[Fact]:
    """Yield the fact that a fragment gives in answer to a question."""
    if line.subject is not None or question.tense == "past" or not line.clause.first:
        return
    slot = next((one for one in question.slots if one in _SORTS), "")
    if not slot or question.subject != line.scene.speaker:
        return
    sort, kind = _SORTS[slot]
    tokens = line.tokens
    at = 0
    while at < len(tokens) and tokens[at].low in _LEAD:
        at += 1
    value = phrase(line.said.text, tokens, at)
    if value is None or value.head in FUNCTION_WORDS:
        return
    fits = {
        "name": value.text[0].isupper() and value.text.istitle() and len(value.text.split()) <= 3,  # noqa: PLR2004
        "job": is_job(value.text),
        "number": re.fullmatch(NUMBER, value.text.lower()) is not None,
        "class": class_of(value.head) == _CLASS.get(slot, slot),
    }[sort]
    if not fits or (slot == "home" and value.head in {"no", "yes", "because"}):
        return
    low = line.low
    act: Act = "change" if re.match(r"\W*no\b", low) or re.search(r"\bnow\b", low) else "tell"
    yield make(
        line.said, line.clause.span, slot, value, subject=line.scene.speaker, kind=kind, act=act
    )
