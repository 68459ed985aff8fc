"""The command line: ``mnemos COMMAND``. This file holds the table of commands and the way out."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TextIO

import click

from mnemos.errors import MnemosError
from mnemos.serve.cli import exits
from mnemos.serve.cli.command import Commands, Settings, global_options
from mnemos.serve.cli.exits import EXIT_CODES, Refused
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.plain import scopes_in_words

#: Name → (module, first line of its help), in the order in which one meets them.
COMMANDS = {
    "demo": ("demo", "Show the main job on a bundled conversation, or on your own."),
    "remember": ("say", "Append messages to the memory."),
    "sync": ("say", "Take messages as whole sessions so far and add what is new."),
    "import": (
        "bring",
        "Take in what other products keep: ChatGPT, Claude, Slack, WhatsApp, mail and more.",
    ),
    "revise": ("say", "Record that the message with the id REF was edited: it says TEXT now."),
    "recall": ("ask", "Find what answers a question."),
    "context": ("ask", "Print the lines that answer a question, packed for a prompt."),
    "facts": ("facts", "List what is known of whom, with the time in which it is true."),
    "profile": ("facts", "Show what is true of somebody, slot by slot."),
    "timeline": ("timeline", "Draw what was true when: a bar for each value."),
    "correct": ("facts", "Put a fact right: it is VALUE."),
    "show": ("look", "Show one item with all its fields and its history."),
    "browse": ("look", "List what is remembered, in its order."),
    "stats": ("look", "Show figures of the whole memory."),
    "log": ("journal", "List what was done to the memory, newest first."),
    "undo": ("journal", "Take back an event: the one with this number, or the newest."),
    "forget": ("hide", "Hide items from recall; restore brings them back."),
    "restore": ("hide", "Bring back what was forgotten, or what undoing a remember hid."),
    "fade": ("fade", "Hide what has expired, is too much or was not used for long."),
    "erase": ("erase", "Destroy items, or all of a scope, and all that came from them; prove it."),
    "recipes": (
        "recipes",
        "List the recipes: what each is, what it costs and finds, what this memory keeps of it.",
    ),
    "learn": (
        "recipes",
        "Let a recipe derive what it needs from sessions it has not learnt from yet.",
    ),
    "consolidate": (
        "recipes",
        "Do what a recipe leaves for idle hours: learn, then go over what it has derived.",
    ),
    "unlearn": (
        "recipes",
        "Drop all that a recipe made; what was said stays, and it can learn anew.",
    ),
    "verify": ("care", "Check every hash of the journal against the rows."),
    "replay": ("care", "Build the indexes again from the rows, in one transaction."),
    "reindex": (
        "reindex",
        "Make the vectors that are missing, or with --embedder those of another model.",
    ),
    "doctor": ("doctor", "Say what is wrong with the file and what to do."),
    "export": ("carry", "Write the whole memory as lines of JSON: to a new FILE, or to stdout."),
    "load": ("carry", "Make a memory, in a new FILE, from an export."),
    "backup": ("carry", "Write a compact copy of the file, while others may go on writing."),
    "mcp": ("mcp", "Serve the memory to AI assistants: a server of the Model Context Protocol."),
    "serve": ("serving", "Serve a memory over HTTP, or a directory of them."),
    "proxy": ("proxying", "Put the memory in front of an OpenAI-compatible endpoint."),
    "ui": ("ui", "Show a memory's page in the browser: search it, look at its past, put it right."),
    "keys": ("keys", "Make, list and revoke the keys of a served directory."),
}

_EPILOG = "\b\nExit codes:\n" + "\n".join(
    f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items()
)


class _Mnemos(Commands):
    table = COMMANDS


@click.group(
    name="mnemos",
    cls=_Mnemos,
    params=global_options(),
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["--help", "-h"]},
)
@click.pass_context
def mnemos(context: click.Context) -> None:
    """Keep what was said, find it again, cite it, and take it back.

    The options below may stand before or after any command.
    """
    context.ensure_object(Settings)
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _version() -> str:
    try:
        return version("mnemos")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"


mnemos = click.version_option(_version(), prog_name="mnemos")(mnemos)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line and leave with its exit code."""
    # Its warnings are told by the commands, in their place.
    logging.getLogger("mnemos").addHandler(logging.NullHandler())
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # or none
    sys.exit(_run(given))


def _run(given: list[str]) -> int:
    """Run a command; every error becomes a message and an exit code."""
    try:
        # Not mnemos.main(): that one ends a broken pipe in its own way.
        with mnemos.make_context("mnemos", given.copy()) as context:
            mnemos.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except BrokenPipeError:
        _silence(sys.stdout, sys.stderr)
        return exits.READER_GONE
    except (Exception, KeyboardInterrupt) as error:
        return _refuse(Output(as_json=_wants_json(given)), _refusal(error))
    return exits.OK


def _refusal(error: BaseException) -> Refused:
    """Return what to say about an error."""
    match error:
        case Refused():
            return error
        case KeyboardInterrupt() | click.Abort():
            return Refused("interrupted", exits.INTERRUPTED)
        case click.ClickException():
            return _usage(error)
        case MnemosError():
            code, hint = exits.of(error)
            return Refused(scopes_in_words(str(error)), code, hint)
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return Refused(f"{where}{error.strerror or error}", exits.STORE)
        case _:
            hint = "this is a mistake in mnemos; nothing half done was kept. Please report it."
            return Refused(f"{type(error).__name__}: {error}", exits.STORE, hint)


def _refuse(output: Output, error: Refused) -> int:
    try:
        output.error(error)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout, sys.stderr)
    return error.code


def _usage(error: click.ClickException) -> Refused:
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = "mnemos" if context is None else context.command_path
    return Refused(error.format_message(), exits.USAGE, f"{command} --help shows how")


def _wants_json(given: Sequence[str]) -> bool:
    options = given[: given.index("--")] if "--" in given else given
    return "--json" in options


def _silence(*streams: TextIO) -> None:
    """Point streams nowhere, so that leaving does not write to a closed pipe again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
