"""What a model is shown of items: numbered from 1, for it never sees an id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mnemos.types import JSON, Item

#: Characters of one text that are shown: a prompt holds 2,000 tokens in all.
SHOWN_CHARACTERS = 1_500
#: Of a page together, and of each of its texts in any case.
PAGE_CHARACTERS, LEAST_CHARACTERS = 4_000, 350


def labelled(
    items: Sequence[Item],
    *,
    label: str = "turn",
    most_characters: int = SHOWN_CHARACTERS,
) -> list[dict[str, JSON]]:
    """Return items as a model is shown them: label, who, when and what was said.

    Args:
        items: In their order; the first has label 1.
        label: What a label is called.
        most_characters: Of a text; the rest is left out.
    """
    return [
        {
            label: number,
            "who": item.speaker or item.role or item.kind,
            "said": item.said_at.date().isoformat(),
            "text": item.text[:most_characters],
        }
        for number, item in enumerate(items, 1)
    ]


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
