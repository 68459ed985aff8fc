"""Exponentials, logarithms and sums that come out the same on every CPU.

What ranks memories must not hang on a machine's mathematics library: ``exp``, ``log`` and ``sin``
differ there in the last digit, and so does a sum whose order a processor chooses. Here they are
polynomials of plain float64 products and sums, elementwise and in a fixed order, which IEEE 754
rounds alike everywhere; a sum of many is rounded once (``math.fsum``), whatever its order. Only
``+ - × / sqrt``, ``rint``, ``frexp`` and ``ldexp`` are asked of the machine. All are right to
within 4e-15, relative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: ln 2 in two parts: the first has so few digits that its multiples are exact.
LN2_HIGH = 0.693147180369123816490
LN2_LOW = 1.90821492927058770002e-10
#: Beyond these float64 has no numbers: what is smaller becomes nought, larger ones are capped.
SMALLEST, LARGEST = -760.0, 709.0
EXP_TERMS = 16
LOG_TERMS = 13
SINE_TERMS = 13
HALF_ROOT = 0.7071067811865476
#: Steps to which sines are rounded, so that those of a right angle are exactly 1.
SINE_STEPS = 2.0**40


def finite(values: ArrayLike, what: str) -> Floats:
    """Return numbers as float64.

    Raises:
        ValueError: One of them is none, or has no end.

    >>> finite([1, 2], "scores").tolist()
    [1.0, 2.0]
    """
    found = np.asarray(values, dtype=np.float64)
    if not np.isfinite(found).all():
        raise ValueError(f"{what}: {int((~np.isfinite(found)).sum())} of {found.size} not finite")
    return found


def total(values: Iterable[float]) -> float:
    """Return a sum, rounded once: the order does not matter.

    >>> total([1e16, 1.0, -1e16])
    1.0
    """
    return math.fsum(values)


def exp(values: ArrayLike) -> Floats:
    """Return e to the power of each. Shape of values.

    >>> exp([0.0, -1000.0]).tolist(), round(float(exp(1.0)), 12)
    ([1.0, 0.0], 2.718281828459)
    """
    power = np.clip(finite(values, "exponents"), SMALLEST, LARGEST)
    twos = np.rint(power / (LN2_HIGH + LN2_LOW))
    rest = (power - twos * LN2_HIGH) - twos * LN2_LOW
    found = np.ones_like(rest)
    for term in range(EXP_TERMS, 0, -1):  # Taylor's series by Horner's rule, |rest| < 0.35
        found = 1.0 + found * rest / term
    scaled: Floats = np.ldexp(found, twos.astype(np.int64))
    return scaled


def log(values: ArrayLike) -> Floats:
    """Return the natural logarithm of each. Shape of values.

    Raises:
        ValueError: One is not above nought.

    >>> log([1.0]).tolist(), round(float(log(10.0)), 12)
    ([0.0], 2.302585092994)
    """
    numbers = finite(values, "numbers")
    if (numbers <= 0).any():
        raise ValueError(f"only numbers above nought have a logarithm, not {numbers.min()}")
    part, twos = np.frexp(numbers)  # part in [0.5, 1)
    small = part < HALF_ROOT
    part, twos = np.where(small, 2.0 * part, part), np.where(small, twos - 1, twos)
    ratio = (part - 1.0) / (part + 1.0)
    square = ratio * ratio
    series = np.zeros_like(ratio)
    for term in range(LOG_TERMS, -1, -1):  # ln m = 2 artanh((m − 1) / (m + 1))
        series = series * square + 1.0 / (2 * term + 1)
    found: Floats = twos * LN2_HIGH + (2.0 * ratio * series + twos * LN2_LOW)
    return found


def sine(values: ArrayLike) -> Floats:
    """Return the sine of angles from −π/2 to π/2, in steps of 2^-40. Shape of values.

    >>> sine([0.0, math.pi / 2, -math.pi / 6]).tolist()
    [0.0, 1.0, -0.5]
    """
    angle = finite(values, "angles")
    square = angle * angle
    series = np.ones_like(angle)
    for term in range(SINE_TERMS, 0, -1):
        series = 1.0 - series * square / (2 * term * (2 * term + 1))
    found: Floats = np.rint(angle * series * SINE_STEPS) / SINE_STEPS
    return found
