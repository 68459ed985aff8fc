"""Packing: best first, each once, never over the budget, every mark resolving to what is shown."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemos.context import TokenCounter, assemble, estimate_tokens
from mnemos.context.pack import LONGEST_PART, SHORTEST_CUT
from mnemos.context.render import CLOSING, PREFACE, quoted
from mnemos.errors import QueryError, RecipeError
from mnemos.text.terms import Analyzer
from mnemos.types import Context, Hit, Item, Query, Recall, Scope

ANALYZER = Analyzer("english")
START = datetime(2026, 5, 8, 9, 0, tzinfo=UTC)
FILLER = "Nothing of note was said about it by anyone here. "


def hit(number: int, text: str, *, day: int = 0, speaker: str = "Ana", score: float = 0) -> Hit:
    item = Item(
        id=f"i{number}",
        text=text,
        scope=Scope(session="s"),
        position=number,
        role="user",
        speaker=speaker,
        ref=f"m{number}",
        said_at=START + timedelta(days=day),
        recorded_at=START,
    )
    return Hit(item=item, score=score)


def recalled(
    hits: Sequence[Hit], question: str = "Where is the zebra?", abstention: str | None = None
) -> Recall:
    query = Query(question=question, asked_at=START)
    return Recall(query=query, hits=tuple(hits), abstention=abstention)


def packed(
    hits: Sequence[Hit],
    budget_tokens: int = 500,
    counter: TokenCounter = estimate_tokens,
    question: str = "Where is the zebra?",
) -> Context:
    return assemble(
        recalled(hits, question), budget_tokens=budget_tokens, counter=counter, analyzer=ANALYZER
    )


def quarter(text: str) -> int:
    return len(text) // 4


def words(text: str) -> int:
    return len(text.split())


def square(text: str) -> int:
    return len(text) ** 2 // 1000


def step(text: str) -> int:
    return -(-len(text) // 700) * 100


def lines_cubed(text: str) -> int:
    return (text.count("\n") + 1) ** 3


def free(text: str) -> int:
    return 0 * len(text)


def flat(text: str) -> int:
    return 1 if text else 0


def parity(text: str) -> int:
    return len(text) // 4 if len(text) % 2 else len(text)


COUNTERS: list[Callable[[str], int]] = [
    estimate_tokens,
    quarter,
    words,
    square,
    step,
    lines_cubed,
    free,
    flat,
    parity,
]

TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(["zebra", "tea.", "\n", "[3]", "Lisbon", "我们", "…", "12"])).map(
        " ".join
    ),
    st.integers(1, 60).map(lambda times: FILLER * times + "A zebra came. " + FILLER * times),
)
HITS = st.lists(st.tuples(TEXTS, st.integers(0, 3), st.sampled_from(["Ana", "Ben: x", ""]))).map(
    lambda drawn: [
        hit(number, text, day=day, speaker=speaker)
        for number, (text, day, speaker) in enumerate(drawn)
    ]
)


@settings(max_examples=200)
@given(HITS, st.integers(1, 1500), st.sampled_from(COUNTERS))
def test_what_is_packed_fits_and_every_mark_resolves(
    hits: list[Hit], budget_tokens: int, counter: TokenCounter
) -> None:
    context = packed(hits, budget_tokens, counter)
    assert context.budget_tokens == budget_tokens
    assert context.tokens == (counter(context.text) if context.text else 0)
    assert context.tokens <= budget_tokens
    assert (context.abstention is None) == bool(context.text) == bool(context.citations)
    items = {given_hit.id: given_hit.item for given_hit in hits}
    lines = [line for line in context.text.splitlines() if line.startswith("[")]
    assert re.findall(r"\[\d+\]", context.text) == [c.mark for c in context.citations]
    assert len(lines) == len(context.citations)
    assert len({c.id for c in context.citations}) == len(lines)
    order = []
    for line, citation in zip(lines, context.citations, strict=True):
        item = items[citation.id]
        start, end = citation.span
        assert 0 <= start < end <= len(item.text)
        before, after = item.text[:start].strip(), item.text[end:].strip()
        text = f"{'… ' if before else ''}{quoted(item.text[start:end])}{' …' if after else ''}"
        assert line.startswith(f"{citation.mark} ")
        assert line.endswith(f": {text}")
        assert quoted(item.text[start:end])
        assert citation.ref == item.ref
        order.append((item.said_at, item.position))
    assert order == sorted(order)
    assert packed(hits, budget_tokens, counter) == context


def test_the_best_hits_are_kept_and_stand_in_order_of_time() -> None:
    hits = [hit(n, f"Memory {n} of many, each its own.", day=-n % 7) for n in range(100)]
    context = packed(hits, 200)
    kept = {citation.id for citation in context.citations}
    assert kept == {f"i{n}" for n in range(len(kept))}
    assert len(kept) > 5
    assert context.text.startswith(PREFACE)
    assert context.text.endswith(CLOSING)


def test_near_duplicates_are_shown_once_and_the_better_one_is_kept() -> None:
    hits = [hit(0, "The zebra lives here!"), hit(1, "the zebra LIVES here"), hit(2, "It is old.")]
    assert [citation.id for citation in packed(hits).citations] == ["i0", "i2"]


def test_a_hit_given_twice_is_shown_once() -> None:
    one = hit(0, "The zebra lives here!")
    assert len(packed([one, one]).citations) == 1


def test_a_long_turn_is_cut_to_what_bears_on_the_question() -> None:
    text = FILLER * 100 + "The zebra is in the bath. " + FILLER * 100
    others = [hit(n, f"Some other memory, number {n}.") for n in range(1, 120)]
    context = packed([hit(0, text), *others], 1200)
    (start, end) = next(c.span for c in context.citations if c.id == "i0")
    assert "zebra is in the bath" in text[start:end]
    assert estimate_tokens(text[start:end]) <= 1200 // LONGEST_PART
    assert "… Nothing" in context.text
    assert "here. …" in context.text


def test_a_lone_long_turn_gets_the_whole_budget() -> None:
    text = FILLER * 100 + "The zebra is in the bath. " + FILLER * 100
    assert packed([hit(0, text)], 1000).tokens > 800
    assert packed([hit(0, text)], 10_000).citations[0].span == (0, len(text))


def test_long_turns_are_whole_when_all_fit() -> None:
    text = FILLER * 10 + "The zebra is in the bath."
    context = packed([hit(0, text), hit(1, "And it is happy.")], 400)
    assert [citation.span for citation in context.citations] == [(0, len(text)), (0, 16)]


def test_what_does_not_fit_is_passed_over_for_what_does() -> None:
    short = [hit(n, f"Tea {n}.") for n in range(1, 15)]
    context = packed([hit(0, "zebra" * 200), *short], 100, words)
    assert len(context.citations) > 5
    assert context.tokens <= 100


def test_blank_turns_are_not_shown() -> None:
    hits = [hit(0, " \n "), hit(1, "\u200b\x00"), hit(2, "Yes.")]
    assert [citation.id for citation in packed(hits).citations] == ["i2"]
    assert packed(hits[:2]).abstention == "nothing in memory bears on the question"


def test_no_hits_give_no_text_and_say_why() -> None:
    context = packed([])
    assert (context.text, context.citations, context.tokens) == ("", (), 0)
    assert context.abstention == "nothing in memory bears on the question"


def test_an_abstention_is_handed_on() -> None:
    recall = recalled([hit(0, "Yes.")], abstention="nobody spoke of zebras")
    context = assemble(recall, budget_tokens=9, counter=estimate_tokens, analyzer=ANALYZER)
    assert (context.text, context.abstention) == ("", "nobody spoke of zebras")


def test_a_budget_too_small_for_any_line_says_both_numbers() -> None:
    context = packed([hit(0, "The zebra is in the bath.")], 20)
    assert context.text == ""
    assert context.abstention is not None
    assert re.search(r"needs [34]\d tokens .* budget is 20$", context.abstention)
    needed = int(re.findall(r"needs (\d+)", context.abstention)[0])
    assert packed([hit(0, "The zebra is in the bath.")], needed).text


@pytest.mark.parametrize("budget_tokens", [0, -1, True, 10.5, "100", None])
def test_a_budget_that_makes_no_sense_is_refused(budget_tokens: int) -> None:
    with pytest.raises(QueryError, match="budget_tokens"):
        packed([], budget_tokens)


@pytest.mark.parametrize("wrong", [-1, 1.5, None, "12", True])
def test_a_counter_that_returns_nonsense_is_named(wrong: int) -> None:
    def broken_counter(text: str) -> int:  # noqa: ARG001 - the protocol's
        return wrong

    with pytest.raises(RecipeError, match=rf"broken_counter returned {wrong!r}"):
        packed([hit(0, "Yes.")], counter=broken_counter)


def test_a_counter_that_fails_is_named() -> None:
    class Offline:
        def __call__(self, text: str) -> int:
            raise ConnectionError(f"no tokenizer for {len(text)} characters")

    with pytest.raises(RecipeError, match=r"Offline failed: ConnectionError"):
        packed([hit(0, "Yes.")], counter=Offline())


def test_nearly_all_of_the_budget_is_used() -> None:
    dice = random.Random(7)
    vocabulary = [f"{a}{b}{c}" for a in "bdfgkl" for b in "aeiou" for c in ("n", "rt", "ssel")]
    hits = [
        hit(n, " ".join(dice.choices(vocabulary, k=dice.randint(5, 40))), day=n % 20)
        for n in range(300)
    ]
    for counter in (estimate_tokens, quarter, words):
        assert packed(hits, 2000, counter).tokens > 2000 - SHORTEST_CUT


def test_hundreds_of_hits_are_packed() -> None:
    hits = [
        hit(n, f"On day {n} we spoke of tea and of trains. " * 3, day=n % 9) for n in range(300)
    ]
    assert 0 < packed(hits, 2000).tokens <= 2000


@pytest.mark.parametrize(
    "text", [FILLER * 20_000, "zebra " * 170_000, "x" * 10**6, "\n" * 10**6 + "zebra"]
)
def test_a_million_characters_are_cut(text: str) -> None:
    context = packed([hit(0, text), hit(1, "The zebra sleeps.")], 1000)
    assert [citation.id for citation in context.citations] == ["i0", "i1"]


def test_a_counter_that_grows_faster_than_its_text_is_not_asked_thousands_of_times() -> None:
    asked = 0

    def counter(text: str) -> int:
        nonlocal asked
        asked += 1
        return len(text) ** 2 // 10_000

    hits = [hit(n, f"Tea and trains, number {n}.") for n in range(3000)]
    assert packed(hits, 5000, counter).tokens <= 5000
    assert asked < 3000 + 300
