"""Where a demonstration shows itself: numbered steps, questions with their answers."""

from __future__ import annotations

from rich.console import RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mnemos import Context, Hit, Recall
from mnemos.serve.cli.highlight import marked
from mnemos.serve.cli.hits import day
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.plain import one_line, visible


class Stage:
    """Prints a demonstration for people; prints nothing when the result is JSON or it is quiet."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._silent = output.as_json or output.quiet
        self._step = 0

    def step(self, title: str, explained: str) -> None:
        """Begin the next step."""
        self._step += 1
        if not self._silent:
            number = Text(f"{self._step:>2}. ", style="bold cyan")
            self._output.show("", Text.assemble(number, (title, "bold")))
            self._output.show(Padding(Text(explained, style="dim"), (0, 0, 0, 4), expand=False))

    def say(self, text: str | Text) -> None:
        """Print a line of a step."""
        if not self._silent:
            self._output.show(
                Padding(Text(text) if isinstance(text, str) else text, (0, 0, 0, 4), expand=False)
            )

    def show(self, part: RenderableType) -> None:
        """Print a part of a step."""
        if not self._silent:
            self._output.show(Padding(part, (0, 0, 0, 4), expand=False))

    def question(self, question: str, when: str = "") -> None:
        """Print a question."""
        aside = f"  ({when})" if when else ""
        self.say(Text.assemble(("? ", "bold magenta"), visible(question), (aside, "dim")))

    def answer(self, found: Recall, *, most: int = 1) -> None:
        """Print the best hits, or why there is none."""
        if found.abstention is not None or not found.hits:
            self.say(Text.assemble(("  – ", "yellow"), found.abstention or "nothing was found"))
            return
        for hit in found.hits[:most]:
            self.hit(hit, found.query.question)

    def hit(self, hit: Hit, question: str) -> None:
        """Print one hit: day, speaker, text, and the id to cite it by."""
        line = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
        line.add_column(no_wrap=True, style="cyan")
        line.add_column(overflow="fold")
        said = Text.assemble((one_line(hit.speaker or ""), "bold"), ": ")
        said.append_text(marked(hit.text, question))
        said.append(f"  [{one_line(hit.ref or hit.id)}]", style="dim")
        line.add_row(f"  {day(hit.item)}", said)
        self.show(line)

    def context(self, packed: Context) -> None:
        """Print a packed context with what its marks stand for."""
        self.show(Panel(Text(visible(packed.text)), border_style="dim", expand=False))
        cited = ", ".join(
            f"{each.mark} = {one_line(each.ref or each.id)}" for each in packed.citations
        )
        self.say(Text(f"{packed.tokens} of {packed.budget_tokens} tokens; {cited}", style="dim"))
