"""Pack the best hits into the budget: from a ranked list to the text of a prompt.

Best first, each once, a long turn cut to the part that bears on the question, and what does not fit
is passed over for what does. While choosing, prices of single lines are added up, which is quick;
but a counter need not add up, so the finished text is counted as a whole, and the least valuable
lines go until it fits. The budget is never exceeded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mnemos.context.duplicates import Said, Shown
from mnemos.context.passage import Passages
from mnemos.context.render import CLOSING, Opening, Passage, header, line, quoted, render
from mnemos.errors import QueryError, RecipeError
from mnemos.text.terms import Analyzer
from mnemos.text.token_count import TokenCounter
from mnemos.types import Citation, Context, Hit, Item, Recall

#: A line may cost this part of the budget, for one long turn must not push out all others. On
#: conversations with pages of assistant's replies, an eighth showed more of the answers' words than
#: a quarter did (.82 against .78 at 2,000 tokens), and as many as a twelfth …
LONGEST_PART = 8
#: … but always this many tokens: a turn of everyday dialogue stays whole in a small budget.
LONGEST_AT_LEAST = 96
#: A turn is not cut to fewer tokens than this, the line's mark and name included.
SHORTEST_CUT = 32
#: So many hits in a row that do not fit end the search: what is left is too small to matter.
MISFITS = 20

#: A hit that is less likely to be part of the answer is no use to it; the best one always stays.
LEAST_RELEVANCE = 0.003

_NOTHING = "nothing in memory bears on the question"
_ALL_SEEN = "the prompt shows already all that bears on the question"
_MARK = "[88]"  # stands for any mark while choosing: most have two digits
_MAX_CHARS = 16  # characters a token; a text with more for its allowance is long without counting
_SAMPLE = 1_000  # characters of a text that tell how many of them a token has there
_CUTS = 6  # attempts at a cut that fits; each is at least a tenth shorter


@dataclass(frozen=True, slots=True)
class _Line:
    passage: Passage
    cost: int
    whole: bool


def assemble(
    recall: Recall,
    *,
    budget_tokens: int,
    counter: TokenCounter,
    analyzer: Analyzer,
    seen: Sequence[Citation] = (),
    corrections: Sequence[Citation] = (),
) -> Context:
    """Pack what was recalled into at most ``budget_tokens``, cited, oldest first.

    Args:
        recall: Hits, best first. If it abstains, so does the context.
        budget_tokens: What the text may cost under the counter, all of its lines included.
        counter: Says what a text costs. It is asked about single lines and about the whole.
        analyzer: Makes terms of question and turns, to find the part of a long turn that matters.
        seen: What the prompt shows already: it is left out, and marks go on behind it.
        corrections: What of it is to be said to be outdated, if the budget allows: first of all.

    Raises:
        QueryError: The budget is not a positive number.
        RecipeError: The counter failed, or returned something else than zero or more.
    """
    if isinstance(budget_tokens, bool) or not isinstance(budget_tokens, int) or budget_tokens <= 0:
        raise QueryError(f"budget_tokens must be a whole number above 0, not {budget_tokens!r}")

    def nothing(why: str) -> Context:
        return Context(text="", budget_tokens=budget_tokens, abstention=why)

    if recall.abstention is not None and not corrections:
        return nothing(recall.abstention)
    meter = _Meter(counter)
    opening = _opening(seen, corrections, meter, budget_tokens)
    hits = () if recall.abstention is not None else recall.hits
    shown = {citation.id for citation in seen}
    fresh = [
        hit.item
        for place, hit in enumerate(hits)
        if (hit.relevance >= LEAST_RELEVANCE or place == 0) and hit.id not in shown
    ]
    if not fresh and not opening.corrections:
        return nothing(_ALL_SEEN if hits else _NOTHING)
    packer = _Packer(
        fresh,
        _Scissors(recall.query.question, meter, analyzer, {hit.id: hit for hit in recall.hits}),
        budget_tokens,
        opening,
    )
    chosen, estimate = packer.choose(budget_tokens)
    packed = _settle(chosen, meter, budget_tokens, opening)
    if chosen and packed.asked != estimate:
        # Together the lines cost more or less than one by one: choose again, knowing how much.
        again, _ = packer.choose(budget_tokens + estimate - packed.asked)
        other = _settle(again, meter, budget_tokens, opening)
        packed = max(packed, other, key=lambda each: each.tokens)
    if not packed.citations:
        packed = _settle(packer.least(), meter, budget_tokens, opening)
    if packed.citations:
        return Context(
            text=packed.text,
            citations=packed.citations,
            tokens=packed.tokens,
            budget_tokens=budget_tokens,
        )
    if not packed.asked:
        return nothing(_NOTHING)
    return nothing(
        f"the budget is too small: the best line needs {packed.asked} tokens even when cut, "
        f"the budget is {budget_tokens}"
    )


@dataclass(frozen=True, slots=True)
class _Packed:
    text: str = ""
    citations: tuple[Citation, ...] = ()
    tokens: int = 0
    asked: int = 0  # what all of the lines would have cost


def _opening(
    seen: Sequence[Citation], corrections: Sequence[Citation], meter: _Meter, budget_tokens: int
) -> Opening:
    """Return what the text begins with: as many corrections as half of the budget holds."""
    opening = Opening(
        marks=len({citation.mark for citation in seen}), corrections=tuple(corrections)
    )
    while opening.corrections and 2 * meter("\n".join([*opening.lines, CLOSING])) > budget_tokens:
        opening = replace(opening, corrections=opening.corrections[:-1])
    return opening


def _settle(
    passages: Sequence[Passage], meter: _Meter, budget_tokens: int, opening: Opening
) -> _Packed:
    """Render passages, without the last and least valuable ones if the whole costs too much."""
    kept = len(passages)
    asked = 0
    while kept or opening.corrections:
        text, citations = render(passages[:kept], opening)
        tokens = meter(text)
        asked = asked or tokens
        if tokens <= budget_tokens:
            return _Packed(text, citations, tokens, asked)
        if not kept:
            break
        # One by one, but by shares of what is too much when there are hundreds: under a counter
        # that grows faster than its text, counting after each single line would take minutes.
        kept -= max(1, kept * (tokens - budget_tokens) // (8 * tokens))
    return _Packed(asked=asked)


class _Meter:
    """The caller's counter, held to its word."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter

    def __call__(self, text: str) -> int:
        try:
            tokens = self._counter(text)
        except Exception as error:
            raise RecipeError(f"token counter {self._name} failed: {error!r}") from error
        if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 0:
            raise RecipeError(
                f"token counter {self._name} returned {tokens!r} for a text of {len(text)} "
                f"characters; a whole number from 0 is wanted"
            )
        return tokens

    @property
    def _name(self) -> str:
        name = getattr(self._counter, "__qualname__", None)
        return name if isinstance(name, str) else type(self._counter).__qualname__


class _Scissors:
    """Makes a line of an item, whole or cut to its best passage, and remembers what it cost."""

    def __init__(
        self,
        question: str,
        meter: _Meter,
        analyzer: Analyzer,
        hits: Mapping[str, Hit],
    ) -> None:
        self._hits = hits
        self._meter = meter
        self._analyzer = analyzer
        forms = analyzer.query_forms(question)
        self._wanted = frozenset(forms).union(*forms.values())
        self._whole: dict[str, _Line] = {}
        self._passages: dict[str, Passages] = {}
        self._headers: dict[str, int] = {}

    def tokens(self, text: str) -> int:
        """Count a text."""
        return self._meter(text)

    def header(self, day: str) -> int:
        """Return what the header of a day costs."""
        if day not in self._headers:
            self._headers[day] = self._meter(day + "\n")
        return self._headers[day]

    def fit(self, item: Item, most: int, least: int) -> _Line | None:
        """Return the item in at most ``most`` tokens; None if no cut of ``least`` or more does."""
        if len(item.text) <= most * _MAX_CHARS:
            if item.id not in self._whole:
                self._whole[item.id] = self._line(item, (0, len(item.text)))
            if self._whole[item.id].cost <= most:
                return self._whole[item.id]
        if most < least:
            return None
        return self._cut(item, most)

    def shortest(self, item: Item) -> Passage:
        """Return the least of the item that is still a passage."""
        return self._passage(item, self._of(item).best(0))

    def _cut(self, item: Item, most: int) -> _Line | None:
        """Cut to the length that ``most`` tokens have in this text, to a shorter one if need be."""
        around = self._line(item, (0, 0)).cost
        sample = item.text[:_SAMPLE]
        size = (most - around) * len(sample) // max(self._meter(quoted(sample)), 1)
        for _ in range(_CUTS):
            if size <= 0:
                break
            start, end = self._of(item).best(size)
            cut = self._line(item, (start, end))
            if cut.cost <= most:
                return cut if cut.passage.shows() else None
            size = min(size, end - start) * 9 * most // (10 * cut.cost)
        return None

    def _of(self, item: Item) -> Passages:
        if item.id not in self._passages:
            self._passages[item.id] = Passages(item.text, self._wanted, self._analyzer)
        return self._passages[item.id]

    def _line(self, item: Item, span: tuple[int, int]) -> _Line:
        passage = self._passage(item, span)
        cost = self._meter(line(passage, _MARK) + "\n")
        return _Line(passage, cost, whole=span == (0, len(item.text)))

    def _passage(self, item: Item, span: tuple[int, int]) -> Passage:
        hit = self._hits[item.id]
        return Passage(item=item, span=span, outdated=hit.outdated, disputed=hit.disputed)


class _Packer:
    """Chooses lines for an allowance, most valuable first."""

    def __init__(
        self, items: Sequence[Item], scissors: _Scissors, budget_tokens: int, opening: Opening
    ) -> None:
        self._items = items
        self._scissors = scissors
        self._frame = scissors.tokens("\n".join([*opening.lines, CLOSING]))
        self._said: dict[str, Said] = {}
        self._longest = max(budget_tokens // LONGEST_PART, LONGEST_AT_LEAST)

    def choose(self, allowance: int) -> tuple[list[Passage], int]:
        """Return passages, most valuable first, and what they cost when they are added up."""
        left = allowance - self._frame
        lines: list[_Line] = []
        shown = Shown()
        days: set[str] = set()
        misfits = 0
        for item in self._items:
            if not Passage(item=item, span=(0, len(item.text))).shows():
                continue
            if item.id not in self._said:
                self._said[item.id] = Said(item)
            if shown.repeats(self._said[item.id]):
                continue
            day = header(item)
            room = left if day in days else left - self._scissors.header(day)
            fit = self._scissors.fit(item, min(room, self._longest), SHORTEST_CUT if lines else 1)
            if fit is None:
                misfits += 1
                if misfits == MISFITS:
                    break
                continue
            misfits = 0
            left = room - fit.cost
            days.add(day)
            shown.add(self._said[item.id])
            lines.append(fit)
        left = self._widen(lines, left)
        return [each.passage for each in lines], allowance - left

    def least(self) -> list[Passage]:
        """Return the shortest cut of the best item that shows anything; nothing if none does."""
        for item in self._items:
            passage = self._scissors.shortest(item)
            if passage.shows():
                return [passage]
        return []

    def _widen(self, lines: list[_Line], left: int) -> int:
        """Show more of what was cut, best first, if there is room and nothing else to show."""
        for at, cut in enumerate(lines):
            if left < SHORTEST_CUT:
                break
            if not cut.whole:
                wider = self._scissors.fit(cut.passage.item, cut.cost + left, SHORTEST_CUT)
                if wider is not None and wider.cost > cut.cost:
                    left -= wider.cost - cut.cost
                    lines[at] = wider
        return left
