"""What a question asks for: whose fact, which slot, now or then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mnemos.ingest.facts.classes import PARTNERS, RELATIONS, class_of, singular
from mnemos.ingest.facts.fact import USER
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.verbs import FORMS, FRAMES

Tense = Literal["present", "past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a question is about.

    Args:
        subject: Whose fact.
        slots: The slots that may answer, best first.
        tense: "past" for what was, and for what was before.
        before: What the wanted value came before: "before Porto"; empty if it does not say.
        whether: Whether it is answered by yes or no.
        words: Its other telling words, in lower case and singular.
        rest: It without the subject, in lower case.
    """

    subject: str
    slots: tuple[str, ...]
    tense: Tense = "present"
    before: str = ""
    words: frozenset[str] = frozenset()
    whether: bool = False
    rest: str = ""


_PAST = re.compile(
    r"\b(?:did|was|were|had|used to|previous|previously|former|formerly|in the beginning|at first"
    r"|originally)\b"
)
_BEFORE = re.compile(r"\b(?:just )?before (?P<what>[^?]+?)\s*\??\s*\Z", re.IGNORECASE)
_OF = re.compile(r"^(?P<name>(?:Aunt |Uncle |Professor |Dr\.? |Mrs?\.? )?[A-Z][\w-]+)")
_NAME = re.compile(r"\b(?:(?:Aunt|Uncle|Professor|Dr|Mrs?|Ms) )?[A-Z][\w-]+(?: from (?:the )?\w+)?")
#: Cue in a question → slots.
_CUES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(cue), tuple(slots.split("|")))
    for cue, slots in {
        r"\baddress\b": "address|home",
        r"\b(?:live|lives|(?<!for a )living|reside|based|move|moved|home)\b|\bwhere (?:is|are"
        r"|am|was|were) (?:\w+(?:'s \w+)?) (?:now|living)\b": "home|place|address",
        r"\bhow old\b|\bage\b": "age",
        r"\bfor a living\b|\b(?:job|profession|occupation|career|position|role|title)\b|\bwhat "
        r"(?:do|does|did) (?:the )?[\w']+(?:'s \w+)? do\b|\bwhat (?:do|does|did) +do\b"
        r"|\bdoing\b": "job|training|employer|field|teaches|studies",
        r"\b(?:employer|company|work|works|working|worked)\b": "employer|job|field",
        r"\b(?:married|engaged|single|divorced|together|a couple)\b": "relationship|partner",
        r"\b(?:boyfriend|girlfriend|partner|husband|wife|spouse|fiancée?|seeing|dating"
        r"|married to)\b|\bwho (?:was|is) .* with\b": "partner|relationship",
        r"\ballerg": "allergies",
        r"\blanguages?\b|\bspeaks?\b": "speaks",
        r"\b(?:vegan|vegetarian|diet)\b": "diet|eats",
        r"\b(?:medication|medicine|pills?)\b": "medication",
        r"\bbirthday\b|\bborn\b": "birthday",
        r"\b(?:car|drive|drives|drove)\b": "car",
        r"\b(?:phone)\b": "phone",
        r"\b(?:laptop|computer)\b": "laptop",
        r"\b(?:vehicle|travel|ride|rides)\b": "car|bike|rides",
        r"\b(?:pets?|animals?|dogs?|cats?)\b": "pet|dog|cat",
        r"\binstruments?\b": "instrument|plays|owns",
        r"\b(?:likes?|fond of|love[sd]?|into|crazy about|think of|enjoys?)\b": "likes",
        r"\bprefers?\b": "prefers|likes",
        r"\brent\b": "rent|number of rooms",
        r"\bcalled\b|\bnames?\b": "name",
        r"\b(?:from|come from|origin)\b": "origin",
        r"\bown|\bhave\b|\bhas\b": "owns|has|pet|car|bike|phone|laptop|instrument",
    }.items()
)
_ASKING = frozenset(
    """
    what which who when where how many much still usually now today ever january february march
    april may june july august september october november december year month week
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_MONTHS = frozenset(
    """
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday
    """.split()  # noqa: SIM905 - the same
)
_PRONOUN = re.compile(
    r"\b(?:do|did|am|was|have|had|are|were|can|will|that) (I|i|you)\b(?!r)", re.IGNORECASE
)
_ADVICE = re.compile(r"\W*(?:should|could|can|would|may|shall|will|please)\b")
#: What follows a word for a relation that is none: "dentist appointment".
_COMPOUND = (
    r" (?!or\b|and\b|in\b|on\b|at\b|is\b|was\b|are\b|were\b|do\b|does\b|did\b|has\b|have\b|had\b"
    r"|now\b|before\b|from\b|called\b|[a-z]+(?:e|es|ed|ing|ve|k|ks|ic|an|ied)\b"
    rf"|(?:{'|'.join(RELATIONS)}|{'|'.join(FORMS)})\b)[a-z]+"
)
_TELLING = re.compile(r"[\w'-]+")


def asked(question: str, asker: str = USER, other: str = "") -> Asked | None:
    """Return what a question asks for; None if it asks for no slot.

    Args:
        question: As it was put.
        asker: Who "I" is.
        other: Who "you" is; nobody if empty.
    """
    text = question.strip().replace("’", "'")
    low = text.lower()
    who, rest = _subject(text, asker, other)
    if not who:
        return None
    before = _BEFORE.search(text)
    body = rest.lower()
    if before is not None:
        body = re.sub(r"\bbefore .*", "", body)
    slots = slots_of(body)
    words = telling(body) - _ASKING - telling(who)
    if not slots and _ADVICE.match(low) is not None:
        return None
    if not slots and not words:
        return None
    return Asked(
        subject=who,
        slots=slots,
        tense="past" if _PAST.search(low) or before is not None else "present",
        before=_before(before),
        words=words,
        rest=body,
        whether=re.match(r"\W*(?:do|does|did|is|are|was|were|has|have|had|am)\b", low) is not None,
    )


def _before(match: re.Match[str] | None) -> str:
    return "" if match is None else re.sub(r"^(?:the|a|an|she|he|they)\s+", "", match["what"])


def _subject(text: str, asker: str, other: str) -> tuple[str, str]:
    """Return whom a question is about, and the question without them."""
    text = re.sub(r"\b[Bb]efore .*", "", text)
    pronoun = _PRONOUN.search(text)
    if pronoun is not None and (pronoun[1].lower() == "i" or other):
        rest = text[: pronoun.start(1)] + text[pronoun.end(1) :]
        return (asker if pronoun[1].lower() == "i" else other), rest
    name = re.match(r"[A-Z]\w+'s\b", text)
    if name is None or name[0][:-2].lower() in FUNCTION_WORDS:
        text = text[:1].lower() + text[1:]
    match = _WHOSE.search(text)
    if match is None or match["who"].lower() in _MONTHS:
        return _unnamed(text, asker, other)
    return _named(match, text, asker, other)


def _unnamed(text: str, asker: str, other: str) -> tuple[str, str]:
    """Return whom a question without a name is about: the asker, or the other one."""
    low = text.lower()
    if re.search(r"\b(?:i|me)\b", low):
        return asker, re.sub(r"\b(?:i|me)\b", " ", low)
    if other and re.search(r"\byou\b", low):
        return other, re.sub(r"\byou\b", " ", low)
    return (asker if re.match(r"\W*(?:when|what|where|which|at|how)\b", low) else ""), text


def _named(match: re.Match[str], text: str, asker: str, other: str) -> tuple[str, str]:
    word = match["who"].removesuffix("'s")
    base = {"my": asker, "your": other, "the user": USER}.get(word.lower(), word)
    relations = [RELATIONS[one.removesuffix("'s")] for one in match["relations"].split()]
    owned = match["who"].endswith("'s") or word.lower() in {"my", "your"}
    rest = text[: match.start()] + " " + text[match.end() :]
    if base and relations and owned:
        if match["relations"].endswith("'s") or not _asks_for(rest, relations[-1]):
            return "'s ".join([base, *relations]), rest
        rest = f"{rest} {relations[-1]}"
    return f"{base}{match['more'] or ''}" if base else "", rest


_WHOSE = re.compile(
    r"\b(?P<who>(?:[Tt]he user|[Mm]y|[Yy]our|(?:Aunt |Uncle |Professor |Dr\.? |Mrs?\.? |Ms )?"
    r"[A-Z][\w-]+)(?:'s)?)"
    rf"(?P<relations>(?: (?:{'|'.join(RELATIONS)})(?:'s)?\b(?!{_COMPOUND}))*)"
    r"(?P<more> from (?:the )?\w+)?"
)


def _asks_for(rest: str, relation: str) -> bool:
    """Tell whether "Who is Ann's husband?" asks for the husband, and not for a fact of his."""
    bare = re.sub(
        r"\b(?:who|what|is|was|were|the|name|of|called|in|[0-9]+|or|\W)+\b", "", rest.lower()
    )
    bare = " ".join(
        word for word in bare.split() if word.strip("?,'") not in _MONTHS | RELATIONS.keys()
    )
    names = rest.lower().lstrip().startswith("who") or re.search(r"\bname\b", rest) is not None
    if names and not bare.strip(" ?'s"):
        return True
    return relation in PARTNERS and not bare.strip(" ?'")


def slots_of(low: str) -> tuple[str, ...]:
    """Return the slots that a question without its subject may ask for, best first."""
    return tuple(dict.fromkeys(slot for slot, _ in asking(low)))


def asking(low: str) -> list[tuple[str, str]]:
    """Return the slots that a question without its subject may ask for, each with its words."""
    found = [
        (f"favourite {singular(one)}", f"favourite favorite {one}")
        for one in re.findall(r"\bfavou?rite (\w+)", low)
    ]
    found += [
        (f"number of {'children' if one == 'kids' else one}", one)
        for one in re.findall(r"\bhow many (\w+)", low)
    ]
    found += [
        ("partner" if relation in PARTNERS else relation, relation)
        for relation in dict.fromkeys(RELATIONS.values())
        if re.search(rf"\b{relation}\b", low)
    ]
    words = re.findall(r"[a-z-]+", low)
    if _CALLED.search(low) and any(class_of(word) == "pet" for word in words):
        found.insert(0, ("pet's name", f"{low} names"))
    for cue, slots in _CUES:
        if said := " ".join(match[0] for match in cue.finditer(low)):
            found += [(slot, said) for slot in slots]
    for word in words:
        form = FORMS.get(word)
        if form is not None and form.lemma not in {"have", "get", "take", "do", "name", "call"}:
            frames = FRAMES.get(form.lemma, ())
            found += [(frame.slot, word) for frame in frames if frame.act == "tell"]
        if class_of(word) in _THINGS:
            found.append((class_of(word), word))
    return found + [(noun.strip(), noun) for noun in _NOUN.findall(low) if noun.strip()]


_CALLED = re.compile(r"\b(?:names of|called|name)\b")
_THINGS = frozenset("pet car phone laptop bike instrument medication".split())  # noqa: SIM905
_NOUN = re.compile(
    r"(?:what|when|which|how much) (?:\w+ )?(?:is|are|was|were|'s)\s+(?:the )?([a-z' ]+)"
)


def telling(text: str) -> frozenset[str]:
    """Return the words that say what a text is about, in lower case and singular."""
    words = _TELLING.findall(text.lower())
    return frozenset(singular(one) for one in words if one not in FUNCTION_WORDS)
