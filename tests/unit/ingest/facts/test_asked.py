"""Which slot of whom a question asks for."""

from __future__ import annotations

import pytest

from mnemos.ingest.facts.asked import asked
from mnemos.ingest.facts.find import find
from mnemos.ingest.facts.timeline import timeline
from tests.unit.ingest.facts.telling import facts


@pytest.mark.parametrize(
    ("question", "subject", "slot"),
    [
        ("Where does Ann live?", "Ann", "home"),
        ("Where does the user live?", "user", "home"),
        ("What's my job?", "user", "job"),
        ("What do I do for a living?", "user", "job"),
        ("Where does Ann's brother work?", "Ann's brother", "employer"),
        ("Who is Ann's husband?", "Ann", "partner"),
        ("Who is Ann's landlady?", "Ann", "landlord"),
        ("What is the name of Ann's niece?", "Ann", "niece"),
        ("Is Ann's sister married?", "Ann's sister", "relationship"),
        ("What languages does Bob speak?", "Bob", "speaks"),
        ("How old is Emil?", "Emil", "age"),
        ("How many cats does Eva have?", "Eva", "number of cats"),
        ("What is Eva's favorite song?", "Eva", "favourite song"),
        ("What is Eva's dog called?", "Eva", "pet's name"),
        ("What is my budget?", "user", "budget"),
    ],
)
def test_a_question_names_whose_slot_it_is(question: str, subject: str, slot: str) -> None:
    found = asked(question)
    assert found is not None
    assert found.subject == subject
    assert slot in found.slots or slot in found.words


@pytest.mark.parametrize("question", ["How are you?", "Should I take an umbrella?", "Really?", ""])
def test_a_question_for_no_slot_gives_none(question: str) -> None:
    assert asked(question) is None


@pytest.mark.parametrize(
    ("question", "tense", "before"),
    [
        ("Where does Ann live?", "present", ""),
        ("Where did Ann live before Porto?", "past", "Porto"),
        ("Where did I live before Porto?", "past", "Porto"),
        ("What was Ann's job in May?", "past", ""),
    ],
)
def test_a_question_tells_its_tense(question: str, tense: str, before: str) -> None:
    found = asked(question)
    assert found is not None
    assert (found.tense, found.before) == (tense, before)


def test_you_is_the_other_one() -> None:
    found = asked("Do you live in Rome?", "Ann", "Bo")
    assert found is not None
    assert found.subject == "Bo"
    assert asked("Do you live in Rome?", "Ann") != found


def test_the_slot_that_is_asked_for_answers_and_no_other() -> None:
    told = timeline(facts("Ann: I live in Rome.", "Ann: I work at Nokia.", "Ann: I moved to Bari."))
    where, before = asked("Where does Ann live?"), asked("Where did Ann live before Bari?")
    nothing = asked("What languages does Ann speak?")
    assert where is not None and before is not None and nothing is not None
    assert [one.fact.value for one in find(told, where)] == ["Bari"]
    assert [one.fact.value for one in find(told, before)] == ["Rome"]
    assert find(told, nothing) == ()
