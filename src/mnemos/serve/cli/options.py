"""Options that several commands share: whose, which, when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast, get_args

import click

from mnemos import Scope, Where
from mnemos.serve.cli.command import Decorator, gathered
from mnemos.types import Role

ROLES: tuple[str, ...] = get_args(Role)
Value = str | int | float | bool | None


class Moment(click.ParamType):  # type: ignore[type-arg] # generic only in newer clicks
    """A moment in words or as ISO 8601; handed on as ISO 8601."""

    name = "time"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the moment; "today" is where the day begins."""
        now = datetime.now(UTC)
        said = value.strip().casefold()
        if said == "now":
            return now.isoformat()
        if said in _DAYS:
            return (now.date() - timedelta(days=_DAYS[said])).isoformat()
        try:
            datetime.fromisoformat(value.strip())
        except ValueError:
            self.fail(
                f"{value!r} is no moment; give ISO 8601, for instance 2026-05-03 or "
                "2026-05-03T10:30Z, or now, today, yesterday",
                param,
                ctx,
            )
        return value.strip()


MOMENT = Moment()
_DAYS = {"today": 0, "yesterday": 1}


def aware(moment: str) -> datetime:
    """Return a moment; one without a zone is taken as UTC."""
    read = datetime.fromisoformat(moment)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def scoped() -> Decorator:
    """Add the options that make a ``scope``."""
    return gathered("scope", Scope, *_SCOPE)


_SCOPE = (
    click.option("--session", metavar="NAME", help="In this session."),
    click.option("--user", metavar="NAME", help="Of this user."),
    click.option("--agent", metavar="NAME", help="Of this agent."),
)
_WHERE = (
    click.option(
        "--metadata",
        metavar="KEY=VALUE",
        multiple=True,
        help="With this metadata; VALUE as JSON, else a text. Repeatable.",
    ),
    click.option("--speaker", metavar="NAME", multiple=True, help="Said by. Repeatable."),
    click.option("--role", type=click.Choice(ROLES), multiple=True, help="In this role."),
    click.option(
        "--since", type=MOMENT, metavar="TIME", help="Said at this moment (ISO 8601) or later."
    ),
    click.option("--until", type=MOMENT, metavar="TIME", help="Said before this moment."),
)
_AS_OF = click.option(
    "--as-of", type=MOMENT, metavar="TIME", help="With what the memory knew by then."
)
_ASKED_AT = click.option(
    "--asked-at",
    type=MOMENT,
    metavar="TIME",
    help="When it is asked, for “last week”. Default: now.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which items a command looks at.

    Args:
        scope: Whose and which.
        where: Further filters.
        as_of: With what was known at this moment.
        asked_at: When the question is put.
    """

    scope: Scope
    where: Where
    as_of: str | None
    asked_at: str | None = None


def choosing() -> Decorator:
    """Add the options that make a ``chosen`` without a question."""
    return gathered("chosen", _chosen, *_SCOPE, *_WHERE, _AS_OF)


def asking() -> Decorator:
    """Add the options that make a ``chosen`` for a question."""
    return gathered("chosen", _asked, *_SCOPE, *_WHERE, _AS_OF, _ASKED_AT)


def _chosen(
    *,
    session: str | None,
    user: str | None,
    agent: str | None,
    metadata: tuple[str, ...],
    speaker: tuple[str, ...],
    role: tuple[str, ...],
    since: str | None,
    until: str | None,
    as_of: str | None,
) -> Chosen:
    where = Where(
        metadata=dict(_pair(each) for each in metadata),
        speakers=speaker,
        roles=cast("tuple[Role, ...]", role),
        said_from=None if since is None else aware(since),
        said_to=None if until is None else aware(until),
    )
    return Chosen(scope=Scope(session=session, user=user, agent=agent), where=where, as_of=as_of)


def _asked(
    *,
    session: str | None,
    user: str | None,
    agent: str | None,
    metadata: tuple[str, ...],
    speaker: tuple[str, ...],
    role: tuple[str, ...],
    since: str | None,
    until: str | None,
    as_of: str | None,
    asked_at: str | None,
) -> Chosen:
    chosen = _chosen(
        session=session,
        user=user,
        agent=agent,
        metadata=metadata,
        speaker=speaker,
        role=role,
        since=since,
        until=until,
        as_of=as_of,
    )
    return Chosen(scope=chosen.scope, where=chosen.where, as_of=as_of, asked_at=asked_at)


def _pair(given: str) -> tuple[str, Value]:
    key, equals, text = given.partition("=")
    if not equals or not key:
        raise click.BadParameter(f"--metadata {given}: expected KEY=VALUE")
    try:
        value = json.loads(text)
    except ValueError:
        return key, text
    return key, value if isinstance(value, str | int | float | bool | None) else text
