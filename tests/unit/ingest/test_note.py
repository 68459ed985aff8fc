"""A note says what a turn said, and what it is about by now."""

from __future__ import annotations

from datetime import UTC, datetime

from mnemos.ingest.note import TAGS, clean, key, note, rewritten, shared, text, words
from mnemos.types import Item, Scope

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def turn(item_id: str, said: str, trust: float = 1.0) -> Item:
    return Item(
        id=item_id, text=said, scope=Scope(), position=0, said_at=NOW, recorded_at=NOW, trust=trust
    )


MADE = note(turn("a", "A paw.\nKeywords: none"), ["paw", "beach"], ["pets"], "", recipe="r")


def test_its_text_holds_all_of_it_on_lines_of_their_own() -> None:
    assert MADE.text == text(MADE) == "A paw.\nKeywords: none\nKeywords: paw, beach\nTags: pets"
    assert (MADE.kind, MADE.sources, MADE.made_by) == ("note", ("a",), "r")


def test_rewriting_leaves_its_first_text_and_names_whose_words_it_took() -> None:
    other = turn("b", "Healed.", trust=0.5)
    after = rewritten(MADE, ["pets", "health"], "It\nhealed.", other)
    assert after.text == MADE.text
    assert (after.sources, after.trust) == (("a", "b"), 0.5)
    assert key(after).text.splitlines()[2:] == [
        "Keywords: paw, beach",
        "Tags: pets, health",
        "Context: It healed.",
    ]
    assert rewritten(MADE, ["pets"], "").sources == ("a",)


def test_only_keywords_that_both_hold_become_tags() -> None:
    assert shared(MADE, ["vet", "beach", "paw"]) == ("pets", "beach", "paw")


def test_words_are_cleaned_and_limited() -> None:
    assert clean(["a  b", "", "a b", "c"], 9) == ("a b", "c")
    assert len(shared(rewritten(MADE, map(str, range(99)), ""), ["paw"])) == TAGS
    assert words(turn("a", "x"), "tags") == ()
