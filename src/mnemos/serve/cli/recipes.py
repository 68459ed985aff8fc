"""``recipes``, ``learn``, ``consolidate`` and ``unlearn``: what memory systems make of a memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields

import click
from rich.table import Table
from rich.text import Text

from mnemos import Learned, Memory, RecipeKept
from mnemos.serve.cli import exits
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, settings
from mnemos.serve.cli.confirm import require_yes
from mnemos.serve.cli.hits import table
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import counted, tell

#: So many sessions that went wrong are told.
TOLD = 5
RECIPE = click.option("--recipe", metavar="NAME", help="Which; else the memory's own.")
REDO = click.option("--redo", is_flag=True, help="Also again where a model failed.")


@click.command("recipes", cls=Command)
def recipes_command() -> None:
    """List the recipes: what each is, whether it learns, and what this memory keeps of it.

    Without a memory they are listed all the same.
    """
    given = settings()
    here = given.memory_file.path.exists()
    if here:
        with opened(given) as memory:
            found = memory.recipes()
    else:
        with Memory(":memory:", embedder=None) as memory:
            found = memory.recipes()
    if given.as_json:
        given.output.document({"file": given.memory_file.path if here else None, "recipes": found})
    else:
        given.output.show(_listed(found, here=here))


def _listed(found: Sequence[RecipeKept], *, here: bool) -> Table:
    made = table("recipe", "learns", *(("kept", "waiting") if here else ()), text="what it is")
    for recipe in found:
        learns = "at once" if recipe.at_once else "yes" if recipe.learns else "no"
        kept = ", ".join(f"{one_line(kind)} {n:,}" for kind, n in recipe.items.items())
        waiting = f"{recipe.pending:,}" if recipe.pending and not recipe.at_once else ""
        about = Text(one_line(recipe.about))
        if recipe.cost:
            about.append(f"\n{one_line(first_sentence(recipe.cost))}", style="dim")
        cells = (Text(kept or "–"), Text(waiting)) if here else ()
        made.add_row(Text(one_line(recipe.name), style="bold"), learns, *cells, about)
    return made


def first_sentence(text: str) -> str:
    """Return a text up to its first full stop or semicolon; of a cost, the model calls."""
    ends = [at for mark in (". ", "; ") if (at := text.find(mark)) > 0]
    return text[: min(ends)] if ends else text.rstrip(".")


@click.command("learn", cls=Command)
@RECIPE
@REDO
@click.option("--limit", "-n", type=click.IntRange(min=1), help="At most so many sessions.")
def learn_command(*, recipe: str | None, redo: bool, limit: int | None) -> None:
    """Let a recipe derive what it needs from sessions it has not learnt from yet.

    Broken off, the same command goes on where it was. A model is asked if MNEMOS_CHAT names one.
    Ends with 6 if a session could not be learnt from, or a model failed.
    """
    given = settings()
    output = given.output
    meter = output.progress("learning", "sessions")
    with opened(given, meaning=True) as memory, _going_on(output), meter as progress:
        done = memory.learn(recipe, limit=limit, redo=redo, progress=progress)
    _tell(output, done)


@click.command("consolidate", cls=Command)
@RECIPE
@REDO
@click.option(
    "--steps", type=click.IntRange(min=1), default=1_000, show_default=True, help="At most so many."
)
def consolidate_command(*, recipe: str | None, redo: bool, steps: int) -> None:
    """Do what a recipe leaves for idle hours: learn, then go over what it has derived.

    Ends with 6 if a session could not be learnt from, or a model failed.
    """
    given = settings()
    output = given.output
    meter = output.progress("learning", "sessions")
    with opened(given, meaning=True) as memory, _going_on(output), meter as progress:
        done = memory.consolidate(recipe, steps=steps, redo=redo, progress=progress)
    _tell(output, done)


@contextmanager
def _going_on(output: Output) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        output.note("what was learnt is kept; the same command goes on from there")
        raise


def _tell(output: Output, done: Learned) -> None:
    """Print what was learnt; end with the code of a failed model where something failed."""
    if output.as_json:
        output.document({each.name: getattr(done, each.name) for each in fields(done)})
    elif not output.quiet:
        output.show(f"{', '.join(_figures(done))}")
        for task, branches in sorted(done.decisions.items()):
            output.show(f"  {one_line(task)}: {_branches(branches)}")
    for error in done.errors[:TOLD]:
        output.note(one_line(error))
    if len(done.errors) > TOLD:
        output.note(f"and {len(done.errors) - TOLD:,} more")
    if done.failed:
        output.note(
            f"in {counted(done.failed, 'session')} a model failed, and rules decided: --redo "
            "learns from these again"
        )
    if done.errors or done.failed:
        raise click.exceptions.Exit(exits.MODEL)


def _figures(done: Learned) -> Iterator[str]:
    yield f"{counted(done.sessions, 'session')} learnt from"
    yield f"{counted(done.rows, 'row')} made"
    if done.steps:
        yield counted(done.steps, "step")
    if done.failed:
        yield f"{done.failed:,} failed"
    if done.pending:
        yield f"{done.pending:,} waiting"


def _branches(branches: Mapping[str, int]) -> str:
    """Return who decided how often: "model 12, fallback 1"."""
    return ", ".join(f"{name} {count:,}" for name, count in sorted(branches.items()))


@click.command("unlearn", cls=Command)
@click.argument("recipe")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def unlearn_command(*, recipe: str, yes: bool) -> None:
    """Drop all that a recipe made; what was said stays, and it can learn anew.

    What a user put right stays as well. mnemos undo takes it back.
    """
    given = settings()
    with opened(given) as memory:
        kept = next((each for each in memory.recipes() if each.name == recipe), None)
        count = 0 if kept is None else sum(kept.items.values())
        if count and not yes:
            question = f"Drop {counted(count, 'item')} that {recipe} made?"
            require_yes(question, "drops", "dropped")
        receipt = memory.unlearn(recipe)
    tell(given.output, receipt, "dropped")
