"""``remember``, ``sync`` and ``revise``: what was said goes in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import click

from mnemos import Memory, Scope
from mnemos.importers.messages import FORMATS, Format
from mnemos.importers.taking import BadRecords, Outcome, Plan, Taking, Verb
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, Decorator, Settings, gathered, settings
from mnemos.serve.cli.feeding import STOPPED, named, opened_files, refused
from mnemos.serve.cli.options import MOMENT, ROLES, aware, scoped
from mnemos.serve.cli.receipts import counted, tell
from mnemos.serve.cli.reindex import catch_up, missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How files are taken in, and as of when."""

    form: Format | None
    skip: bool
    recorded_at: datetime | None
    embed: bool


def _way(form: str | None, on_error: str, recorded_at: str | None, *, no_embed: bool) -> Way:
    return Way(
        form=cast("Format | None", form),
        skip=on_error == "skip",
        recorded_at=None if recorded_at is None else aware(recorded_at),
        embed=not no_embed,
    )


def importing() -> Decorator:
    """Add the options that make a ``way``."""
    return gathered(
        "way",
        _way,
        click.option(
            "--format", "form", type=click.Choice(FORMATS), help="Of the files; else detected."
        ),
        click.option(
            "--on-error",
            type=click.Choice(["stop", "skip"]),
            default="stop",
            show_default=True,
            help="A bad line: nothing goes in, or the good lines do.",
        ),
        click.option(
            "--recorded-at",
            type=MOMENT,
            metavar="TIME",
            help="For trusted imports: when the memory is to have learnt it, so that --as-of is "
            "of use. Not before what is there, not in the future.",
        ),
        click.option(
            "--no-embed", is_flag=True, help="Make no vectors now; mnemos reindex makes them."
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message given in the command line."""

    text: str | None
    role: str
    name: str | None

    @property
    def message(self) -> dict[str, str]:
        """The message as a memory takes it."""
        named = {} if self.name is None else {"name": self.name}
        return {"role": self.role, "content": self.text or "", **named}


def _saying() -> Decorator:
    return gathered(
        "said",
        lambda text, role, name: Said(text=text, role=role, name=name),
        click.option("--text", metavar="TEXT", help="This text instead of files."),
        click.option("--role", type=click.Choice(ROLES), default="user", show_default=True),
        click.option("--name", metavar="NAME", help="Who says --text."),
    )


@click.command("remember", cls=Command)
@click.argument("files", metavar="[FILE|-]...", nargs=-1)
@_saying()
@scoped()
@importing()
def remember_command(*, files: tuple[str, ...], said: Said, scope: Scope, way: Way) -> None:
    """Append messages to the memory.

    A FILE (- is stdin) holds a list of messages as JSON, an object with such a list under
    "messages", JSONL with one message a line, or a transcript of "Name: text", where lines
    without a name go on with the one before. A message's own "session" goes before --session.
    The same file twice is remembered once.
    """
    given = settings()
    if (said.text is None) == (not files):
        raise click.UsageError("name a FILE, - for stdin, or give --text")
    if said.text is None:
        _import(given, files, _plan("remember", scope, way), way)
        return
    with opened(given, make=True, meaning=way.embed) as memory:
        receipt = memory.remember(said.message, scope=scope, recorded_at=way.recorded_at)
        catch_up(memory, given.output)
    tell(given.output, receipt, "remembered")


@click.command("sync", cls=Command)
@click.argument("files", metavar="FILE|-...", nargs=-1, required=True)
@scoped()
@importing()
def sync_command(*, files: tuple[str, ...], scope: Scope, way: Way) -> None:
    """Take messages as whole sessions so far and add what is new.

    Files are read as by remember. What was forgotten stays forgotten, and what was erased is not
    stored again. Ends with 3 if a message differs from what is stored in its place.
    """
    _import(settings(), files, _plan("sync", scope, way), way)


def _plan(verb: Verb, scope: Scope, way: Way) -> Plan:
    return Plan(verb=verb, scope=scope, skip=way.skip, recorded_at=way.recorded_at)


def _import(given: Settings, files: Sequence[str], plan: Plan, way: Way) -> None:
    output = given.output
    with (
        opened_files(files, sys.stdin.buffer, way.form) as feed,
        opened(given, make=True, meaning=way.embed) as memory,
    ):
        require_in_order(memory, plan.recorded_at)
        before = missing(memory)
        with output.progress("reading", "messages") as meter:
            work = Taking(memory, plan, meter.tell)
            try:
                outcome = work.run(feed)
            except BadRecords as bad:
                raise refused(bad.problems, STOPPED) from bad
            except BaseException:
                tell_partial(given, work.outcome)
                raise
        outcome.embedded = catch_up(memory, output, before=before, bar=True)
    tell_outcome(given, outcome)


def require_in_order(memory: Memory, recorded_at: datetime | None) -> None:
    """Refuse once, before every line would be."""
    if recorded_at is None:
        return
    newest = memory.log(1)
    if newest and recorded_at < newest[0].recorded_at:
        last = newest[0].recorded_at.isoformat()
        raise click.BadParameter(f"--recorded-at: the memory was last written to at {last}")
    if recorded_at > datetime.now(UTC):
        raise click.BadParameter(f"--recorded-at: {recorded_at.isoformat()} is in the future")


def tell_partial(given: Settings, outcome: Outcome) -> None:
    """Say what went in before an import was broken off."""
    if outcome.added:
        given.output.note(
            f"{counted(outcome.added, 'message')} went in before this; the same command goes on "
            "from there"
        )


def tell_outcome(given: Settings, outcome: Outcome) -> None:
    """Say what went in, and what did not."""
    output = given.output
    if outcome.problems and outcome.added + outcome.existing == 0:
        raise refused(outcome.problems, "no good line was left")
    if output.as_json:
        output.document(outcome)
        return
    for each in named(outcome.problems):
        output.note(each)
    if not output.quiet:
        parts = [f"{counted(outcome.added, 'message')} remembered"]
        if outcome.revised:
            parts.append(f"{outcome.revised:,} of them edits")
        if outcome.existing:
            parts.append(f"{outcome.existing:,} were there already")
        left = outcome.messages - outcome.added - outcome.existing
        if left:
            parts.append(f"{left:,} left out")
        if outcome.embedded:
            parts.append(f"{counted(outcome.embedded, 'text')} embedded")
        output.show(f"{', '.join(parts)} (event {outcome.seq})")


@click.command("revise", cls=Command)
@click.argument("ref")
@click.argument("text")
@scoped()
@click.option("--why", default="", metavar="TEXT", help="Kept in the journal.")
def revise_command(*, ref: str, text: str, scope: Scope, why: str) -> None:
    """Record that the message with the id REF was edited: it says TEXT now.

    The old turn is superseded, not overwritten.
    """
    given = settings()
    with opened(given, meaning=True) as memory:
        receipt = memory.revise(ref, text, scope=scope, why=why)
        catch_up(memory, given.output)
    tell(given.output, receipt, "revised")
