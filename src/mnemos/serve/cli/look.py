"""``show``, ``browse`` and ``stats``: what is in the memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields

import click
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mnemos import Item, Memory, NotFound, Version
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, settings
from mnemos.serve.cli.figures import stats_panel
from mnemos.serve.cli.hits import items_table, table
from mnemos.serve.cli.naming import meant
from mnemos.serve.cli.options import MOMENT, Chosen, choosing
from mnemos.serve.cli.output import plain_value
from mnemos.serve.cli.plain import one_line, visible
from mnemos.serve.cli.reindex import in_words

PAGE = 50


@click.command("show", cls=Command)
@click.argument("item_id", metavar="ID|REF")
@click.option("--as-of", type=MOMENT, metavar="TIME", help="As the memory knew it at this moment.")
def show_command(*, item_id: str, as_of: str | None) -> None:
    """Show one item with all its fields and its history."""
    given = settings()
    output = given.output
    with opened(given) as memory:
        (item_id,) = meant(memory, [item_id])
        item = memory.get(item_id, as_of=as_of)
        history = memory.history(item_id)
        sources = [_source(memory, source) for source in item.sources]
    if output.as_json:
        output.document({"item": item, "history": history, "sources": sources})
        return
    output.show(Panel(Text(visible(item.text)), title=Text(item.id), title_align="left"))
    output.show(_fields(item), "", _history(history))


def _source(memory: Memory, item_id: str) -> Item | None:
    try:
        return memory.get(item_id)
    except NotFound:
        return None


def _fields(item: Item) -> Table:
    made = table("field", text="value")
    made.show_header = False
    made.columns[0].style = "dim"
    shown = plain_value(item)
    assert isinstance(shown, dict)  # noqa: S101 - an item is a dataclass
    for name, value in shown.items():
        if name in {"id", "text"} or value in (None, "", [], {}):
            continue
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        made.add_row(name, Text(one_line(text)))
    return made


def _history(history: tuple[Version, ...]) -> Table:
    made = table("event", "recorded", "op", "status", text="why")
    for version in history:
        event = version.event
        made.add_row(
            str(event.seq),
            f"{event.recorded_at:%Y-%m-%d %H:%M}",
            event.op,
            version.item.status,
            Text(one_line(event.why)),
        )
    return made


@click.command("browse", cls=Command)
@click.option("--limit", "-n", type=click.IntRange(min=1), help="At most so many; else all.")
@click.option("--after", metavar="ID|REF", help="Begin after this item.")
@choosing()
def browse_command(*, limit: int | None, after: str | None, chosen: Chosen) -> None:
    """List what is remembered, in its order.

    Only active items are listed. On a terminal a page at a time: Enter shows the next, q ends.
    """
    given = settings()
    output = given.output
    with opened(given) as memory:
        if after is not None:
            (after,) = meant(memory, [after])
        for number, page in enumerate(_pages(memory, chosen, after=after, limit=limit)):
            if number and output.is_watched and not _more():
                return
            if output.as_json:
                for item in page:
                    output.document(item)
            elif page:
                output.show(items_table(page, width=output.width))


def _more() -> bool:
    click.echo("Enter shows more, q ends ", err=True, nl=False)
    key = click.getchar()
    click.echo("\r\x1b[K", err=True, nl=False)
    return key not in {"q", "Q", "\x1b", "\x03", "\x04"}


def _pages(
    memory: Memory, chosen: Chosen, *, after: str | None, limit: int | None
) -> Iterator[tuple[Item, ...]]:
    left = limit
    while left is None or left > 0:
        page = memory.browse(
            scope=chosen.scope,
            where=chosen.where,
            as_of=chosen.as_of,
            after=after,
            limit=PAGE if left is None else min(PAGE, left),
        )
        yield page.items
        if page.after is None:
            return
        after = page.after
        left = None if left is None else left - len(page.items)


@click.command("stats", cls=Command)
@click.option("--parts", is_flag=True, help="Also show how many bytes each part takes.")
def stats_command(*, parts: bool) -> None:
    """Show figures of the whole memory."""
    given = settings()
    output = given.output
    with opened(given) as memory:
        stats, vectors = memory.stats(), memory.vectors()
    if output.as_json:
        named = {each.name: getattr(stats, each.name) for each in fields(stats)}
        output.document({**named, "vectors": vectors})
    else:
        title = Text(visible(str(given.memory_file.path)))
        figures = stats_panel(stats, output.width, vectors=in_words(vectors), parts=parts)
        output.show(Panel(figures, title=title, title_align="left"))
