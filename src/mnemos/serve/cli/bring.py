"""``import``: what other products keep comes in, with its times, authors and ids."""

from __future__ import annotations

import click
from rich.table import Table

from mnemos import Memory, Scope
from mnemos.importers import BadRecords, Imported, load, offered
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.exits import NOTHING, Refused
from mnemos.serve.cli.feeding import STOPPED, named, refused
from mnemos.serve.cli.options import MOMENT, aware, scoped
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import counted
from mnemos.serve.cli.reindex import catch_up, missing
from mnemos.serve.cli.say import require_in_order

#: So many authors are named; the rest is counted.
AUTHORS = 8


@click.command("import", cls=Command)
@click.argument("path", metavar="PATH", required=False)
@click.option("--kind", metavar="KIND", help="Of the source; else told by sight.")
@click.option("--kinds", is_flag=True, help="List the kinds, and end.")
@click.option("--dry-run", is_flag=True, help="Say what would come; change nothing.")
@scoped()
@click.option(
    "--on-error",
    type=click.Choice(["skip", "stop"]),
    default="skip",
    show_default=True,
    help="A bad record: the others go in, or nothing does.",
)
@click.option(
    "--revise", is_flag=True, help="A message edited since supersedes the one that is stored."
)
@click.option(
    "--recorded-at",
    type=MOMENT,
    metavar="TIME",
    help="For trusted imports: when the memory is to have learnt it. Not before what is there.",
)
@click.option("--no-embed", is_flag=True, help="Make no vectors now; mnemos reindex makes them.")
def import_command(
    *,
    path: str | None,
    kind: str | None,
    kinds: bool,
    dry_run: bool,
    scope: Scope,
    on_error: str,
    revise: bool,
    recorded_at: str | None,
    no_embed: bool,
) -> None:
    """Take in what other products keep: ChatGPT, Claude, Slack, WhatsApp, mail and more.

    PATH is a file, a folder or a zip; --kinds lists what is read. Times, authors and ids are kept:
    importing again adds nothing, a newer export adds what is new, and an import that was broken
    off goes on. --session is for messages whose source names none. Bad records are named.
    """
    given = settings()
    if kinds:
        _list(given.output)
        return
    if path is None:
        raise click.UsageError("name a PATH; --kinds lists what can be read")
    moment = None if recorded_at is None else aware(recorded_at)
    with _memory(given, make=not dry_run, meaning=not (no_embed or dry_run)) as memory:
        require_in_order(memory, moment)
        before = missing(memory)
        seq = _newest(memory)
        try:
            with given.output.progress("reading", "messages") as meter:
                done = load(
                    memory,
                    path,
                    kind,
                    scope=scope,
                    dry_run=dry_run,
                    on_error=on_error,
                    revise=revise,
                    recorded_at=moment,
                    progress=meter.tell,
                )
        except BadRecords as bad:
            raise refused(bad.problems, STOPPED) from bad
        except BaseException:
            if _newest(memory) > seq:
                given.output.note("some went in before this; the same command goes on from there")
            raise
        embedded = 0
        if not dry_run:
            embedded = catch_up(memory, given.output, before=before, bar=True)
    _tell(given, done, embedded)


def _memory(given: Settings, *, make: bool, meaning: bool) -> Memory:
    """Open the memory; to rehearse without one, an empty one."""
    if not make and not given.memory_file.path.exists():
        return Memory(":memory:", embedder=None)
    return opened(given, make=make, meaning=meaning)


def _newest(memory: Memory) -> int:
    return next((event.seq for event in memory.log(1)), 0)


def _tell(given: Settings, done: Imported, embedded: int) -> None:
    output = given.output
    good = done.messages - len(done.problems)
    if done.problems and done.added + done.existing == 0 and not done.dry_run:
        raise refused(done.problems, "no good record was left")
    if output.as_json:
        output.document({**_plain(done), "embedded": embedded})
    else:
        for each in named(done.problems):
            output.note(each)
        if not output.quiet:
            output.show(_table(done))
            output.show(_summary(done, embedded))
    if not good and not done.problems:
        raise Refused(f"{done.source}: holds no messages of kind {done.kind}", NOTHING)


def _plain(done: Imported) -> dict[str, object]:
    return {name: getattr(done, name) for name in Imported.__slots__}


def _table(done: Imported) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("source", one_line(done.source))
    table.add_row("kind", done.kind)
    table.add_row("conversations", f"{done.conversations:,}")
    table.add_row("messages", f"{done.messages:,}")
    if done.first is not None and done.last is not None:
        table.add_row("period", f"{done.first:%Y-%m-%d} to {done.last:%Y-%m-%d}")
    authors = [f"{one_line(name)} {count:,}" for name, count in done.authors.items()]
    more = [f"{len(authors) - AUTHORS:,} more"] if len(authors) > AUTHORS else []
    table.add_row("authors", ", ".join([*authors[:AUTHORS], *more]))
    table.add_row("attachments", f"{done.attachments:,}")
    table.add_row("bad records", f"{len(done.problems):,}")
    return table


def _summary(done: Imported, embedded: int) -> str:
    come = "would be remembered" if done.dry_run else "remembered"
    parts = [f"{counted(done.added, 'message')} {come}"]
    if done.revised:
        parts.append(f"{done.revised:,} of them edits")
    if done.existing:
        parts.append(f"{done.existing:,} were there already")
    if embedded:
        parts.append(f"{counted(embedded, 'text')} embedded")
    return ", ".join(parts) + ("" if done.dry_run else f" (event {done.seq})")


def _list(output: Output) -> None:
    kinds = offered()
    if output.as_json:
        for each in kinds:
            output.document(each)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for each in kinds:
        table.add_row(each.name, one_line(each.about))
    output.show(table)
