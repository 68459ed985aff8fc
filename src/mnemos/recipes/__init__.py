"""Recipes: memory systems over one substrate, chosen by name.

Other packages join by an entry point of the group ``mnemos.recipes``; ours cannot be replaced.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from mnemos.errors import InputError
from mnemos.models.base import Embedder
from mnemos.recipes.base import Consolidator, Learner, Recipe

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

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
    address = RECIPES.get(name)
    if address is not None:
        module, _, attribute = address.partition(":")
        ours: Recipe = getattr(import_module(module), attribute)(level, embedder)
        return ours
    points = _joined()
    if name not in points:
        known = ", ".join(sorted(RECIPES.keys() | points.keys()))
        raise InputError(f"no recipe {name!r}; known are {known}")
    return _loaded(points[name], level, embedder)


def _loaded(point: EntryPoint, level: str | None, embedder: Embedder | None) -> Recipe:
    """Return the recipe that a package offers.

    Raises:
        InputError: It cannot be loaded, is none, or does not bear the name it is offered by.
    """
    where = f"recipe {point.name!r} ({point.value}{_of(point)})"
    try:
        maker = point.load()
    except Exception as error:
        raise InputError(f"{where}: {error}") from error
    made = _made(maker, level, embedder, where)
    if made.name != point.name:
        raise InputError(
            f"{where}: its attribute name says {made.name!r}; both must be the same, "
            "for what it makes is labelled by it"
        )
    return made


def _tried(maker: Maker, level: str | None, embedder: Embedder | None) -> Recipe:
    made = _made(maker, level, embedder, "recipe")
    if made.name in RECIPES or made.name in _TAKEN:
        raise InputError(f"recipe: the name {made.name!r} is taken; give yours another")
    return made


def _made(maker: object, level: str | None, embedder: Embedder | None, where: str) -> Recipe:
    if not callable(maker):
        raise InputError(f"{where}: expected a name or a class, not {maker!r}")
    try:
        made = maker(level, embedder)
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise  # of its own code
        raise InputError(f"{where}: {maker!r} does not take (level, embedder): {error}") from error
    if not isinstance(made, Recipe):
        raise InputError(f"{where}: {maker!r} makes no recipe: that has a name and recall")
    return made


def offered() -> tuple[Offered, ...]:
    """Return every recipe that can be chosen, in alphabetical order; all of them are loaded.

    What a package offers by a name that is taken is listed as well, with the reason.
    """
    names = RECIPES.keys() | _joined().keys()
    return (*(_offered(name) for name in sorted(names)), *_refused())


def _offered(name: str) -> Offered:
    try:
        return described(recipe(name))
    except Exception as error:  # noqa: BLE001 - of a package: the others can be chosen all the same
        return Offered(name=name, about=f"cannot be loaded: {error}")


def _refused() -> Iterator[Offered]:
    for point in _points():
        if point.name in RECIPES or point.name in _TAKEN:
            yield Offered(
                name=f"{point.name} ({point.value})",
                about=f"cannot be chosen: the name is taken{_of(point)}; give it another",
            )


def described(made: Recipe) -> Offered:
    """Return what a recipe says of itself.

    Of the docstrings of its module and its class the first that has a ``Cost:`` counts; if neither
    has, the class's, else the module's.
    """
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


def _joined() -> dict[str, EntryPoint]:
    """Return what installed packages offer by names that are free."""
    points = {point.name: point for point in _points()}
    return {name: points[name] for name in points.keys() - RECIPES.keys() - _TAKEN}


def _points() -> list[EntryPoint]:
    """Return what installed packages offer; slow, for it reads the metadata of all of them."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 18 ms that ours do not need

    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))


def _of(point: EntryPoint) -> str:
    """Return the package that offers something, for a message."""
    package = getattr(point.dist, "name", None)
    return f", of the package {package}" if package else ""
