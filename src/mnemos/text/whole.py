"""Half characters (lone surrogates) and NUL: what UTF-8, and so most stores and models, refuse."""

from __future__ import annotations

import re

_HALF = re.compile("[\ud800-\udfff]")


def halves(text: str) -> bool:
    r"""Tell whether a text holds half a character.

    >>> halves("tea \ud83c"), halves("tea 🍵")
    (True, False)
    """
    return _HALF.search(text) is not None


def whole(text: str) -> bool:
    """Tell whether a text has neither half characters nor NUL."""
    return "\0" not in text and not halves(text)


def mended(text: str) -> str:
    """Return a text with U+FFFD in place of each half character."""
    return _HALF.sub("\ufffd", text)


def joined(text: str) -> str:
    r"""Return a text in which two halves of a character that stand together are one.

    JSON from elsewhere may hold them apart, and no text may have two spellings. Half a character
    that stands alone is kept.

    >>> joined("tea \ud83c\udf75")
    'tea 🍵'
    """
    if not halves(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
