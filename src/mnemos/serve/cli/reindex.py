"""``reindex``: vectors for finding by meaning, made now; and what other commands do about them."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import click

from mnemos import Embedded, Memory, ModelError, ModelMismatch, VectorStatus
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.exits import MODEL, Refused
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import counted

#: A command that was asked for something else makes the vectors of at most so many texts that
#: were left without: about a second's work of the built-in model. More wait for ``reindex``.
FEW = 64
GO_ON = "mnemos reindex"


@click.command("reindex", cls=Command)
@click.option("--anew", is_flag=True, help="Make all vectors again, though they are of this model.")
def reindex_command(*, anew: bool) -> None:
    """Make the vectors that are missing, or with --embedder those of another model.

    The old ones serve until all of the new are made. Broken off, the same command goes on where
    it was. What failed before is tried again. Ends with 6 if some could not be made.
    """
    given = settings()
    output = given.output
    if given.embedder == "none":
        raise click.UsageError("--embedder none: reindex needs a model")
    try:
        done, status = _reindexed(given, anew=anew)
    except KeyboardInterrupt:
        output.note("what was made is kept; the same command goes on from there")
        raise
    if output.as_json:
        output.document({**_plain(done), "vectors": status})
    elif not output.quiet:
        output.show(f"{counted(done.turns, 'text')} embedded; {in_words(status)}")
    if done.pending:
        _tell_pending(output, done, status)
        raise click.exceptions.Exit(MODEL)


def _reindexed(given: Settings, *, anew: bool) -> tuple[Embedded, VectorStatus]:
    """Make what is missing with the model that it has, else change to the one that is named."""
    named = None if given.embedder == "auto" else given.embedder
    if anew and named is None:
        raise click.UsageError("--anew: name the model with --embedder")
    try:
        if not anew:
            with opened(given, meaning=True) as memory:
                return _made(given, memory, None)
    except ModelMismatch:
        if named is None:
            raise
    with opened(given) as memory:
        return _made(given, memory, named)


def _made(given: Settings, memory: Memory, change_to: str | None) -> tuple[Embedded, VectorStatus]:
    if change_to is None and (without := memory.vectors().without):
        hint = "name a model with --embedder or MNEMOS_EMBEDDER"
        raise Refused(f"no vectors can be made: {without}", MODEL, hint)
    with given.output.progress("embedding", "texts") as meter:
        if change_to is None:
            done = memory.embed(progress=meter)
        else:
            done = memory.reindex(change_to, progress=meter)
    return done, memory.vectors()


def _plain(done: Embedded) -> dict[str, object]:
    return {each.name: getattr(done, each.name) for each in fields(done)}


def _tell_pending(output: Output, done: Embedded, status: VectorStatus) -> None:
    why = done.error or status.error or "others are writing"
    output.note(f"{counted(done.pending, 'session')} still wait: {one_line(why)}")
    if status.retry_at is not None:
        output.note(f"tried again from {status.retry_at:%Y-%m-%d %H:%M} on")


def in_words(status: VectorStatus) -> str:
    """Return how far a memory's vectors have come: "20 of 34 texts have vectors of …"."""
    if status.model is None:
        return "no text has vectors: found by words alone"
    few = f"{status.embedded:,} of {counted(status.documents, 'text')}"
    return f"{few} {'has' if status.documents == 1 else 'have'} vectors of {status.model}"


def missing(memory: Memory) -> int:
    """Return how many texts want vectors that this memory can make now."""
    status = memory.vectors()
    if status.without or (status.retry_at is not None and status.retry_at > datetime.now(UTC)):
        return 0  # a model that has just failed is not asked at every command
    return max(0, status.documents - status.embedded)


def catch_up(memory: Memory, output: Output, *, before: int = 0, bar: bool = False) -> int:
    """Make the vectors of what was just said; leave a large backlog, and say how to make it.

    Args:
        memory: Opened with what embeds.
        output: Where notes go.
        before: How many wanted vectors before this command wrote anything.
        bar: This command may take as long as it needs, and shows how far it has come.

    Returns:
        How many texts were embedded.
    """
    left = missing(memory)
    if not left:
        return 0
    if before > FEW or (left > FEW and not bar):
        output.note(f"{counted(left, 'text')} without vectors, found by words alone: {GO_ON}")
        return 0
    try:
        if not bar:
            done = memory.embed()
        else:
            with output.progress("embedding", "texts") as meter:
                done = memory.embed(progress=meter)
    except ModelError as error:
        output.note(f"stored, and found by words alone for now: {error}")
        return 0
    except KeyboardInterrupt:
        output.note(f"all is stored; {GO_ON} goes on with the vectors")
        raise
    if done.error:
        output.note(f"stored, and in part found by words alone for now: {one_line(done.error)}")
    return done.turns
