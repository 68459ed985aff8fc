"""``proxy``: the memory in front of an OpenAI-compatible endpoint."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from mnemos.config import OPENAI_URL, UPSTREAM_KEY, upstream_key
from mnemos.serve import extras
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.serving import mounts, opened, path_of, ready
from mnemos.serve.limits import Limits

PORT = 8322
#: What is appended to the name of a memory, or a directory's, for where conversations are known.
THREADS = ".threads"


@click.command("proxy", cls=Command)
@click.argument("served", metavar="[FILE]", required=False)
@click.option(
    "--upstream",
    metavar="URL",
    default=OPENAI_URL,
    show_default=True,
    help="The endpoint behind the memory, with its version.",
)
@click.option("--dir", "folder", metavar="DIR", help="Serve a file a tenant, opened by keys.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen at this address.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="0 takes one that is free.",
)
@click.option(
    "--question-tokens",
    type=click.IntRange(min=1),
    default=800,
    show_default=True,
    help="Memory that comes with each question, at most.",
)
@click.option(
    "--core-tokens",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    help="What is known of the user, in front of the chat, at most.",
)
def proxy_command(
    *,
    served: str | None,
    upstream: str,
    folder: str | None,
    host: str,
    port: int,
    question_tokens: int,
    core_tokens: int,
) -> None:
    """Put the memory in front of an OpenAI-compatible endpoint.

    An application changes its base URL to http://HOST:PORT/openai/v1 and has a memory: what bears
    on a question is put before it, and both turns are remembered. Its key is passed on, unless
    MNEMOS_UPSTREAM_KEY has another; with --dir, that is needed, for there its key opens a tenant's
    memory. All that serve serves is served as well.
    """
    given = settings()
    path = path_of(given, served, folder)
    if folder is not None and upstream_key() is None:
        raise click.UsageError(f"--dir wants the endpoint's own key in {UPSTREAM_KEY}")
    extras.require("proxy")
    from mnemos.serve.proxy.app import Upstream  # noqa: PLC0415 - needs the extra
    from mnemos.serve.proxy.mount import PATH, mounting  # noqa: PLC0415 - needs the extra
    from mnemos.serve.proxy.recall import Budget  # noqa: PLC0415 - needs the extra
    from mnemos.serve.rest.run import Place, run  # noqa: PLC0415 - needs the extra

    mount = mounting(
        Upstream(url=upstream, key=upstream_key()),
        path.with_name(f"{path.name}{THREADS}"),
        Budget(question_tokens=question_tokens, core_tokens=core_tokens),
    )
    run(
        Place(path=path, is_directory=folder is not None, host=host, port=port),
        partial(opened, settings=given),
        limits=Limits(),
        mounts=[mount, *mounts(given)],
        ready=partial(_ready, given, path, f"{PATH}/v1"),
    )


def _ready(given: Settings, path: Path, below: str, url: str, anybody: bool) -> None:
    ready(given, path, f"{url}{below}", anybody)
