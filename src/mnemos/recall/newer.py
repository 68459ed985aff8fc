"""Which of the best turns says how it is now: people say what changed, not that it has changed.

A question of how things stand ("Where does Ann live?") is answered by the newest turn that speaks
of it. A later turn of the same user may lead in place of the one that scores best, and a user's in
place of an assistant's; the newest leads of those that small trees are for, which weigh what
``telling`` tells.

Learnt (``python -m bench train-newer``) from 460 scenarios of change by four writers, each by
itself and within other talk, and from questions of now about ordinary talk, where mostly nothing
is to be done. Of writers that were left out the first turn answers 77 % of the questions of now
instead of 49 %, and within other talk 40 % instead of 28 %; of 186 such questions of ordinary talk
it loses three, and R@5 and R@10 stay as they are. Expect less of talk that is neither English nor
of people's own affairs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mnemos.recall.frame import Floats
from mnemos.recall.telling import FEATURES, LOOKED_AT, compared
from mnemos.types import Item

__all__ = ["LOOKED_AT", "Trees", "asks_of_now", "leader", "newest"]

_ASKS = re.compile(
    r"\W*(?:(?:in|at|on|to|for|until|from|with|of|by|since|under) )?"
    r"(?:what|which|where|who|whose|how|when|does|do|is|are|has|can)\b"
)
_PRESENT = re.compile(r"\b(?:does|do|is|are|'s|can|am)\b|\bhas [\w ]+ got\b")
#: Words of questions that are about what was, or about more than how one thing stands.
_ELSE = re.compile(
    r"\b(?:did|was|were|had|used to|previous\w*|former\w*|first|originally|ever|been|before|after"
    r"|like to|enjoy|plan(?:s|ning)? to|kinds? of|some|activities|events|things|how long|recently"
    r"|hobbies|favou?rite|reasons?|advice|symboli[sz]e|mean|types?)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """Tables of few questions: whether features exceed limits → what is added.

    Args:
        features: By place. Shape (trees, depth).
        limits: Shape (trees, depth).
        leaves: In whole numbers, whose sums are exact. Shape (trees, 2 ** depth).
    """

    features: NDArray[np.int64]
    limits: Floats
    leaves: NDArray[np.int64]

    def sums(self, rows: Floats) -> NDArray[np.int64]:
        """Return what the trees add up to for rows of features. Shape (rows,)."""
        answers = rows[:, self.features] > self.limits
        leaf = answers @ (1 << np.arange(self.features.shape[1])[::-1])
        found: NDArray[np.int64] = self.leaves[np.arange(len(self.leaves)), leaf].sum(axis=1)
        return found


def asks_of_now(question: str) -> bool:
    """Tell whether a question asks how one thing stands."""
    low = question.lower().replace("’", "'")
    stands = _ASKS.match(low) is not None and _PRESENT.search(low) is not None
    return stands and _ELSE.search(low) is None


def newest(question: str, items: Sequence[Item], scores: Sequence[float]) -> int:
    """Return the place of the turn that is to come first: 0 if it does already.

    Args:
        question: The whole of it.
        items: The best, in their order; no more than ``LOOKED_AT`` of them count.
        scores: Theirs, on whatever scale.
    """
    if not items or not asks_of_now(question):
        return 0
    places, rows = compared(question, items, scores)
    return leader(items, places, rows, learnt())


def leader(items: Sequence[Item], places: Sequence[int], rows: Floats, trees: Trees) -> int:
    """Return the place of the newest turn that trees are for; 0 if there is none.

    Args:
        places: Of the turns that may lead, as ``compared`` returns them.
        rows: Their features. Shape (places, features).
    """
    if not places:
        return 0
    leads = [place for place, total in zip(places, trees.sums(rows), strict=True) if total > 0]
    return max(leads, key=lambda place: items[place].said_at, default=0)


@cache
def learnt() -> Trees:
    """Read the trees, once."""
    text = resources.files(__package__).joinpath("weights", "newer.json").read_text("utf-8")
    trees = json.loads(text)["trees"]
    names = list(FEATURES)
    splits = [tree["exceed"] for tree in trees]
    return Trees(
        features=np.array([[names.index(name) for name, _ in split] for split in splits]),
        limits=np.array([[limit for _, limit in split] for split in splits]),
        leaves=np.array([tree["add"] for tree in trees]),
    )
