"""What mnemos does when nobody chooses: words, people, days and manners of speaking, fused.

Each turn is scored by BM25 of its own words, of its neighbours' and of its session's, by whether
the right person speaks, by how near it lies to the days that the question names, and by what
kind of turn it is; constants learnt once weigh the signals and add them up.

Source: Robertson & Zaragoza 2009 (BM25); the other signals are ours, one a file in
    ``mnemos.recall.signals``; listwise softmax after Cao et al. 2007 (ListNet) for the weights.
Differs: no statistics of the store or of the candidates beside how rare words are; BM25 is
    divided by what the question could attain, so that a score means the same in any store. Names
    of speakers are no search words; they only say who should be speaking.
Cost: no model calls, neither per session nor per question.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mnemos.recall.fusion import weights
from mnemos.recall.ranking import Ranking, rank
from mnemos.store.base import Reader
from mnemos.types import Query


class Default:
    """The recipe ``default``."""

    name = "default"

    def __init__(self, level: str | None = None) -> None:
        self._level = (level or "c0").lower()
        weights(self._level)

    def recall(self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None) -> Ranking:
        """Rank by words and priors; level C0 needs no model."""
        return rank(query, reader, eligible, level=self._level)
