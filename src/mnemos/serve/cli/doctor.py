"""``doctor``: what is wrong with a file, in words, and what to do about it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from mnemos import InputError, Memory, MnemosError, ModelError, RecipeKept, VectorStatus
from mnemos.serve.cli import exits
from mnemos.serve.cli.access import ACTOR, require_folder
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.exits import Refused
from mnemos.serve.cli.figures import size
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import counted
from mnemos.serve.cli.reindex import GO_ON, in_words

#: A write-ahead log beyond this means that a reader has been holding it open for long.
LARGE_WAL = 64 << 20
_MARKS = {"well": ("ok  ", "green"), "note": ("note", "yellow"), "ill": ("bad ", "bold red")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Args:
        what: What was looked at.
        state: "well", "note" or "ill".
        said: What was found, in words.
        advice: What to do; empty if nothing.
    """

    what: str
    state: str
    said: str
    advice: str = ""


@click.command("doctor", cls=Command)
@click.option(
    "--rescue", "target", metavar="NEW_FILE", help="Copy what is whole into a new memory."
)
def doctor_command(*, target: str | None) -> None:
    """Say what is wrong with the file and what to do.

    Ends with 5 if the memory is not whole, with 4 if it cannot be opened, with 6 if vectors cannot
    be made.
    """
    given = settings()
    if target is not None:
        _rescue(given, target)
        return
    findings, code = _examine(given)
    if given.as_json:
        given.output.document({"exit_code": code, "findings": findings})
    else:
        for finding in findings:
            _tell(given.output, finding)
    if code:
        raise click.exceptions.Exit(code)


def _examine(given: Settings) -> tuple[list[Finding], int]:
    path = given.memory_file.path
    named = f"{path} ({given.memory_file.named_by})"
    if not path.exists():
        advice = "begin one with mnemos remember, or name another with --file or MNEMOS_FILE"
        return [_ill("file", f"{named}: is not there", advice)], exits.STORE
    findings = [_well("file", f"{named}, {size(path.stat().st_size) if path.is_file() else '?'}")]
    findings += _surroundings(path)
    try:
        memory, unfit = _opened(given, path)
    except MnemosError as error:
        code, hint = exits.of(error)
        return [*findings, _ill("opening", str(error), hint)], code
    with memory:
        findings.append(_well("opening", "ours, and of a schema that this version knows"))
        sick = _look_inside(given.output, memory)
        stuck = unfit + _vectors(memory.vectors(), wanted=given.embeds and not unfit)
        stuck += [_recipe(each) for each in memory.recipes() if each.items or each.failed]
    for found, code in ((sick, exits.NOT_PROVED), (stuck, exits.MODEL)):
        if any(finding.state == "ill" for finding in found):
            return findings + sick + stuck, code
    return findings + sick + stuck, exits.OK


def _opened(given: Settings, path: Path) -> tuple[Memory, list[Finding]]:
    """Open a memory with its model or, if that does not fit, without and say why."""
    named = given.embedder or "default"
    try:
        return Memory(path, actor=ACTOR, embedder=named, embedding="manual"), []
    except (ModelError, InputError) as error:
        memory = Memory(path, actor=ACTOR, embedder=None)
        return memory, [_ill("model", str(error), exits.of(error)[1])]


def _vectors(status: VectorStatus, *, wanted: bool) -> list[Finding]:
    """Say how far the vectors are, what keeps them back, and what to do about it."""
    said, advice = in_words(status), ""
    behind = status.documents - status.embedded
    if behind and status.waiting:
        said += f"; {counted(status.waiting, 'session')} waiting"
    if wanted and status.without:
        said += f"; {status.without}"
        advice = "name a model with --embedder or MNEMOS_EMBEDDER; none says that it is meant so"
    elif behind and wanted:
        advice = f"{GO_ON} makes those that are missing"
    state = "note" if advice else "well"
    found = [Finding(what="vectors", state=state, said=said, advice=advice)]
    if status.failed:
        retry = "" if status.retry_at is None else f" (again from {status.retry_at:%d %b %H:%M} on)"
        failed = f"the model failed in {counted(status.failed, 'session')}{retry}: {status.error}"
        advice = f"mend what it says, then: {GO_ON}; all is stored and found by its words meanwhile"
        found.append(_ill("vectors", failed, advice))
    if status.building is not None:
        made = f"{status.built:,} of {status.documents:,}"
        said = f"those of {status.building} are being made: {made}"
        anew = " --anew" if status.building == status.model else ""
        advice = f"if nobody is at it: {GO_ON} --embedder {status.building.name}{anew}"
        found.append(Finding(what="vectors", state="note", said=said, advice=advice))
    return found


def _recipe(kept: RecipeKept) -> Finding:
    """Say what a recipe made, what waits for it, and where it had to do without a model."""
    items = ", ".join(f"{kind} {count:,}" for kind, count in kept.items.items())
    said, advice = f"{kept.name}: {items or 'nothing kept'}", ""
    again = "" if kept.name == "default" else f" --recipe {kept.name}"
    if kept.pending and not kept.at_once:
        said += f"; {counted(kept.pending, 'session')} waiting"
        advice = f"mnemos learn{again}"
    if kept.failed:
        said += f"; in {counted(kept.failed, 'session')} a model failed, and rules decided"
        advice = f"mend the model, then redo with mnemos consolidate --redo{again}"
    state = "note" if advice else "well"
    return Finding(what="recipe", state=state, said=said, advice=advice)


def _surroundings(path: Path) -> list[Finding]:
    found = []
    wal = path.with_name(f"{path.name}-wal")
    waiting = wal.stat().st_size if wal.exists() else 0
    if waiting > LARGE_WAL:
        advice = "end programs that have been reading for long; the next write then cuts it back"
        found.append(
            Finding(
                what="log",
                state="note",
                said=f"{wal.name}: {size(waiting)} wait to be folded in",
                advice=advice,
            )
        )
    else:
        found.append(_well("log", f"{size(waiting)} in the write-ahead log"))
    free = shutil.disk_usage(path.parent).free
    needed = path.stat().st_size
    if free < needed:
        advice = "free some space: an erasure or a backup may need as much as the file takes"
        found.append(
            Finding(what="disk", state="note", said=f"only {size(free)} are free", advice=advice)
        )
    else:
        found.append(_well("disk", f"{size(free)} free"))
    return found


def _look_inside(output: Output, memory: Memory) -> list[Finding]:
    with output.progress("checking", "events") as meter:
        found = memory.verify(progress=meter)
    checked = f"{counted(found.events, 'event')}, {counted(found.rows, 'row')} as committed to"
    if found.ok:
        return [_well("journal", checked), _well("state", f"hash {found.state_hash}")]
    advice = (
        "keep the file as it is, and copy what is whole: mnemos doctor --rescue NEW_FILE; if only "
        "the state hash or the index is wrong: mnemos replay"
    )
    first, *others = found.problems
    return [_ill("journal", first, advice), *(_ill("journal", problem, "") for problem in others)]


def _rescue(given: Settings, target: str) -> None:
    path, output = given.memory_file.path, given.output
    if not path.exists():
        raise Refused(f"{path}: there is no such memory", exits.STORE)
    if Path(target).exists():
        raise Refused(f"{target}: is there already; rescue makes a new file", exits.STORE)
    require_folder(target)
    saved = Memory.rescue(path, target)
    if output.as_json:
        output.document(saved)
    else:
        output.show(
            f"{target}: {counted(saved.events, 'event')} and {counted(saved.rows, 'row')} copied, "
            f"{len(saved.lost):,} lost"
        )
        for problem in (*saved.lost, *saved.problems):
            output.show(Text(f"  {one_line(problem)}", style="yellow"))


def _tell(output: Output, finding: Finding) -> None:
    mark, style = _MARKS[finding.state]
    output.show(Text.assemble((mark, style), f" {finding.what}: {one_line(finding.said)}"))
    if finding.advice:
        output.show(Text(f"     → {finding.advice}", style="dim"))


def _well(what: str, said: str) -> Finding:
    return Finding(what=what, state="well", said=said)


def _ill(what: str, said: str, advice: str) -> Finding:
    return Finding(what=what, state="ill", said=said, advice=advice)
