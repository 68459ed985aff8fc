"""``recall`` and ``context``: questions to the memory."""

from __future__ import annotations

import click

from mnemos.serve.cli import exits
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Asking, settings
from mnemos.serve.cli.explain import explained, level
from mnemos.serve.cli.hits import citations_table, hits_table
from mnemos.serve.cli.options import Chosen, asking
from mnemos.serve.cli.reindex import catch_up


@click.command("recall", cls=Asking)
@click.argument("question")
@click.option("--limit", "-n", default=10, show_default=True, help="At most so many hits.")
@click.option("--explain", is_flag=True, help="Show what each signal added to the score.")
@asking()
def recall_command(*, question: str, limit: int, explain: bool, chosen: Chosen) -> None:
    """Find what answers a question.

    Ends with 1, and prints no hits, if nothing here answers it; --explain prints the nearest, and
    which level of recall answered.
    """
    given = settings()
    output = given.output
    with opened(given, meaning=True) as memory:
        catch_up(memory, output)
        found = memory.recall(
            question,
            limit,
            asked_at=chosen.asked_at,
            as_of=chosen.as_of,
            scope=chosen.scope,
            where=chosen.where,
            reasons=explain or output.as_json,
        )
        status = memory.vectors()
    if output.as_json:
        names = ("abstention", "confidence", "level", "limitation", "hits", "query")
        output.document({name: getattr(found, name) for name in names})
    elif explain:
        output.show(explained(found, width=output.width), level(found, status))
    elif found.hits and found.abstention is None:
        output.show(hits_table(found.hits, question, width=output.width))
    if found.limitation and not explain and not status.without:
        output.note(f"found by words alone: {found.limitation}")
    if found.abstention is not None:
        output.note(f"nothing here answers this: {found.abstention}")
    if found.abstention is not None or not found.hits:
        raise click.exceptions.Exit(exits.NOTHING)


@click.command("context", cls=Asking)
@click.argument("question")
@click.option(
    "--budget", "-b", default=1_000, show_default=True, help="Tokens that the text may cost."
)
@click.option("--citations", is_flag=True, help="Also list what the marks stand for, on stderr.")
@asking()
def context_command(*, question: str, budget: int, citations: bool, chosen: Chosen) -> None:
    """Print the lines that answer a question, packed for a prompt.

    Only the text goes to stdout. Ends with 1 if nothing here answers the question.
    """
    given = settings()
    output = given.output
    with opened(given, meaning=True) as memory:
        catch_up(memory, output)
        packed = memory.context(
            question,
            budget_tokens=budget,
            asked_at=chosen.asked_at,
            as_of=chosen.as_of,
            scope=chosen.scope,
            where=chosen.where,
        )
    if output.as_json:
        output.document(packed)
    elif packed.text:
        output.verbatim(packed.text)
        if citations:
            output.note(citations_table(packed.citations))
            output.note(f"{packed.tokens} of {budget} tokens")
    if packed.abstention is not None:
        output.note(f"nothing here answers this: {packed.abstention}")
    if not packed.text:
        raise click.exceptions.Exit(exits.NOTHING)
