"""Every recipe, whatever its system: lawful, deterministic, alone, and able to run with nothing."""

from __future__ import annotations

import ast
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

from mnemos import InputError, Item, Memory, Scope
from mnemos.models.base import ChatRequest
from mnemos.models.scripted import ScriptedTokenEmbedder
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.recipes import RECIPES, recipe
from mnemos.recipes.base import Consolidator, Learner
from tests.unit.recipes.told import everything

NOW = datetime(2024, 3, 1, 9, tzinfo=UTC)
#: Recipes of published systems, by name: each has an ablation and counts what it does.
SYSTEMS = sorted(RECIPES.keys() - {"default"})
#: Those that derive something.
LEARNERS = [name for name in SYSTEMS if isinstance(recipe(name), Learner)]
#: Turns of a long session; more of the recipe whose work grows fastest with them.
LONG, LONGEST, GROWS_FASTEST = 1_000, 5_000, "mem-tree"
#: Lines of a recipe's file at most.
MOST_LINES = 200
SPEAKERS = ("Ann", "Bob")
#: A turn of more than 300 tokens.
STORY = " ".join(
    f"On day {day} we carried the canoe past the {thing}, and {who} drew it in the log book."
    for day, (thing, who) in enumerate(
        zip(
            ("mill", "chapel", "quarry", "bridge", "weir", "orchard", "tower", "ferry") * 2,
            ("Clara", "the pilot", "my aunt", "a nurse") * 4,
            strict=True,
        ),
        1,
    )
)
#: By session, a week apart; Ann begins and they take turns.
TALK = {
    "s1": (
        "Hello Bob! I moved to Oslo last week. My dog is called Rex.",
        "Welcome to the north! I live in Bergen, and I like tea.",
        "I work as a nurse at the harbour clinic. I love hiking on the ridge with Rex.",
        "My sister Clara paints boats. She visited the harbour in May.",
    ),
    "s2": (
        "I work as a teacher now, the clinic was too much for me.",
        "Good for you. I bought a red canoe and I want to paddle to the lighthouse.",
        "Rex is afraid of canoes! He hid under the table when he saw the picture.",
        "Then we walk to the lighthouse. Clara wants to paint it.",
    ),
    "s3": (
        "I live in Bergen now, two streets from you.",
        "I no longer like tea. Coffee it is, from the shop beside the lighthouse.",
        "Clara sold the painting of the lighthouse to the harbour clinic.",
        "What a story! I prefer the one of the red canoe.",
        STORY,
    ),
    "s4": ("The bread was burnt this morning.", "Use the lower shelf of the oven."),
    "s5": ("My train was late again.", "Mine never came, I walked home in the rain."),
    "s6": ("The red canoe has a leak below the seat.", "Tar helps, the boat shop has some."),
    "s7": ("I live in Bergen now, two streets from you.", "The lighthouse is closed for repairs."),
}
QUESTIONS = (
    "Where does Ann live?",
    "Who paints the lighthouse?",
    "What is the dog called?",
    "What did Bob buy?",
)
#: Hardly about anything that was said.
IDLE = "Would you say the weather is nice enough for a walk?"


def remember(memory: Memory, session: str, scope: Scope | None = None) -> None:
    start = NOW - timedelta(days=7 * (len(TALK) - sorted(TALK).index(session)))
    memory.remember(
        [
            {
                "role": "user",
                "name": SPEAKERS[place % 2],
                "content": text,
                "said_at": start + timedelta(minutes=place),
            }
            for place, text in enumerate(TALK[session])
        ],
        session=session,
        scope=scope or Scope(),
    )


def told(name: str = "default", **options: object) -> Memory:
    """Return a memory to which everything was said, and that has learnt from it."""
    memory = Memory(":memory:", recipe=name, clock=lambda: NOW, **options)  # type: ignore[arg-type]
    for session in TALK:
        remember(memory, session)
    settled(memory)
    return memory


def settled(memory: Memory) -> None:
    """Let it embed, learn and consolidate all that there is."""
    embed(memory)
    if isinstance(memory._shared.recipe, Learner):
        assert memory.learn().errors == ()
    if isinstance(memory._shared.recipe, Consolidator):
        memory.consolidate(steps=50)
    embed(memory)


def embed(memory: Memory) -> None:
    if memory._upkeep.embedder is not None:
        memory.embed()


def answers(memory: Memory, limit: int = 50) -> list[list[tuple[str, float]]]:
    return [
        [(hit.id, hit.score) for hit in memory.recall(question, limit=limit)]
        for question in (*QUESTIONS, IDLE)
    ]


def hits(memory: Memory) -> list[set[str]]:
    """Return what answers; keys that were dropped still count in how rare a word is."""
    return [{hit for hit, _ in found} for found in answers(memory)]


def derived(memory: Memory) -> list[Item]:
    return [item for item in everything(memory) if item.kind != "turn"]


def said_of(item: Item, memory: Memory) -> set[str]:
    """Return the ids of the turns that an item comes from, however many steps away."""
    if item.kind == "turn":
        return {item.id}
    return set().union(*(said_of(memory.get(source), memory) for source in item.sources))


def fired(memory: Memory) -> Counter[str]:
    found: Counter[str] = memory._shared.recipe.fired  # type: ignore[attr-defined]
    return found


def ablation(name: str) -> str:
    level: str = recipe(name).ABLATION  # type: ignore[attr-defined]
    return level


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_recipe_is_called_what_it_is_chosen_by(name: str) -> None:
    assert recipe(name).name == name


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_level_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="level"):
        recipe(name, "most")


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_refused_level_is_told_both_that_there_are(name: str) -> None:
    with pytest.raises(InputError) as error:
        recipe(name, "most")
    assert "full" in str(error.value)
    assert ablation(name) in str(error.value)
    assert recipe(name, ablation(name)).name == recipe(name, "full").name


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_recipe_is_one_file_that_knows_no_other_recipe_and_no_store(name: str) -> None:
    module = import_module(RECIPES[name].partition(":")[0])
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MOST_LINES
    known = {
        each.module or ""
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.ImportFrom)
    }
    others = {each for each in known if each.startswith("mnemos.recipes")}
    assert others <= {"mnemos.recipes.base"}
    assert known.isdisjoint({"sqlite3", "mnemos.store.sqlite", "mnemos.store.memory"})


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_docstring_names_source_differences_and_cost(name: str) -> None:
    doc = import_module(RECIPES[name].partition(":")[0]).__doc__ or ""
    assert all(f"\n{part}:" in doc for part in ("Source", "Differs", "Cost"))


@pytest.mark.parametrize("name", sorted(RECIPES))
@pytest.mark.parametrize("meaning", [False, True])
def test_it_runs_without_a_model_and_finds_something(name: str, *, meaning: bool) -> None:
    with told(name, chat=None, embedder=ScriptedTokenEmbedder() if meaning else None) as memory:
        found = 0
        for question in QUESTIONS:
            hits = memory.recall(question)
            assert {hit.item.made_by for hit in hits} <= {"", name}
            assert all(one.score >= other.score for one, other in pairwise(hits))
            found += len(hits) > 0
        # By meaning there may be a bar, which this model's cosines do not reach each time.
        assert found == len(QUESTIONS) or (meaning and found)
        assert memory.verify().problems == ()


@pytest.mark.parametrize("name", LEARNERS)
def test_all_that_it_makes_leads_back_to_what_was_said(name: str) -> None:
    with told(name, chat=None, embedder=None) as memory:
        for item in derived(memory):
            assert item.made_by == name
            assert said_of(item, memory)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("meaning", [False, True])
def test_its_own_mechanism_fires(name: str, *, meaning: bool) -> None:
    with told(name, chat=None, embedder=ScriptedTokenEmbedder() if meaning else None) as memory:
        answers(memory)
        assert fired(memory).total() > 0
    with Memory(":memory:", recipe=name, embedder=None, chat=None, clock=lambda: NOW) as memory:
        assert fired(memory).total() == 0


@pytest.mark.parametrize("name", SYSTEMS)
def test_its_ablation_answers_otherwise(name: str) -> None:
    with (
        told(name, chat=None, embedder=None) as full,
        told(name, chat=None, embedder=None, level=ablation(name)) as less,
    ):
        assert any(answers(full, limit) != answers(less, limit) for limit in (3, 50))
        assert all(answers(less)[: len(QUESTIONS)])


@pytest.mark.parametrize("name", sorted(RECIPES))
@pytest.mark.parametrize("meaning", [False, True])
def test_the_same_turns_give_the_same_memory_and_answers(name: str, *, meaning: bool) -> None:
    def made() -> tuple[str, list[list[tuple[str, float]]]]:
        embedder = ScriptedTokenEmbedder() if meaning else None
        with told(name, chat=None, embedder=embedder) as memory:
            return memory.state_hash(), answers(memory)

    assert made() == made()


@pytest.mark.parametrize("name", LEARNERS)
def test_what_is_dropped_is_learnt_again_the_same(name: str) -> None:
    with told(name, chat=None, embedder=None) as memory:
        before = memory.state_hash(), hits(memory)
        memory.unlearn(name)
        assert derived(memory) == []
        settled(memory)
        assert (memory.state_hash(), hits(memory)) == before


@pytest.mark.parametrize("name", LEARNERS)
def test_it_changes_no_answer_of_any_other_recipe(name: str, tmp_path: Path) -> None:
    """Each learns beside the next in order, and beside the default."""
    path = tmp_path / "memory"
    other = LEARNERS[(LEARNERS.index(name) + 1) % len(LEARNERS)]

    def recalled(by: str) -> list[list[tuple[str, float]]]:
        with Memory(path, recipe=by, embedder=None, chat=None, clock=lambda: NOW) as memory:
            settled(memory)
            return answers(memory)

    with Memory(path, embedder=None, chat=None, clock=lambda: NOW) as memory:
        for session in TALK:
            remember(memory, session)
    before = {by: recalled(by) for by in ("default", other)}
    recalled(name)
    assert {by: recalled(by) for by in before} == before


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("said", ["Gladly!", "{}", '{"label": 99, "keep": [-1]}', "[1]"])
def test_bad_replies_of_a_model_change_nothing_but_the_branch(name: str, said: str) -> None:
    with (
        told(name, chat=None, embedder=None) as without,
        told(name, chat=ScriptedChat(lambda _: said), embedder=None) as bad,
    ):
        assert everything(bad) == everything(without)
        assert answers(bad) == answers(without)


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_model_is_shown_no_ids(name: str) -> None:
    asked: list[ChatRequest] = []

    def note(request: ChatRequest) -> str:
        asked.append(request)
        return "no"

    with told(name, chat=ScriptedChat(note), embedder=None) as memory:
        answers(memory)
        shown = "\n".join(f"{request.system}\n{request.user}" for request in asked)
        assert not [item.id for item in everything(memory) if item.id in shown]


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_what_another_user_said_never_comes_back(name: str) -> None:
    with Memory(":memory:", recipe=name, embedder=None, chat=None, clock=lambda: NOW) as memory:
        for session, user in (("s1", "ann"), ("s2", "eve"), ("s3", "ann")):
            remember(memory, session, Scope(user=user))
        settled(memory)
        for question in QUESTIONS:
            hits = memory.recall(question, limit=50, scope=Scope(user="ann"))
            assert len(hits) > 0
            assert {hit.item.scope.user for hit in hits} == {"ann"}


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_what_was_not_known_yet_does_not_answer_for_the_past(name: str) -> None:
    now = [NOW]
    with Memory(":memory:", recipe=name, embedder=None, chat=None, clock=lambda: now[0]) as memory:
        remember(memory, "s1")
        settled(memory)
        first = {item.id for item in everything(memory)}
        then = now[0]
        now[0] += timedelta(days=1)
        remember(memory, "s2")
        remember(memory, "s3")
        settled(memory)
        for question in QUESTIONS:
            hits = memory.recall(question, limit=50, as_of=then)
            assert {hit.id for hit in hits} <= first


@pytest.mark.parametrize("name", LEARNERS)
def test_it_goes_on_without_what_was_forgotten_and_erased(name: str) -> None:
    with told(name, chat=None, embedder=None) as memory:
        turns = [item.id for item in everything(memory) if item.kind == "turn"]
        memory.forget(turns[:2])
        memory.erase(turns[2])
        remember(memory, "s2", Scope(agent="other"))
        settled(memory)
        for question in QUESTIONS:
            for hit in memory.recall(question, limit=50):
                assert said_of(hit.item, memory).isdisjoint(turns[2:3])
        assert memory.verify().problems == ()


@pytest.mark.parametrize("name", LEARNERS)
def test_a_session_of_one_turn_and_one_of_thousands_are_learnt_from(name: str) -> None:
    with Memory(":memory:", recipe=name, embedder=None, chat=None, clock=lambda: NOW) as memory:
        memory.remember({"role": "user", "content": "I live in Oslo."}, session="one")
        settled(memory)
        assert len(memory.recall("Who lives in Oslo?")) > 0
        count = LONGEST if name == GROWS_FASTEST else LONG
        memory.remember(
            [
                {
                    "role": ("user", "assistant")[number % 2],
                    "content": f"I bought lamp {number} in street {number % 97}.",
                    "said_at": NOW - timedelta(minutes=count - number),
                }
                for number in range(count)
            ],
            session="many",
        )
        settled(memory)
        assert len(memory.recall("Where was lamp 432 bought?")) > 0


@pytest.mark.parametrize("name", SYSTEMS)
def test_its_tasks_can_be_read(name: str) -> None:
    """The prompts of a recipe are files of its name, each with an example at least."""
    folder = Path(str(import_module("mnemos.recipes").__file__)).parent / "prompts"
    for path in sorted(folder.glob(f"{name}-*.md")):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n## Example") >= 1
        blocks = text.split("```json\n")[1:]
        assert all(isinstance(json.loads(block.partition("```")[0]), dict) for block in blocks)
