"""Recipes: memory systems over one substrate, chosen by name.

Other packages join by an entry point of the group ``mnemos.recipes``; ours cannot be replaced.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from mnemos.errors import InputError
from mnemos.recipes.base import Recipe

GROUP = "mnemos.recipes"

#: Name → "module:object".
RECIPES = {
    "default": "mnemos.recipes.default:Default",
}


def recipe(name: str) -> Recipe:
    """Return the recipe of this name.

    Raises:
        InputError: There is none; the message lists those that there are.
    """
    joined = {point.name: point.value for point in entry_points(group=GROUP)}
    known = joined | RECIPES
    if name not in known:
        raise InputError(f"no recipe {name!r}; known are {', '.join(sorted(known))}")
    module, _, attribute = known[name].partition(":")
    made: Recipe = getattr(import_module(module), attribute)()
    return made
