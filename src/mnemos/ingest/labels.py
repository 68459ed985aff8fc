"""What a model is shown of items: labelled from 1 on, for it never sees an id.

What it cites comes back as labels; one that was not shown is a mistake, which it is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from mnemos.ingest.cut import by_tokens
from mnemos.text.token_count import estimate_tokens
from mnemos.types import JSON, Item

#: Of one text: what is said in so many characters can be summed up; the rest is a paste.
MOST_CHARACTERS = 1_200
#: Of a prompt of 2,000 tokens: the rest is what to do, and an example.
RUN_TOKENS = 1_000
#: Of short lines, and characters of each of them.
LINES_TOKENS, LINE_CHARACTERS = 1_200, 400
#: Label, day, speaker and the marks around them.
FRAME_TOKENS = 24
#: Characters of a page together, and of each of its texts in any case.
PAGE_CHARACTERS, LEAST_CHARACTERS = 4_000, 350


def labelled(
    items: Sequence[Item],
    *,
    label: str = "label",
    dated: bool = False,
    most_characters: int = MOST_CHARACTERS,
    most_tokens: int | None = None,
) -> list[dict[str, JSON]]:
    """Return items as a model is shown them: label, day, who spoke, what.

    Args:
        items: In their order; the first has label 1.
        label: What a label is called.
        dated: Whether the day is told.
        most_characters: Of a text; the rest is left out.
        most_tokens: Of all texts: those behind are left out, never the first. None is no limit.
    """
    found: list[dict[str, JSON]] = []
    left = most_tokens
    for number, item in enumerate(items, 1):
        told: dict[str, JSON] = {label: number}
        if dated:
            told["day"] = f"{item.said_at:%A, %Y-%m-%d}"
        if speaker := item.speaker or item.role:
            told["speaker"] = speaker
        told["text"] = clipped(item.text, most_characters)
        if left is not None:
            left -= estimate_tokens(json.dumps(told, ensure_ascii=False))  # its marks cost as well
            if left < 0 and found:
                break
        found.append(told)
    return found


def lines(items: Sequence[Item]) -> list[dict[str, JSON]]:
    """Return items as short lines, as far as one prompt reaches."""
    return labelled(items, label="line", most_characters=LINE_CHARACTERS, most_tokens=LINES_TOKENS)


def runs(turns: Sequence[Item], most_tokens: int = RUN_TOKENS) -> list[Sequence[Item]]:
    """Return turns in runs that fit one prompt each, in order; most sessions are one or two."""
    tokens = [FRAME_TOKENS + estimate_tokens(clipped(turn.text)) for turn in turns]
    return [turns[start:stop] for start, stop in by_tokens(tokens, most_tokens)]


def clipped(text: str, most_characters: int = MOST_CHARACTERS) -> str:
    """Return a text of so many characters at most; where it is cut, "…" says so."""
    return text if len(text) <= most_characters else text[: most_characters - 1] + "…"


def unknown(labels: Iterable[int], count: int) -> str | None:
    """Say which labels name nothing that was shown; None if all do.

    >>> unknown([1, 3], 2), unknown([2], 2)
    ('labels go from 1 to 2; there is no 3', None)
    """
    wrong = [str(label) for label in labels if not 1 <= label <= count]
    return f"labels go from 1 to {count}; there is no {', '.join(wrong)}" if wrong else None


def paragraphs(
    items: Sequence[Item],
    texts: Sequence[str] | None = None,
    *,
    characters: int = PAGE_CHARACTERS,
    dated: bool = False,
) -> dict[str, JSON]:
    """Return items as numbered paragraphs, who speaks before what is said: shorter than labels.

    Args:
        items: In their order; the first is number 1.
        texts: To show in place of theirs.
        characters: Of all texts; none is cut to less than 350.
        dated: Each day stands before the first that was said on it.
    """
    most = max(LEAST_CHARACTERS, characters // max(1, len(items)))
    found: dict[str, JSON] = {}
    day = None
    for number, item in enumerate(items, 1):
        text = item.text if texts is None else texts[number - 1]
        new_day = dated and item.said_at.date() != day
        day = item.said_at.date()
        parts = [day.isoformat() if new_day else "", item.speaker or ""]
        who = ", ".join(part for part in parts if part)
        found[str(number)] = f"{who}: {text[:most]}" if who else text[:most]
    return found
