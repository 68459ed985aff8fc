"""The leaderboard in a terminal: a table a data set, a row for each recipe and way."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.recipes.summary import QUALITY, Figures

COLUMNS = {
    **dict.fromkeys((*QUALITY, "whole - without"), ".3f"),
    "tokens of ten": ",.0f",
    "said ms/turn": ".2f",
    "learn ms/turn": ".2f",
    "turns/s": ",.0f",
    "read p50 ms": ".1f",
    "items/turn": ".2f",
    "links/turn": ".2f",
    "bytes/turn": ",.0f",
    "calls/session": ".1f",
    "tokens/session": ",.0f",
}
#: What a recipe is called whose own mechanism never did anything.
FAILED = "FAILED: its own mechanism never fired"


def failed(recipe: Figures, way: str = "whole") -> bool:
    """Say whether a recipe's own mechanism never did anything."""
    fired = recipe["fired"].get(way)
    return fired is not None and not sum(fired.values())


def tell(figures: Figures, console: Console) -> None:
    """Print all tables, then what fired and what a model was asked."""
    for dataset, about in figures["data"].items():
        table = Table(title=f"{dataset}: {about['answerable']} answerable questions")
        table.add_column("", no_wrap=True)
        for column in COLUMNS:
            table.add_column(column, justify="right")
        for name, recipe in figures["recipes"].items():
            for way, sets in recipe["ways"].items():
                if dataset in sets:
                    table.add_row(f"{name} {way}", *_cells(sets[dataset]))
        console.print(table)
    for name, recipe in figures["recipes"].items():
        for way, fired in recipe["fired"].items():
            if fired is not None:
                told = ", ".join(f"{each} {count:,}" for each, count in fired.items())
                console.print(f"{name} {way}: {FAILED if failed(recipe, way) else f'fired {told}'}")
        for dataset, its in recipe["ways"].get("scripted", {}).items():
            told = ", ".join(f"{each} {count:,}" for each, count in its.get("branches", {}).items())
            console.print(f"{name} scripted, {dataset}: {told or 'nothing asked'}", style="dim")
    console.print(f"{machine.line()}; {figures['minutes']} min", style="dim")


def _cells(its: Figures) -> list[str]:
    if "failure" in its:
        return [its["failure"]]
    its = {**its, "whole - without": its.get("against", {}).get("R@10", {}).get("mean")}
    return [
        "" if its.get(column) is None else format(its[column], form)
        for column, form in COLUMNS.items()
    ]
