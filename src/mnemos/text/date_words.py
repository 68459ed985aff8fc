"""The English words of which dates are made, as patterns over lower-case text and as numbers."""

from __future__ import annotations

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
WEEKDAY = (
    r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?"
)
DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
YEAR = r"(?:19[0-9][0-9]|20[0-9][0-9]|2100)"
SEASON = r"spring|summer|fall|autumn|winter"
PART = r"morning|afternoon|evening|night"
UNIT = r"hour|hr|day|night|week|weekend|fortnight|month|year|yr|decade"

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
}  # fmt: skip
NUMBER = r"[0-9]{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True))
# What people mean by a vague number, least and most.
VAGUE = {"couple": (2, 3), "few": (2, 6), "several": (3, 8), "some": (2, 6), "many": (3, 12)}
VAGUE_NUMBER = r"(?:a\s+)?couple(?:\s+of)?|(?:a\s+|the\s+)?few|several|some|many"
ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "last": -1, "final": -1,
}  # fmt: skip
ORDINAL = "|".join(ORDINALS)

MONTH_NAMES = frozenset(MONTHS) | {
    "january", "february", "march", "april", "june", "july", "august", "september", "sept",
    "october", "november", "december",
}  # fmt: skip
WEEKDAY_NAMES = frozenset(WEEKDAYS) | {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "tues", "thur", "thurs",
}  # fmt: skip
# Month words that are common words, verbs or first names too: alone they need more than a capital.
AMBIGUOUS_MONTHS = frozenset({"may", "march", "mar", "august", "april", "june", "jan", "dec"})
UNIT_NAMES = {
    "hr": "hour",
    "night": "day",
    "fortnight": "week",
    "yr": "year",
}


def month_number(name: str) -> int:
    """Return 1 to 12 for an English month name or its abbreviation."""
    return MONTHS.index(name[:3]) + 1


def weekday_number(name: str) -> int:
    """Return 0 (Monday) to 6 for an English weekday name or its abbreviation."""
    return WEEKDAYS.index(name[:3])


def number(word: str) -> int:
    """Return the value of a number in digits or in words."""
    return NUMBERS[word] if word in NUMBERS else int(word)


def vague_number(phrase: str) -> tuple[int, int]:
    """Return what "a couple of", "few" … stand for: the least and the most."""
    for word, bounds in VAGUE.items():
        if word in phrase:
            return bounds
    raise ValueError(phrase)
