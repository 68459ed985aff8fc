"""Which slot is meant by a model's own name for it: "residence" is what the rules call home."""

from __future__ import annotations

import re

from mnemos.ingest.facts.classes import RELATIONS, singular
from mnemos.ingest.facts.fact import Kind
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.verbs import FRAMES

#: Words of a slot that nobody has named before.
MOST_WORDS = 3
_NAMES = {
    name.strip(): slot
    for slot, names in {
        "home": """residence, lives in, lives, living in, location, city, hometown now, town,
            current city, current location, home city, moved to, where they live, housing""",
        "address": "home address, postal address, street",
        "job": """occupation, profession, role, work, job title, title, position, career, works as,
            current job""",
        "employer": "company, works at, works for, workplace, organisation, organization",
        "relationship": "relationship status, marital status, civil status",
        "partner": "spouse, husband, wife, boyfriend, girlfriend, fiancé, fiancée, married to",
        "allergies": "allergy, allergic to, allergic, food allergy, intolerance",
        "speaks": "language, languages, spoken language, speaks language",
        "diet": "dietary preference, eating habit, dietary restriction, food preference",
        "medication": "medications, medicine, takes medication, drug",
        "birthday": "date of birth, birth date, birthdate, born, born on",
        "origin": "from, comes from, nationality, native country, birthplace, born in, hometown",
        "car": "vehicle, drives",
        "bike": "bicycle",
        "phone": "mobile phone, cell phone, smartphone",
        "laptop": "computer",
        "pet": "pets, animal, animals, has pet",
        "instrument": "instruments, musical instrument",
        "plays": "plays instrument, plays sport",
        "likes": """like, interest, interests, hobby, hobbies, loves, enjoys, preference, favourite,
            favourites, passion, dislikes, hates""",
        "prefers": "preferred",
        "school": "university, college, attends, studies at",
        "studies": "major, field of study, subject, course of study",
        "studied at": "alma mater, graduated from",
        "learning": "is learning, learns",
        "volunteering": "volunteers, volunteers at, volunteer work",
        "owns": "possession, possessions, owned",
        "name": "full name, first name",
        "age": "years old",
        "number of children": "children count, kids count, children number",
    }.items()
    for name in names.replace("\n", " ").split(",")
}
#: Names that deny what they name: "dislikes: tea" is "likes: not tea".
_DENYING = frozenset({"dislikes", "hates", "dislike", "hate"})
_LISTS = frozenset(
    """
    allergies speaks medication likes prefers owns has pet health plays instrument bike learning
    volunteering dog cat
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_ONES = frozenset(
    """
    home address place job employer relationship partner diet birthday origin car phone laptop
    school studies name age field training teaches rent weight
    """.split()  # noqa: SIM905 - the same
)
_KINDS: dict[str, Kind] = {
    **{frame.slot: frame.kind for frames in FRAMES.values() for frame in frames},
    **dict.fromkeys(sorted(_LISTS), "list"),
    **dict.fromkeys(sorted(_ONES), "single"),
}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def slot_of(name: str) -> str:
    """Return the slot that a name means; empty for one that says nothing, or is a sentence.

    >>> slot_of("Lives_in"), slot_of("Favorite colors"), slot_of("blood type"), slot_of("the")
    ('home', 'favourite color', 'blood type', '')
    """
    words = _WORD.findall(name.replace("_", " ").replace("favorite", "favourite").casefold())
    words = ["favourite" if word == "favorite" else word for word in words]
    told = " ".join(words)
    if told in _NAMES:
        return _NAMES[told]
    if told in RELATIONS:
        return RELATIONS[told]
    if not 0 < len(words) <= MOST_WORDS or all(word in FUNCTION_WORDS for word in words):
        return ""
    if words[:2] == ["number", "of"] or told in _KINDS:
        return told
    last = singular(words[-1])
    return _NAMES.get(" ".join([*words[:-1], last]), " ".join([*words[:-1], last]))


def denies(name: str) -> bool:
    """Say whether a name is that of a slot, denied."""
    return name.strip().casefold() in _DENYING


def is_known(slot: str) -> bool:
    """Say whether the rules fill this slot, so that its kind is known."""
    return slot in _KINDS or slot.startswith(("number of ", "favourite "))


def kind_of(slot: str, *, several: bool) -> Kind:
    """Return what a slot can hold; of one that is not known, as the model says."""
    if slot.startswith("number of "):
        return "count"
    if slot.startswith("favourite "):
        return "single"
    return _KINDS.get(slot, "list" if several else "single")
