"""Verbs that state facts: what their object is the value of, and what saying them does."""

from __future__ import annotations

from dataclasses import dataclass

from mnemos.ingest.facts.fact import Act, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One way to use a verb.

    Args:
        prepositions: One of these stands before the value; "" is a plain object.
        slot: What the value fills.
        kind: What the slot can hold.
        act: "tell" for states, "change" for what begins them, "end" for what ends them.
        holds: Whether the verb affirms its value: "hate" does not.
        sort: What the value must be: "name" (capitalised), "job", "language", "figure", or
            anything.
        progressive: Only as "am …ing".
    """

    prepositions: tuple[str, ...]
    slot: str
    kind: Kind = "single"
    act: Act = "tell"
    holds: bool = True
    sort: str = ""
    progressive: bool = False


# lemma | prepositions (- is a plain object) | slot | kind | act | further: not, name, job, doing …
_TABLE = """
live        | in at near on     | home      | single | tell   |
reside      | in at near        | home      | single | tell   |
dwell       | in                | home      | single | tell   |
move        | to into           | home      | single | change | place
relocate    | to                | home      | single | change |
emigrate    | to                | home      | single | change |
settle      | in                | home      | single | change | name
work        | at for            | employer  | single | tell   | org
work        | as                | job       | single | tell   |
work        | in                | field     | single | tell   |
freelance   | as                | job       | single | tell   |
freelance   | for               | employer  | single | tell   | name
intern      | at                | employer  | single | tell   | org
volunteer   | at for with       | volunteering | list | tell  |
join        | -                 | employer  | single | change | firm
train       | as                | training  | single | tell   | doing
start       | at                | employer  | single | change | org
start       | as                | job       | single | change |
begin       | at                | employer  | single | change | org
become      | -                 | job       | single | change | job
retire      | from              | employer  | single | end    | org
quit        | -                 | employer  | single | end    | org
resign      | from              | employer  | single | end    | org
run         | -                 | runs      | list   | tell   | habit
manage      | -                 | manages   | single | tell   | habit
teach       | -                 | teaches   | single | tell   |
teach       | at                | employer  | single | tell   | org
study       | at                | school    | single | tell   | name
study       | -                 | studies   | single | tell   | now
major       | in                | studies   | single | tell   |
go          | to                | school    | single | tell   | school
graduate    | from              | studied at | list  | change | name
attend      | -                 | school    | single | tell   | school
learn       | -                 | learning  | list   | tell   | doing
speak       | -                 | speaks    | list   | tell   | language
drive       | -                 | car       | single | tell   | car
ride        | -                 | rides     | list   | tell   |
own         | -                 | owns      | list   | tell   |
keep        | -                 | keeps     | list   | tell   | pet
rent        | -                 | rents     | single | tell   |
have        | -                 | has       | list   | tell   | thing
get         | -                 | has       | list   | change | thing
buy         | -                 | has       | list   | change | thing
purchase    | -                 | has       | list   | change | thing
adopt       | -                 | has       | list   | change | thing
inherit     | -                 | has       | list   | change | thing
sell        | -                 | sells     | list   | tell   | habit
lose        | -                 | has       | list   | end    | thing
donate      | -                 | has       | list   | end    | thing
return      | -                 | has       | list   | end    | thing
play        | -                 | plays     | list   | tell   | habit
collect     | -                 | collects  | list   | tell   | habit
breed       | -                 | breeds    | list   | tell   | habit
grow        | -                 | grows     | list   | tell   | habit
wear        | -                 | wears     | list   | tell   | habit
sing        | in                | sings in  | list   | tell   | habit
use         | -                 | uses      | list   | tell   | habit
eat         | -                 | eats      | list   | tell   | habit
drink       | -                 | drinks    | list   | tell   | habit
smoke       | -                 | smokes    | list   | tell   | habit
take        | -                 | medication | list  | tell   | medication
love        | -                 | likes     | list   | tell   |
like        | -                 | likes     | list   | tell   |
adore       | -                 | likes     | list   | tell   |
enjoy       | -                 | likes     | list   | tell   |
hate        | -                 | likes     | list   | tell   | not
dislike     | -                 | likes     | list   | tell   | not
detest      | -                 | likes     | list   | tell   | not
loathe      | -                 | likes     | list   | tell   | not
prefer      | -                 | prefers   | list   | tell   |
support     | -                 | supports  | list   | tell   | name
follow      | -                 | diet      | single | tell   | diet
marry       | -                 | partner   | single | change | name
date        | -                 | partner   | single | tell   | doing name
see         | -                 | partner   | single | tell   | doing name
stay        | in                | place     | single | tell   | name
weigh       | -                 | weight    | single | tell   | figure
turn        | -                 | age       | single | change | age
sleep       | -                 | sleeps    | single | tell   | figure
"""
_IRREGULAR = {
    "quit": "quit quit",
    "leave": "left left",
    "run": "ran run",
    "teach": "taught taught",
    "learn": "learnt learnt",
    "speak": "spoke spoken",
    "drive": "drove driven",
    "ride": "rode ridden",
    "keep": "kept kept",
    "have": "had had",
    "get": "got got",
    "buy": "bought bought",
    "sell": "sold sold",
    "lose": "lost lost",
    "breed": "bred bred",
    "grow": "grew grown",
    "wear": "wore worn",
    "sing": "sang sung",
    "eat": "ate eaten",
    "drink": "drank drunk",
    "take": "took taken",
    "see": "saw seen",
    "become": "became become",
    "begin": "began begun",
    "give": "gave given",
    "go": "went gone",
    "stop": "stopped stopped",
    "find": "found found",
    "make": "made made",
    "do": "did done",
    "break": "broke broken",
    "read": "read read",
    "pay": "paid paid",
    "sleep": "slept slept",
    "swap": "swapped swapped",
    "put": "put put",
    "shift": "shifted shifted",
    "bring": "brought brought",
    "say": "said said",
    "throw": "threw thrown",
    "split": "split split",
}
#: Verbs without frames in the table, whose rules are elsewhere.
_OTHERS = """
stop give go switch change swap trade name call find retire make do read pay raise break split
divorce engage cancel leave reschedule postpone shift push put bring drop visit finish complete
write watch cook design build research code consult end separate found throw open host hire
promote fire upgrade
""".split()  # noqa: SIM905 - a table of words reads better as text


_KINDS: dict[str, Kind] = {"single": "single", "list": "list"}
_ACTS: dict[str, Act] = {"tell": "tell", "change": "change", "end": "end"}


def _frames() -> dict[str, tuple[Frame, ...]]:
    found: dict[str, list[Frame]] = {}
    for line in _TABLE.strip().splitlines():
        lemma, prepositions, slot, kind, act, further = (part.strip() for part in line.split("|"))
        notes = set(further.split())
        frame = Frame(
            prepositions=tuple("" if one == "-" else one for one in prepositions.split()),
            slot=slot,
            kind=_KINDS[kind],
            act=_ACTS[act],
            holds="not" not in notes,
            sort=" ".join(sorted(notes - {"not", "doing"})),
            progressive="doing" in notes,
        )
        found.setdefault(lemma, []).append(frame)
    return {lemma: tuple(frames) for lemma, frames in found.items()}


FRAMES = _frames()


@dataclass(frozen=True, slots=True)
class Form:
    """What a word is a form of."""

    lemma: str
    base: bool = False
    third: bool = False
    past: bool = False
    participle: bool = False
    doing: bool = False


_VOWELS = "aeiou"
_DOUBLED = frozenset({"stop", "swap", "quit", "drop", "run", "get", "sit", "put", "split", "begin"})


def _written(lemma: str) -> list[tuple[str, str]]:
    """Return the forms of a verb with their names."""
    third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "o")) else "s")
    stem = lemma
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        third, past = lemma[:-1] + "ies", lemma[:-1] + "ied"
    elif lemma.endswith("e"):
        stem, past = lemma[:-1], lemma + "d"
    elif lemma in _DOUBLED:
        stem, past = lemma + lemma[-1], lemma + lemma[-1] + "ed"
    else:
        past = lemma + "ed"
    if lemma == "have":
        third = "has"
    doing = {"see": "seeing", "dye": "dyeing"}.get(lemma, stem + "ing")
    pasts = [past, past]
    if lemma in _IRREGULAR:
        pasts = _IRREGULAR[lemma].split()
    forms = [("base", lemma), ("third", third), ("past", pasts[0]), ("participle", pasts[1])]
    if lemma == "learn":
        forms += [("past", "learned"), ("participle", "learned")]
    if lemma == "get":
        forms += [("participle", "gotten")]
    return [*forms, ("doing", doing)]


def _forms() -> dict[str, Form]:
    named: dict[str, dict[str, bool]] = {}
    lemmas: dict[str, str] = {}
    for lemma in dict.fromkeys([*FRAMES, *_OTHERS]):
        for name, written in _written(lemma):
            if lemmas.setdefault(written, lemma) == lemma:
                named.setdefault(written, {})[name] = True
    return {
        written: Form(
            lemmas[written],
            base=names.get("base", False),
            third=names.get("third", False),
            past=names.get("past", False),
            participle=names.get("participle", False),
            doing=names.get("doing", False),
        )
        for written, names in named.items()
    }


#: Word in lower case → the verb that it is a form of.
FORMS = _forms()
