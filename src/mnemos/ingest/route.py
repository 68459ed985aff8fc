"""Which kinds of memory a text belongs to: what happened, what is so, how something is done.

ENGRAM (arXiv:2511.12960) asks a model for three bits a turn and keeps a store for each. These rules
stand in for it, over English: a day or a verb of what happened is episodic; saying what is so, or
liked, is semantic; steps and instructions are procedural; a text of none of them is taken for
episodic and semantic.
"""

from __future__ import annotations

import re

from mnemos.text.stance import stance
from mnemos.text.time_words import holds_time

EPISODIC, SEMANTIC, PROCEDURAL = "episodic", "semantic", "procedural"

_HAPPENED = re.compile(
    r"\b(?:went|saw|met|visited|bought|moved|started|finished|joined|attended|happened|had|got|came"
    r"|took|made|found|lost|won|broke|left|told|called|ran|signed up|graduated|celebrated)\b",
    re.IGNORECASE,
)
_IS_SO = re.compile(
    r"\b(?:i'?m|i am|is|are|(?:i|we|they|he|she|[A-Z]\w+) (?:\w+ly )?(?:likes?|loves?|hates?"
    r"|enjoys?|prefers?|wants?|needs?|owns?|lives?|works?|have|has|believes?|thinks?))\b",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"\bhow to\b|\bstep \d|\bsteps?:|^\s*(?:\d+[.)]|first,)\s"
    r"|\b(?:make sure|be sure) (?:to|you)\b"
    r"|^\s*(?:please |always |never |then |just |now )*(?:use|run|add|open|click|install|mix"
    r"|put|turn"
    r"|press|go to|type|select|call|write|check|set|cut|bake|stir|pour|wait|try)\b",
    re.IGNORECASE | re.MULTILINE,
)


def route(text: str) -> tuple[str, ...]:
    r"""Return the kinds of memory that a text belongs to, in the order episodic to procedural.

    >>> route("I went to Oslo yesterday."), route("Ann loves tea.")
    (('episodic',), ('semantic',))
    >>> route("1. Boil water\n2. Add tea"), route("Wow!")
    (('procedural',), ('episodic', 'semantic'))
    """
    plain = text.replace("’", "'")
    bits = (
        _HAPPENED.search(plain) is not None or holds_time(text),
        _IS_SO.search(plain) is not None or stance(text) != 0,
        _STEPS.search(plain) is not None,
    )
    kinds = (EPISODIC, SEMANTIC, PROCEDURAL)
    if not any(bits):
        return (EPISODIC, SEMANTIC) if text.strip() else ()
    return tuple(kind for kind, bit in zip(kinds, bits, strict=True) if bit)
