"""Set phrases that tell a fact: "signed the lease in Ghent", "call me Jo", "I'm a tea person"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mnemos.ingest.facts.alike import span_of
from mnemos.ingest.facts.classes import NUMBER, NUMBER_WORDS, class_of, is_job, is_time
from mnemos.ingest.facts.clauses import tokenise
from mnemos.ingest.facts.fact import Act, Fact, Kind
from mnemos.ingest.facts.family import Cue, Index, cue, family
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase, phrase


@dataclass(frozen=True, slots=True)
class Idiom:
    """One set phrase.

    Args:
        cues: Words of which one stands wherever it matches.
        before: What stands before the value; a lookahead ends it.
        slot: What the value fills.
        fits: What the value must be.
        act: What saying it does.
        kind: What the slot can hold.
    """

    cues: tuple[Cue, ...]
    before: re.Pattern[str]
    slot: str
    fits: Callable[[Phrase], bool]
    act: Act = "change"
    kind: Kind = "single"


def _name(value: Phrase) -> bool:
    return value.text[0].isupper() and not is_time(value.text) and not class_of(value.head)


def _place(value: Phrase) -> bool:
    return any(word[0].isupper() for word in value.text.split()) and not is_time(value.text)


def _firm(value: Phrase) -> bool:
    return _name(value) or class_of(value.head) == "institution"


def _post(value: Phrase) -> bool:
    return is_job(value.text)


def _remedy(value: Phrase) -> bool:
    return len(value.text.split()) <= 3 and not is_time(value.text)  # noqa: PLR2004


def _thing(value: Phrase) -> bool:
    doing = value.text.endswith("ing") and " " not in value.text
    short = len(value.text.split()) <= 3  # noqa: PLR2004
    return short and not doing and value.head not in FUNCTION_WORDS


def _any(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_HOUSES = "place flat home house apartment room studio cottage condo loft digs"
_DWELLING = f"(?:{_HOUSES.replace(' ', '|')})"
IDIOMS = (
    Idiom(
        (cue("new", _HOUSES),),
        _any(rf"\b(?:my|our) (?:brand )?new {_DWELLING}(?: is| 's)?(?: here)? (?:in|near) (?=\w)"),
        "home",
        _place,
    ),
    Idiom(
        (
            cue("relocated transferred moved registered"),
            cue(_HOUSES, "in on near"),
        ),
        _any(
            r"\b(?:took|taken|got|have|found|rented|bought|renting|moved into|into)(?: myself"
            rf"| ourselves)? (?:an?|my own|our own)(?: [a-z]+){{0,2}}? {_DWELLING}\b"
            r"[^.!?,]{0,20}? (?:in|on|near) (?=\w)"
            r"|\b(?:relocated|transferred|moved)(?: me| us| him| her)? to (?=\w)"
            r"|\bregistered(?: here)? in (?=\w)"
        ),
        "home",
        _place,
    ),
    Idiom(
        (cue("moving", _HOUSES),),
        _any(rf"\bmoving out of (?:my|our)(?: [a-z]+)? {_DWELLING} in (?=\w)"),
        "home",
        _place,
        "tell",
    ),
    Idiom((cue("home"),), _any(r"\bhome(?:'s| is)(?: now)? (?:in )?(?=\w)"), "home", _place),
    Idiom(
        (cue("lease keys"),),
        _any(
            r"\b(?:signed (?:a|the|our|my) lease|(?:got|have|picked up|collected) the keys)\b"
            r"[^.!?,]*? in (?=\w)"
        ),
        "home",
        _place,
    ),
    Idiom(
        (cue("left"),), _any(r"\b(?:haven't|have not|never) left (?=[a-z])"), "home", _name, "tell"
    ),
    Idiom(
        (cue("as promoted made appointed gets get being"),),
        _any(
            r"\b(?:(?:got|been|was|is|were)(?: just| now| finally)? (?:promoted to|made|appointed"
            r"|hired as)|took over as|tak(?:es|en) over as|started out as|signed on as"
            r"|retrained as|re-?trained as|qualified as|works? now as|now works? as"
            r"|start(?:ed|s) (?:work )?as|gets? to be|back to being) (?=\w)"
        ),
        "job",
        _post,
    ),
    Idiom(
        (cue("offer signed on poached headhunted now back", "from at with by"),),
        _any(
            r"\b(?:accepted|took|taken|got) (?:an|the|their|his|her) offer (?:from|at|with) (?=\w)"
            r"|\bsigned with (?=\w)|\b(?:got|taken) on at (?=\w)|\b(?:poached|headhunted) by (?=\w)"
            r"|\bnow (?:with|at) (?=\w)|\bback (?:at|with) (?:the )?(?=\w)"
        ),
        "employer",
        _firm,
    ),
    Idiom((cue("report"),), _any(r"\b(?:i|we) report to (?=\w)"), "boss", _name),
    Idiom(
        (cue("call by as name"),),
        _any(
            r"\b(?:call me|i go by|i'm going by|i've gone by|goes by|known as"
            r"|changed (?:my|his|her|their) name to) (?=\w)"
        ),
        "name",
        _name,
    ),
    Idiom(
        (
            cue("me him her us", "put started switched moved has have had got"),
            cue("prescribed"),
        ),
        _any(
            r"\b(?:put|started|switched|moved|has|have|had|got) (?:me|him|her|us)(?: back)?"
            r" (?:on|onto|to) (?:[0-9]+ ?mg (?:of )?)?(?=\w)|\bprescribed (?:me |him |her )?(?=\w)"
        ),
        "medication",
        _remedy,
        "change",
        "list",
    ),
    Idiom(
        (cue("mg milligram milligrams mcg"),),
        _any(r"\b(?:take|taking|takes|on) [0-9]+ ?(?:mg|milligrams?|mcg)(?: of)? (?=[a-z])"),
        "medication",
        _remedy,
        "tell",
        "list",
    ),
    Idiom(
        (
            cue(
                "up love fallen hooked obsessed swear beats without go round around grown"
                " discovered"
            ),
        ),
        _any(
            r"\b(?:taken up|took up|taking up|fell in love with|fallen for"
            r"|fallen in love with|hooked on|obsessed with|swear by|nothing beats"
            r"|can't live without"
            r"|my go-to is|come round to|come around to|grown to love|grown fond of"
            r"|discovered a love (?:of|for)) (?=\w)"
        ),
        "likes",
        _thing,
        "change",
        "list",
    ),
)
_INDEX = Index(IDIOMS)
_DOCTOR = re.compile(r"\b(?:doctor|gp|nurse|psychiatrist|clinic|consultant|\w+ologist|mg|dose)\b")
_PERSON = re.compile(
    r"\b(?:am|'m|is|'s|become|becoming)(?: now| more| much| really| still| very| totally| such)*"
    r"(?: of)? an? (?P<value>(?!(?:\w+ )?(?:\w+ed|good|bad|nice|new|old|young|busy|lucky|happy|big"
    r"|changed|morning|people|night|great|terrible|family) )[\w-]+(?: [\w-]+)?)"
    r" (?:person|man|woman|girl|guy|lover|addict|fanatic|convert|household)\b"
)
_FAVOURITE = re.compile(
    r"\b(?P<value>[\w&' -]{2,40}?)(?:'s| is| are)(?P<now> now)? my (?P<new>new |current )?"
    r"(?:all-time )?favou?rite (?P<noun>[a-z]+)"
)
_TAKEN = re.compile(
    r"\b(?:take|takes|drink|drinks|have|has|like|likes|want|wants|order|orders)"
    r" (?:my|his|her|their) (?P<noun>[a-z]+) (?=\w)"
)
_IN = re.compile(
    r"(?:^|\b)(?P<value>[\w' -]{3,30}?) in (?:my|his|her) (?P<noun>coffee|tea|porridge|cereal"
    r"|smoothie|latte)\b"
)
_TAKEABLE = frozenset(
    "coffee tea eggs steak toast latte whisky espresso porridge pizza burger curry".split()  # noqa: SIM905
)
_NOW = re.compile(r"\b(?:now|these days|nowadays|from now on|lately|from here on|any ?more)\b")
_DOWN_TO = re.compile(rf"\b(?:down|up) to (?P<value>{NUMBER})(?: (?P<noun>[a-z]+))?\b")


@family(
    *_INDEX.cues,
    cue("person man woman girl guy lover addict fanatic convert household"),
    cue("favourite favorite"),
    cue(_TAKEABLE),
    cue("coffee tea porridge cereal smoothie latte"),
    cue(NUMBER_WORDS, "down up"),
)
def idioms(line: Line) -> Iterator[Fact]:
    """Yield what set phrases tell of the clause's person, else of the speaker."""
    unreal = line.verb is not None and (line.verb.tense in {"plan", "modal"} or line.verb.denied)
    if unreal and _HAVENT.search(line.low) is None:
        return
    text = line.said.text.replace("’", "'")
    for idiom in _INDEX.of(line.words):
        match = idiom.before.search(text, *line.clause.span)
        value = None if match is None else at(line, match.end())
        if match is None or value is None or not idiom.fits(value):
            continue
        who, slot, old = _whose(line, match[0]), idiom.slot, ""
        if idiom.fits is _remedy and _DOCTOR.search(line.low) is None:
            continue
        if slot == "likes" and class_of(value.head) == "instrument":
            slot = "plays"
        if slot == "medication" and re.match(r"switched|moved", match[0]):
            known = [one for one in line.known if one.slot == slot and one.subject == who]
            old = known[-1].value if known else ""
        if who:
            yield line.fact(slot, value, kind=idiom.kind, act=idiom.act, who=who, instead_of=old)
        return
    yield from _tastes(line, _whose(line, ""))


_HAVENT = re.compile(r"\b(?:haven't|have not|never) left\b|\bcan't live without\b")
_ME = re.compile(r"\b(?:me|my|our|us)\b", re.IGNORECASE)


def _whose(line: Line, words: str) -> str:
    """Return of whom a phrase tells: of the speaker where it says "me" or nobody is named."""
    if line.subject is None or _ME.search(words) is not None:
        return line.scene.speaker
    return "" if line.subject.thing else line.subject.who


def _tastes(line: Line, who: str) -> Iterator[Fact]:
    """Read "I'm a tea person now", "Radiohead is my favourite band", "I take my coffee black"."""
    low, start = line.low, line.clause.span[0]
    act: Act = "change" if _NOW.search(low) is not None else "tell"
    who = who or line.scene.speaker
    if (match := _PERSON.search(low)) is not None and line.subject is not None:
        value = span_of(line, start + match.start("value"), match["value"])
        prefers = [one for one in line.known if one.slot == "prefers" and one.subject == who]
        slot = "prefers" if prefers and act == "change" else "likes"
        old = prefers[-1].value if slot == "prefers" else ""
        yield line.fact(slot, value, kind="list", act=act, who=who, instead_of=old)
    elif (match := _FAVOURITE.search(low)) is not None:
        best = at(line, start + match.start("value"))
        if best is not None and best.span[1] <= start + match.end("value"):
            act = "change" if match["now"] or match["new"] else act
            yield line.fact(f"favourite {match['noun']}", best, act=act, who=line.scene.speaker)
    elif (match := _TAKEN.search(low)) is not None and match["noun"] in _TAKEABLE:
        how = _UP_TO.split(low[match.end() :], maxsplit=1)[0].strip(" .,!;")
        if how and len(how.split()) <= MOST_WORDS:
            told = span_of(line, start + match.end(), how)
            yield line.fact(match["noun"], told, act=act, who=who)
    elif (match := _IN.search(low)) is not None and act == "change":
        added = at(line, start + match.start("value"))
        if added is not None:
            yield line.fact(match["noun"], added, act=act, who=line.scene.speaker)
    elif (match := _DOWN_TO.search(low)) is not None:
        yield from _counted(line, match)


#: Words that say how somebody takes something, at most.
MOST_WORDS = 5
_UP_TO = re.compile(
    r",|[.!;?]| (?:now|these days|nowadays|from now|lately|because|since|please|at|in the|on|every"
    r"|when|and|but|so|again)\b"
)


def _counted(line: Line, match: re.Match[str]) -> Iterator[Fact]:
    """Read "down to one cat", "up to three now" of what was counted before."""
    for known in reversed(line.known):
        noun = match["noun"] or ""
        alike = noun and noun.rstrip("s") in known.slot
        if known.kind == "count" and (alike or not noun or noun in FUNCTION_WORDS):
            start = line.clause.span[0] + match.start("value")
            value = span_of(line, start, match["value"])
            yield line.fact(known.slot, value, kind="count", act="change", who=known.subject)
            return


def at(line: Line, index: int) -> Phrase | None:
    """Return the noun phrase that begins at an index of the turn; None if none does."""
    text = line.said.text.replace("’", "'")
    tokens = [one for one in tokenise(text, line.clause.span) if one.start >= index]
    return phrase(line.said.text, tokens, 0, within="of in near" if tokens else "of")
