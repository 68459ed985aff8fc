"""The leaderboard of recipes, and the figures that ``mnemos recipes`` shows.

Made from ``bench/results/recipes.json`` alone: no sentence here is written for a certain result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import machine
from bench.compare.page import TITLES, plain, table
from bench.compare.reading import listed
from bench.recipes import plots
from bench.recipes.shown import FAILED, failed
from bench.recipes.summary import AGAINST, QUALITY, Figures
from bench.systems.recipes import DEFAULT

ROOT = Path(__file__).parent.parent.parent
PAGE = Path("docs", "leaderboard.md")
#: What the package shows; only data sets that the page has.
SHIPPED = Path("src", "mnemos", "recipes", "figures.json")
FIRST = "R@10"
#: Column → what it means.
COSTS = {
    "said ms/turn": "milliseconds to store a turn, the same for all",
    "learn ms/turn": "milliseconds to learn from it, idle work included",
    "turns/s": "turns learnt from in a second",
    "read p50 ms": "half of the questions were answered within so many milliseconds",
    "items/turn": "items that it made and keeps",
    "links/turn": "links that it keeps",
    "bytes/turn": "bytes on disk, what was said included",
    "peak MiB": "most memory of its process",
    "tokens of ten": "tokens that the first ten turns cost in a prompt",
}
#: Data set → its name among figures of weights that have not seen the conversation.
LEFT_OUT = {
    "locomo": "locomo_dev",
    "beam100K": "beam_100k_dev",
    "beam500K": "beam_500k_dev",
    "musique_dev100": "musique_dev",
    "hotpotqa_dev100": "hotpotqa_dev",
}
_WRITTEN = (
    "Written by `make docs` from `bench/results/recipes.json`; do not edit. Measured on {machine}. "
    "Measure it yourself: `python -m bench recipes --data FOLDER`."
)
_METHOD = (
    "Each recipe ([what they are](howto/recipes.md)) learns from the same conversations in a "
    "process of its own on one core, does its idle work, and is asked every question once, for "
    "{hits} hits; recipes that share hits out may rank fewer otherwise. **No language "
    "model and no embedder**: words alone, and rules where a paper asks a model. What is judged is "
    "which turns come back; a hit that is derived counts as the turns that it cites. *Without* is "
    "the same recipe without the mechanism that its paper is about. FB@1000: questions whose every "
    "gold turn is among those that fit 1,000 tokens, in order, each as a line with date and "
    "speaker: at equal tokens, whatever a recipe returns. Differences are taken question by "
    "question; intervals are of 95 %, from drawing whole conversations again (questions, where "
    "there is but one conversation). Times were taken beside other work: compare them by ratio."
)
_LEARNT = (
    "The constants of `default` were learnt on these conversations, and `memr3` ranks by it, so "
    "their figures here are of weights that have seen the data. With weights that have not seen "
    "the conversation, the default's R@10 is {told} ([all levels](levels.md))."
)
_FIRED = (
    "How often a recipe's own mechanism did something, over all data: what its ablation does as "
    "well is not counted."
)
_SCRIPTED = (
    "In the place of a language model stood **rules** (`bench/scripted_model.py`) that copy "
    "sentences, names and frequent words and say yes where words overlap. They are no language "
    "model and know nothing: these figures show that every branch for models works, and what it "
    "costs in calls and tokens. They do **not** show what a model would bring."
)


def kept() -> Figures | None:
    """Return the summary that is committed; None if there is none."""
    return machine.kept("recipes")


def page(figures: Figures) -> str:
    """Return the whole page."""
    parts = [
        "# Leaderboard of recipes",
        _WRITTEN.format(machine=figures["machine"]),
        _METHOD.format(hits=figures["hits"]),
        _learnt(figures),
        "## All at a glance",
        "R@10, whole | without its own mechanism; best on the first data set first.",
        _glance(figures),
        *_drawn(figures),
        "## What to learn from it",
        *_lessons(figures),
        *(part for name in sets(figures) for part in _dataset(figures, name)),
        "## What fired",
        _FIRED,
        "\n".join(_fired(figures)),
        *_scripted(figures),
        *_meaning(figures),
        "## Columns",
        "\n".join(f"- **{column}**: {told}." for column, told in COSTS.items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def sets(figures: Figures) -> list[str]:
    """Return the data sets, those that are known by a title first, in that order."""
    known = list(TITLES)
    return sorted(
        figures["data"],
        key=lambda name: (known.index(name) if name in known else len(known), name),
    )


def _title(dataset: str) -> str:
    return TITLES.get(dataset, plain(dataset))


def _learnt(figures: Figures) -> str:
    rows = ((machine.kept("training") or {}).get("levels") or {}).get("c0", {})  # type: ignore[attr-defined]
    told = [
        f"{rows[LEFT_OUT[name]]['R@10']:.3f} on {_title(name)}"
        for name in sets(figures)
        if LEFT_OUT.get(name) in rows
    ]
    return _LEARNT.format(told=listed(told)) if told and DEFAULT in figures["recipes"] else ""


def _value(figures: Figures, recipe: str, way: str, dataset: str, column: str) -> float | None:
    found: float | None = (
        figures["recipes"][recipe]["ways"].get(way, {}).get(dataset, {}).get(column)
    )
    return found


def _by_set(figures: Figures, recipe: str, way: str) -> list[tuple[str, Figures]]:
    found = figures["recipes"][recipe]["ways"].get(way, {})
    return [(name, found[name]) for name in sets(figures) if name in found]


def _ordered(figures: Figures, dataset: str, way: str = "whole") -> list[str]:
    """Return recipes, the best on a data set first, failures last."""

    def place(recipe: str) -> tuple[float, str]:
        value = _value(figures, recipe, way, dataset, FIRST)
        return (1.0 if value is None else -value, recipe)

    return sorted(figures["recipes"], key=place)


def _glance(figures: Figures) -> str:
    several = sets(figures)
    lines = []
    for recipe in _ordered(figures, several[0]):
        cells = []
        for dataset in several:
            pair = [_value(figures, recipe, way, dataset, FIRST) for way in ("whole", "without")]
            cells.append(r" \| ".join("–" if each is None else f"{each:.3f}" for each in pair))
        lines.append([_name(figures, recipe), *cells])
    return "\n".join(table(("", *map(_title, several)), lines))


def _name(figures: Figures, recipe: str) -> str:
    shown = f"**{recipe}**" if recipe == DEFAULT else recipe
    return f"{shown} ({FAILED})" if failed(figures["recipes"][recipe]) else shown


def _drawn(figures: Figures) -> Iterator[str]:
    dataset = sets(figures)[0]
    for kind, about in plots.KINDS.items():
        if plots.points(figures, dataset, kind):
            yield f"### {about.title}"
            yield f"![{plain(plots.told(figures, dataset, kind))}]({_file(kind).name})"


def _file(kind: str) -> Path:
    return Path("docs", f"leaderboard-{kind}.svg")


def lessons(figures: Figures, way: str = "whole") -> dict[str, list[str]]:
    """Return which mechanisms pay in R@10, which cost, and which cannot be told apart."""
    found: dict[str, list[str]] = {"pays": [], "costs": [], "unsure": [], "never": []}
    for recipe in sorted(figures["recipes"]):
        about = figures["recipes"][recipe]
        if about["ablation"] is None:
            continue
        if failed(about, way):
            found["never"].append(f"**{recipe}** ({about['ablation']})")
            continue
        told: dict[str, list[str]] = {"pays": [], "costs": [], "unsure": []}
        for dataset, its in _by_set(figures, recipe, way):
            difference = its.get("against", {}).get(FIRST)
            if difference is None:
                continue
            low, high = difference["low"], difference["high"]
            which = "pays" if low > 0 else "costs" if high < 0 else "unsure"
            told[which].append(
                f"{_title(dataset)} {difference['mean']:+.3f} ({low:+.3f} to {high:+.3f})"
            )
        for which, parts in told.items():
            if parts:
                found[which].append(f"**{recipe}** ({about['ablation']}): {'; '.join(parts)}")
    return found


_TOLD = {
    "pays": "**The mechanism pays**: R@10 of the whole less that without it lies above 0",
    "costs": "**The mechanism costs**: it lies below 0",
    "unsure": "**Cannot be told apart**: the interval holds 0",
    "never": f"**{FAILED}**",
}


def _lessons(figures: Figures) -> Iterator[str]:
    for which, parts in lessons(figures).items():
        if parts:
            yield "\n".join([f"{_TOLD[which]}.", "", *(f"- {part}" for part in parts)])
        elif which != "never":
            yield f"{_TOLD[which]}: none."
    best = [
        f"{_title(name)} {recipe} ({value:.3f})"
        for name in sets(figures)
        for recipe in _ordered(figures, name)[:1]
        if (value := _value(figures, recipe, "whole", name, FIRST)) is not None
    ]
    yield f"Best of all whole recipes by R@10: {listed(best)}."


def _dataset(figures: Figures, name: str) -> Iterator[str]:
    about = figures["data"][name]
    yield f"## {_title(name)}"
    yield (
        f"{about['conversations']:,} conversations, {about['sessions']:,} sessions, "
        f"{about['turns']:,} turns; {about['answerable']:,} questions with an answer."
    )
    lines, costs = [], []
    for recipe in _ordered(figures, name):
        its = figures["recipes"][recipe]["ways"].get("whole", {}).get(name)
        if its is None:
            continue
        if "failure" in its:
            lines.append([recipe, *["–"] * (2 * len(QUALITY))])
            costs.append([recipe, plain(its["failure"]), *["–"] * (len(COSTS) - 1)])
            continue
        against = its.get("against", {})
        lines.append(
            [_name(figures, recipe), *(f"{its[each]:.3f}" for each in QUALITY)]
            + [_difference(against.get(each)) for each in QUALITY]
        )
        costs.append([recipe, *(_cost(its.get(column)) for column in COSTS)])
    head = ("", *QUALITY, *(f"{each}, whole − without" for each in QUALITY))
    yield "\n".join(table(head, lines))
    yield "\n".join(table(("", *COSTS), costs))


def _difference(its: Figures | None) -> str:
    return "–" if its is None else f"{its['mean']:+.3f} ({its['low']:+.3f} to {its['high']:+.3f})"


def _cost(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _fired(figures: Figures) -> list[str]:
    lines = []
    for recipe, about in sorted(figures["recipes"].items()):
        fired = about["fired"].get("whole")
        if fired is None:
            continue
        told = ", ".join(f"{name} {count:,}" for name, count in fired.items() if count)
        lines.append([recipe, str(about["ablation"]), told or f"**{FAILED}**"])
    return table(("", "its ablation", "fired"), lines, text=True)


def _scripted(figures: Figures) -> Iterator[str]:
    lines = []
    for recipe in sorted(figures["recipes"]):
        for dataset, its in _by_set(figures, recipe, "scripted"):
            if "failure" in its:
                lines.append([recipe, _title(dataset), plain(its["failure"]), *["–"] * 6])
                continue
            asked = [
                its.get(f"{what}/{of}", 0.0)
                for of in ("session", "question")
                for what in ("calls", "tokens")
            ]
            branches = [its["branches"].get(each, 0) for each in ("model", "repaired", "fallback")]
            taken = " / ".join(f"{each:,}" for each in branches)
            why = ", ".join(f"{name} {count:,}" for name, count in its["why"].items())
            difference = _difference(its.get("against", {}).get(FIRST))
            taken = f"{taken} ({why})" if why else taken
            told = [*map(_cost, asked), taken, f"{its[FIRST]:.3f}", difference]
            lines.append([recipe, _title(dataset), *told])
    if lines:
        head = (
            *("", "data", "calls a session", "tokens a session", "calls a question"),
            *("tokens a question", "replies taken / repaired / fell back"),
            *(FIRST, "scripted − without a model"),
        )
        yield "## With the scripted model"
        yield _SCRIPTED
        yield "\n".join(table(head, lines))


def _meaning(figures: Figures) -> Iterator[str]:
    lines = []
    for recipe in sorted(figures["recipes"]):
        for dataset, its in _by_set(figures, recipe, "meaning"):
            if "failure" not in its:
                told = [f"{its[each]:.3f}" for each in QUALITY]
                difference = _difference(its.get("against", {}).get(FIRST))
                lines.append([recipe, _title(dataset), *told, difference])
    if lines:
        yield "## With the built-in embedder"
        yield "The same without a language model, texts compared by one vector each."
        yield "\n".join(table(("", "data", *QUALITY, f"{FIRST}, whole − without"), lines))


def shipped(figures: Figures) -> str:
    """Return what the package shows: a few figures a recipe and data set, as JSON."""
    found: Figures = {}
    for recipe, about in figures["recipes"].items():
        found[recipe] = {}
        for dataset, title in ((name, _title(name)) for name in sets(figures)):
            its = about["ways"].get("whole", {}).get(dataset, {})
            if FIRST in its:
                without = _value(figures, recipe, AGAINST["whole"], dataset, FIRST)
                found[recipe][title] = {
                    **{name: round(its[name], 3) for name in ("R@5", FIRST, "FB@1000")},
                    "R@10 without its mechanism": None if without is None else round(without, 3),
                    "learn ms/turn": round(its["learn ms/turn"], 2),
                    "question ms": round(its["read p50 ms"], 1),
                }
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _wanted(figures: Figures) -> dict[Path, str]:
    """Return the texts that hang on the figures, plots apart."""
    return {PAGE: page(figures), SHIPPED: shipped(figures)}


def stale(figures: Figures, root: Path = ROOT) -> list[Path]:
    """Return the files, from the root, that are not of these figures.

    A plot is known by the hash of its figures: another matplotlib may draw the same otherwise.
    """
    dataset = sets(figures)[0]
    found = [file for file, text in _wanted(figures).items() if _read(root / file) != text]
    mark = plots.fingerprint(figures, dataset)
    return found + [file for file in map(_file, plots.KINDS) if mark not in _read(root / file)]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def write(figures: Figures, root: Path = ROOT) -> Sequence[Path]:
    """Write what is stale; return what was written."""
    due, texts = stale(figures, root), _wanted(figures)
    dataset = sets(figures)[0]
    drawn = {_file(kind): kind for kind in plots.KINDS}
    for file in due:
        text = texts[file] if file in texts else plots.svg(figures, dataset, drawn[file])
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    return due
