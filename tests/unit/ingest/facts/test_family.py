"""Rules are chosen by the words of a sentence; none that could read it is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.updates_set import OPEN
from bench.updates_set import read as scenes
from mnemos.ingest.facts import (
    amounts,
    changes,
    corrections,
    endings,
    events,
    idioms,
    named,
    numbers,
    partners,
    retold,
)
from mnemos.ingest.facts.fact import Fact, Said
from mnemos.ingest.facts.family import Cue, Family, Index, cue, family, words_of
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.read import FAMILIES, read_all

SECOND = Path(__file__).parent / "second.jsonl"


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    cues: tuple[Cue, ...]


def chosen(text: str, *rules: Rule) -> list[str]:
    return [rule.name for rule in Index(rules).of(words_of(text.lower()))]


WEDDING = Rule("wedding", (cue("married engaged", "we i"), cue("divorced")))
COUNT = Rule("count", (cue("dogs", "0"),))
ALWAYS = Rule("always", ())


def test_a_cue_is_one_word_of_each_of_its_sets() -> None:
    assert chosen("We got married", WEDDING) == ["wedding"]
    assert chosen("They got married", WEDDING) == []
    assert chosen("They are divorced", WEDDING) == ["wedding"]


def test_a_rule_without_cues_is_asked_of_every_line_and_all_in_their_order() -> None:
    assert chosen("I am married and have 3 dogs", COUNT, ALWAYS, WEDDING) == [
        "count",
        "always",
        "wedding",
    ]
    assert chosen("", COUNT, ALWAYS, WEDDING) == ["always"]


def test_any_figure_is_one_word_and_a_colon_another() -> None:
    assert cue("0") == cue("42")
    assert chosen("27 dogs", COUNT) == ["count"]
    assert ":" in words_of("pets: none") and ":" not in words_of("pets")


@pytest.mark.parametrize("text", ["it isn't so", "it isn’t so"])
def test_what_is_denied_says_the_verb_too(text: str) -> None:
    assert {"is", "isn"} <= words_of(text)


def test_a_family_is_what_it_reads_with_its_cues() -> None:
    @family(cue("tea"))
    def tastes(line: Line) -> Iterator[Fact]:
        yield from line.known

    assert isinstance(tastes, Family)
    assert tastes.cues == (cue("tea"),)


def _told() -> list[list[Said]]:
    """Return the conversations of the open set and our own."""
    return [
        [
            Said(
                ref=str(place),
                text=turn.text,
                said_at=turn.said_at,
                speaker="" if turn.speaker in {None, "user", "assistant"} else turn.speaker,
                role="assistant" if turn.speaker == "assistant" else "user",
                session=turn.session,
            )
            for place, turn in enumerate(scene.turns)
            if turn.said_at is not None
        ]
        for path in (OPEN, SECOND)
        for scene in scenes(path)
    ]


def test_all_scenes_give_the_same_facts_where_every_rule_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = _told()
    by_words = [list(read_all(turns)) for turns in told]
    monkeypatch.setattr(Index, "of", lambda self, _words: list(self.rules))
    assert by_words == [list(read_all(turns)) for turns in told]
    assert sum(map(len, by_words)) > 300


def test_most_sentences_set_off_few_families() -> None:
    asked = [len(FAMILIES.of(words_of(turn.text.lower()))) for turns in _told() for turn in turns]
    assert sum(asked) < 0.7 * len(asked) * len(FAMILIES.rules)


def _first(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """Return a pattern that is looked for at a word's start alone."""
    return re.compile(rf"\A(?:{pattern.pattern})\b", pattern.flags)


#: Families by what they begin with: wherever it matches, the family is asked.
BEGINNINGS: list[tuple[Rule | Family | idioms.Idiom, re.Pattern[str]]] = [
    *((idiom, idiom.before) for idiom in idioms.IDIOMS),
    (idioms.idioms, idioms._PERSON),
    (idioms.idioms, idioms._FAVOURITE),
    (idioms.idioms, idioms._IN),
    (idioms.idioms, idioms._DOWN_TO),
    (partners.partners, _first(partners._WE)),
    (partners.partners, partners._OVER),
    (partners.partners, partners._MET),
    (numbers.counts, numbers._MAKES),
    (numbers.counts, numbers._ORDINAL),
    (numbers.header, numbers._HEADER),
    (numbers.header, numbers._KEPT),
    (events.events, events._CANCELLED),
    (events.events, _first(events._EVERY_FIRST)),
    (events.events, _first(events._WHEN)),
    (corrections.corrections, corrections._CORRECTS),
    (named.named, named._BEHIND),
    (named.named, named._BEFORE),
    (endings.endings, endings._JOBLESS),
    (changes._objects, changes._SWITCH),
    (changes._objects, changes._SWAP),
    (changes._objects, changes._BECAME),
    *((changes._further, pattern) for pattern, _ in changes._POSTS),
    (changes._further, changes._ADDS),
    (amounts.amounts, amounts._PAY),
    (retold.retold, retold._NOW),
    (retold.retold, retold._BACK_TO),
]


@pytest.mark.parametrize("place", range(len(BEGINNINGS)))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_wherever_a_pattern_matches_its_family_is_asked(place: int, data: st.DataObject) -> None:
    rule, pattern = BEGINNINGS[place]
    text = data.draw(st.from_regex(pattern, alphabet=st.characters(codec="ascii")))
    assert pattern.search(text) is None or Index([rule]).of(words_of(text.lower())) == [rule]
