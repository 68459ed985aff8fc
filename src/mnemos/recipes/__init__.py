"""Recipes: memory systems over one substrate, chosen by name.

Other packages join by an entry point of the group ``mnemos.recipes``; ours cannot be replaced.
"""

from __future__ import annotations

from importlib import import_module

from mnemos.errors import InputError
from mnemos.models.base import Embedder
from mnemos.recipes.base import Recipe

GROUP = "mnemos.recipes"

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


def recipe(name: str, level: str | None = None, embedder: Embedder | None = None) -> Recipe:
    """Return the recipe of this name.

    Args:
        name: Ours, or that of an installed package.
        level: How much of it to use; None is the most that can be had.
        embedder: Encodes questions; None if there is no model.

    Raises:
        InputError: There is no such recipe or level; the message lists those that there are.
    """
    address = RECIPES.get(name) or _joined().get(name)
    if address is None:
        known = ", ".join(sorted(RECIPES.keys() | _joined().keys()))
        raise InputError(f"no recipe {name!r}; known are {known}")
    module, _, attribute = address.partition(":")
    made: Recipe = getattr(import_module(module), attribute)(level, embedder)
    return made


def _joined() -> dict[str, str]:
    """Return what installed packages offer; slow, for it reads the metadata of all of them."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 18 ms that ours do not need

    return {point.name: point.value for point in entry_points(group=GROUP)}
