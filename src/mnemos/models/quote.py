"""Quote what somebody said, so that it cannot end its quotation.

A mark is drawn from a hash of the text: the same text has the same mark, and a text that holds it
gets another.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import count

MARK_CHARACTERS = 8


def mark(text: str, characters: int = MARK_CHARACTERS) -> str:
    """Return letters and digits that do not occur in the text.

    >>> mark("by the river"), mark("by the river" + mark("by the river"))
    ('c43676cb', '46b48690')
    """
    marks = (_drawn(number, text, characters) for number in count())
    return next(each for each in marks if each not in text)


def _drawn(number: int, text: str, characters: int) -> str:
    told = f"{number}\n{text}".encode(errors="replace")
    return sha256(told).hexdigest()[:characters]
