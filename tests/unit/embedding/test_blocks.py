"""How sessions are cut."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mnemos.embedding.blocks import TEXT_TOKENS, Block, Cutter, Line, line_of, windows
from mnemos.models.scripted import ScriptedTokenEmbedder
from mnemos.types import Item, Key, Scope

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EMBEDDER = ScriptedTokenEmbedder()


def line(no: int, text: str = "x", prefix: str = "") -> Line:
    return Line(no=no, prefix=prefix, text=text)


def cut(counts: list[int], limit: int = 10) -> list[Block]:
    cutter = Cutter(limit)
    blocks = [block for no, tokens in enumerate(counts) for block in cutter.add(line(no), tokens)]
    return [*blocks, *cutter.end()]


def test_a_block_takes_lines_as_long_as_they_fit() -> None:
    assert [block.nos for block in cut([4, 6, 1, 9, 3])] == [(0, 1), (2, 3), (4,)]


def test_only_the_last_block_is_provisional() -> None:
    assert [block.provisional for block in cut([4, 6, 1, 9, 3])] == [False, False, True]
    assert [block.provisional for block in cut([4, 30])] == [False, False]


def test_a_line_that_fits_no_block_is_one_of_its_own() -> None:
    blocks = cut([4, 11, 2, 2])
    assert [(block.nos, block.long) for block in blocks] == [
        ((0,), False),
        ((1,), True),
        ((2, 3), False),
    ]


def test_lines_without_tokens_do_not_make_a_block_endless() -> None:
    assert [len(block.lines) for block in cut([0] * 25)] == [10, 10, 5]


@given(st.lists(st.integers(0, 14), max_size=40), st.integers(0, 40))
def test_more_lines_do_not_change_the_blocks_before_the_last(counts: list[int], end: int) -> None:
    final = [block for block in cut(counts[:end]) if not block.provisional]
    assert cut(counts)[: len(final)] == final


def item(text: str, **fields: object) -> Item:
    given = {"id": "a", "scope": Scope(), "position": 0, "said_at": NOW, "recorded_at": NOW}
    return Item(**{**given, "text": text, **fields})  # type: ignore[arg-type]


def test_a_line_names_who_speaks() -> None:
    assert line_of(0, item("Hi\nyou", role="user", speaker="Ana")).spoken == "Ana: Hi you"
    assert line_of(0, item("Hi", role="assistant")).spoken == "assistant: Hi"
    assert line_of(0, item("Hi")).spoken == "Hi"
    assert line_of(0, Key(item="a", role="fact", text="Hi")).spoken == "Hi"


def test_a_paragraph_begins_with_its_title() -> None:
    made = item("They fish.", role="document", attrs={"title": "Herons"})
    assert line_of(0, made).spoken == "Herons They fish."


def test_half_a_pair_is_replaced() -> None:
    assert line_of(0, item("a\ud83d\ude00b", role="user")).spoken == "user: a\ufffd\ufffdb"


@given(st.lists(st.sampled_from(["a", "be.", "sea!", "\n", "x" * 40, "Dee? "]), max_size=200))
def test_windows_hold_a_long_line_whole_and_in_order(parts: list[str]) -> None:
    made = line(0, " ".join(parts), "Ana: ")
    spans = windows(made, EMBEDDER, 12)
    assert all(EMBEDDER.count([made.spoken[start:stop]])[0] <= 12 for start, stop in spans)
    together = "".join(made.spoken[start:stop] for start, stop in spans)
    assert together.replace(" ", "") == made.spoken.replace(" ", "")


def test_windows_end_where_sentences_do() -> None:
    made = line(0, "One two three. Four five six. Seven eight nine.")
    spans = windows(made, EMBEDDER, 8)
    assert [made.spoken[start:stop] for start, stop in spans] == [
        "One two three. Four five six.",
        " Seven eight nine.",
    ]


def test_what_has_no_blanks_is_cut_anywhere() -> None:
    spans = windows(line(0, "x" * 600), EMBEDDER, 12)
    assert spans[0][0] == 0 and spans[-1][1] == 600 and len(spans) > 600 / 6 / 12


def test_a_text_is_read_up_to_a_limit() -> None:
    made = line(0, "one two three four five six seven eight. " * 1000)
    counts = EMBEDDER.count(
        [made.spoken[start:stop] for start, stop in windows(made, EMBEDDER, 192)]
    )
    assert TEXT_TOKENS - 192 < sum(counts) <= TEXT_TOKENS
