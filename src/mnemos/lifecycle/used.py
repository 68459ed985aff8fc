"""What being shown, being cited and how it went do to a memory's strength and utility.

Strength: with each use S grows by 1 and the age is nought again (MemoryBank, arXiv:2305.10250).

Utility: Q ← Q + α (r − Q), with α = .3 and Q = 0 at first, for each memory that was retrieved
(MemRL, MemTensor/MemRL). Who gets how much of it, where one knows what was cited, is Fine-Mem's
attribution (β = ½): one half goes to the evidence, the other is shared by all that was shown. So
what was cited learns from the whole outcome, and of n lines each other from 1 / (2 n) of it.
Multiplying by utility, as SEDM does (arXiv:2509.09498), would starve what was never used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mnemos.errors import InputError
from mnemos.store.tables import UseRow

#: MemRL's rate of learning.
ALPHA = 0.3
#: Fine-Mem's part of a reward that goes to the evidence.
BETA = 0.5
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
