"""Stored texts on a terminal: nothing in them may steer it."""

from __future__ import annotations

import re
import unicodedata
from ast import literal_eval

#: Joins letters and emoji, and says how they look; harmless, and wanted by Persian and by families.
_JOINERS = "\u200c\u200d"
_TAB_WIDTH = 4
_LITERAL = r"""None|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_SCOPE = re.compile(
    rf"(?P<in>in )?Scope\(user=(?P<user>{_LITERAL}), agent=(?P<agent>{_LITERAL}), "
    rf"session=(?P<session>{_LITERAL})\)"
)


def visible(text: str) -> str:
    r"""Return a text in which only line ends still do something.

    Control characters, reordering and invisible marks, halves of characters and unassigned ones
    are written as escapes, the way Python does: ``\x1b``, ``\u202e``.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text.expandtabs(_TAB_WIDTH))


def one_line(text: str) -> str:
    """Return a text on one line, its white space folded."""
    return visible(" ".join(text.split()))


def scopes_in_words(text: str) -> str:
    """Return an error's text with its scopes in words: "in session s1"."""
    return _SCOPE.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    given = {name: literal_eval(found[name]) for name in ("session", "user", "agent")}
    named = [f"{name} {value}" for name, value in given.items() if value is not None]
    return (found["in"] or "") + " of ".join(named) if named else "anywhere here"


def _shown(char: str) -> str:
    if char == "\n" or char in _JOINERS or char.isprintable():
        return char
    if unicodedata.category(char) == "Zs":
        return " "
    return char.encode("unicode_escape").decode("ascii")
