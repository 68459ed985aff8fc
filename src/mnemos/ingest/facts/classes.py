"""Small classes of English nouns: what kind of thing a word names. Tables, and looks into them."""

from __future__ import annotations

import re


def _set(table: str) -> frozenset[str]:
    return frozenset(table.split())


#: Words for relations of a person → the one name used for them.
RELATIONS = {
    word: name
    for name, words in {
        "mother": "mother mum mom mommy mummy mama ma",
        "father": "father dad daddy papa",
        "grandmother": "grandmother grandma granny gran nana nan",
        "grandfather": "grandfather grandpa granddad grandad",
        "sister": "sister sis",
        "brother": "brother bro",
        "aunt": "aunt auntie",
        "uncle": "uncle",
        "cousin": "cousin",
        "niece": "niece",
        "nephew": "nephew",
        "son": "son",
        "daughter": "daughter",
        "child": "child kid",
        "parents": "parents folks",
        "husband": "husband hubby",
        "wife": "wife",
        "boyfriend": "boyfriend",
        "girlfriend": "girlfriend",
        "partner": "partner spouse",
        "fiancé": "fiancé fiancée fiance fiancee",
        "flatmate": "flatmate roommate housemate",
        "friend": "friend bestie",
        "boss": "boss",
        "manager": "manager supervisor",
        "colleague": "colleague coworker co-worker workmate",
        "neighbour": "neighbour neighbor",
        "landlord": "landlord landlady",
        "doctor": "doctor gp",
        "therapist": "therapist",
        "dentist": "dentist",
        "teacher": "teacher",
        "tutor": "tutor",
        "coach": "coach trainer",
        "mentor": "mentor",
    }.items()
    for word in words.split()
}
PARTNERS = _set("husband wife boyfriend girlfriend partner fiancé")
#: Relations of which people have one at a time, and another later.
ROLES = _set("boss manager landlord doctor therapist dentist teacher tutor coach mentor")
#: Relations that stand without "my": "Mum lives in Lund".
BARE_RELATIONS = _set("mum mom dad grandma grandpa granny gran nana granddad grandad")

_CLASSES = {
    "pet": """dog puppy pup cat kitten hamster rabbit bunny parrot budgie tortoise turtle horse pony
        guinea-pig goldfish ferret gecko lizard snake hen hens chicken goat donkey canary iguana
        labrador poodle terrier retriever beagle collie spaniel dachshund corgi husky tabby""",
    "car": """car van suv pickup truck hatchback camper volvo vw volkswagen toyota honda ford fiat
        skoda škoda tesla bmw audi mercedes renault peugeot citroën citroen opel seat kia hyundai
        nissan mazda subaru suzuki lexus jeep porsche dacia mini prius golf civic corolla polo chevy
        chevrolet dodge saab""",
    "bike": "bike bicycle e-bike scooter moped motorbike motorcycle vespa unicycle tandem",
    "phone": """phone smartphone iphone pixel galaxy fairphone oneplus xiaomi nokia motorola
        samsung huawei blackberry""",
    "laptop": "laptop macbook thinkpad chromebook notebook computer pc",
    "instrument": """piano guitar violin viola cello flute clarinet oboe bassoon trumpet trombone
        tuba saxophone sax drums harp harmonica accordion banjo ukulele mandolin organ keyboard
        bass recorder melodica sitar lute fiddle horn cornet bagpipes synthesizer""",
    "language": """english german french spanish portuguese italian dutch russian polish czech
        ukrainian turkish arabic hebrew persian farsi hindi urdu bengali tamil chinese mandarin
        cantonese japanese korean vietnamese thai swahili yoruba igbo hausa swedish norwegian danish
        finnish estonian latvian lithuanian hungarian romanian bulgarian greek serbian croatian
        catalan basque welsh irish gaelic latin esperanto icelandic georgian armenian amharic zulu
        afrikaans malay indonesian tagalog""",
    "dwelling": """flat apartment studio house place room cottage condo bungalow loft townhouse
        bedsit""",
    "medication": """pill pills tablet tablets medication medicine insulin metformin statin statins
        antibiotics antidepressants ibuprofen aspirin inhaler antihistamine supplements
        beta-blockers""",
    "institution": """bank school university college hospital clinic company firm office ministry
        council authority museum library bakery restaurant café cafe shop factory lab laboratory
        agency institute brewery newspaper startup store supermarket nursery kindergarten hotel
        practice bureau court embassy airport""",
    "diet": "vegan vegetarian pescatarian omnivore pescetarian flexitarian",
}
_CLASS_OF = {word: name for name, words in _CLASSES.items() for word in words.split()}
#: Classes of which people have one at a time.
ONE_AT_A_TIME = _set("car phone laptop")

_JOBS = _set(
    """
    nurse chef cook clerk lead teacher paramedic vet surgeon midwife judge pilot priest monk nun
    journalist barista waiter waitress analyst director manager engineer programmer developer
    architect lawyer solicitor barrister accountant plumber electrician carpenter plasterer
    bricklayer builder painter farmer fisherman florist baker butcher tailor barber hairdresser
    beekeeper firefighter policeman policewoman detective soldier sailor musician singer actor
    actress dancer writer author poet editor translator interpreter librarian archivist curator
    scientist physicist chemist biologist mathematician statistician economist psychologist
    therapist counsellor counselor psychiatrist physiotherapist pharmacist dentist doctor gp
    professor lecturer researcher postdoc tutor coach trainer consultant contractor freelancer
    designer illustrator photographer filmmaker producer broker trader banker cashier salesman
    saleswoman realtor receptionist secretary assistant intern apprentice trainee gardener
    landscaper mechanic technician driver courier conductor attendant steward stewardess guard
    cleaner janitor caretaker carer nanny au-pair student technologist copywriter marketer recruiter
    entrepreneur founder ceo cto cfo head supervisor foreman inspector officer captain administrator
    optician welder miner joiner roofer potter weaver jeweller jeweler goldsmith blacksmith
    beautician masseur masseuse umpire referee radiographer radiologist cardiologist anaesthetist
    paralegal notary mayor minister senator councillor diplomat ambassador ranger forester zookeeper
    lifeguard instructor bookkeeper auditor actuary underwriter planner surveyor geologist
    astronomer astronaut sysadmin admin tester strategist advisor adviser bartender sommelier
    """
)
NUMBERS = {
    word: number
    for number, word in enumerate(
        """
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty
        """.split()  # noqa: SIM905 - a table of words reads better as text
    )
}
ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(),  # noqa: SIM905
        start=1,
    )
}
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
#: One of them stands wherever NUMBER matches; 0 is any figure.
NUMBER_WORDS = f"{_TENS.replace('|', ' ')} {' '.join(NUMBERS)} hundred 0"
#: One of them stands wherever a value says when.
TIME_WORDS = """
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays
    fridays saturdays sundays weekend weekends january february march april may june july august
    september october november december jan feb mar apr jun jul aug sep sept oct nov dec
    daily weekly monthly fortnightly every each tomorrow week month noon afternoon
    noontime midnight clock 0
"""
NUMBER = (
    rf"(?:(?:{_TENS})(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?"
    rf"|{'|'.join(NUMBERS)}|a hundred|[0-9]{{1,3}})"
)
_CLOCK = re.compile(
    r"\b[0-9]{1,2}[:.][0-9]{2}\b|\b[0-9]{1,2}\s?[ap]\.?m\b|\b(?:noon|midnight)\b|\bo'clock\b"
)
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bweekends?\b")
_DATE = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|\b[0-9]{1,2}(?:st|nd|rd|th)\b"
    r"|\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b|\b(?:daily|weekly|monthly|tomorrow|next week|next month)\b"
)
_FIGURE = re.compile(rf"[€$£¥]?[0-9][0-9.,]*\s?(?:[€$£k%]|\w+)?|{NUMBER}")


def class_of(word: str) -> str:
    """Return the class of thing that a noun names ("pet", "car" …), or nothing."""
    low = word.lower()
    found = _CLASS_OF.get(low)
    if found is None and low.endswith("s"):
        found = _CLASS_OF.get(low[:-1])
    return found or ""


def nouns(*classes: str) -> str:
    """Return all words for which ``class_of`` gives one of some classes; all there are for none."""
    found = [word for word, name in _CLASS_OF.items() if not classes or name in classes]
    return " ".join(f"{word} {word}s" for word in found)


def is_job(phrase: str) -> bool:
    """Tell whether a noun phrase ends in the name of an occupation: "a junior data analyst"."""
    words = phrase.lower().split()
    return bool(words) and (words[-1] in _JOBS or words[-1].removesuffix("s") in _JOBS)


def sort_of(value: str) -> str:
    """Return what sort of value this is, for telling what a correction is of.

    One of "clock", "weekday", "date", "number", "name" (capitalised) and "words".
    """
    low = value.lower()
    if _CLOCK.search(low):
        return "clock"
    if _WEEKDAY.search(low):
        return "weekday"
    if _DATE.search(low):
        return "date"
    if _FIGURE.fullmatch(low):
        return "number"
    return "name" if value[:1].isupper() else "words"


def sorts_of(value: str) -> frozenset[str]:
    """Return all sorts of value this is one of: "daily at 9:15" is a clock time and a date."""
    low = value.lower()
    found = {
        sort
        for sort, pattern in (("clock", _CLOCK), ("weekday", _WEEKDAY), ("date", _DATE))
        if pattern.search(low)
    }
    return frozenset(found or {sort_of(value)})


def is_time(value: str) -> bool:
    """Tell whether a value says when: a clock time, weekday or date."""
    return sort_of(value) in {"clock", "weekday", "date"}


def singular(noun: str) -> str:
    """Return a noun's singular, roughly: "cats" ▸ "cat", "children" ▸ "child"."""
    irregular = {"children": "child", "people": "person", "wives": "wife", "men": "man"}
    if noun in irregular:
        return irregular[noun]
    if noun.endswith("ies") and len(noun) > len("xies"):
        return noun[:-3] + "y"
    if noun.endswith(("sses", "ches", "shes", "xes")):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is")):
        return noun[:-1]
    return noun
