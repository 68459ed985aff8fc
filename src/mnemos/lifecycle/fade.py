"""What fades: by time since it was used, by competition, over a cap, past its day.

These say what fades; nothing here is deleted. Who calls hides or archives, so that each rule can be
undone. Exponentials are ``arithmetic.exp``'s, the same on every CPU.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike

from mnemos.arithmetic import Floats, exp, finite, total

#: MOOM's constants (arXiv:2509.11860).
ALPHA, BETA, GAMMA, EPSILON = 0.1, 0.9, 1.0, 1e-6
#: What MOOM makes of the score of what was found but not recalled.
INHIBITED = 0.5


def retention(ages: ArrayLike, strengths: ArrayLike) -> Floats:
    """Return how much of each memory is left: R = e^(−t / S) (MemoryBank, arXiv:2305.10250).

    Ebbinghaus's curve; S starts at 1 and grows by 1 with each recall, which also sets t to nought.
    Published code has ``exp(-t/5*S)``, where the *stronger* fade the faster.

    Args:
        ages: t, days since the last recall; from nought up. Shape (n,).
        strengths: S, above nought. Shape (n,).

    >>> [round(left, 6) for left in retention([0, 2, 2], [1, 1, 4]).tolist()]  # 1, e^-2, e^-½
    [1.0, 0.135335, 0.606531]
    """
    days, strong = finite(ages, "ages"), finite(strengths, "strengths")
    if (days < 0).any() or (strong <= 0).any():
        raise ValueError(f"ages are from 0 up and strengths above it, not {days} and {strong}")
    return exp(-(days / strong))


def competition(
    now: int,
    born: int,
    recalled: Sequence[int],
    *,
    alpha: float = ALPHA,
    beta: float = BETA,
    gamma: float = GAMMA,
    epsilon: float = EPSILON,
) -> float:
    """Return how well a memory holds its own against others (MOOM, arXiv:2509.11860).

    S = α / (exp(γ (now − born)) + 1 − ε) + β · Σ_r 1 / (now − r + ε). As printed, one recalled in
    this very round is worth β / ε, a million: here now − r is 1 at least.

    Args:
        now: The current round.
        born: The round in which it was made; not after now.
        recalled: The rounds in which it was recalled; none after now.
        alpha: What being new counts for.
        beta: What each recall counts for.
        gamma: How fast being new wears off.
        epsilon: The paper's guard.

    >>> round(competition(10, 10, []), 6)  # .1 / (1 + 1)
    0.05
    >>> round(competition(10, 9, [10, 8], epsilon=0), 6)  # .1 / (e + 1) + .9 × (1 + 1/2)
    1.376894
    """
    if born > now or any(each > now for each in recalled):
        raise ValueError(f"round {now} comes before {max([born, *recalled])}")
    fresh = alpha / (float(exp(gamma * (now - born))) + 1.0 - epsilon)
    return fresh + beta * total(1.0 / (max(1, now - each) + epsilon) for each in recalled)


def compete(found: Sequence[str], count: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who is recalled and who is inhibited: the best so many, and as many behind (MOOM).

    The former have a recall noted; the latter's scores are multiplied by ``INHIBITED``.

    Args:
        found: Ids, best first.
        count: How many are recalled.

    >>> compete(["a", "b", "c", "d", "e"], 2)
    (('a', 'b'), ('c', 'd'))
    """
    if count < 0:
        raise ValueError(f"recalled are counted from 0, not {count}")
    return tuple(found[:count]), tuple(found[count : 2 * count])


def over_cap(
    kinds: Sequence[str], scores: ArrayLike, caps: Mapping[str, int], *, fill: float = 1.0
) -> list[int]:
    """Return the places of what is too much of its kind, the lowest scores first.

    A kind above ``cap × fill`` is brought back to that; MemOS (arXiv:2507.03724) trims its oldest
    from .8 of a cap on: hand in moments as scores. Of equals the later stays.

    Args:
        kinds: Of all items.
        scores: Shape (n,).
        caps: By kind; a kind that is not named has none.
        fill: Which share of a cap may be filled, 0 to 1.

    >>> over_cap(["a", "a", "b", "a"], [3, 1, 0, 2], {"a": 1})
    [1, 3]
    """
    values = finite(scores, "scores").tolist()
    if len(values) != len(kinds) or not 0 <= fill <= 1 or any(cap < 0 for cap in caps.values()):
        raise ValueError(f"{len(kinds)} kinds, {len(values)} scores, {fill} of {dict(caps)}")
    own: defaultdict[str, list[int]] = defaultdict(list)
    for place, kind in enumerate(kinds):
        own[kind].append(place)
    dropped = []
    for kind, places in own.items():
        if kind in caps:
            ranked = sorted(places, key=lambda place: (values[place], place))
            dropped += ranked[: max(0, len(places) - int(np.floor(caps[kind] * fill)))]
    return sorted(dropped, key=lambda place: (values[place], place))


def expired(expires_at: Sequence[datetime | None], now: datetime) -> list[int]:
    """Return the places of what is past its day, in order; None never is.

    >>> from datetime import UTC
    >>> noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    >>> expired([None, noon, noon.replace(hour=13)], noon)
    [1]
    """
    return [place for place, day in enumerate(expires_at) if day is not None and day <= now]
