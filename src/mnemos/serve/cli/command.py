"""Commands that load when they are called, and the options that all of them take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, wraps
from importlib import import_module
from inspect import signature
from typing import ClassVar, TypeVar

import click

from mnemos.config import MemoryFile, default_embedder, default_recipe, memory_file
from mnemos.serve.cli.output import Output

T = TypeVar("T")
Function = Callable[..., object]
Decorator = Callable[[Function], Function]


@dataclass(slots=True, kw_only=True)
class Settings:
    """What the options say that stand before or after any command."""

    file: str | None = None
    embedder: str | None = None
    recipe: str | None = None
    as_json: bool = False
    quiet: bool = False

    @property
    def memory_file(self) -> MemoryFile:
        """The memory to work on."""
        return memory_file(self.file)

    @property
    def recipe_name(self) -> str:
        """The memory system to work by."""
        return self.recipe or default_recipe()

    @property
    def embeds(self) -> bool:
        """Whether finding by meaning is wanted."""
        return (self.embedder or default_embedder()) != "none"

    @property
    def output(self) -> Output:
        """Where results go."""
        return Output(as_json=self.as_json, quiet=self.quiet)


def settings() -> Settings:
    """Return the settings of the running command."""
    return click.get_current_context().ensure_object(Settings)


_WANTED = {"file": "a file", "embedder": "a model, auto or none", "recipe": "one of mnemos recipes"}


def _note(context: click.Context, parameter: click.Parameter, value: str | bool | None) -> None:
    """Keep a global option's value wherever it stood; the last one counts."""
    if isinstance(value, str) and not value.strip():
        raise click.BadParameter(
            f"is empty; name {_WANTED[parameter.name or '']}", ctx=context, param=parameter
        )
    if value and parameter.name:
        setattr(context.ensure_object(Settings), parameter.name, value)


def global_options() -> list[click.Parameter]:
    """Return the options of every command."""
    return [
        click.Option(
            ["--file", "-f"],
            metavar="FILE",
            expose_value=False,
            callback=_note,
            help="The memory; else $MNEMOS_FILE, else memory.mnemos here.",
        ),
        click.Option(
            ["--embedder"],
            metavar="NAME",
            expose_value=False,
            callback=_note,
            help="The model that finds by meaning, auto or none; else $MNEMOS_EMBEDDER, else auto.",
        ),
        click.Option(
            ["--recipe"],
            metavar="NAME",
            expose_value=False,
            callback=_note,
            help="The recipe that learns and answers; else $MNEMOS_RECIPE, else default.",
        ),
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            expose_value=False,
            callback=_note,
            help="Print JSON: one document, or one a line for streams.",
        ),
        click.Option(
            ["--quiet", "-q"],
            is_flag=True,
            expose_value=False,
            callback=_note,
            help="Print results and errors only.",
        ),
    ]


class Command(click.Command):
    """A command that also takes the global options."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # handed through
        self.params.extend(global_options())


class Asking(Command):
    """A command whose last argument is a question, which must be one argument and not blank."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; say what to do about a question without quotes."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if ctx.resilient_parsing:
            return rest
        if rest:
            raise click.UsageError("several words: put the question in quotes", ctx)
        if not str(ctx.params["question"]).strip():
            raise click.UsageError("the question is blank", ctx)
        return rest


class Commands(click.Group):
    """A group whose commands are modules' attributes, imported when called.

    ``--help`` needs only the table, so it answers before numpy would be loaded.
    """

    table: ClassVar[Mapping[str, tuple[str, str]]]
    """Name → (module, first line of its help)."""

    @cached_property
    def _prefix(self) -> str:
        return __name__.rpartition(".")[0]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order in which one meets them."""
        return list(self.table)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.table:
            return None
        module = import_module(f"{self._prefix}.{self.table[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named; for a misspelt one, name the nearest."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.table:
            near = get_close_matches(name.casefold(), self.table, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"there is no command {name!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.table[name][1]) for name in self.list_commands(ctx)])


def gathered(name: str, make: Callable[..., T], *options: Decorator) -> Decorator:
    """Return a decorator that hands several options to a command as one value.

    Args:
        name: Of the command's parameter.
        make: Called with the options by name.
        options: As click has them.
    """
    parts = tuple(signature(make).parameters)

    def decorate(function: Function) -> Function:
        @wraps(function)
        def wrapper(**given: object) -> object:
            made = make(**{part: given.pop(part) for part in parts})
            return function(**{name: made}, **given)

        decorated: Function = wrapper
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
