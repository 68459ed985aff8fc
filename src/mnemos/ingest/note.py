"""A note about a turn: its words, and below them keywords, tags and a line of context.

The item's text is what the note said first, and never changes; what it is about by now stands in
its attributes, and its newest words are a key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mnemos.ingest.derive import made
from mnemos.types import JSON, Item, Key

#: Most of each; characters of a line of context, and of a turn's words in its note.
KEYWORDS, TAGS, CONTEXT, WORDS = 7, 12, 400, 4_000
_KEYED = "\nKeywords: "


def note(
    turn: Item, keywords: Iterable[str], tags: Iterable[str], context: str, *, recipe: str
) -> Item:
    """Return a note about one turn, an item of kind "note"."""
    about: dict[str, JSON] = {
        "keywords": clean(keywords, KEYWORDS),
        "tags": clean(tags, TAGS),
        "context": _line(context),
    }
    blank = made(
        turn.text[:WORDS] + _KEYED,
        kind="note",
        sources=[turn],
        recipe=recipe,
        now=turn.recorded_at,
        speaker=turn.speaker,
        attrs=about,
    )
    return replace(blank, text=text(blank))


def rewritten(
    before: Item, tags: Iterable[str], context: str, because_of: Item | None = None
) -> Item:
    """Return a note with other tags and context.

    Args:
        before: The note.
        tags: As they are to be.
        context: Likewise.
        because_of: The turn that the new words come from: a source of the note from then on.
            None if they were the note's own.
    """
    about: dict[str, JSON] = {"tags": clean(tags, TAGS), "context": _line(context)}
    after = replace(before, attrs={**before.attrs, **about})
    if because_of is None:
        return after
    sources = tuple(dict.fromkeys([*before.sources, because_of.id]))
    return replace(after, sources=sources, trust=min(before.trust, because_of.trust))


def text(of: Item) -> str:
    """Return what a note says now."""
    tags, context = words(of, "tags"), of.attrs.get("context")
    lines = [of.text.rpartition(_KEYED)[0] + _KEYED + ", ".join(words(of, "keywords"))]
    lines += [f"Tags: {', '.join(tags)}"] if tags else []
    lines += [f"Context: {context}"] if context else []
    return "\n".join(lines)


def key(of: Item) -> Key:
    """Return the key that says what a note says now."""
    return Key(item=of.id, role="note", text=text(of), made_by=of.made_by)


def words(of: Item, name: str) -> tuple[str, ...]:
    """Return the keywords or tags of a note."""
    found = of.attrs.get(name)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()


def shared(of: Item, keywords: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of a note, and behind them those of some keywords that it has, too."""
    own = words(of, "keywords")
    return clean([*words(of, "tags"), *(each for each in keywords if each in own)], TAGS)


def clean(found: Iterable[str], most: int) -> tuple[str, ...]:
    """Return words, each on one line, once, and no more than so many."""
    return tuple(dict.fromkeys(line for each in found if (line := _line(each))))[:most]


def _line(found: str) -> str:
    return " ".join(found.split())[:CONTEXT]
