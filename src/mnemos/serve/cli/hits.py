"""Hits, items and reasons, drawn for a terminal of any width."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mnemos import Citation, Hit, Item
from mnemos.serve.cli.highlight import marked
from mnemos.serve.cli.plain import one_line

#: From so many columns on ids have a column of their own.
WIDE = 100
SPEAKER_WIDTH = 12
REF_WIDTH = 16


def table(*columns: str, text: str | None = None) -> Table:
    """Return an empty table that leaves as much room as it can to its text column."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    for name in columns:
        made.add_column(name, no_wrap=True, overflow="ellipsis")
    if text is not None:
        made.add_column(text, ratio=1, overflow="fold")
    return made


def hits_table(hits: Sequence[Hit], question: str, *, width: int) -> Table:
    """Return hits, best first: score, day, speaker, text."""
    wide = width >= WIDE
    refs = wide and any(hit.ref for hit in hits)
    names = ("score", "date", "speaker", *(("id",) if wide else ()), *(("ref",) if refs else ()))
    made = table(*names, text="text")
    made.columns[0].justify = "right"
    made.columns[2].max_width = SPEAKER_WIDTH
    if refs:
        made.columns[4].max_width = REF_WIDTH
    for hit in hits:
        ref = one_line(hit.ref or "")
        parts: list[RenderableType] = [marked(hit.text, question), *marks(hit)]
        if not wide:
            parts.append(Text(f"{hit.id}  {ref}".rstrip(), style="dim"))
        cells: list[RenderableType] = [
            Text(f"{hit.score:.2f}", style="bold"),
            Text(day(hit.item), style="cyan"),
            Text(one_line(hit.speaker or "")),
            *((Text(hit.id, style="dim"),) if wide else ()),
            *((Text(ref, style="dim"),) if refs else ()),
            Group(*parts),
        ]
        made.add_row(*cells)
    return made


def marks(hit: Hit) -> tuple[Text, ...]:
    """Return a line on what a hit says that is no longer so; none if there is nothing."""
    told = (("outdated", hit.outdated), ("disputed", hit.disputed))
    return tuple(
        Text(f"{mark}: {', '.join(map(one_line, slots))}", style="dim")
        for mark, slots in told
        if slots
    )


def items_table(items: Sequence[Item], *, width: int) -> Table:
    """Return items in their order: id, day, session, speaker, text."""
    wide = width >= WIDE
    refs = any(item.ref for item in items)
    names = ("id", *(("ref",) if wide and refs else ()), "date")
    names = (*names, *(("session",) if wide else ()), "speaker")
    made = table(*names, text="text")
    made.columns[-2].max_width = SPEAKER_WIDTH
    if wide and refs:
        made.columns[1].max_width = REF_WIDTH
    for item in items:
        ref = one_line(item.ref or "")
        named: tuple[Text, ...] = (Text(item.id, style="dim"), Text(ref, style="dim"))
        if not refs:
            named = named[:1]
        elif not wide:
            named = (Text(f"{item.id}\n{ref}".rstrip(), style="dim"),)
        session = (Text(one_line(item.scope.session or "")),) if wide else ()
        made.add_row(
            *named,
            Text(day(item), style="cyan"),
            *session,
            Text(one_line(item.speaker or "")),
            Text(one_line(item.text)),
        )
    return made


def citations_table(citations: Sequence[Citation]) -> Table:
    """Return what the marks of a context stand for."""
    made = table("mark", "id", "ref", "characters")
    for each in citations:
        span = f"{each.span[0]}–{each.span[1]}"
        made.add_row(each.mark, each.id, Text(one_line(each.ref or "")), span)
    return made


def day(item: Item) -> str:
    """Return the day on which an item was said; nothing where nobody told."""
    return f"{item.said_at:%Y-%m-%d}" if item.said_at_given else "undated"
