"""Every recipe of mnemos in a memory of its own: whole, as its ablation, with a scripted model.

What was said is stored once a conversation, and each recipe begins with a copy of that: its own
costs are what it learns. Figures of its own: what it made, how often what it does did anything, and
what it asked of a model.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.conversation import Turn
from bench.systems.adapter import Adapter, Found, Hit, Place, System, Vectors
from bench.systems.mnemos import message

if TYPE_CHECKING:
    from mnemos import Decider, Decision, Embedder, Memory, RecipeKept

DEFAULT = "default"
#: Way → what a recipe is given. The order is that of tables.
WAYS: dict[str, dict[str, bool]] = {
    "whole": {},
    "without": {"ablation": True},
    "scripted": {"chat": True},
    "meaning": {"embedder": True},
    "meaning without": {"embedder": True, "ablation": True},
}
ROOT = Path(__file__).parent.parent.parent
#: What is measured is the working tree, whatever else is installed.
SOURCES = (ROOT / "src", ROOT / "packages" / "mnemos-minilm" / "src")
#: Recipes that read vectors of word pieces, which only the built-in model itself gives.
TOKENS = frozenset({"default", "memr3"})
FILE, SAID = "memory.mnemos", "said"


def ablation(name: str) -> str | None:
    """Return the level of a recipe without its own mechanism; None if it has none."""
    from mnemos.recipes import RECIPES

    module, _, attribute = RECIPES[name].partition(":")
    found: str | None = getattr(getattr(import_module(module), attribute), "ABLATION", None)
    return found


class Learnt:
    """A memory in one file, in which one recipe learns and answers."""

    def __init__(self, place: Place) -> None:
        settings = place.settings
        self._name = str(settings["recipe"])
        self._place = place
        self._kind = "words"
        if settings.get("embedder"):
            self._kind = "tokens" if self._name in TOKENS else "vectors"
        self._file = place.folder / FILE
        self._said_s = 0.0
        self._stored = self._copied()
        self._memory, self._deciders = _memory(place, self._kind)
        self._learnt: dict[str, Any] = {}
        self._refs: dict[str, tuple[str, ...]] = {}

    def _copied(self) -> bool:
        """Begin with what another unit has stored, if there is such a one."""
        base = self._base()
        if base is None or not base.exists():
            return False
        shutil.copyfile(base, self._file)
        self._said_s = float(json.loads(base.with_suffix(".json").read_text(encoding="utf-8")))
        return True

    def _base(self) -> Path | None:
        shared = self._place.shared
        return None if shared is None else shared / f"{SAID}-{self._kind}.mnemos"

    def add(self, turns: Sequence[Turn]) -> None:
        """Remember one session, where that is not done yet."""
        if self._stored:
            return
        start = time.perf_counter()
        self._memory.remember([message(turn) for turn in turns], session=turns[0].session)
        self._said_s += time.perf_counter() - start

    def finish(self) -> None:
        """Learn, and do what is left for idle hours."""
        start = time.perf_counter()
        if self._kind != "words":
            self._memory.embed()
        if not self._stored:
            self._said_s += time.perf_counter() - start
            self._share()
        errors: tuple[str, ...] = ()
        learns = self._own().learns
        start = time.perf_counter()
        if learns:
            errors = self._memory.consolidate().errors
            if self._kind != "words":
                self._memory.embed()
        self._learnt = {
            "learn_s": time.perf_counter() - start,
            "errors": list(errors),
            "writing": _asked(self._decisions()),
        }
        self._deciders.clear()

    def _own(self) -> RecipeKept:
        return next(each for each in self._memory.recipes() if each.name == self._name)

    def _share(self) -> None:
        """Keep what was said for the other units, whole or not at all."""
        base = self._base()
        if base is None:
            return
        base.parent.mkdir(parents=True, exist_ok=True)
        half = self._place.folder / "half.mnemos"
        self._memory.backup(half)
        base.with_suffix(".json").write_text(json.dumps(self._said_s), encoding="utf-8")
        half.replace(base)

    def search(self, question: str, limit: int) -> Found:
        """Recall; what is derived cites the turns that it came from."""
        recall = self._memory.recall(question, limit, asked_at=self._place.asked_at)
        hits = [
            Hit(
                text=hit.text,
                score=hit.score,
                ref=hit.ref,
                cites=() if hit.ref else self._cited(hit.item.sources),
            )
            for hit in recall
        ]
        return Found(hits=hits, confidence=recall.confidence)

    def _cited(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the refs of the turns behind some items, each once."""
        found: dict[str, None] = {}
        for each in ids:
            if each not in self._refs:
                item = self._memory.get(each)
                self._refs[each] = (item.ref,) if item.ref else self._cited(item.sources)
            found |= dict.fromkeys(self._refs[each])
        return tuple(found)

    def tell(self) -> dict[str, Any]:
        """Return what it made, did, asked and takes."""
        own = self._own()
        recipe = self._memory._shared.recipe  # noqa: SLF001 - its count is no public name
        with closing(sqlite3.connect(self._file)) as connection:
            query = "SELECT count(*) FROM link WHERE visible_to IS NULL"
            (links,) = connection.execute(query).fetchone()
        return {
            **self._learnt,
            "said_s": self._said_s,
            "reading": _asked(self._decisions()),
            "items": sum(own.items.values()),
            "links": links,
            "bytes": sum(each.stat().st_size for each in self._place.folder.iterdir()),
            "fired": dict(getattr(recipe, "fired", Counter())),
        }

    def _decisions(self) -> list[Decision]:
        return [one for each in self._deciders for one in each.decisions]

    def close(self) -> None:
        """Close the file."""
        self._memory.close()


def _memory(place: Place, kind: str) -> tuple[Memory, list[Decider]]:
    """Open a recipe's memory; return also a list of all that come to decide in it."""
    from bench import scripted_model
    from mnemos import Decider, Memory

    class Noted(Decider):
        """Remembers all that decide for it."""

        def fresh(self) -> Decider:
            made.append(super().fresh())
            return made[-1]

    made: list[Decider] = []
    settings = place.settings
    name = str(settings["recipe"])
    chat = scripted_model.chat() if settings.get("chat") else None
    embedders: dict[str, Any] = {
        "words": None,
        "tokens": "minilm",
        "vectors": _embedder(place.vectors),
    }
    memory = Memory(
        place.folder / FILE,
        recipe=name,
        level=ablation(name) if settings.get("ablation") else None,
        embedder=embedders[kind],
        embedding="manual",
        chat=None,
        durability="NORMAL",
        clock=lambda: place.asked_at,
    )
    memory._decide = Noted(chat)  # noqa: SLF001 - to hear how each was decided, recall's too
    return memory, made


def _embedder(vectors: Vectors) -> Embedder:
    """Return the benchmark's one model as mnemos asks it: one vector a text."""
    import numpy as np

    from mnemos import ModelId

    class Kept:
        model = ModelId(name=vectors.model, revision="bench", dimension=vectors.dimension)

        def encode(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - numpy is imported late
            shape = (len(texts), vectors.dimension)
            return np.asarray(vectors.encode(texts), dtype=np.float32).reshape(shape)

    return Kept()


def _asked(decisions: Sequence[Decision]) -> dict[str, Any]:
    """Return what was asked of a model: decisions by task and branch, tokens there and back."""
    tasks: dict[str, Counter[str]] = {}
    for one in decisions:
        tasks.setdefault(one.task, Counter())[one.branch] += 1
    return {
        "tasks": {task: dict(sorted(branches.items())) for task, branches in sorted(tasks.items())},
        "tokens in": sum(one.tokens_in for one in decisions),
        "tokens out": sum(one.tokens_out for one in decisions),
        "why": dict(Counter(one.why for one in decisions if one.branch == "fallback" and one.why)),
    }


def _open(place: Place) -> Adapter:
    return Learnt(place)


def _settings() -> dict[str, dict[str, str | bool]]:
    from mnemos.recipes import RECIPES

    return {
        f"{name} {way}": {"recipe": name, **given}
        for name in RECIPES
        for way, given in WAYS.items()
    }


SYSTEM = System(
    title="recipe",
    kind="mnemos",
    open=_open,
    settings=_settings(),
    persistent=False,
    tells=True,
    environment={"PYTHONPATH": os.pathsep.join(map(str, SOURCES))},
    note="Every recipe through Memory alone; a hit that is derived stands for the turns it cites.",
)
