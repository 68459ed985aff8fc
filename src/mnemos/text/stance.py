"""What kind of statement a turn makes: a standing wish, a preference, a never.

English only so far; texts in other languages have no stance, which costs them nothing but the
signals that ask for it.
"""

from __future__ import annotations

import re

#: Asks for something for good: "Always … when I ask about …", "from now on".
STANDING = 8
#: States a preference.
PREFERENCE = 16
#: Says that the speaker never did something.
NEVER = 32

_STANDING = re.compile(
    r"\b(?:always|never|from now on|in (?:the )?future|whenever|every time)\b[^.!?]{0,120}"
    r"\b(?:when(?:ever)?|if|every time) (?:i|we|you)\b|^\W*(?:please )?(?:always|never)\b"
    r"|\bfrom now on\b",
    re.IGNORECASE,
)
# One of them stands wherever _STANDING matches; without them a look takes 1 µs instead of 14. They
# hold no "i", "k" or "s", which match further letters when case is ignored.
_STANDING_HINTS = ("alway", "never", "from now", "future", "every")
_PREFERENCE = re.compile(r"\bprefer(?:s|red|ring|ence|ences)?\b", re.IGNORECASE)
_NEVER = re.compile(r"\bi(?:['’]ve| have)? never\b", re.IGNORECASE)


def stance(text: str) -> int:
    """Return the bits that a text deserves.

    >>> stance("Always show the units when I ask about distances.") == STANDING
    True
    """
    low = text.lower()
    bits = 0
    if any(hint in low for hint in _STANDING_HINTS) and _STANDING.search(text) is not None:
        bits |= STANDING
    if "prefer" in low and _PREFERENCE.search(text) is not None:
        bits |= PREFERENCE
    if "never" in low and _NEVER.search(text) is not None:
        bits |= NEVER
    return bits
