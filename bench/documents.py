"""Write the generated parts of README and docs: ``python -m bench.documents [--check]``.

A generated part stands between ``<!-- name:begin -->`` and ``<!-- name:end -->``. Figures come from
the summaries in ``bench/results``, the tree from the folders' docstrings, the commands from the
command line itself. Figures are drawn again with them, and the page of results beside other
products and the leaderboard of recipes where such figures were kept.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click

from bench import decay, explained, figures, machine, proxy, reference, served, updates
from bench.compare import page
from bench.recipes import page as leaderboard
from mnemos.serve.cli import mnemos as command_line

ROOT = Path(__file__).parent.parent
#: Columns of the commands' help.
WIDTH = 90
#: What the folders are for that are no packages.
FOLDERS = {
    "bench": "benchmarks, one a file; summaries in results/",
    "docs": "quickstart, how-tos, how recall works, glossary, why",
    "packages": "mnemos-minilm: the built-in model, a distribution of its own",
    "tests/contracts": "what every store must do, once for all of them",
    "tests/crash": "kill -9, power loss, damage, full disks, two at once",
    "tests/docs": "documents are true and up to date",
    "tests/unit": "the rooms of src, one by one",
}
DATASETS = {
    "locomo_dev": "LoCoMo, five conversations",
    "beam_100k_dev": "BEAM 128K, ten chats",
    "beam_500k_dev": "BEAM 500K, five chats",
    "musique_dev": "MuSiQue, 100 questions",
    "hotpotqa_dev": "HotpotQA, 100 questions",
}
#: Levels side by side, and what each wants.
LEVELS = {"c0": "C0", "c3": "C3"}
SPEED = {
    "bare insert p50 ms": "bare fsync'd insert, p50 ms",
    "write p50 ms": "durable single write, all in, p50 ms",
    "write p95 ms": "the same, p95 ms",
    "import turns/s": "bulk import, turns a second",
    "recall C0 p50 ms": "recall at C0, p50 ms",
    "recall C0 p95 ms": "the same, p95 ms",
    "recall C3 p50 ms": "recall at C3 without the model, p50 ms",
    "recall C3 p95 ms": "the same, p95 ms",
    "embedding turns/s": "vectors without the model, turns a second",
    "open and answer p50 ms": "open and answer at C0, p50 ms",
    "bytes/turn over text": "bytes a turn over its text, without vectors",
    "vector bytes/turn": "bytes a turn of vectors",
    "import peak MiB": "peak memory of an import, MiB",
}
#: More of each data set, for docs/levels.md.
DETAILS = {
    "R@5": "R@5",
    "R@10": "R@10",
    "R@10 audited": "R@10, audited gold",
    "all@10": "all gold in ten",
    "in 1,000 tokens": "gold in 1,000 tokens",
    "answerable refused": "answerable refused",
    "unanswerable refused": "unanswerable refused",
}
#: Summary → the benchmark that makes it.
MADE_BY = {"retrieval": "retrieval", "training": "train"}

Rows = Mapping[str, Mapping[str, float]]

_RETRIEVAL = (
    "**The right turns** at two levels: **C0** goes by words, with no model and no network; **C3** "
    "adds the built-in model, on the CPU. One memory a conversation, questions put after the last "
    "turn. R@10: share of gold turns among the first ten hits, mean over answerable questions. "
    "*Left out*: by weights that have not seen the conversation; for paragraphs without the second "
    "look at documents, which was designed on MuSiQue and HotpotQA. FB@1000: questions whose every "
    "gold turn is among the hits that fit 1,000 tokens. Each cell: C0 | C3."
)
_ABSTENTION = (
    "**Is there an answer at all?** AUROC of how sure a recall is; and the share of unanswerable "
    "questions refused where 2 % and 5 % of the answerable ones are. Left out, C0 | C3."
)


def results() -> str:
    """Return the tables of results, from what the benchmarks kept."""
    parts = [_retrieval(), _abstention(), _speed(), _crash()]
    return "\n\n".join(part for part in parts if part)


def products() -> str:
    """Return the table of products; nothing if no comparison was kept."""
    kept = page.kept()
    return "" if kept is None else page.products(kept)


def _levels(name: str) -> Mapping[str, Rows]:
    """Return what a benchmark kept, by level; nothing if it kept something older, which is said."""
    kept = machine.kept(name)
    if kept is None:
        return {}
    levels: Any = kept.get("levels")
    if not isinstance(levels, dict):
        _say_outdated(name)
        return {}
    return levels


@cache
def _say_outdated(name: str) -> None:
    print(
        f"bench/results/{name}.json was made before levels stood side by side and is left out: "
        f"run `python -m bench {MADE_BY[name]} --keep` again",
        file=sys.stderr,
    )


def _cell(levels: Mapping[str, Rows], dataset: str, figure: str) -> str:
    """Return a figure at each level: ``.807 | .853``; a dash where there is none."""
    values = [levels.get(level, {}).get(dataset, {}).get(figure) for level in LEVELS]
    if not any(value is not None for value in values):
        return "–"
    return " \\| ".join("–" if value is None else f"{value:.3f}" for value in values)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|---|{'--:|' * (len(head) - 1)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def _retrieval() -> str:
    levels, training = _levels("retrieval"), _levels("training")
    if not levels:
        return ""
    rows = []
    for name, label in DATASETS.items():
        known = [of[name] for of in levels.values() if name in of]
        if known:
            cells = [_cell(levels, name, "R@10"), _cell(training, name, "R@10")]
            cells.append(_cell(levels, name, "FB@1000"))
            rows.append([label, f"{known[0]['questions']:.0f}", *cells])
    head = ("development data", "questions", "R@10", "R@10 left out", "FB@1000")
    return "\n".join([_RETRIEVAL, "", *_table(head, rows)])


def _abstention() -> str:
    training = _levels("training")
    columns = ("AUROC", "refused at 2 %", "refused at 5 %")
    rows = [
        [label, *(_cell(training, name, column) for column in columns)]
        for name, label in DATASETS.items()
        if any("AUROC" in of.get(name, {}) for of in training.values())
    ]
    if not rows:
        return ""
    lines = [_ABSTENTION, "", *_table(("development data", *columns), rows)]
    weak = _levels("retrieval").get("c3", {}).get("beam_100k_dev · summarization", {}).get("R@10")
    if weak is not None:
        lines += [
            "",
            f"What it does not do yet: of what summaries need (BEAM) it brings {weak:.1%}.",
        ]
    return "\n".join(lines)


def details() -> str:
    """Return the figures of every data set at every level."""
    levels = _levels("retrieval")
    parts = []
    for level, rows in levels.items():
        table = [
            [label, *(f"{rows[name][key]:.3f}" if key in rows[name] else "–" for key in DETAILS)]
            for name, label in DATASETS.items()
            if name in rows
        ]
        lines = _table(("data", *DETAILS.values()), table)
        parts.append("\n".join([f"### Level {level.upper()}", "", *lines]))
    return "\n\n".join(parts) or "No figures were kept yet."


def _speed() -> str:
    kept = machine.kept("speed")
    if kept is None:
        return ""
    rows: Any = kept["rows"]
    start: Any = kept["start"]
    table = [
        [label, *(_number(row[name]) if name in row else "–" for row in rows.values())]
        for name, label in SPEED.items()
        if any(name in row for row in rows.values())
    ]
    lines = [
        _setting(str(kept["machine"]), next(iter(rows.values())), start),
        "",
        *_table(("", *(f"{int(turns):,} turns" for turns in rows)), table),
        "",
        _parts(rows),
    ]
    return "\n".join(lines)


def _setting(on: str, row: Mapping[str, float], start: Mapping[str, float]) -> str:
    return (
        f"**Speed and size** on {on}; {row['text bytes/turn']:.0f} bytes of text a turn. "
        f"`import mnemos` {start['import mnemos ms']:.0f} ms; {start['distributions']:.0f} "
        f"distributions, {start['install MB']:.0f} MB installed."
    )


def _parts(rows: Mapping[str, Mapping[str, float]]) -> str:
    turns, row = list(rows.items())[-1]
    parts = {name[5:]: size for name, size in row.items() if name.startswith("part ")}
    largest = sorted(parts.items(), key=lambda part: -part[1])[:8]
    told = ", ".join(f"{name} {size:.0f}" for name, size in largest)
    return f"Bytes a turn by part, at {int(turns):,} turns, the text included: {told}."


def _crash() -> str:
    kept = machine.kept("crash")
    if kept is None:
        return ""
    given: Any = kept
    reopened = given["reopened ms"]
    return (
        f"**kill -9**, {given['kills']:,} times at random moments of writing: "
        f"{given['acknowledged turns']:,} acknowledged turns, {given['lost']} lost; reopened in "
        f"{reopened['p50']:.1f} ms (p50), {reopened['p95']:.1f} ms (p95)."
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def tree() -> str:
    """Return the folders with a role each, and the modules at the top."""
    lines = ["```text"]
    source = ROOT / "src" / "mnemos"
    lines.append("src/mnemos/")
    modules = sorted(path for path in source.glob("*.py") if path.stem != "__init__")
    lines += [f"  {path.name:18} {_role(path)}" for path in modules]
    folders = sorted(path.parent for path in source.glob("*/__init__.py"))
    lines += [f"  {folder.name + '/':18} {_role(folder / '__init__.py')}" for folder in folders]
    lines += [f"{name + '/':20} {role}" for name, role in FOLDERS.items() if (ROOT / name).is_dir()]
    return "\n".join([*lines, "```"])


def _role(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.split("\n\n")[0].replace("\n", " ").rstrip(".")


def commands() -> str:
    """Return every command with its help."""
    # Its own settings, or what -h is called would hang on whether a command has run before.
    names = command_line.context_settings["help_option_names"]
    context = click.Context(
        command_line, info_name="mnemos", terminal_width=WIDTH, help_option_names=names
    )
    parts = ["```text", command_line.get_help(context), "```", *_commands_of(context, "")]
    return "\n".join(parts)


def _commands_of(context: click.Context, prefix: str) -> list[str]:
    """Return the help of a group's commands, and of theirs."""
    group, parts = context.command, list[str]()
    if not isinstance(group, click.Group):
        return parts
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context, terminal_width=WIDTH)
            parts += ["", f"### {prefix}{name}", "", "```text", command.get_help(inner), "```"]
            parts += _commands_of(inner, f"{prefix}{name} ")
    return parts


#: Document → its generated parts.
PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"products": products, "results": results, "tree": tree},
    "docs/levels.md": {"details": details},
    "docs/howto/cli.md": {"commands": commands},
    "docs/howto/facts.md": {"updates": updates.told},
    "docs/howto/forget.md": {"decay": decay.told},
    "docs/howto/mcp.md": {
        "clients": served.clients,
        "tools": served.tools,
        "calls": served.calls,
    },
    "docs/howto/proxy.md": {"proxy": proxy.told},
    "docs/recall.md": {
        "candidates": explained.chosen,
        "levels": explained.levels,
        "signals": explained.signals,
        "sizes": explained.sizes,
    },
    "docs/reference.md": {"reference": reference.written},
}


def written(document: str) -> str:
    """Return a document with its generated parts as they should be."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for name, make in PARTS[document].items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = text.split(begin, 1)
        _, after = rest.split(end, 1)
        text = f"{before}{begin}\n{make()}\n{end}{after}"
    return text


def stale() -> list[str]:
    """Return the documents whose generated parts are not as they should be."""
    return [
        document
        for document in PARTS
        if (ROOT / document).read_text(encoding="utf-8") != written(document)
    ]


def main() -> int:
    """Write them, or with --check say which are stale."""
    kept, board = page.kept(), leaderboard.kept()
    if "--check" in sys.argv[1:]:
        found = [*stale(), *figures.stale(), *(page.stale(kept) if kept else ())]
        found += leaderboard.stale(board) if board else ()
        for file in found:
            print(f"{file}: stale; run make docs")
        return bool(found)
    for document in stale():
        (ROOT / document).write_text(written(document), encoding="utf-8")
        print(f"{document}: written")
    for file in page.write(kept) if kept else ():
        print(f"{file}: written")
    for file in leaderboard.write(board) if board else ():
        print(f"{file}: written")
    return figures.main()


if __name__ == "__main__":
    sys.exit(main())
