"""``fade``: forgetting by policy, which can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import click
from rich.console import RenderableType
from rich.text import Text

from mnemos import Faded, Memory, Policy, Scope
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, Settings, gathered, settings
from mnemos.serve.cli.hits import day, table
from mnemos.serve.cli.naming import meant
from mnemos.serve.cli.options import scoped
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import counted

#: So many of the items that fade are shown.
LISTED = 10


class Cap(click.ParamType):  # type: ignore[type-arg] # generic only in newer clicks
    """A kind with how many of it may be: KIND=N."""

    name = "cap"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Return the kind and the number."""
        kind, _, number = value.rpartition("=")
        if not kind or not number.isdecimal():
            self.fail(f"{value!r} is no cap; give KIND=N, for instance summary=100", param, ctx)
        return kind, int(number)


def _policy(
    *,
    kind: tuple[str, ...],
    cap: tuple[tuple[str, int], ...],
    unused_for: float | None,
    below: float | None,
    stretch: float,
    useful: float | None,
    keep_expired: bool,
) -> Policy:
    return Policy(
        expired=not keep_expired,
        caps=dict(cap),
        unused_for=unused_for,
        below=below,
        stretch=stretch,
        kinds=kind,
        useful=useful,
    )


_RULES = (
    click.option(
        "--kind", multiple=True, help="Only of this kind; else all that was derived. Repeatable."
    ),
    click.option(
        "--cap", type=Cap(), multiple=True, metavar="KIND=N", help="At most so many. Repeatable."
    ),
    click.option("--unused-for", type=float, metavar="DAYS", help="What was not used for so long."),
    click.option("--below", type=float, metavar="SHARE", help="What has less than this left."),
    click.option(
        "--stretch",
        type=float,
        metavar="DAYS",
        default=1.0,
        show_default=True,
        help="In which what is left fades to 37 %, if it was never used.",
    ),
    click.option("--useful", type=float, metavar="U", help="What has this utility stays."),
    click.option("--keep-expired", is_flag=True, help="What has expired stays, too."),
)


@click.command("fade", cls=Command)
@gathered("policy", _policy, *_RULES)
@click.option("--keep", multiple=True, metavar="ID|REF", help="This one stays. Repeatable.")
@click.option("--dry-run", is_flag=True, help="Only say what would fade, and why.")
@click.option("--why", default="", metavar="TEXT", help="Kept in the journal.")
@scoped()
def fade_command(
    *, policy: Policy, keep: tuple[str, ...], dry_run: bool, why: str, scope: Scope
) -> None:
    """Hide what has expired, is too much or was not used for long.

    Nothing is deleted: mnemos undo takes all of it back, mnemos restore single items. What users
    said is left alone unless --kind turn or --cap turn=N names it.
    """
    given = settings()
    with opened(given) as memory:
        named = {each.name: getattr(policy, each.name) for each in fields(policy)}
        chosen = Policy(**{**named, "keep": meant(memory, keep)})
        done = memory.fade(chosen, scope=scope, preview=dry_run, why=why)
        if given.as_json:
            given.output.document(done)
        else:
            _tell(given, memory, done)


def _tell(given: Settings, memory: Memory, done: Faded) -> None:
    """Print what faded: a line with the kinds, then the first items with the reason of each."""
    if given.quiet and not done.preview:
        return
    verb = "would fade" if done.preview else "faded"
    event = "" if done.seq is None else f" (event {done.seq})"
    total = len(done.ids) + len(done.derived)
    given.output.show(f"{counted(total, 'item')} {verb}{_kinds(done.kinds)}{event}")
    given.output.show(*_listed(memory, done, given.output.width))


def _kinds(kinds: Mapping[str, int]) -> str:
    """Return the kinds with their numbers: ": note 2, summary 1"."""
    told = ", ".join(f"{one_line(kind)} {count:,}" for kind, count in kinds.items())
    return f": {told}" if told else ""


def _listed(memory: Memory, done: Faded, width: int) -> list[RenderableType]:
    made = table("date", "kind", "why")
    made.show_header = False
    made.add_column("text", ratio=1, no_wrap=True, overflow="ellipsis")
    for item_id in done.ids[:LISTED]:
        item = memory.get(item_id)
        made.add_row(
            Text(day(item), style="cyan"),
            Text(one_line(item.kind)),
            Text(one_line(done.why[item_id]), style="dim"),
            Text(one_line(item.text[:width])),
        )
    parts: list[RenderableType] = [made] if done.ids else []
    more = len(done.ids) - LISTED
    if more > 0:
        parts.append(f"and {more:,} more")
    if done.derived:
        come = "comes" if len(done.derived) == 1 else "come"
        parts.append(f"{counted(len(done.derived), 'item')} that {come} from these with them")
    return parts
