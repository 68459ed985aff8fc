"""From a question to the candidates that are worth ranking, with all that is known about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnemos.models.base import Embedder
from mnemos.recall import candidates, late, lexical, meaning
from mnemos.recall.asked import Asked
from mnemos.recall.asked import read as read_question
from mnemos.recall.days import DAY, named_days, named_ranges
from mnemos.recall.frame import Frame, build
from mnemos.recall.fusion import Weight, fuse, weights
from mnemos.recall.meaning import Meaning
from mnemos.recall.signals import CHOSEN_BY
from mnemos.store.base import Index, Reader, Vectors
from mnemos.types import Query

NEAREST = 192  # candidates by their one vector, besides those by their words
#: Of the texts that may come back so many need vectors: among few, those without would lose.
MOST = 0.9
BEST = 256  # whose sentence and token vectors are read; 128 cost BEAM 128K .013 of R@10
MARGIN_DAYS = 3  # people tell of a day up to so many days after


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The candidates of one question.

    Args:
        frame: What the signals look at.
        ranked: Places of the candidates of which all signals are known; the others come after
            them. Ascending.
        level: Which signals can be computed.
        days: Spans of time that the question names, in microseconds.
        holds_words: Whether any document holds a word of the question.
        limitation: Why not the level that was to be used; None if it is.
    """

    frame: Frame
    ranked: NDArray[np.int64]
    level: str
    days: Sequence[tuple[int, int]]
    holds_words: bool
    limitation: str | None = None


def search(
    query: Query,
    reader: Reader,
    eligible: NDArray[np.bool_] | None,
    *,
    level: str,
    embedder: Embedder | None = None,
    first: Mapping[str, Weight] | None = None,
    among: NDArray[np.int64] | None = None,
    besides: Sequence[int] = (),
) -> Found:
    """Read a question, choose candidates and gather what the signals of a level need.

    Args:
        query: The question.
        reader: The snapshot.
        eligible: Which documents may come back; None is all. Shape (documents,).
        level: The most that is to be used; a lower one is, where vectors are missing.
        embedder: Encodes the question; None leaves level C0.
        first: Weights that choose the best candidates instead of those shipped; for training.
        among: Candidates instead of those that would be chosen, ascending; for training.
        besides: Documents that are candidates whatever is chosen.

    Raises:
        ModelError: The model failed.
    """
    eligible = _said(reader.index, eligible)
    asked = read_question(query, reader, eligible)
    meant, vectors, limitation = _meaning(asked, reader, eligible, level, embedder)
    if meant is None:
        level = "c0"
    elif vectors is not None and level == "c3" and not len(meant.tokens):
        level, limitation = "c2", f"{vectors.model} shows no word pieces of the question"
    index = reader.index
    terms = lexical.weigh(asked.terms, index, asked.forms, compounds=asked.compounds)
    days = [
        (start - DAY, stop + MARGIN_DAYS * DAY)
        for start, stop in (
            *named_days(asked.mentions),
            *((start, stop) for start, stop, _ in named_ranges(asked.mentions)),
        )
    ]
    docs, holds_words = candidates.choose(
        index,
        terms,
        days,
        eligible,
        seeks_help=asked.seeks_help,
        nearest=_nearest(vectors, meant, eligible),
    )
    if besides:
        docs = np.union1d(docs, np.asarray(besides, dtype=np.int64))
    frame = build(asked, terms, index, docs if among is None else among, eligible)
    if meant is not None and vectors is not None:
        lengths = index.columns.length
        frame = replace(
            frame, meant=meaning.compare(frame.docs, frame.beside, lengths, meant, vectors)
        )
    ranked = np.arange(len(frame.docs))
    if meant is not None and vectors is not None and level in CHOSEN_BY:
        ranked = _best(frame, CHOSEN_BY[level], first)
        read = late.read(
            frame.docs[ranked], frame.rows[ranked], frame.beside[:, ranked], meant, vectors
        )
        frame = replace(frame, late=read.spread(ranked, len(frame.docs)))
    return Found(
        frame=frame,
        ranked=ranked,
        level=level,
        days=days,
        holds_words=holds_words,
        limitation=limitation,
    )


def _said(index: Index, eligible: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """Return which documents may come back of what was said; None is all there are."""
    if len(index.docs) == index.live:
        return eligible
    said: NDArray[np.bool_] = (index.docs["item"] >= 0) & (index.columns.recipe == 0)
    return said if eligible is None else eligible & said


def _meaning(
    asked: Asked,
    reader: Reader,
    eligible: NDArray[np.bool_] | None,
    level: str,
    embedder: Embedder | None,
) -> tuple[Meaning | None, Vectors | None, str | None]:
    """Encode the question, if there is anything to compare it with; or say what is missing."""
    if embedder is None:
        return None, None, "there is no embedder"
    if level == "c0":
        return None, None, None
    vectors = reader.vectors
    missing = _missing(vectors, reader.index, eligible)
    languages = getattr(embedder, "languages", None)
    if languages and asked.spoken not in languages:
        missing = f"{embedder.model} knows no {asked.spoken}"
    if vectors is None or missing is not None:
        return None, None, missing
    meant = meaning.read(asked.rest, embedder, vectors, reader.language)
    if not meant.whole.any():  # all would be alike, those without vectors better than that
        return None, None, "the question means nothing to the model"
    return meant, vectors, None


def _missing(
    vectors: Vectors | None, index: Index, eligible: NDArray[np.bool_] | None
) -> str | None:
    """Say why there are no vectors, or too few; None if there are enough."""
    if vectors is None or not vectors.present.any():
        return "no text has vectors yet; embed() makes them, vectors() tells how far"
    able = index.columns.length > 0  # without a word there is nothing to encode
    if eligible is not None:
        able &= eligible
    texts = int(np.count_nonzero(able))
    held = int(np.count_nonzero(vectors.present & able))
    return None if held >= MOST * texts else f"{held} of {texts} texts have vectors so far"


def _nearest(
    vectors: Vectors | None, meant: Meaning | None, eligible: NDArray[np.bool_] | None
) -> NDArray[np.int64] | None:
    if vectors is None or meant is None:
        return None
    return meaning.nearest(vectors, meant, eligible, NEAREST)


def _best(frame: Frame, level: str, constants: Mapping[str, Weight] | None) -> NDArray[np.int64]:
    """Return where the best candidates by a cheaper level stand; of equals those said first."""
    if len(frame.docs) <= BEST:
        return np.arange(len(frame.docs))
    scores, _ = fuse(frame, level, weights(level).signals if constants is None else constants)
    return np.sort(np.argsort(-scores, kind="stable")[:BEST])
