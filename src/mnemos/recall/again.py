"""A second look at documents, fed by the first: what the best of them name, others tell about.

A question of two hops asks for a document that shares no word with it ("the birthplace of the
director of …"); the document that does share words names the way there. Five leads are taken from
the first ranking, and every other document gains by two signals:

``bridge``: how much of the question, word piece by word piece, lead and document cover together
beyond the lead alone, times the rarest name that both hold and the question does not.
``titled``: which share of the document's title, words weighed by rarity, the lead's text holds.

The constants are round ones among values that do as well (LOG.md tells which, on MuSiQue and
HotpotQA, each fitted without the other). Chats gain nothing by it: turns are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mnemos.recall import lexical
from mnemos.recall.asked import analyzer_of
from mnemos.recall.frame import Floats, Frame
from mnemos.recall.meaning import UNIT
from mnemos.store.base import DOCUMENT, Index, Reader
from mnemos.text.stopwords import stopwords
from mnemos.types import Item

LEADS = 5
LOOKED_AT = 128
#: What each lead counts for, the best first: their sum is 1.
SHARES = (0.6, 0.2, 0.1, 0.06, 0.04)
#: What the signals count for; of the second also where there are no word pieces to compare.
BRIDGE = 50.0
TITLED = 3.0
TITLED_ALONE = 5.5
SHORTEST = 2  # characters of a word that counts

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_NAME = re.compile(r"\b(?:[^\W\d_a-z]|\d)[^\W_]*(?:'[^\W_]+)?")  # begins as a name or number does
_IN_BRACKETS = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class _Read:
    """A document's words, those that may be names, and its title's."""

    words: frozenset[str]
    names: frozenset[str]
    title: tuple[str, ...]


def look_again(question: str, reader: Reader, frame: Frame, scores: Floats) -> Mapping[str, Floats]:
    """Return what the signals add to each candidate's score; nothing if none is a document.

    Args:
        question: The whole of it, names included.
        reader: The snapshot.
        frame: The candidates.
        scores: Of the first ranking. Shape (n,).

    Returns:
        By signal, weighed. Shape (n,) each.
    """
    documents = np.flatnonzero(frame.rows["role"] == DOCUMENT)
    if len(documents) < 2:  # noqa: PLR2004 - a lead and one that it leads to
        return {}
    best = documents[np.argsort(-scores[documents], kind="stable")[:LOOKED_AT]]
    items = reader.items(frame.rows["item"][best].tolist())
    stops = stopwords(reader.language)
    texts = [_read(_title(item), item.text.replace("’", "'"), stops) for item in items]
    known = frozenset(_words(_WORD, question.replace("’", "'"), frozenset()))
    rare = _Rarity(reader)
    titled, shared = np.zeros((LEADS, len(best))), np.zeros((LEADS, len(best)))
    for at, lead in enumerate(texts[:LEADS]):
        for place, each in enumerate(texts):
            if items[place].id != items[at].id:  # nor by a further key of itself
                titled[at, place] = _titled(lead, each, known, rare)
                shared[at, place] = rare.most((lead.names & each.names) - known)
    found = {"titled": np.zeros(len(scores)), "bridge": np.zeros(len(scores))}
    weight = TITLED_ALONE
    if frame.late is not None and len(frame.late.pieces):
        weight = TITLED
        gain = _gain(frame.late.pieces[:, best].astype(np.float64) / UNIT)
        found["bridge"][best] = BRIDGE * _shared_out(gain * shared)
    found["titled"][best] = weight * _shared_out(titled)
    return found


def _title(item: Item) -> str:
    title = item.attrs.get("title")
    return title.replace("’", "'") if isinstance(title, str) else ""


def _read(title: str, text: str, stops: frozenset[str]) -> _Read:
    whole = f"{title} {text}"
    words = _words(_WORD, whole, stops)
    return _Read(
        words=frozenset(words),
        names=frozenset(_words(_NAME, whole, stops)),
        title=tuple(dict.fromkeys(_words(_WORD, _IN_BRACKETS.sub(" ", title), stops))),
    )


def _words(pattern: re.Pattern[str], text: str, stops: frozenset[str]) -> list[str]:
    """Return what matches in lower case, without a possessive's ending and without stop words."""
    found = (word.removesuffix("'s") for word in map(str.casefold, pattern.findall(text)))
    return [word for word in found if len(word) >= SHORTEST and word not in stops]


class _Rarity:
    """How rare words are in a store: 1 for one found nowhere else, towards 0."""

    def __init__(self, reader: Reader) -> None:
        self._index: Index = reader.index
        self._analyzer = analyzer_of(reader.language)
        self._known: dict[str, float] = {}

    def __call__(self, word: str) -> float:
        if word not in self._known:
            terms = self._analyzer.terms(word)
            postings = self._index.postings(terms)
            df = min((len(postings[term].docs) for term in terms if term in postings), default=0)
            live = self._index.live
            self._known[word] = lexical.idf(live, df) / max(1, lexical.idf(live, 0))
        return self._known[word]

    def most(self, words: frozenset[str]) -> float:
        return max(map(self, words), default=0.0)


def _titled(lead: _Read, each: _Read, known: frozenset[str], rare: _Rarity) -> float:
    """Return the share of a title that a lead's text holds; 0 if the question holds all of that."""
    shared = [word for word in each.title if word in lead.words]
    if known.issuperset(shared):
        return 0.0
    whole = sum(map(rare, each.title))
    return sum(map(rare, shared)) / whole if whole else 0.0  # words that stand everywhere


def _gain(pieces: Floats) -> Floats:
    """Return how much more of the question each covers with a lead than the lead alone.

    Args:
        pieces: Of the candidates, best first. Shape (q, n).

    Returns:
        Shape (LEADS, n); zeros for a lead that is not there.
    """
    asked, count = pieces.shape
    found = np.zeros((LEADS, count))
    for at in range(min(LEADS, count)):
        together, alone = np.zeros(count), 0.0
        for row in pieces:  # added up in a fixed order
            together += np.maximum(row, row[at])
            alone += float(row[at])
        found[at] = (together - alone) / asked
    return found


def _shared_out(values: Floats) -> Floats:
    """Return the sum over leads, each by its share. Shape (n,)."""
    total = np.zeros(values.shape[1])
    for row, share in zip(values, SHARES, strict=True):
        total += share * row
    return total
