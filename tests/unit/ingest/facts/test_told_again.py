"""What is told of before: that it is over, that another value is in its place."""

from __future__ import annotations

import pytest

from mnemos.ingest.facts.timeline import current, timeline
from tests.unit.ingest.facts.telling import facts, lines

OVER = [
    ("Ann: I love anchovies.", "Ann: No anchovies for me any time soon.", "likes"),
    ("Ann: I love karaoke.", "Ann: I'm done with karaoke.", "likes"),
    ("Ann: The recital is on 3 May.", "Ann: They've called the recital off.", "recital"),
    ("Ann: I have a hamster.", "Ann: My hamster died on Friday.", "pet"),
    ("Ann: I have a moped.", "Ann: The moped was stolen.", "bike"),
    ("Ann: I take insulin.", "Ann: The clinic took me off insulin.", "medication"),
    ("Ann: I drink cocoa.", "Ann: I have soup instead of cocoa.", "drinks"),
    ("Ann: Sven from work drives a Saab.", "Ann: That Sven has sold the Saab.", "car"),
    ("Ann: Tim works at the library.", "Ann: Tim resigned last week.", "employer"),
    ("Ann: My shopping list: rice, figs, tea.", "Ann: Take off the figs.", "shopping list"),
]


@pytest.mark.parametrize(("before", "after", "slot"), OVER)
def test_what_is_named_as_over_ends(before: str, after: str, slot: str) -> None:
    told = facts(before, after)
    assert slot in {fact.slot for fact in told if fact.act == "end"}
    ended = next(fact for fact in told if fact.slot == slot and fact.act == "end")
    values = [one.fact.value for one in current(timeline(told)[ended.subject, slot])]
    assert ended.instead_of not in values or not ended.instead_of


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Ann: I live in Porto.", "Ann: I left my umbrella in Porto."),
        ("Ann: I love karaoke.", "Ann: I'm not done with my homework."),
        ("Ann: I work at Nokia.", "Ann: We never quit, do we? I won't quit."),
        ("Ann: I have a hamster.", "Ann: Bo's hamster is over there."),
    ],
)
def test_what_goes_on_does_not_end(before: str, after: str) -> None:
    assert not [fact for fact in facts(before, after) if fact.act == "end"]


REPLACED = [
    ("Ann: I work at Nokia.", "Ann: I've left Nokia for Bosch.", "employer: Bosch"),
    ("Ann: My rent is 640.", "Ann: The rent went up to 700.", "rent: 700"),
    ("Ann: My gate is B4.", "Ann: The gate changed to D11.", "gate: D11"),
    ("Ann: My email is a@x.org.", "Ann: My email is b@x.org now.", "email: b@x.org"),
    ("Ann: My favourite band is Blur.", "Ann: It's Pulp now.", "favourite band: Pulp"),
    ("Ann: My favourite band is Blur.", "Ann: Pulp is my favourite band now.", "band: Pulp"),
    ("Ann: I prefer rum.", "Ann: I'm more of a gin person these days.", "prefers: gin"),
    (
        "Ann: Our choir meets on Mondays.",
        "Ann: The choir moved from Mondays to Fridays.",
        "Fridays",
    ),
    ("Ann: I have three hens.", "Ann: We're down to two hens.", "number of hens: two"),
    ("Ann: I take 5 mg of ramipril.", "Ann: My GP switched me to losartan.", "losartan"),
    ("Ann: My boss is Ines.", "Ann: My new boss is Raul.", "boss: Raul"),
    ("Ann: I used to eat pasta.", "Ann: I live in Bari. Now I live in Lecce.", "home: Lecce"),
]


@pytest.mark.parametrize(("before", "after", "expected"), REPLACED)
def test_another_value_takes_the_place_of_the_one_told_before(
    before: str, after: str, expected: str
) -> None:
    held = [
        one.fact.line
        for versions in timeline(facts(before, after)).values()
        for one in current(versions)
    ]
    assert [line for line in held if line.endswith(expected)]
    slot = next(line for line in held if line.endswith(expected)).split(": ")[0]
    assert sum(line.startswith(slot) and "no longer" not in line for line in held) == 1


def test_back_to_a_value_is_the_slot_that_had_it() -> None:
    told = facts("I take my tea with milk.", "I take my tea plain now.", "Back to milk for me.")
    assert [(fact.slot, fact.value) for fact in told] == [
        ("tea", "with milk"),
        ("tea", "plain"),
        ("tea", "milk"),
    ]
    assert [one.fact.value for one in current(timeline(told)["user", "tea"])] == ["milk"]


STATED = {
    "We signed the lease for a flat in Ghent.": "home: Ghent",
    "Greetings from our new house in Turku.": "home: Turku",
    "I've taken a small room in Split.": "home: Split",
    "I go by Bea now.": "name: Bea",
    "Please call me Bea.": "name: Bea",
    "I accepted an offer from Siemens.": "employer: Siemens",
    "The doctor put me on statins.": "medication: statins",
    "I'm a chess fanatic.": "likes: chess",
    "I've started learning Basque.": "learning: Basque",
    "I take my porridge with honey.": "porridge: with honey",
    "My landlord is Mr. Finch.": "landlord: Mr. Finch",
    "My courses this term: botany, logic.": "courses: logic",
}


@pytest.mark.parametrize(("text", "expected"), STATED.items())
def test_set_phrases_tell_a_fact(text: str, expected: str) -> None:
    assert f"user · {expected}" in lines(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please call me a taxi.",
        "My car was moved to the back.",
        "Raul is my business partner.",
        "The plan: we meet, eat and leave.",
        "I can't put it on now.",
        "It's good to be home now.",
    ],
)
def test_what_only_looks_like_a_set_phrase_tells_nothing(text: str) -> None:
    assert lines(text) == []


def test_who_has_the_job_is_in_training_no_more() -> None:
    told = timeline(facts("I'm training as a pilot.", "I'm a pilot now."))
    assert [one.fact.value for one in current(told["user", "job"])] == ["pilot"]
    assert not [one for one in current(told["user", "training"]) if one.fact.holds]


def test_how_many_is_answered_by_a_number() -> None:
    told = facts("Ann: How many marathons have you run?", "Bo: Seven.", "Bo: It's eight now.")
    assert [(fact.slot, fact.value) for fact in told] == [
        ("number of marathons", "Seven"),
        ("number of marathons", "eight"),
    ]
