"""What recipes and models make of what was said: derived, gone over, encoded, dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mnemos import models, recipes
from mnemos.catalogue import RecipeKept, kept
from mnemos.embedding.upkeep import VectorStatus
from mnemos.embedding.work import Embedded
from mnemos.errors import InputError
from mnemos.learning import Learned, Learning
from mnemos.learning import Progress as LearnProgress
from mnemos.memory.opened import Moment, Opened
from mnemos.models.base import Embedder
from mnemos.recipes.base import Learner
from mnemos.store.change import Header
from mnemos.store.verify import Progress
from mnemos.types import JSON, Receipt


class Deriving(Opened):
    """learn, consolidate, unlearn; embed, reindex."""

    def learn(
        self,
        recipe: str | None = None,
        *,
        limit: int | None = None,
        redo: bool = False,
        progress: LearnProgress | None = None,
    ) -> Learned:
        """Let a recipe derive what it needs from all that it has not learnt from yet.

        What it makes is labelled by its name and recalled by it alone. Each session is a change of
        its own: broken off, it goes on where it was.

        Args:
            recipe: By name; None is this memory's own.
            limit: Learn from at most so many sessions.
            redo: Learn again from sessions in which a model failed; what was made of them is
                dropped first.
            progress: Called with (sessions done, sessions in all).

        Raises:
            InputError: The recipe learns nothing.
        """
        self._require_whole("learn")
        return self._learning(recipe).learn(limit=limit, redo=redo, progress=progress)

    def consolidate(
        self,
        recipe: str | None = None,
        *,
        steps: int = 1_000,
        redo: bool = False,
        progress: LearnProgress | None = None,
    ) -> Learned:
        """Do what a recipe leaves for idle hours: learn, then go over what it has derived.

        Args:
            recipe: By name; None is this memory's own.
            steps: At most so many steps after learning, each a change of its own.
            redo: Learn again from sessions in which a model failed; what was made of them is
                dropped first. Steps in which one failed are not taken again.
            progress: Called with (sessions done, sessions in all).

        Raises:
            InputError: The recipe learns nothing.
            RecipeError: A step failed or changed nothing; those before it stand.
        """
        self._require_whole("consolidate")
        learning = self._learning(recipe)
        learned = learning.learn(redo=redo, progress=progress)
        taken = learning.consolidate(self._clock(), steps=steps, redo=redo)
        failed = learned.failed + learning.failed_steps()
        return replace(learned, steps=taken, failed=failed, rows=learning.rows)

    def unlearn(self, recipe: str) -> Receipt:
        """Drop all that a recipe made; what was said stays, and it can learn anew.

        Raises:
            InputError: There is no such recipe.
        """
        self._require_whole("unlearn")
        return self._learning(recipe).drop()

    def recipes(self) -> tuple[RecipeKept, ...]:
        """Return the recipes that can be chosen here, and what this memory keeps of each."""
        self._require_whole("recipes")
        offered = recipes.offered()
        own = self._shared.recipe
        if own.name not in {each.name for each in offered}:
            offered = (*offered, recipes.described(own))
        with self._store.reading() as snapshot:
            return kept(snapshot, offered)

    def _learning(self, recipe: str | None, recorded_at: Moment | None = None) -> Learning:
        own = recipe is None or recipe == self._recipe_name
        chosen = (
            self._shared.recipe
            if own
            else recipes.recipe(recipe or "", self._recipe_named[1], self._upkeep.embedder)
        )
        if not isinstance(chosen, Learner):
            raise InputError(f"the recipe {chosen.name!r} learns nothing: it needs what was said")

        def header(op: str, body: Mapping[str, JSON]) -> Header:
            made = self._header(op, "", recorded_at)
            return replace(made, body=dict(body), given=False)

        passed = self._passed if own else {}
        return Learning(
            self._store,
            chosen,
            self._decide,
            header=header,
            wake=self._upkeep.wake,
            passed=passed,
        )

    def embed(self, *, progress: Progress | None = None) -> Embedded:
        """Make the vectors that are missing, now, rather than bit by bit in the background.

        Args:
            progress: Called with (texts done, texts in all).

        Raises:
            ModelError: There is no embedder. One that fails does not raise: the turns are kept,
                ``failed`` counts their sessions, and they are tried again later.
        """
        self._require_whole("embed")
        return self._upkeep.embed(progress)

    def reindex(self, embedder: str | Embedder, *, progress: Progress | None = None) -> Embedded:
        """Change to another embedder; the old vectors serve until all of the new are made.

        Broken off, it goes on where it was when it is called again. With the embedder that the
        memory has, all vectors are made anew.

        Raises:
            ModelError: Some vectors could not be made; the old ones serve on.
        """
        self._require_whole("reindex")
        chosen = models.embedder(embedder) if isinstance(embedder, str) else embedder
        done = self._upkeep.reindex(chosen, progress)
        self._shared.recipe = recipes.recipe(*self._recipe_named, chosen)
        return done

    def vectors(self) -> VectorStatus:
        """Say which embedder the vectors are of, and how far they have come."""
        self._require_whole("vectors")
        return self._upkeep.status()
