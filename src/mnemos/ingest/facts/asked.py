"""What a question asks for: whose fact, which slot, now or then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnemos.ingest.facts.classes import PARTNERS, RELATIONS, class_of, singular
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
        words: Its other telling words, in lower case and singular.
    """

    subject: str
    slots: tuple[str, ...]
    tense: Tense = "present"
    before: str = ""
    words: frozenset[str] = frozenset()


_PAST = re.compile(
    r"\b(?:did|was|were|had|used to|previous|previously|former|formerly|in the beginning|at first"
    r"|originally)\b"
)
_BEFORE = re.compile(r"\b(?:just )?before (?P<what>[^?]+?)\s*\??\s*\Z", re.IGNORECASE)
_OF = re.compile(r"^(?P<name>(?:Aunt |Uncle |Professor |Dr\.? |Mrs?\.? )?[A-Z][\w-]+)")
_NAME = re.compile(
    r"\b(?:(?:Aunt|Uncle|Professor|Dr|Mrs?|Ms) )?[A-Z][\w-]+(?: from (?:the )?\w+)?"
)
#: Cue in a question → slots.
_CUES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(cue), tuple(slots.split("|")))
    for cue, slots in {
        r"\baddress\b": "address|home",
        r"\b(?:live|lives|living|reside|based|move|moved|home)\b|\bwhere (?:is|are|am|was|were) (?:\w+(?:'s \w+)?) (?:now|living)\b":  # noqa: E501
            "home|place|address",
        r"\bhow old\b|\bage\b": "age",
        r"\bfor a living\b|\b(?:job|profession|occupation|career|position|role|title)\b|\bwhat (?:do|does|did) (?:the )?[\w']+(?:'s \w+)? do\b|\bdoing\b":  # noqa: E501
            "job|employer|field|teaches|studies",
        r"\b(?:employer|company|work|works|working|worked)\b": "employer|job|field",
        r"\b(?:married|engaged|single|divorced|together|a couple)\b": "relationship|partner",
        r"\b(?:boyfriend|girlfriend|partner|husband|wife|spouse|fiancée?|seeing|dating|married to)\b|\bwho (?:was|is) .* with\b":  # noqa: E501
            "partner|relationship",
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
        r"\b(?:like|likes|fond of|love|loves|loved|into|crazy about|think of|enjoy|enjoys)\b": "likes",
        r"\bprefers?\b": "prefers|likes",
        r"\brent\b": "rent|number of rooms",
        r"\bcalled\b|\bnames?\b": "name",
        r"\b(?:from|come from|origin)\b": "origin",
        r"\bown|\bhave\b|\bhas\b": "owns|has",
    }.items()
)
_TELLING = re.compile(r"[\w'-]+")


def asked(question: str, asker: str = "user", other: str = "") -> Asked | None:
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
    slots = _slots(body)
    words = frozenset(
        singular(word)
        for word in _TELLING.findall(body)
        if word not in FUNCTION_WORDS and word not in {"what", "which", "who", "when", "many", "much"}
    )
    if not slots:
        return None
    return Asked(
        subject=who,
        slots=slots,
        tense="past" if _PAST.search(low) or before is not None else "present",
        before=_before(before),
        words=words,
    )


def _before(match: re.Match[str] | None) -> str:
    return "" if match is None else re.sub(r"^(?:the|a|an|she|he|they)\s+", "", match["what"])


def _subject(text: str, asker: str, other: str) -> tuple[str, str]:
    """Return whom a question is about, and the question without them."""
    match = re.search(
        r"\b(?P<who>(?:[Tt]he user|[Mm]y|[Yy]our|(?:Aunt |Uncle |Professor )?[A-Z][\w-]+)(?:'s)?)"
        rf"(?P<relations>(?: (?:{'|'.join(RELATIONS)})(?:'s)?\b)*)"
        r"(?P<more> from (?:the )?\w+)?",
        re.sub(r"^\w+", lambda first: first[0].lower(), text)
        if not re.match(r"[A-Z]\w+'s\b", text) or text.split("'")[0].lower() in FUNCTION_WORDS
        else text,
    )
    low = text.lower()
    if match is None:
        if re.search(r"\b(?:i|me)\b", low):
            return asker, re.sub(r"\b(?:i|me)\b", " ", low)
        if other and re.search(r"\byou\b", low):
            return other, re.sub(r"\byou\b", " ", low)
        return "", text
    word = match["who"].removesuffix("'s")
    base = {"my": asker, "your": other, "the user": "user"}.get(word.lower(), word)
    if not base:
        return "", text
    relations = [one.removesuffix("'s") for one in match["relations"].split()]
    owned = match["who"].endswith("'s") or word.lower() in {"my", "your"}
    rest = text[: match.start()] + " " + text[match.end() :]
    if relations and owned:
        named = [RELATIONS[one] for one in relations]
        if match["relations"].endswith("'s") or not _asks_for(rest, named[-1]):
            return "'s ".join([base, *named]), rest
        rest = f"{rest} {relations[-1]}"
    return f"{base}{match['more'] or ''}", rest


def _asks_for(rest: str, relation: str) -> bool:
    """Tell whether "Who is Ann's husband?" asks for the husband, and not for a fact of his."""
    bare = re.sub(r"\b(?:who|what|is|was|were|the|name|of|called|in|[0-9]+|or|\W)+\b", "", rest.lower())
    return relation in PARTNERS and (rest.lower().lstrip().startswith("who") or not bare.strip(" ?'"))


def _slots(low: str) -> tuple[str, ...]:
    found: list[str] = []
    favourite = re.search(r"\bfavou?rite (\w+)", low)
    if favourite is not None:
        found.append(f"favourite {singular(favourite[1])}")
    many = re.search(r"\bhow many (\w+)", low)
    if many is not None:
        noun = {"kids": "children"}.get(many[1], many[1])
        found.append(f"number of {noun}")
    called = re.search(r"\b(?:names of|called)\b", low)
    for cue, slots in _CUES:
        if cue.search(low) is not None:
            found += slots
    for word in re.findall(r"[a-z-]+", low):
        form = FORMS.get(word)
        if form is not None and form.lemma not in {"have", "get", "take", "do", "name", "call"}:
            found += [frame.slot for frame in FRAMES.get(form.lemma, ()) if frame.act == "tell"]
        kind = class_of(word)
        if kind in {"pet", "car", "phone", "laptop", "bike", "instrument", "medication"}:
            found.append(kind)
            if called:
                found.insert(0, f"{word}'s name")
    for noun in re.findall(r"(?:what|when|which|how much) (?:\w+ )?(?:is|are|was|were|'s)\s+(?:the )?([a-z' ]+)", low):
        cleaned = noun.strip()
        if cleaned and cleaned not in found:
            found.append(cleaned)
    return tuple(dict.fromkeys(found))


def telling(words: Sequence[str]) -> frozenset[str]:
    """Return the words that say what a text is about."""
    return frozenset(singular(one) for one in words if one not in FUNCTION_WORDS)
