"""The reference, written from docstrings: every public name, and what recipes need beside them."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

import mnemos

#: Public names whose methods are described one by one.
WITH_METHODS = frozenset({"Decide", "Memory", "Reader"})
#: Module → what those who write recipes need of it.
FOR_RECIPES = {
    "mnemos.recipes.base": ("Recipe", "Learner", "Consolidator", "is_whole"),
    "mnemos.store.base": ("Index", "Postings"),
    "mnemos.store.columns": ("Columns",),
    "mnemos.ingest.derive": ("made",),
    "mnemos.ingest.keywords": ("keywords",),
    "mnemos.recall.ranked": ("Ranked", "Shares", "ranked"),
    "mnemos.recall.score": ("words",),
    "mnemos.text.sentences": ("sentences",),
    "mnemos.text.terms": ("Analyzer",),
}
_FOR_RECIPES = (
    "What stands in modules of its own for those who write [recipes](howto/recipes.md); what a "
    "recipe reads by are `Reader`, `Index` and, to ask a model, `Decide`."
)
_COLUMNS = (
    "Times are microseconds since 1970, UTC, or `NO_TIME`. `ROLES` and the bits of `flags` "
    "(`FLAG_KEY`, `FLAG_QUESTION` …) stand in `mnemos.store.base`."
)


def written() -> str:
    """Return every public name with its signature and what its docstring says."""
    parts: list[str] = []
    for name in mnemos.__all__:
        parts += _entry(name, getattr(mnemos, name), methods=name in WITH_METHODS)
    parts += ["", "## For recipes", "", _FOR_RECIPES]
    for address, names in FOR_RECIPES.items():
        module = import_module(address)
        for name in names:
            value = getattr(module, name)
            parts += _entry(f"{address}.{name}", value, methods=inspect.isclass(value), level=3)
    parts += ["", "### Columns of `Index.docs`", "", *_columns(), "", _COLUMNS]
    return "\n".join(parts).strip()


def _entry(name: str, value: object, *, methods: bool, level: int = 2) -> list[str]:
    """Return what is said of a name and, if they are wanted, of its methods."""
    bare = name.rpartition(".")[2]
    parts = ["", f"{'#' * level} {name}", "", *_described(bare, value)]
    for method in _methods(value, level) if methods else ():
        title = f"{'#' * (level + 1)} {bare}.{method}"
        parts += ["", title, "", *_described(method, _bound(value, method))]
    return parts


def _methods(value: object, level: int) -> list[str]:
    """Return the methods and properties to show; what is inherited stands at the top alone."""
    names = dir(value) if level == 2 else sorted(vars(value))
    shown = [each for each in names if not each.startswith("_") or each == "__call__"]
    of = [(each, inspect.getattr_static(value, each)) for each in shown]
    kinds = (property, classmethod, staticmethod)
    methods = [each for each, found in of if callable(found) or isinstance(found, kinds)]
    return [each for each in methods if each != "__call__" or each in vars(value)]


def _bound(value: object, name: str) -> object:
    """Return a method as it is called; a property as it is."""
    of = inspect.getattr_static(value, name)
    return of if isinstance(of, property) else getattr(value, name)


def _columns() -> list[str]:
    """Return a table of the columns of an index's documents, from the comments beside them."""
    base = import_module("mnemos.store.base")
    source = inspect.getsource(base)
    told = re.findall(r'^ +\("(\w+)", "(<?\w+)"\),(?:  # (.+))?$', source, re.MULTILINE)
    if [name for name, _, _ in told] != list(base.DOC.names or ()):
        raise ValueError("the columns of documents do not stand as they are read here")
    rows = [[f"`{name}`", f"`{kind}`", about] for name, kind, about in told]
    return [
        "| column | kind | what |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _described(name: str, value: object) -> list[str]:
    try:
        signature = str(inspect.signature(value)) if callable(value) else ""
    except ValueError:
        signature = ""
    if getattr(value, "_is_protocol", False):
        signature = ""  # nobody makes one
    if isinstance(value, property) and value.fget is not None:
        signature = f": {value.fget.__annotations__.get('return', '')}"
    if inspect.isclass(value) and issubclass(value, Exception):
        signature = f"({value.__bases__[0].__name__})"
    docstring = (inspect.getdoc(value) or "").split("\n>>>")[0].rstrip()
    bare = re.sub(r"<function ([\w.<>]+) at 0x[0-9a-f]+>", r"\1", f"{name}{signature}")
    return ["```text", bare, "", docstring, "```"]
