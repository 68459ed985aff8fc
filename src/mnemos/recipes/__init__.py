"""Recipes: memory systems over one substrate, chosen by name.

Other packages join by an entry point of the group ``mnemos.recipes``; ours cannot be replaced.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from mnemos.errors import InputError
from mnemos.models.base import Embedder
from mnemos.recipes.base import Consolidator, Learner, Recipe

GROUP = "mnemos.recipes"

#: Makes a recipe: (level, embedder) → recipe. Its class, as a rule.
Maker = Callable[[str | None, Embedder | None], Recipe]

#: Name → "module:object".
RECIPES = {
    "a-mem": "mnemos.recipes.a_mem:AMem",
    "default": "mnemos.recipes.default:Default",
    "engram": "mnemos.recipes.engram:Engram",
    "hipporag-2": "mnemos.recipes.hipporag_2:HippoRAG2",
    "lightmem": "mnemos.recipes.lightmem:LightMem",
    "mem-gas": "mnemos.recipes.mem_gas:MemGas",
    "mem-tree": "mnemos.recipes.mem_tree:MemTree",
    "memory-bank": "mnemos.recipes.memory_bank:MemoryBank",
    "memr3": "mnemos.recipes.memr3:MemR3",
    "read-agent": "mnemos.recipes.read_agent:ReadAgent",
    "scm": "mnemos.recipes.scm:SCM",
    "sgmem": "mnemos.recipes.sgmem:SGMem",
    "think-in-memory": "mnemos.recipes.think_in_memory:ThinkInMemory",
}

#: Names that no recipe has: what users put right is made by "user".
_TAKEN = frozenset({"", "user"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A recipe that can be chosen.

    Args:
        name: By which it is chosen.
        about: The first line of its docstring, or why it cannot be loaded.
        cost: What its docstring says of model calls and of what it stores.
        learns: Whether it derives anything from what was said.
        at_once: Whether it does so as soon as a turn is stored.
        consolidates: Whether it goes over that in idle hours.
    """

    name: str
    about: str
    cost: str = ""
    learns: bool = False
    at_once: bool = False
    consolidates: bool = False


def recipe(name: str | Maker, level: str | None = None, embedder: Embedder | None = None) -> Recipe:
    """Return the recipe of this name.

    Args:
        name: Ours, or that of an installed package; or what makes a recipe, to try it.
        level: How much of it to use; None is the most that can be had.
        embedder: Encodes questions; None if there is no model.

    Raises:
        InputError: There is no such recipe or level; the message lists those that there are. Or
            one that is tried has the name of one that there is.
    """
    if not isinstance(name, str):
        return _tried(name, level, embedder)
    address = RECIPES.get(name) or _joined().get(name)
    if address is None:
        known = ", ".join(sorted(RECIPES.keys() | _joined().keys()))
        raise InputError(f"no recipe {name!r}; known are {known}")
    module, _, attribute = address.partition(":")
    made: Recipe = getattr(import_module(module), attribute)(level, embedder)
    return made


def _tried(maker: Maker, level: str | None, embedder: Embedder | None) -> Recipe:
    if not callable(maker):
        raise InputError(f"recipe: expected a name or a class, not {maker!r}")
    made = maker(level, embedder)
    if not isinstance(made, Recipe):
        raise InputError(f"recipe: {maker!r} makes no recipe: that has a name and recall")
    if made.name in RECIPES or made.name in _TAKEN:
        raise InputError(f"recipe: the name {made.name!r} is taken; give yours another")
    return made


def offered() -> tuple[Offered, ...]:
    """Return every recipe that can be chosen, in alphabetical order; all of them are loaded."""
    return tuple(_offered(name) for name in sorted(RECIPES.keys() | _joined().keys()))


def _offered(name: str) -> Offered:
    try:
        return described(recipe(name))
    except Exception as error:  # noqa: BLE001 - of a package: the others can be chosen all the same
        return Offered(name=name, about=f"cannot be loaded: {error}")


def described(made: Recipe) -> Offered:
    """Return what a recipe says of itself in the docstring of its module, else of its class."""
    module = sys.modules.get(type(made).__module__)
    texts = [text.strip() for text in (module and module.__doc__, type(made).__doc__) if text]
    text = next((each for each in texts if _COST.search(each)), texts[-1] if texts else "")
    cost = _COST.search(text)
    return Offered(
        name=made.name,
        about=text.partition("\n")[0],
        cost=" ".join(cost[1].split()) if cost else "",
        learns=isinstance(made, Learner),
        at_once=isinstance(made, Learner) and made.at_once,
        consolidates=isinstance(made, Consolidator),
    )


#: A paragraph of a docstring: what stands behind "Cost:" and the lines that are set in below it.
_COST = re.compile(r"^[ ]*Cost: *(.+(?:\n[ ]+\S.*)*)", re.MULTILINE)


def _joined() -> dict[str, str]:
    """Return what installed packages offer; slow, for it reads the metadata of all of them."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 18 ms that ours do not need

    return {point.name: point.value for point in entry_points(group=GROUP)}
