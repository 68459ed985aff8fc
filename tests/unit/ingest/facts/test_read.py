"""What turns state, and what they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.facts.fact import Said
from mnemos.ingest.facts.read import read
from tests.unit.ingest.facts.telling import START, facts, lines, told

STATED = {
    "We live near Turku.": "home: Turku",
    "I am based in Nairobi.": "home: Nairobi",
    "Sold everything and moved to Fez.": "home: Fez",
    "I work as a courier.": "job: courier",
    "I'm a retired midwife.": "job: retired midwife",
    "I teach chemistry at Hillside College.": "employer: Hillside College",
    "I've just become a foreman.": "job: foreman",
    "I'm 52 years old.": "age: 52",
    "I turned thirty yesterday.": "age: thirty",
    "I'm allergic to latex and bee stings.": "allergies: bee stings",
    "I speak Basque.": "speaks: Basque",
    "I can speak Thai.": "speaks: Thai",
    "I drive an old Saab.": "car: old Saab",
    "I've got a tortoise.": "pet: tortoise",
    "I'm fond of marzipan.": "likes: marzipan",
    "I hate karaoke.": "likes: not karaoke",
    "My favorite author is Ursula Le Guin.": "favourite author: Ursula Le Guin",
    "My shoe size is 43.": "shoe size: 43",
    "I'm vegan.": "diet: vegan",
    "I take insulin.": "medication: insulin",
    "I'm not a plumber.": "job: not plumber",
    "I don't eat pork.": "eats: not pork",
    "I never had a cat.": "pet: not cat",
    "I have four hens.": "number of hens: four",
    "That makes nine countries!": "number of countries: nine",
    "Allergies: dust, pollen.": "allergies: pollen",
    "My driving test is on 4 July.": "driving test: 4 July",
    "I have choir every Thursday.": "choir: every Thursday",
    "My fiancé Piet is a vet.": "partner: Piet",
    "I'm a nurse, can you explain my shifts?": "job: nurse",
    "My dog is called Odin.": "pet's name: Odin",
    "I pay 900 for my flat.": "rent: 900",
    "I got laid off on Friday.": "job: no longer",
    "I found a new job at Siemens.": "employer: Siemens",
    "I've been hired by Aviva.": "employer: Aviva",
    "I'm no longer with Accenture.": "employer: not Accenture",
    "I've stopped eating fish.": "eats: not fish",
    "I've gone freelance.": "job: freelance",
    "Swimming is on Tuesdays.": "swimming: Tuesdays",
    "My email is jo@example.com.": "email: jo@example.com",
    "My girlfriend's name is Sofia.": "partner: Sofia",
    "Still single!": "relationship: single",
}


@pytest.mark.parametrize(("text", "expected"), STATED.items())
def test_a_statement_of_the_speaker_is_read(text: str, expected: str) -> None:
    assert f"user · {expected}" in lines(text)


UNSTATED = [
    "Do I live in Rome?",
    "Does Ann work at Shell?",
    "If I lived in Rome, I'd be happy.",
    "I would move to Rome.",
    "I might buy a Tesla.",
    "I wish I had a dog.",
    "I'm thinking of becoming a pilot.",
    "Maybe I am a nurse at heart.",
    "Ann said I live in Rome.",
    'The sign said "I live in Rome".',
    "My boss thinks I love meetings.",
    "In my novel I live in Rome.",
    "Imagine I am a doctor.",
    "I'm a pirate. Just kidding!",
    "Oh sure, I love queues.",
    "You live in Rome.",
    "I love you.",
    "I love how you did that.",
    "I left at noon.",
    "I'm fine.",
    "I have a question.",
    "I gave it a try.",
    "I joined the chess club.",
    "I'm at the bank right now.",
    "I'm trying to cook for my friends.",
    "We can play a game.",
    "I was going to buy a Tesla.",
    "I left Paris for Nice.",
    "I was about to move to Rome.",
    "Translate this: I live in Rome.",
    "Thanks, Rome!",
    "```\nI live in Rome.\n```",
    "> I live in Rome.",
    "",
]


@pytest.mark.parametrize("text", UNSTATED)
def test_what_states_nothing_gives_no_fact(text: str) -> None:
    assert lines(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "I'm going to move to Rome.",
        "I'll be a pilot next year.",
        "We're planning to buy a Tesla.",
        "I'm moving to Rome.",
        "I'm about to become a nurse.",
    ],
)
def test_what_is_planned_is_never_told_as_true(text: str) -> None:
    assert all(fact.act == "plan" for fact in facts(text))


def test_an_assistant_states_no_facts() -> None:
    assert lines("assistant: I live in Rome.") == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["Ann: My sister lives in Ghent."], "Ann's sister · home: Ghent"),
        (["Ann: Mum is a judge."], "Ann's mother · job: judge"),
        (["Ann: Tom lives in York."], "Tom · home: York"),
        (["Ann: My mother called. She's a surgeon."], "Ann's mother · job: surgeon"),
        (["Ann: My brother Kai drives a Fiat."], "Kai · car: Fiat"),
        (["Ann: My wife's brother is a baker."], "Ann's wife's brother · job: baker"),
        (['Ann: Tom rang. He said "I live in Rome".'], "Tom · home: Rome"),
        (["Ann: My aunt Flo is here.", "Ann: My aunt lives in Bath."], "Flo · home: Bath"),
    ],
)
def test_a_fact_is_of_whom_it_is_said(said: list[str], expected: str) -> None:
    found = lines(*said)
    assert expected in found
    value = expected.partition(": ")[2]
    assert not any(line.startswith("Ann · ") and line.endswith(value) for line in found)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Do you still live in Rome?", "No, Milan now.", "Bo · home: Milan"),
        ("What do you do?", "Baker, mostly.", "Bo · job: Baker"),
        ("How old are you?", "Thirty-one.", "Bo · age: Thirty-one"),
        ("Which languages do you speak?", "Polish.", "Bo · speaks: Polish"),
    ],
)
def test_a_short_answer_is_read_with_its_question(
    question: str, answer: str, expected: str
) -> None:
    assert lines(f"Ann: {question}", f"Bo: {answer}") == [expected]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Do you still live in Rome?", "Thanks, Ann!"),
        ("Where do you live?", "Ann, guess."),
        ("Is Rome nice?", "Milan is."),
        ("Where did you live as a child?", "Hm, ask Mum."),
    ],
)
def test_a_word_that_answers_no_slot_is_no_fact(question: str, answer: str) -> None:
    assert lines(f"Ann: {question}", f"Bo: {answer}") == []


@pytest.mark.parametrize(
    ("before", "after", "slot", "old", "new"),
    [
        ("My interview is on Monday.", "Sorry, I meant Tuesday.", "interview", "Monday", "Tuesday"),
        ("My exam is on the 12th.", "No wait, the 14th.", "exam", "12th", "14th"),
        ("My budget is 300.", "Scratch that, it's 350.", "budget", "300", "350"),
        ("I'm allergic to soy.", "My mistake, it's sesame.", "allergies", "soy", "sesame"),
    ],
)
def test_a_correction_names_what_it_puts_right(
    before: str, after: str, slot: str, old: str, new: str
) -> None:
    fact = facts(before, after)[-1]
    assert (fact.act, fact.slot, fact.instead_of, fact.value) == ("correct", slot, old, new)


def test_a_long_turn_with_a_cue_corrects_nothing() -> None:
    story = "Something is wrong with my build, I think. " * 8
    found = facts("I prefer tabs.", f"{story} I need it, and it's working as expected.")
    assert [fact.act for fact in found] == ["tell"]


def test_a_jest_takes_back_what_was_said_before_it() -> None:
    told_, back = facts("Ann: I'm an astronaut.", "Ann: Just kidding!")
    assert (told_.value, back.act, back.instead_of) == ("astronaut", "correct", "astronaut")


@pytest.mark.parametrize(
    ("before", "after", "slot"),
    [
        ("I drive a Mazda.", "I sold the Mazda.", "car"),
        ("I've got a parrot.", "We gave the parrot to a zoo.", "pet"),
        ("I work at Nokia.", "I left Nokia.", "employer"),
    ],
)
def test_an_ending_is_of_what_was_told(before: str, after: str, slot: str) -> None:
    last = facts(before, after)[-1]
    assert (last.act, last.slot) == ("end", slot)


def test_times_say_since_when_and_until_when() -> None:
    (since,) = facts("I've lived in Oslo since March 2020.")
    assert since.true_from == datetime(2020, 3, 1, tzinfo=UTC)
    (moved,) = facts("I moved to Oslo yesterday.")
    assert moved.true_from == datetime(2024, 5, 14, tzinfo=UTC)
    (later,) = facts("From August I work for Bosch.")
    assert later.true_from == datetime(2024, 8, 1, tzinfo=UTC)
    (over,) = facts("I used to live in Oslo.")
    assert over.true_to == START


def test_an_event_that_moves_is_the_one_told_before() -> None:
    found = facts("I have yoga every Monday.", "Yoga has moved to Fridays.")
    assert [(fact.slot, fact.value, fact.act) for fact in found] == [
        ("yoga", "every Monday", "tell"),
        ("yoga", "Fridays", "change"),
    ]


def test_this_week_only_moves_no_event() -> None:
    assert len(facts("Our quiz is on Mondays.", "This week the quiz is on Friday.")) == 1


def test_reading_twice_gives_the_same() -> None:
    said = ["Ann: I live in Oslo and work at Nokia.", "Ann: I moved to Rome."]
    assert facts(*said) == facts(*said)


PIECES = st.lists(
    st.sampled_from(
        """
        I we my she Tom the 's 'm not never now sister dog cats car job lives moved work is was have
        a two to in at as Rome Nokia nurse Monday 9:15 May since until sorry meant sold it . , ! ? "
        “ ” ' : ; – \n if said and but favourite called İ
        """.split()  # noqa: SIM905 - a table of words reads better as text
    ),
    max_size=24,
).map(" ".join)


@given(st.lists(PIECES | st.text(max_size=60), min_size=1, max_size=4))
def test_facts_of_any_text_cite_their_own_words(texts: list[str]) -> None:
    turns = told(*texts)
    by_ref = {turn.ref: turn for turn in turns}
    known = facts(*texts)
    for fact in known:
        text = by_ref[fact.turn].text
        start, end = fact.span
        assert 0 <= start <= end <= len(text)
        assert fact.words == text[start:end]
        assert fact.value in fact.words
        assert fact.subject and fact.slot


def test_a_turn_of_another_session_is_no_question_before() -> None:
    question = Said(ref="0", text="Where do you live?", said_at=START, speaker="Ann", session="1")
    answer = Said(
        ref="1", text="Milan.", said_at=START + timedelta(days=9), speaker="Bo", session="2"
    )
    assert read(answer, [question]) == ()
