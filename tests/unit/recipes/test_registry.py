"""Recipes are chosen by name."""

from __future__ import annotations

from importlib import metadata
from importlib.metadata import EntryPoint

import pytest

from mnemos import Memory
from mnemos.errors import InputError
from mnemos.models.base import Embedder
from mnemos.recipes import GROUP, RECIPES, described, offered, recipe
from mnemos.recipes.default import Default


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_recipe_knows_its_name(name: str) -> None:
    assert recipe(name).name == name


def test_an_unknown_name_is_refused_with_those_known() -> None:
    with pytest.raises(InputError, match=r"no recipe 'best'; known are .*default"):
        recipe("best")


class Trial(Default):
    """A trial of our own.

    Cost: one model call
        a session. More.

    Source: none.
    """

    name = "trial"


def test_a_recipe_can_be_tried_by_its_class() -> None:
    with Memory(":memory:", recipe=Trial, learning="at once") as memory:
        memory.remember("I live in Porto.")
        (fact,) = memory.facts()
        assert memory.get(fact.id).made_by == "trial"
        assert memory.recall("Where do I live?")[0].text == "I live in Porto."
        assert {each.name: each.items for each in memory.recipes()}["trial"] == {"fact": 1}
        assert memory.learn("trial").rows == 0
        memory.unlearn("trial")
        assert memory.facts() == ()


@pytest.mark.parametrize("taken", ["default", "user", ""])
def test_a_recipe_on_trial_takes_no_name_that_there_is(taken: str) -> None:
    def named(level: str | None, embedder: Embedder | None) -> Trial:
        made = Trial(level, embedder)
        made.name = taken
        return made

    with pytest.raises(InputError, match=f"the name '{taken}' is taken"):
        Memory(":memory:", recipe=named)


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "trial": f"{__name__}:Trial",
        "another": f"{__name__}:Trial",
        "absent": f"{__name__}:Absent",
        "nothing": "no.such.module:Nothing",
        "bare": f"{__name__}:Bare",
        "default": f"{__name__}:Trial",
    }
    points = [EntryPoint(name, value, GROUP) for name, value in values.items()]
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: points if group else [])


class Bare:
    """Takes nothing."""


@pytest.mark.usefixtures("joined")
def test_a_package_s_recipe_is_chosen_by_its_name() -> None:
    assert recipe("trial").name == "trial"
    assert type(recipe("default")) is Default


@pytest.mark.usefixtures("joined")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("another", "its attribute name says 'trial'; both must be the same"),
        ("absent", "has no attribute 'Absent'"),
        ("nothing", "No module named 'no'"),
        ("bare", r"does not take \(level, embedder\)"),
    ],
)
def test_a_package_s_recipe_that_cannot_be_used_says_why(name: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        recipe(name)
    (listed,) = [each for each in offered() if each.name == name]
    assert listed.about.startswith(f"cannot be loaded: recipe {name!r} (")


@pytest.mark.usefixtures("joined")
def test_a_package_s_recipe_by_a_name_of_ours_is_listed_as_refused() -> None:
    by_name = {each.name: each.about for each in offered()}
    assert "cannot be chosen: the name is taken" in by_name[f"default ({__name__}:Trial)"]
    assert by_name["default"] == described(Default()).about


def test_a_class_that_is_not_made_with_level_and_embedder_says_so() -> None:
    with pytest.raises(InputError, match=r"does not take \(level, embedder\)"):
        Memory(":memory:", recipe=Bare)  # type: ignore[arg-type] # on purpose

    def broken(_level: str | None, _embedder: Embedder | None) -> Trial:
        return len(3)  # type: ignore[arg-type, return-value] # on purpose

    with pytest.raises(TypeError, match="has no len"):
        Memory(":memory:", recipe=broken)


def test_what_is_no_recipe_is_refused() -> None:
    with pytest.raises(InputError, match="makes no recipe"):
        Memory(":memory:", recipe=lambda _level, _embedder: object())  # type: ignore[arg-type, return-value] # on purpose
    with pytest.raises(InputError, match="expected a name or a class, not 3"):
        Memory(":memory:", recipe=3)  # type: ignore[arg-type] # on purpose


def test_a_recipe_says_of_itself_what_its_docstring_does() -> None:
    told = described(Trial())
    assert (told.about, told.cost) == ("A trial of our own.", "one model call a session. More.")
    assert (told.learns, told.at_once, told.consolidates) == (True, True, True)


def test_every_recipe_says_what_it_is_and_what_it_costs() -> None:
    assert [each.name for each in offered()] == sorted(RECIPES)
    for each in offered():
        assert each.about and "cannot be loaded" not in each.about
        assert "call" in each.cost
