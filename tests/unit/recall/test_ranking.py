"""What a ranking promises, on a conversation of a few turns."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemos.errors import InputError
from mnemos.recall import candidates
from mnemos.recall.ranking import NOT_HELD, rank
from mnemos.recall.signals import GROUPS
from mnemos.types import Role
from tests.unit.recall.small import MAY, Said, ask, frame, reader

TALK = [
    Said(text="I adopted a parrot called Kiwi last week.", speaker="Ann"),
    Said(text="What does it eat?", speaker="Bob"),
    Said(text="Mostly sunflower seeds and fruit.", speaker="Ann"),
    Said(text="I went hiking in the Alps with my brother.", speaker="Bob", session="s2"),
    Said(text="That sounds wonderful, tell me more.", speaker="Ann", session="s2"),
]


def test_the_turn_that_holds_the_words_comes_first() -> None:
    ranking = rank(ask("Where did Bob go hiking?"), reader(TALK))
    assert ranking.items[0] == 3
    assert ranking.abstention is None


def test_the_answer_beside_the_words_is_found() -> None:
    ranking = rank(ask("Which seeds does the parrot like?"), reader(TALK))
    assert set(ranking.items[:2].tolist()) == {0, 2}


def test_the_person_named_speaks_first() -> None:
    twice = [Said(text="I like jazz music.", speaker=name) for name in ("Ann", "Bob")]
    for number, name in enumerate(("Ann", "Bob")):
        assert rank(ask(f"Which music does {name} like?"), reader(twice)).items[0] == number


def test_the_day_named_decides_between_equals() -> None:
    turns = [
        Said(text="We had dinner.", session=str(day), said_at=MAY + timedelta(days=10 * day))
        for day in range(3)
    ]
    assert rank(ask("Who had dinner on May 11, 2023?"), reader(turns)).items[0] == 1


def test_a_turn_that_is_not_eligible_has_no_influence() -> None:
    open_eyes = rank(ask("What does the parrot eat?"), reader(TALK[1:3]))
    mask = np.array([False, True, True])
    masked = rank(ask("What does the parrot eat?"), reader(TALK[:3]), mask)
    assert 0 not in masked.items
    assert sorted(masked.items.tolist()) == [1, 2]
    assert len(open_eyes) == len(masked)
    near = {reason.signal: reason.value for reason in masked.reasons(0)}
    other = rank(ask("What does the parrot eat?"), reader(TALK[:3]))
    assert near != {reason.signal: reason.value for reason in other.reasons(0)}


def test_silence_where_no_word_occurs() -> None:
    assert rank(ask("Who plays chess?"), reader(TALK)).abstention == NOT_HELD
    masked = rank(ask("Who went hiking?"), reader(TALK), np.arange(5) < 3)
    assert masked.abstention == NOT_HELD


def test_a_typing_error_finds_the_word_it_looks_like() -> None:
    ranking = rank(ask("What is the parrott called?"), reader(TALK))
    assert ranking.items[0] == 0
    assert ranking.abstention is None


@pytest.mark.parametrize(
    ("said", "question"),
    [("My wife likes a good film.", word) for word in ("wifi?", "Which food?", "Which filn?")],
)
def test_short_words_are_not_taken_for_one_another(said: str, question: str) -> None:
    assert rank(ask(question), reader([Said(text=said)])).abstention == NOT_HELD


@pytest.mark.parametrize("question", ["Which dentsit?", "Whose gutar?", "Which pasword?"])
def test_typing_errors_are_looked_through(question: str) -> None:
    held = [Said(text="The dentist keeps a guitar and a password.")]
    assert rank(ask(question), reader(held)).abstention is None


def test_nothing_in_an_empty_memory() -> None:
    ranking = rank(ask("Who plays chess?"), reader([]))
    assert len(ranking) == 0
    assert ranking.abstention is not None
    assert ranking.cut(10) == 0


def test_an_item_comes_once_however_many_keys_lead_to_it() -> None:
    keyed = [*TALK, Said(text="pet bird", key_of=0)]
    ranking = rank(ask("Which pet bird was adopted?"), reader(keyed))
    assert sorted(ranking.items.tolist()) == [0, 1, 2, 3, 4]
    assert ranking.items[0] == 0


def test_reasons_add_up_to_the_score() -> None:
    ranking = rank(ask("Where did Bob go hiking?"), reader(TALK))
    for position in range(len(ranking)):
        reasons = ranking.reasons(position)
        assert sum(r.contribution for r in reasons) == pytest.approx(ranking.scores[position])
        contributions = [reason.contribution for reason in reasons]
        assert contributions == sorted(contributions, reverse=True)


def test_a_cut_takes_all_that_are_equal_at_the_border() -> None:
    same = [Said(text="We like jazz.", session=str(number)) for number in range(6)]
    ranking = rank(ask("Who likes jazz?"), reader(same))
    assert ranking.cut(2) == 6
    assert ranking.cut(0) == 0
    assert ranking.cut(99) == 6


def test_an_unknown_level_is_refused_with_those_known() -> None:
    with pytest.raises(InputError, match="known are c0"):
        rank(ask("Who?"), reader(TALK), level="c9")


def test_documents_have_no_neighbours() -> None:
    papers = [Said(text=text, role="document", speaker="") for text in ("Kiwi", "fruit bowls")]
    names = {reason.signal for reason in rank(ask("kiwi?"), reader(papers)).reasons(1)}
    values = dict.fromkeys(names)
    assert values  # every signal is measured
    ranking = rank(ask("kiwi?"), reader(papers))
    assert ranking.items.tolist() == [0, 1]


def test_a_standing_wish_meets_a_request_for_help() -> None:
    talk = [
        Said(text="Always show units when I ask about distances.", speaker="user"),
        Said(text="I will.", speaker="assistant", role="assistant"),
        Said(text="Distances are fun, units are not.", speaker="user"),
        Said(text="Indeed, units of distances matter.", speaker="assistant", role="assistant"),
    ]
    question = "Can you help me to compute distances in units?"
    assert rank(ask(question), reader(talk)).items[0] == 0


@pytest.mark.parametrize(
    ("question", "silent"),
    [
        ("What happened in May 2023?", False),
        ("What did Ann do on 1 May 2023?", False),
        ("What happened in May 2019?", True),
        ("Which vaccine was given in May 2023?", True),
    ],
)
def test_who_asks_for_a_time_is_told_of_it(question: str, silent: bool) -> None:
    assert (rank(ask(question), reader(TALK)).abstention is not None) is silent


def test_a_standing_wish_is_looked_at_in_a_large_store_without_a_shared_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "CAP", 0)
    talk = [Said(text="Always answer briefly when I ask you.", session="s0")]
    talk += [Said(text=f"The boat has sail number {n}", session=f"s{n}") for n in range(1, 30)]
    question = "Can you help me to mend a boat?"
    assert 0 in rank(ask(question), reader(talk)).items
    assert 0 not in rank(ask("Which boat has a sail?"), reader(talk)).items


def chat(*texts: str) -> list[Said]:
    """Return what a user and an assistant say in turn, one line each."""
    roles: list[Role] = ["user", "assistant"]
    return [
        Said(text=text, speaker=role, role=role)
        for text, role in zip(texts, cycle(roles), strict=False)
    ]


MUSEUM = chat(
    "Hello there.",
    "Hello, how can I help?",
    "When does the museum open?",
    "The museum opens at ten, I checked.",
    "Thanks, I will be there early.",
)
GEARBOXES = chat(
    "I started as an engineer last month.",
    "Congratulations, what do you work on?",
    "I work on the design of gearboxes for wind turbines.",
    "That sounds demanding.",
    "It is, the design team is small.",
)
OTTO = chat(
    "Who makes the parts?",
    "Which parts do you mean?",
    "The gearboxes.",
    "The design of the gearboxes is done by Otto.",
    "I will ask him, then.",
)
EVENING = chat(
    "I am reading Piranesi by Susanna Clarke.",
    "Piranesi is a quiet puzzle; keep an eye on the statues.",
    "Piranesi is strange so far, I like it.",
    "Enjoy the tides.",
    "Is there a good restaurant nearby?",
    "Try the Blue Lantern, a small Thai restaurant by the river.",
    "The restaurant was full, we went home.",
)
DENTIST = chat(
    "My dentist appointment is on Tuesday at nine.",
    "I will remember your dentist appointment.",
    "What about lunch?",
    "Lunch is free.",
)


@pytest.mark.parametrize(
    ("question", "talk", "first"),
    [
        ("When does the museum open?", MUSEUM, 3),
        ("What time does the museum open?", MUSEUM, 3),
        ("gearboxes and design", GEARBOXES, 2),
        ("Who designs gearboxes?", GEARBOXES, 2),
        ("gearboxes and design", OTTO, 3),
        ("Who does the design of the gearboxes?", OTTO, 3),
        ("What did the assistant say about Piranesi?", EVENING, 1),
        ("What did you say about Piranesi?", EVENING, 1),
        ("Which statues did the assistant tell me to keep an eye on?", EVENING, 1),
        ("Which restaurant did you recommend?", EVENING, 5),
        ("Which restaurant did the assistant recommend?", EVENING, 5),
        ("Which restaurant was recommended by the assistant?", EVENING, 5),
        ("What did I say about Piranesi?", EVENING, 2),
        ("When is my dentist appointment?", DENTIST, 0),
    ],
)
def test_an_assistant_that_is_brief_is_heard(question: str, talk: list[Said], first: int) -> None:
    ranking = rank(ask(question), reader(talk))
    assert ranking.items[0] == first
    assert ranking.abstention is None


def test_the_less_of_a_page_a_reply_is_the_less_it_is_held_back() -> None:
    places = []
    for count in (0, 20, 100, 200):
        page = " ".join(f"word{'x' * (n % 9)}{n}" for n in range(count))
        talk = [*chat("Which boat is red?", f"The boat is red. {page}"), *TALK[3:]]
        measured = frame("Which boat is red?", talk)
        assert measured.page[0] == 0.0
        assert measured.paged[0] == measured.page[1]
        assert measured.paged[2] == 0.0
        places.append(measured.page[1])
    assert places == sorted(places)
    assert places[0] < 0.1
    assert places[-1] == places[-2] == 1.0


WORDS = ("jazz", "tea", "Alps", "boat", "moon", "chess")
TURNS = st.lists(
    st.builds(
        lambda words, speaker, session: Said(
            text=" ".join(words), speaker=speaker, session=session
        ),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
        st.sampled_from(["Ann", "Bob"]),
        st.sampled_from(["s1", "s2", "s3"]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60)
@given(turns=TURNS, words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), data=st.data())
def test_scores_are_the_same_among_few_candidates_as_among_all(
    turns: list[Said], words: list[str], data: st.DataObject
) -> None:
    memory = reader(turns)
    query = ask(f"What did Ann say of {' '.join(words)}?")
    whole = rank(query, memory)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(turns), max_size=len(turns))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "CAP", 0)
        patch.setattr(candidates, "BEST", 4)
        patch.setattr(candidates, "WITH_NEIGHBOURS", 2)
        few = rank(query, memory)
        masked = rank(query, memory, mask)
    scores = dict(zip(whole.items.tolist(), whole.scores.tolist(), strict=True))
    assert all(scores[i] == s for i, s in zip(few.items.tolist(), few.scores.tolist(), strict=True))
    assert all(mask[masked.docs])


def test_a_level_below_the_highest_says_why() -> None:
    found = rank(ask("Which boats?"), reader([Said(text="The red boats left.")]))
    assert (found.level, found.limitation) == ("c0", "there is no embedder")
    groups = {reason.group for reason in found.reasons(0)}
    assert groups == set(GROUPS) - {"meaning", "other candidates", "facts", "use"}
