"""The stem of a German word, by CISTEM: gelesen, lese → les; Straßen → strass; wohnt → wohn.

Source: Weissweiler & Fraser 2017, "Developing a Stemmer for German Based on a Comparative Analysis
of Publicly Available Stemmers". Snowball's leaves participles and the t of verbs as they are.
What differs: ae, oe, ue are read as ä, ö, ü, except ue after a, e and q (Mauer, neue, Quelle).
"""

from __future__ import annotations

import re

SHORTEST = 3  # letters below which nothing is taken off any more

_SPELT_OUT = re.compile(r"([ao])e|(?<![aeq])(u)e")
_PARTICIPLE = re.compile(r"\Age(?=.{4})")
_DOUBLE = re.compile(r"(.)\1")
# Sounds that count as one letter stand as one sign while endings go.
_SOUNDS = (("sch", "$"), ("ei", "%"), ("ie", "&"))
_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


def stem(word: str) -> str:
    """Return the stem of a word in small letters.

    >>> stem("gelesen"), stem("lese"), stem("juergens") == stem("jürgen")
    ('les', 'les', True)
    """
    word = _SPELT_OUT.sub(r"\1\2", word.translate(_PLAIN))
    word = _PARTICIPLE.sub("", word)
    for sound, sign in _SOUNDS:
        word = word.replace(sound, sign)
    word = _without_endings(_DOUBLE.sub(r"\1*", word))
    word = re.sub(r"(.)\*", r"\1\1", word)
    for sound, sign in _SOUNDS:
        word = word.replace(sign, sound)
    return word


def _without_endings(word: str) -> str:
    while len(word) > SHORTEST:
        if len(word) > SHORTEST + 2 and word.endswith(("em", "er", "nd")):
            word = word[:-2]
        elif word.endswith(("t", "e", "s", "n")):
            word = word[:-1]
        else:
            break
    return word
