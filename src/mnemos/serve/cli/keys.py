"""``keys``: who may open which tenant's memory."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from mnemos.serve.cli.command import Command, Decorator, global_options, settings
from mnemos.serve.cli.exits import STORE, Refused
from mnemos.serve.cli.hits import table
from mnemos.serve.cli.plain import one_line
from mnemos.serve.keys import RIGHTS, Key, Keys, Right


def _in_directory() -> Decorator:
    return click.option(
        "--dir", "folder", metavar="DIR", required=True, help="Of the tenants' files."
    )


@click.group("keys", params=global_options())
def keys_command() -> None:
    """Make, list and revoke the keys of a served directory.

    A key opens one tenant's memory; of it only a hash is kept.
    """


@keys_command.command("add", cls=Command)
@click.argument("tenant")
@_in_directory()
@click.option(
    "--right",
    "rights",
    type=click.Choice(RIGHTS),
    multiple=True,
    default=("read", "write"),
    show_default=True,
    help="What it allows; admin allows all. Repeatable.",
)
@click.option("--user", metavar="NAME", help="Bind it to what concerns this user.")
@click.option("--note", default="", metavar="TEXT", help="Whose it is.")
def add_command(
    *, tenant: str, folder: str, rights: tuple[Right, ...], user: str | None, note: str
) -> None:
    """Make a key for TENANT and print it: it is shown this once.

    A tenant's file is made when its key is first used.
    """
    given = settings()
    keys = _keys(folder)
    token = keys.add(tenant, rights, user=user, note=note)
    made = keys.opens(token)
    keys.close()
    if given.as_json and made is not None:
        given.output.document({"token": token, **_told(made)})
        return
    given.output.verbatim(token)
    given.output.note("keep it: it is shown this once")


@keys_command.command("list", cls=Command)
@_in_directory()
@click.option("--revoked", is_flag=True, help="Those as well that open nothing any more.")
def list_command(*, folder: str, revoked: bool) -> None:
    """List the keys, oldest first; no secret is shown."""
    given = settings()
    keys = _keys(folder)
    found = [each for each in keys.listed() if revoked or each.revoked_at is None]
    keys.close()
    if given.as_json:
        for each in found:
            given.output.document(_told(each))
        return
    made = table("key", "tenant", "rights", "user", "made", text="note")
    for each in found:
        state = "" if each.revoked_at is None else f" (revoked {each.revoked_at:%Y-%m-%d})"
        made.add_row(
            Text(each.id),
            Text(each.tenant),
            Text(" ".join(each.rights)),
            Text(one_line(each.user or "")),
            Text(f"{each.made_at:%Y-%m-%d}"),
            Text(f"{one_line(each.note)}{state}"),
        )
    given.output.show(made)


@keys_command.command("revoke", cls=Command)
@click.argument("key_id", metavar="KEY")
@_in_directory()
def revoke_command(*, key_id: str, folder: str) -> None:
    """Let a key open nothing any more, in running servers too.

    KEY is its id, as list shows it.
    """
    given = settings()
    keys = _keys(folder)
    revoked = keys.revoke(key_id)
    keys.close()
    if given.as_json:
        given.output.document(_told(revoked))
    else:
        given.output.note(f"revoked: {key_id}")


def _keys(folder: str) -> Keys:
    path = Path(folder)
    if not path.is_dir():
        raise Refused(f"{path}: there is no such directory", STORE, "make it first")
    return Keys(path)


def _told(key: Key) -> dict[str, object]:
    return {name: getattr(key, name) for name in key.__slots__}
