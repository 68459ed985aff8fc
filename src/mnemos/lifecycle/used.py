"""What being shown, being cited and how it went do to a memory's strength and utility.

Strength: with each use S grows by 1 and the age is nought again (MemoryBank, arXiv:2305.10250).

Utility: Q ← Q + α (r − Q), with α = .3 and Q = 0 at first, for each memory that was retrieved
(MemRL, MemTensor/MemRL). Who gets how much of it, where one knows what was cited, is Fine-Mem's
attribution (β = ½): one half goes to the evidence, the other is shared by all that was shown. So
what was cited learns from the whole outcome, and of n lines each other from 1 / (2 n) of it.
Multiplying by utility, as SEDM does (arXiv:2509.09498), would starve what was never used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats, total
from mnemos.errors import InputError
from mnemos.lifecycle.fade import retention
from mnemos.store.base import NO_TIME, Reader, Uses
from mnemos.store.tables import UseRow

Integers = NDArray[np.int64]

#: MemRL's rate of learning.
ALPHA = 0.3
#: Fine-Mem's part of a reward that goes to the evidence.
BETA = 0.5
#: MemRL's: what stands out further counts no more.
MOST_DEVIATIONS = 3.0
#: Outcomes by word.
OUTCOMES: Mapping[str, float] = {"good": 1.0, "bad": -1.0}


def outcome_of(given: object) -> float | None:
    """Return how it went as a number from −1 to 1; None if nobody tells.

    Raises:
        InputError: It is neither such a number nor a word for one.

    >>> outcome_of("bad"), outcome_of(0.5)
    (-1.0, 0.5)
    """
    if given is None:
        return None
    if isinstance(given, str) and given in OUTCOMES:
        return OUTCOMES[given]
    if isinstance(given, int | float) and not isinstance(given, bool) and -1.0 <= given <= 1.0:
        return float(given)
    raise InputError(f"outcome: expected 'good', 'bad' or a number from -1 to 1, not {given!r}")


def credit(shown: int, *, used: bool) -> float:
    """Return which part of an outcome one of so many lines learns from.

    >>> credit(5, used=True), credit(5, used=False)
    (1.0, 0.1)
    """
    return 1.0 if used else (1.0 - BETA) / shown


def noted(row: UseRow, *, at: int, used: bool, share: float, outcome: float | None) -> UseRow:
    """Return a row after one more use.

    Args:
        row: As it was.
        at: When, in microseconds; an earlier moment than the last does not make it older.
        used: Whether it was used, or merely shown.
        share: Which part of the outcome it learns from.
        outcome: −1 to 1; None leaves the utility.

    >>> row = noted(UseRow(no=1), at=9, used=True, share=1.0, outcome=1.0)
    >>> row.uses, row.strength, row.last_used_at, row.utility
    (1, 2.0, 9, 0.3)
    """
    utility = row.utility
    if outcome is not None:
        utility += ALPHA * share * (outcome - utility)
    row = replace(row, uses=row.uses + 1, utility=utility)
    if not used:
        return row
    last = at if row.last_used_at is None else max(at, row.last_used_at)
    return replace(row, strength=row.strength + 1.0, last_used_at=last)


def ages(said_at: Integers, uses: Uses | None, now: int) -> Floats:
    """Return for how long each has not been used, or said where it never was: in microseconds.

    Args:
        said_at: In microseconds. Shape (n,).
        uses: Of the same items; None where nothing was noted.
        now: In microseconds; what comes after it is new.
    """
    last = said_at if uses is None else np.maximum(said_at, uses.last_used_at)
    since: Floats = np.maximum(now - last, 0).astype(np.float64)
    return since


def standardised(values: Floats) -> Floats:
    """Return how many deviations each stands above their mean, three at most; 0 if all are alike.

    >>> standardised(np.array([1.0, 1.0, 4.0])).round(3).tolist()
    [-0.707, -0.707, 1.414]
    """
    if not len(values):
        return values
    apart = values - total(values) / len(values)
    deviation = math.sqrt(total(apart * apart) / len(values))
    if deviation == 0.0:
        return np.zeros(len(values))
    found: Floats = np.clip(apart / deviation, -MOST_DEVIATIONS, MOST_DEVIATIONS)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What age and use add to a score, in deviations among the candidates (MemRL, MemoryBank).

    Args:
        retention: What one deviation of R = e^(−t/S) counts for.
        utility: What one deviation of utility counts for.
        stretch: The time in which t is counted.
        ledger: Whether uses count; without, S is 1 and t is the time since it was said.
    """

    retention: float = 0.0
    utility: float = 0.0
    stretch: timedelta = timedelta(days=1)
    ledger: bool = True

    def shares(
        self, nos: Integers, said_at: Integers, now: int, reader: Reader
    ) -> dict[str, Floats]:
        """Return what is added to the scores of items, by name. Each of shape (n,).

        Args:
            nos: Their numbers. Shape (n,).
            said_at: In microseconds, or NO_TIME: of those nothing is known. Shape (n,).
            now: In microseconds.
            reader: The snapshot.
        """
        uses = reader.uses(nos) if self.ledger else None
        found = {}
        if self.retention:
            known = said_at != NO_TIME
            if uses is not None:
                known |= uses.last_used_at != NO_TIME
            strength = np.ones(len(nos)) if uses is None else uses.strength
            days = ages(said_at, uses, now) / (self.stretch / timedelta(microseconds=1))
            share = np.zeros(len(nos))
            share[known] = standardised(retention(days[known], strength[known]))
            found["retention"] = self.retention * share
        if self.utility and uses is not None:
            found["utility"] = self.utility * standardised(uses.utility)
        return found
