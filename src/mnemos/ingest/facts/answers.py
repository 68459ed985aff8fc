"""Short answers, read with the question before them: "Still in Rome?" – "No, Milan now."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.classes import NUMBER, class_of, is_job
from mnemos.ingest.facts.fact import Act, Fact, Kind, Said
from mnemos.ingest.facts.family import family
from mnemos.ingest.facts.line import Line, make
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase, phrase
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


#: A longer question is about more than its slot.
MOST_ASKED = 90
#: Words of a name at most.
MOST_NAMES = 3
#: Slot → questions that a bare word answers.
_ASKS = {
    slot: re.compile(rf"(?:^|[,.!?—–-]\s*|\b(?:so|and|but|then|you) )(?:{asks})")
    for slot, asks in {
        "home": r"where (?:do|are|did) you (?:still |now )?(?:live|living|based|now|end up)"
        r"|where are you"
        r" (?:these days|now|based)|(?:do|are) you (?:still |now )?(?:live|living|based|in)\b"
        r"|still (?:living )?in\b|which city|what city|have you moved",
        "origin": r"where are you (?:originally )?from|where do you come from",
        "employer": r"where do you work|(?:who|which company) do you work for|are you still "
        r"(?:at|with)\b"
        r"|still (?:working )?(?:at|with)\b",
        "partner": r"who(?:'s| is| are you)\b.*\b(?:with|seeing|dating|husband|wife|partner"
        r"|boyfriend"
        r"|girlfriend|man|woman|lucky)|what(?:'s| is) (?:his|her) name",
        "name": r"what(?:'s| is) your name",
        "job": r"what do you do\b|what(?:'s| is) your (?:job|profession|occupation)|are you "
        r"(?:still )?an?\b"
        r"|what are you (?:now|this|doing)",
        "age": r"how old (?:are|will|is) you|your age",
        "car": r"(?:what|which) car|what do you drive",
        "phone": r"(?:what|which) phone",
        "pet": r"(?:do you have|have you got) (?:any |a )?(?:pets?|animals?|dogs?|cats?)|what "
        r"(?:pet|animal)",
        "speaks": r"(?:what|which) (?:other )?languages?|do you speak",
        "plays": r"(?:what|which) instruments?|what do you play|do you play",
    }.items()
}


def asked_for(said: Said, other: Said | None) -> str:
    """Return the slot that the turn before asked for of this one's speaker; empty if none."""
    if other is None or other.who == said.who or other.session != said.session:
        return ""
    spans = sentences(other.text[-300:])
    if not spans:
        return ""
    last = other.text[-300:][slice(*spans[-1])]
    if not is_question(last) or len(last) > MOST_ASKED:
        return ""
    low = last.lower().replace("’", "'")
    many = re.search(r"\bhow many ([a-z]+s|children|people) (?:have|do|did|are) you\b", low)
    if many is not None:
        return f"number of {many[1]}"
    return next((one for one, asks in _ASKS.items() if asks.search(low)), "")


def _stands_alone(line: Line, value: Phrase) -> bool:
    """Tell whether a name is the whole answer, or all of it but an aside: "Milan now"."""
    rest = line.said.text[value.span[1] : line.clause.span[1]].strip()
    return (
        not rest
        or re.match(r"(?:now|since|,|\.|!|these days|at the moment|again)", rest) is not None
    )


@family()
def answers(line: Line) -> Iterator[Fact]:
    """Yield the fact that a fragment gives in answer to a question.

    Whoever speaks in the turns before is called by name, which is no answer.
    """
    value = _answer(line) if _is_fragment(line) else None
    fitting = [] if value is None else [slot for slot in _SORTS if _fits(line, slot, value)]
    slot = asked_for(line.said, line.near[-1] if line.near else None) if fitting else ""
    counted = slot.startswith("number of ") and "age" in fitting
    if (
        value is None
        or (slot not in fitting and not counted)
        or value.text in {turn.who for turn in line.near}
    ):
        return
    act: Act = "change" if _CHANGED.search(line.low) is not None else "tell"
    yield make(
        line.said,
        line.clause.span,
        slot,
        value,
        subject=line.scene.speaker,
        kind="count" if counted else _SORTS[slot][1],
        act=act,
    )


def _answer(line: Line) -> Phrase | None:
    tokens, at = line.tokens, 0
    while at < len(tokens) and tokens[at].low in _LEAD:
        at += 1
    value = phrase(line.said.text, tokens, at)
    return None if value is None or value.head in FUNCTION_WORDS else value


_CHANGED = re.compile(r"^\W*no\b|\bnow\b")


def _is_fragment(line: Line) -> bool:
    """Tell whether a clause is a bare answer: no subject, no thanks, no exclamation."""
    return (
        line.subject is None
        and line.clause.first
        and "thank" not in line.clause.opener.lower()
        and ("!" not in line.low[:-1] or line.low[:1].isdigit())
    )


def _fits(line: Line, slot: str, value: Phrase) -> bool:
    sort = _SORTS[slot][0]
    if sort == "name":
        short = value.text.istitle() and len(value.text.split()) <= MOST_NAMES
        return short and _stands_alone(line, value)
    if sort == "job":
        return is_job(value.text)
    if sort == "number":
        return re.fullmatch(NUMBER, value.text.lower()) is not None
    verbal = value.after < len(line.tokens) and line.tokens[value.after].text.isalpha()
    return class_of(value.head) == _CLASS.get(slot, slot) and not verbal
