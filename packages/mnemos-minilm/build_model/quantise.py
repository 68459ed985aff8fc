"""Weights as int8: each row, or each output column, has the scale that its largest needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from build_model.checkpoint import Floats32

Int8 = NDArray[np.int8]
#: The largest value; -128 is not used, so that a weight and its negative are coded alike.
LARGEST = 127


def by_row(table: Floats32) -> tuple[Int8, Floats32]:
    """Return codes and scales; a row is about codes × scale. Shapes (n, m) and (n, 1)."""
    largest = np.abs(table).max(axis=1, keepdims=True)
    scales = (np.maximum(largest, np.finfo(np.float32).tiny) / LARGEST).astype(np.float32)
    return np.rint(table / scales).astype(np.int8), scales


def by_column(matrix: Floats32) -> tuple[Int8, Floats32]:
    """Return codes and scales; a column is about codes × scale. Shapes (n, m) and (m,)."""
    codes, scales = by_row(np.ascontiguousarray(matrix.T))
    return np.ascontiguousarray(codes.T), scales[:, 0]
