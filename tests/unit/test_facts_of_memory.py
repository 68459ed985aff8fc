"""What a memory knows of whom: the newest value leads, the old is kept, the past can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnemos import InputError, Memory, NotFound, QueryError, RequestConflict, Scope

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(":memory:", embedder=None, clock=lambda: NOW) as made:
        yield made


def say(memory: Memory, speaker: str, text: str, at: str, session: str = "s1") -> str:
    message = {"role": "user", "name": speaker, "content": text, "timestamp": f"{at}T10:00:00Z"}
    (said,) = memory.remember(message, session=session).ids
    memory.learn()
    return said


@pytest.fixture
def moved(memory: Memory) -> tuple[str, str]:
    """Ann lives in Lisbon, then in Porto; Bob in Lyon."""
    lisbon = say(memory, "Ann", "I live in Lisbon now. Third floor, no lift.", "2024-03-02")
    say(memory, "Bob", "Brave. I live in Lyon.", "2024-03-02")
    porto = say(memory, "Ann", "I've moved to Porto. I'm a nurse.", "2024-05-18", "s2")
    return lisbon, porto


def values(memory: Memory, **asked: object) -> list[str]:
    return [fact.value for fact in memory.facts(**asked)]  # type: ignore[arg-type]


def test_the_newest_value_holds_and_the_one_before_is_kept(
    memory: Memory, moved: tuple[str, str]
) -> None:
    lisbon, porto = moved
    (home,) = memory.facts("Ann", slot="home")
    assert (home.value, home.turns, home.status, home.until) == ("Porto", (porto,), "current", None)
    before = memory.facts("Ann", slot="home", every=True)[1]
    assert (before.value, before.turns, before.status) == ("Lisbon", (lisbon,), "superseded")
    assert before.until == home.since
    assert values(memory, about="ann", slot="home") == ["Porto"]  # whatever the case
    assert values(memory, about="Bob") == ["Lyon"]


def test_what_was_true_at_a_moment_and_what_was_known_then_are_two_questions(
    tmp_path: Path,
) -> None:
    clock = [datetime(2024, 3, 2, 12, tzinfo=UTC)]
    with Memory(tmp_path / "m", embedder=None, clock=lambda: clock[0]) as memory:
        say(memory, "Ann", "I live in Lisbon now.", "2024-03-02")
        clock[0] = datetime(2024, 6, 1, tzinfo=UTC)
        say(memory, "Ann", "I've moved to Porto.", "2024-05-18", "s2")
        asked = {"about": "Ann", "slot": "home"}
        assert values(memory, **asked, valid_at="2024-04-01") == ["Lisbon"]
        assert values(memory, **asked, valid_at="2024-05-20") == ["Porto"]
        assert values(memory, **asked, valid_at="2024-01-01") == []
        assert values(memory, **asked, as_of="2024-05-20") == ["Lisbon"]  # not told yet


def test_facts_come_in_pages_that_put_together_are_all(
    memory: Memory, moved: tuple[str, str]
) -> None:
    whole = memory.facts(every=True)
    assert len(whole) > 2
    found, after = list(memory.facts(every=True, limit=1)), whole[0].id
    while page := memory.facts(every=True, limit=1, after=after):
        found += page
        after = page[-1].id
    assert tuple(found) == whole
    assert memory.facts("Bob", every=True, after=whole[-1].id, limit=5) == ()
    with pytest.raises(NotFound, match="to begin after"):
        memory.facts("Ann", after=moved[0])
    with pytest.raises(QueryError):
        memory.facts(limit=0)


@pytest.mark.usefixtures("moved")
def test_putting_right_under_a_request_id_is_done_once(memory: Memory) -> None:
    (home,) = memory.facts("Ann", slot="home")
    put = memory.correct(home.id, "Braga", request_id="c")
    assert memory.correct(home.id, "Braga", request_id="c") == put
    assert values(memory, about="Ann", slot="home") == ["Braga"]
    with pytest.raises(RequestConflict):
        memory.correct(home.id, "Faro", request_id="c")


def test_a_question_is_answered_by_its_facts(memory: Memory, moved: tuple[str, str]) -> None:
    assert moved
    assert values(memory, question="Where does Ann live?") == ["Porto"]
    assert values(memory, question="Where did Ann live before Porto?") == ["Lisbon"]
    assert values(memory, question="Where does Bob live?") == ["Lyon"]
    assert values(memory, question="Where does Ann live?", valid_at="2024-04-01") == ["Lisbon"]
    assert values(memory, question="Why is the sky blue?") == []


def test_recall_puts_the_turn_first_that_says_what_holds(
    memory: Memory, moved: tuple[str, str]
) -> None:
    lisbon, porto = moved
    for _ in range(3):
        say(
            memory,
            "Ann",
            "Where do people live well? Ann and where to live: a question.",
            "2024-06-01",
        )
    now = memory.recall("Where does Ann live?")
    assert now[0].id == porto
    assert "told" in {reason.signal for reason in now[0].reasons}
    assert memory.recall("Where did Ann live before Porto?")[0].id == lisbon


def test_a_line_that_is_no_longer_so_is_shown_and_marked(
    memory: Memory, moved: tuple[str, str]
) -> None:
    lisbon, _ = moved
    context = memory.context("Where does Ann live?")
    assert "Ann (outdated: home): I live in Lisbon now." in context.text
    assert "Ann: I've moved to Porto." in context.text
    hits = {hit.id: hit.outdated for hit in memory.recall("Where does Ann live?")}
    assert hits[lisbon] == ("home",)
    then = memory.context("Where does Ann live?", asked_at="2024-04-01")
    assert "outdated" not in then.text


def test_a_turn_whose_fact_the_user_put_right_is_marked(
    memory: Memory, moved: tuple[str, str]
) -> None:
    def marks() -> dict[str, tuple[str, ...]]:
        return {hit.id: hit.outdated for hit in memory.recall("What is Ann's job, a nurse?")}

    _, porto = moved
    assert marks()[porto] == ()
    (job,) = memory.facts("Ann", slot="job")
    first = memory.correct(job.id, "doctor")
    assert marks()[porto] == ("job",)
    second = memory.correct(memory.facts("Ann", slot="job")[0].id, "surgeon")
    assert marks()[porto] == ("job",)
    memory.undo(second.seq)
    memory.undo(first.seq)
    assert marks()[porto] == ()


def test_marks_come_from_the_recipe_that_recalls_or_from_the_user(tmp_path: Path) -> None:
    with Memory(tmp_path / "m", embedder=None, clock=lambda: NOW) as memory:
        lisbon = say(memory, "Ann", "I live in Lisbon now.", "2024-03-02")
        say(memory, "Ann", "I've moved to Porto. I'm a nurse.", "2024-05-18", "s2")
        (job,) = memory.facts("Ann", slot="job")
        memory.correct(job.id, "doctor")
    with Memory(tmp_path / "m", recipe="memory-bank", embedder=None, clock=lambda: NOW) as memory:
        hits = {hit.text: hit.outdated for hit in memory.recall("Is Ann, a nurse, in Lisbon?")}
        assert hits[memory.get(lisbon).text] == ()
        assert hits["I've moved to Porto. I'm a nurse."] == ("job",)


def test_facts_are_no_hits(memory: Memory, moved: tuple[str, str]) -> None:
    assert moved
    assert {hit.item.kind for hit in memory.recall("Ann home Porto Lisbon Lyon nurse", 50)} == {
        "turn"
    }


def test_a_profile_has_what_holds_by_slot(memory: Memory, moved: tuple[str, str]) -> None:
    assert moved
    found = memory.profile("ann")
    assert found.about == "Ann"
    assert {slot: [fact.value for fact in facts] for slot, facts in found.slots.items()} == {
        "home": ["Porto"],
        "job": ["nurse"],
    }
    assert memory.profile("Ann", valid_at="2024-04-01").slots.keys() == {"home"}
    assert memory.profile("nobody").slots == {}


def test_what_a_user_puts_right_stays_right_when_all_is_read_again(
    memory: Memory, moved: tuple[str, str]
) -> None:
    _, porto = moved
    (job,) = memory.facts("Ann", slot="job")
    receipt = memory.correct(job.id, "doctor", why="misread")
    (right,) = memory.facts("Ann", slot="job")
    assert (right.value, right.turns, right.id) == ("doctor", (porto,), receipt.ids[0])
    assert memory.log(1)[0].op == "correct"
    wrong = [fact for fact in memory.facts("Ann", slot="job", every=True) if fact.id == job.id]
    assert [fact.status for fact in wrong] == ["corrected"]
    memory.unlearn("default")
    assert values(memory, about="Ann") == ["doctor"]
    memory.learn()
    assert values(memory, about="Ann", slot="job") == ["doctor"]
    again = memory.correct(right.id, "surgeon")
    assert values(memory, about="Ann", slot="job") == ["surgeon"]
    memory.undo(again.seq)
    assert values(memory, about="Ann", slot="job") == ["doctor"]


def test_a_retired_fact_stays_so_when_its_turn_is_read_again(
    memory: Memory, moved: tuple[str, str]
) -> None:
    assert moved
    (job,) = memory.facts("Ann", slot="job")
    memory.forget(job.id)
    memory.unlearn("default")
    memory.learn()
    assert values(memory, about="Ann", slot="job") == []
    assert [fact.status for fact in memory.facts("Ann", slot="job", every=True)] == ["retired"]


def test_facts_read_turn_by_turn_or_all_at_once_are_the_same(tmp_path: Path) -> None:
    said = [
        ("Ann", "I live in Lisbon now. I have two cats.", "2024-03-02"),
        ("Bob", "Do you still play chess?", "2024-03-02"),
        ("Ann", "Not any more. I speak French and Greek.", "2024-03-03"),
        ("Ann", "I've moved to Porto. I adopted a third cat.", "2024-05-18"),
        ("Ann", "Actually, it's Braga, not Porto.", "2024-05-18"),
    ]

    def told(memory: Memory) -> list[tuple[str, str]]:
        return sorted((fact.text, fact.status) for fact in memory.facts(every=True))

    with Memory(tmp_path / "one", embedder=None) as memory:
        for speaker, text, at in said:
            say(memory, speaker, text, at)
        one_by_one = told(memory)
    with Memory(tmp_path / "all", embedder=None) as memory:
        memory.remember(
            [
                {"role": "user", "name": name, "content": text, "timestamp": f"{at}T10:00:00Z"}
                for name, text, at in said
            ],
            session="s1",
        )
        memory.learn()
        assert told(memory) == one_by_one
        memory.unlearn("default")
        memory.learn()
        assert told(memory) == one_by_one
        assert memory.verify().problems == ()
    assert ("Ann · home: Braga", "current") in one_by_one


def test_facts_of_two_users_never_meet(memory: Memory) -> None:
    for user, city in (("u1", "Oslo"), ("u2", "Rome")):
        memory.remember(f"I live in {city}.", scope=Scope(user=user, session="s"))
    memory.learn()
    for user, city in (("u1", "Oslo"), ("u2", "Rome")):
        view = memory.scoped(user=user)
        assert [fact.value for fact in view.facts()] == [city]
        assert [fact.status for fact in view.facts(every=True)] == ["current"]
        assert [fact.value for fact in view.facts(question="Where do I live?")] == [city]
        assert city in view.recall("Where do I live?")[0].text
    stranger = memory.scoped(user="u1").facts()[0].id
    with pytest.raises(NotFound):
        memory.scoped(user="u2").correct(stranger, "Paris")
    with pytest.raises(QueryError):
        memory.scoped(user="u1").facts(scope=Scope(user="u2"))


def test_erasing_a_turn_takes_its_facts(memory: Memory, moved: tuple[str, str]) -> None:
    _, porto = moved
    memory.erase(porto)
    assert values(memory, about="Ann", slot="job") == []
    assert "Porto" not in " ".join(fact.text for fact in memory.facts(every=True))


def test_what_is_no_fact_cannot_be_corrected(memory: Memory, moved: tuple[str, str]) -> None:
    lisbon, _ = moved
    with pytest.raises(InputError, match="is a turn, not a fact"):
        memory.correct(lisbon, "Rome")
    with pytest.raises(InputError, match="expected a text"):
        memory.correct(memory.facts()[0].id, " ")


def test_undoing_a_write_hides_what_was_learnt_from_it_and_undoing_that_brings_it_back(
    memory: Memory, moved: tuple[str, str]
) -> None:
    _, porto = moved
    memory.undo()
    assert memory.get(porto).status == "hidden"
    assert values(memory, about="Ann", slot="job") == []
    memory.undo(memory.log(1)[0].seq)
    assert values(memory, about="Ann", slot="job") == ["nurse"]


def test_what_was_said_is_browsed_without_what_was_derived(
    memory: Memory, moved: tuple[str, str]
) -> None:
    assert moved
    assert {item.kind for item in memory.browse().items} == {"turn"}
    assert {item.kind for item in memory.browse(kinds=["fact"]).items} == {"fact"}


def test_what_another_recipe_calls_a_fact_is_none_of_a_slot() -> None:
    with Memory(":memory:", recipe="lightmem", embedder=None) as memory:
        memory.remember([{"role": "user", "content": "I have moved to Oslo with Miso."}])
        memory.learn()
        (sentence,) = memory.browse(kinds=["fact"]).items
        assert memory.facts() == ()
        assert len(memory.recall("Who moved to Oslo?")) == 1
        with pytest.raises(InputError, match="not a fact"):
            memory.correct(sentence.id, "Bergen")


def test_the_turn_that_says_what_is_so_comes_before_what_it_replaces(memory: Memory) -> None:
    old = say(memory, "Ann", "I drive a Fiat, a red car for trips to the shops.", "2024-03-02")
    new = say(memory, "Ann", "I sold it. I drive a Saab.", "2024-05-18", "s2")
    hits = memory.recall("Which red car does Ann drive for trips to the shops?")
    places = [hit.id for hit in hits]
    assert places.index(new) < places.index(old)
    assert "instead" in {reason.signal for reason in hits[places.index(new)].reasons}


def test_of_turns_that_score_alike_the_later_change_comes_first(memory: Memory) -> None:
    old = say(memory, "Ann", "The canoe lies in the shed.", "2024-03-02")
    new = say(memory, "Ann", "By the way, the canoe lies in the boathouse now.", "2024-05-18", "s2")
    assert [hit.id for hit in memory.recall("Where is the canoe?")] == [new, old]


def test_i_is_the_only_user_with_a_name(memory: Memory) -> None:
    say(memory, "Ann", "I live in Lisbon now. My sister Eva lives in Faro.", "2024-03-02")
    assert values(memory, question="Where do I live?") == ["Lisbon"]
    say(memory, "Bob", "I live in Lyon.", "2024-03-03")
    assert values(memory, question="Where do I live?") == []
    assert values(memory, question="Where does Bob live?") == ["Lyon"]


def test_what_two_people_say_of_a_third_is_shown_as_disputed(memory: Memory) -> None:
    say(memory, "Ann", "Tom drives a Fiat.", "2024-03-02")
    say(memory, "Ben", "No, Tom drives a Saab.", "2024-03-02")
    assert {fact.status for fact in memory.facts("Tom")} == {"disputed"}
    context = memory.context("Which car does Tom drive?")
    assert "Ann (disputed: car): Tom drives a Fiat." in context.text
    assert "Ben (disputed: car): No, Tom drives a Saab." in context.text


def test_a_list_ends_where_another_one_begins_to_act(memory: Memory) -> None:
    say(memory, "Ann", "I do eat fish, and Priya can't have dairy.", "2024-03-02")
    say(memory, "Ann", "I like tea and Eva couldn't come.", "2024-03-02")
    assert {fact.value for fact in memory.facts(every=True)} == {"fish", "tea"}


def test_a_day_is_no_news_of_a_month_one_hates(memory: Memory) -> None:
    say(memory, "Ann", "I hate October now.", "2024-03-02")
    say(memory, "Ann", "It's the first of April, Ben.", "2024-04-01")
    assert [fact.value for fact in memory.facts(every=True)] == ["October"]
