"""Which documents answer a question: candidates, signals, one score, and when to keep silent."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnemos.models.base import Embedder
from mnemos.recall.again import look_again
from mnemos.recall.candidates import inside
from mnemos.recall.confidence import TRAITS, Confidence, evidence, traits
from mnemos.recall.frame import Floats
from mnemos.recall.fusion import Values, Weights, fuse, known, weights
from mnemos.recall.ranked import cut
from mnemos.recall.search import Found, search
from mnemos.recall.signals import GROUP_OF, HIGHEST, INSTEAD, LOOKED_AGAIN, TOLD, UNREAD, meaning
from mnemos.store.base import Reader
from mnemos.types import Query, Reason

NOT_HELD = "none of the question's words occurs in this memory"
TOO_WEAK = "nothing in this memory matches the question well enough"
APART = 1e-6  # what is ranked by less stands so far behind the last that is ranked by all
UNSURE = 1.0  # so unsure an answer that holds none of the words is not shown for its day alone
#: Item numbers and their documents' columns → what is added to each score, by name.
Priors = Callable[[NDArray[np.int64], NDArray[np.void]], Values]
WRONG_PERSON = "what matches the question was said by others than the one it names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The candidates for one question, best first.

    Equal scores stand in the order of item numbers; who shows hits sorts equals by item id.

    Args:
        items: Item numbers, each once. Shape (n,).
        docs: The document by which each was found: its own text or a key. Shape (n,).
        scores: Descending, comparable between questions and stores. Shape (n,).
        abstention: Why nothing here deserves showing; None if something does.
        level: Which signals were used.
        limitation: Why not those of a higher level; None if there is none.
        confidence: How likely what was asked for is here at all, 0 to 1.
    """

    items: NDArray[np.int64]
    docs: NDArray[np.int64]
    scores: Floats
    abstention: str | None
    level: str
    limitation: str | None
    confidence: float
    _order: NDArray[np.int64]
    _values: Values
    _added: Values
    _constants: Weights

    def __len__(self) -> int:
        return len(self.items)

    def led_by(self, place: int) -> Ranking:
        """Return it with the candidate at a place before all others."""
        places = np.arange(len(self))
        order = np.concatenate([[place], np.delete(places, place)])
        lifted = float(self.scores[0] - self.scores[place]) + APART
        added = self._added.get(INSTEAD, np.zeros(len(self)))
        added = added + np.where(places == self._order[place], lifted, 0.0)
        scores = self.scores[order]
        scores[0] += lifted
        return replace(
            self,
            items=self.items[order],
            docs=self.docs[order],
            scores=scores,
            _order=self._order[order],
            _added={**self._added, INSTEAD: added},
        )

    def cut(self, limit: int) -> int:
        """Return how many to read for ``limit`` hits: all that score as much as the last."""
        return cut(self.scores, limit)

    def relevance(self, position: int) -> float:
        """Return how likely one of them is part of the answer, 0 to 1."""
        return self._constants.confidence.relevance(float(self.scores[position]))

    def reasons(self, position: int) -> tuple[Reason, ...]:
        """Return the signals' shares in one score, largest first; those of nought left out."""
        at = self._order[position]
        shares = []
        for name, values in self._values.items():
            constant = self._constants.signals[name]
            value = (float(values[at]) - constant.mean) / constant.deviation
            contribution = constant.weight * value
            if contribution != 0.0 and not math.isnan(contribution):
                shares.append((-contribution, name, value))
        for name, values in self._added.items():
            share = float(values[at])
            if share:
                shares.append((-share, name, share))
        return tuple(
            Reason(
                signal=name,
                value=value,
                contribution=-negative,
                group=GROUP_OF[name],
                meaning=meaning(name),
            )
            for negative, name, value in sorted(shares)
        )


def rank(
    query: Query,
    reader: Reader,
    eligible: NDArray[np.bool_] | None = None,
    level: str = "c0",
    embedder: Embedder | None = None,
    *,
    told: Sequence[int] = (),
    instead: Mapping[int, int] | None = None,
    priors: Priors | None = None,
) -> Ranking:
    """Rank what a space holds by how well it answers a question.

    Args:
        query: The question; its scope, filters and moment are in ``eligible`` already.
        reader: The snapshot to read.
        eligible: Which documents may come back; the others have no influence but on how rare a
            term is. None is all. Shape (documents,).
        level: Which signals, at most; see ``signals.LEVELS``.
        embedder: Encodes the question, for levels above C0.
        told: Items that are known to say what is asked for, best first: they come first.
        instead: Item → another that says what is so now, and stands no further back than it.
        priors: What else their scores gain, whatever the question. How sure the answer is does not
            hang on it. None is nothing.

    Raises:
        InputError: There is no such level.
        ModelError: The model failed.
    """
    told = _eligible(told, eligible)
    found = search(
        query,
        reader,
        eligible,
        level=known(level),
        embedder=embedder,
        besides=[*told, *_instead_of_some(instead, eligible)],
    )
    frame, constants = found.frame, weights(found.level)
    scores, values = fuse(frame, found.level, constants.signals)
    ranked = found.ranked
    shown = traits(evidence(frame, ranked), scores[ranked]) if len(scores) else None
    items = frame.rows["item"].astype(np.int64)
    added = {} if priors is None else dict(priors(items, frame.rows))
    for share in added.values():
        scores = scores + share
    behind = _behind(scores, ranked)
    scores = scores + behind
    added |= {UNREAD: behind, **look_again(query.question, reader, frame, scores)}
    for name in LOOKED_AGAIN:
        scores = scores + added.get(name, 0.0)
    if told:
        added[TOLD] = _ahead(scores, items, told)
        scores = scores + added[TOLD]
    if instead:
        added[INSTEAD] = _in_place(scores, items, instead)
        scores = scores + added[INSTEAD]
    order = _order(scores, items, frame.docs)
    return Ranking(
        items=items[order],
        docs=frame.docs[order],
        scores=scores[order],
        abstention=_silence(found, shown, constants.confidence),
        level=found.level,
        limitation=_limitation(found, level),
        confidence=0.0 if shown is None else constants.confidence.of(shown),
        _order=order,
        _values=values,
        _added=added,
        _constants=constants,
    )


def _behind(scores: Floats, ranked: NDArray[np.int64]) -> Floats:
    """Return what puts candidates of which not all is known behind all others. Shape of scores."""
    unread = np.ones(len(scores), dtype=np.bool_)
    unread[ranked] = False
    if not unread.any():
        return np.zeros(len(scores))
    ahead = max(0.0, float(scores[unread].max() - scores[ranked].min()) + APART)
    return np.where(unread, -ahead, 0.0)


def _instead_of_some(
    instead: Mapping[int, int] | None, eligible: NDArray[np.bool_] | None
) -> list[int]:
    return _eligible([*(instead or {}).values()], eligible)


def _eligible(told: Sequence[int], eligible: NDArray[np.bool_] | None) -> list[int]:
    return [no for no in told if eligible is None or eligible[no]]


def _ahead(scores: Floats, items: NDArray[np.int64], told: Sequence[int]) -> Floats:
    """Return what puts items before all others, in their order. Shape of scores."""
    found = np.zeros(len(scores))
    best = float(scores.max(initial=0.0))
    for place, no in enumerate(reversed(told), 1):
        at = items == no
        found[at] = best - scores[at] + place * APART
    return found


def _in_place(scores: Floats, items: NDArray[np.int64], instead: Mapping[int, int]) -> Floats:
    """Return what puts items right before those in whose place they are. Shape of scores."""
    found = np.zeros(len(scores))
    for old, new in instead.items():
        before, at = scores[items == old], np.flatnonzero(items == new)
        if len(before) and len(at):
            lacks = float(before.max()) - scores[at[0]] + APART
            found[at] = np.maximum(found[at], lacks)
    return found


def _limitation(found: Found, wanted: str) -> str | None:
    if found.limitation is None and found.level != HIGHEST:
        return f"level {wanted} was asked for"
    return found.limitation


def _silence(found: Found, told: tuple[float, ...] | None, confidence: Confidence) -> str | None:
    """Return why nothing should be shown; None if something should."""
    asked = found.frame.asked
    if asked.wants_day and inside(found.frame.rows["said_at"], found.days).any():
        return None  # who asks for a day is told of it, whatever the words
    unknown = bool(asked.terms) and not found.holds_words and found.level == "c0"
    if unknown and (told is None or not found.days or confidence.answer.sure(told) < UNSURE):
        return NOT_HELD
    if told is None or confidence.topic.sure(told) < confidence.topic.floor:
        return TOO_WEAK
    if confidence.answer.sure(told) >= confidence.answer.floor:
        return None
    return WRONG_PERSON if told[TRAITS.index("right_person")] < 0 else TOO_WEAK


def _order(scores: Floats, items: NDArray[np.int64], docs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return places best first, then by item; an item's best document speaks for it."""
    if np.array_equal(items, docs):  # no further keys: each item stands once, in order
        return np.argsort(-scores, kind="stable")
    order = np.lexsort((docs, items, -scores))
    _, first = np.unique(items[order], return_index=True)
    return order[np.sort(first)]
