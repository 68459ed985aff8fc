"""The encoder in onnxruntime: ids of one text in, states of its tokens out."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as errors

from mnemos.errors import ModelError

Floats32 = NDArray[np.float32]

#: What onnxruntime raises; they have no base of their own.
_FAILURES = (
    errors.EPFail,
    errors.Fail,
    errors.InvalidArgument,
    errors.InvalidGraph,
    errors.InvalidProtobuf,
    errors.NotImplemented,
    errors.RuntimeException,
)
_CPUINFO = Path("/proc/cpuinfo")


class Session:
    """A loaded encoder. Runs of several threads at once do not touch each other."""

    def __init__(self, model: bytes) -> None:
        options = onnxruntime.SessionOptions()
        # One thread a text: sums have one order, and no pool spins while nobody asks. Several
        # texts at once are the caller's threads.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if not adds_exactly():
            options.add_session_config_entry("session.x64quantprecision", "1")
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except _FAILURES as error:
            raise ModelError(f"onnxruntime cannot load the model: {error}") from error

    def states(self, ids: NDArray[np.int64]) -> Floats32:
        """Return one state a token. Shapes (1, n) → (n, dimension).

        Raises:
            ModelError: onnxruntime failed.
        """
        try:
            states: Floats32 = self._session.run(None, {"ids": ids})[0][0]
        except _FAILURES as error:
            raise ModelError(f"onnxruntime failed: {error}") from error
        return states


def adds_exactly(cpuinfo: Path = _CPUINFO) -> bool:
    """Return whether the processor is known to multiply 8-bit integers without saturating.

    x86-64 before VNNI adds two products of int8 and uint8 in 16 bits, which they do not always fit
    into. ``session.x64quantprecision`` avoids that: the sums are then the same bits everywhere, at
    twice the time; so it is asked for wherever VNNI is not certain.
    """
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return True
    try:
        return "vnni" in cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
