"""Recipes are chosen by name."""

from __future__ import annotations

import pytest

from mnemos.errors import InputError
from mnemos.recipes import RECIPES, recipe


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_recipe_knows_its_name(name: str) -> None:
    assert recipe(name).name == name


def test_an_unknown_name_is_refused_with_those_known() -> None:
    with pytest.raises(InputError, match=r"no recipe 'best'; known are .*default"):
        recipe("best")
