"""Likenesses are split in two by a mixture of two Gaussians: those that stand out, and the rest.

MemGAS (arXiv:2505.19549) links a new memory to those whose likeness belongs to the component with
the higher mean, so that how many links there are follows from the data, not from a k. Expectation
and maximisation (Dempster et al. 1977) begin at the lowest and the highest value, run for a fixed
number of steps, and use ``arithmetic`` for exponentials, logarithms and sums: the same split on
every CPU, in any order of values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnemos.arithmetic import Floats, exp, finite, log, total

STEPS = 50
#: Variances do not fall below this share of the squared range: a component of equal values would
#: become a needle.
NARROWEST = 1e-4


def stand_out(values: ArrayLike, steps: int = STEPS) -> NDArray[np.bool_]:
    """Say which values belong to the component with the higher mean.

    What lies below the lower mean never does, however wide the higher component is, and what lies
    above the higher mean always does.

    Args:
        values: Likenesses. Shape (n,).
        steps: Of expectation and maximisation.

    Returns:
        None of them where there are fewer than two different values. Shape (n,).

    >>> stand_out([0.1, 0.12, 0.9, 0.11, 0.88]).tolist()
    [False, False, True, False, True]
    """
    found = finite(values, "likenesses")
    if not found.size or found.min() == found.max():
        return np.zeros(found.shape, dtype=np.bool_)
    low, high = float(found.min()), float(found.max())
    scaled = (found - low) / (high - low)
    higher, means = _shares(scaled, steps)
    return ((higher > 0.5) & (scaled > means[0])) | (scaled >= means[1])  # noqa: PLR2004 - likelier


def _shares(values: Floats, steps: int) -> tuple[Floats, tuple[float, float]]:
    """Return how likely each value, from 0 to 1, is of the higher component, and both means."""
    higher = values.copy()  # the lowest certainly not, the highest certainly
    means = (0.0, 1.0)
    for _ in range(steps):
        parts = (1.0 - higher, higher)
        sums = [max(total(part.tolist()), NARROWEST) for part in parts]
        means = (_mean(parts[0], values, sums[0]), _mean(parts[1], values, sums[1]))
        away = [(values - mean) * (values - mean) for mean in means]
        variances = [
            max(_mean(part, square, size), NARROWEST)
            for part, square, size in zip(parts, away, sums, strict=True)
        ]
        sizes, widths = log([sums, variances]).tolist()
        low, high = (
            size - 0.5 * width - square / (2.0 * variance)
            for size, width, square, variance in zip(sizes, widths, away, variances, strict=True)
        )
        before, higher = higher, 1.0 / (1.0 + exp(low - high))
        if np.array_equal(before, higher):
            break  # all further steps would do the same
    return (higher, means) if means[0] <= means[1] else (1.0 - higher, means[::-1])


def _mean(part: Floats, values: Floats, size: float) -> float:
    return total((part * values).tolist()) / size
