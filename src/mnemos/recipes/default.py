"""What mnemos does when nobody chooses: words, people, days, manners and meaning, fused.

Each turn is scored by BM25 of its own words, of its neighbours' and of its session's, by whether
the right person speaks, by how near it lies to the days that the question names, and by what
kind of turn it is. With an embedder also by what it means: one vector a turn chooses candidates,
vectors of sentences and word pieces rank the best of them. Constants learnt once weigh the
signals and add them up.

What is true of people is read by rules as turns are stored. With a chat model it is read better in
idle hours (``consolidate``): a model goes over each session once, and what it reads is set beside.

Source: Robertson & Zaragoza 2009 (BM25); Khattab & Zaharia 2020 (ColBERT, late interaction);
    Günther et al. 2024 (arXiv:2409.04701, late chunking); the other signals are ours, one a file
    in ``mnemos.recall.signals``; listwise softmax after Cao et al. 2007 (ListNet) for the weights.
Differs: no statistics of the store or of the candidates beside how rare words are; BM25 is
    divided by what the question could attain, so that a score means the same in any store. Names
    of speakers are no search words; they only say who should be speaking. Vectors are sign bits.
Cost: no model calls but the embedder's, unless a chat is named: each turn is encoded once or a few
    times while its block grows, each question once. With a chat one call a session, of 1,500 tokens
    at most, in idle hours; longer sessions take several.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import Corrupt, ModelError
from mnemos.ingest.facts.by_model import read_on
from mnemos.ingest.facts.keep import keep
from mnemos.ingest.facts.told import told as told_by_facts
from mnemos.lifecycle.used import Prior
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.fusion import known
from mnemos.recall.newer import LOOKED_AT, asks_of_now, newest
from mnemos.recall.ranking import Priors, Ranking, rank
from mnemos.store.base import Reader
from mnemos.store.journal import microseconds
from mnemos.types import Delta, Query, Session

_log = logging.getLogger("mnemos")


class Default:
    """The recipe ``default``."""

    name = "default"
    at_once = True

    def __init__(
        self,
        level: str | None = None,
        embedder: Embedder | None = None,
        *,
        prior: Prior | None = None,
    ) -> None:
        self._embedder = embedder
        self._prior = prior
        self._level = known(level or ("c0" if embedder is None else "c3"))

    def learn(self, session: Session, reader: Reader, _decide: Decide) -> Delta:
        """Read facts from new turns by rules; a newer one ends what it contradicts."""
        return keep(session, reader, self.name)

    def consolidate(self, _now: datetime, reader: Reader, decide: Decide) -> Delta:
        """Let a model read what no model has read yet, oldest first; nothing without a model."""
        if decide.model is None:
            return Delta()
        task = Task.load("mnemos.recipes.prompts", "default-facts")
        return read_on(reader, decide, task, self.name)

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranking:
        """Rank turns by words and priors, and by meaning as far as there are vectors.

        Facts are never hits: those that answer put the turns first that say so.
        """
        told = told_by_facts(query, reader, self.name)
        nos = reader.numbers([*told.first, *told.instead, *told.instead.values()])
        first = [nos[each] for each in told.first if each in nos]
        instead = {nos[old]: nos[new] for old, new in told.instead.items() if {old, new} <= {*nos}}
        priors = self._priors(query, reader)
        ranked = partial(rank, query, reader, eligible, told=first, instead=instead, priors=priors)
        try:
            found = ranked(level=self._level, embedder=self._embedder)
        except (ModelError, Corrupt) as error:  # of the vectors; words are told below
            _log.warning("recall by words alone: %s", error)
            found = replace(ranked(), limitation=str(error))
        return found if first or not len(found) else _newest_first(query.question, found, reader)

    def _priors(self, query: Query, reader: Reader) -> Priors | None:
        """Return what makes age and use count; off by default: they cost recall (LOG.md)."""
        prior, now = self._prior, microseconds(query.asked_at)
        if prior is None:
            return None
        return lambda nos, rows: prior.shares(nos, rows["said_at"], now, reader)


def _newest_first(question: str, found: Ranking, reader: Reader) -> Ranking:
    """Put the turn first that says how it is now, if a question asks for that."""
    if not asks_of_now(question):
        return found
    items = reader.items(found.items[:LOOKED_AT].tolist())
    place = newest(question, items, found.scores[: len(items)].tolist())
    return found.led_by(place) if place else found
