"""Exponentials, logarithms and sines: right, and made of plain products and sums alone."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos import arithmetic

SEEDED = """
import hashlib
import numpy as np
from mnemos import arithmetic
from mnemos.ingest.mixture import stand_out
from mnemos.recall.combine import entropy_weights
from mnemos.recall.pagerank import Edges, pagerank
rng = np.random.default_rng(0)
values = rng.normal(size=9999) * 20
ends = rng.integers(0, 500, (2, 3000))
edges = Edges(count=500, sources=ends[0], targets=ends[1], weights=rng.random(3000) + 0.1)
found = [arithmetic.exp(values), arithmetic.log(np.abs(values) + 1e-9), stand_out(values[:999])]
found += [arithmetic.sine(values / 99), pagerank(edges, rng.random(500))]
found += [entropy_weights([rng.random(999), rng.random(999) ** 4])]
print(hashlib.sha256(b"".join(each.tobytes() for each in found)).hexdigest())
"""


@given(st.floats(-700, 700))
def test_exponentials_are_right_to_the_last_digits(power: float) -> None:
    assert float(arithmetic.exp(power)) == pytest.approx(math.exp(power), rel=4e-15)


@given(st.floats(1e-300, 1e300))
def test_logarithms_are_right_to_the_last_digits(number: float) -> None:
    found = float(arithmetic.log(number))
    assert found == pytest.approx(math.log(number), rel=4e-15, abs=1e-16)


@given(st.floats(-math.pi / 2, math.pi / 2))
def test_sines_are_right_to_a_step_and_odd(angle: float) -> None:
    found = float(arithmetic.sine(angle))
    assert abs(found - math.sin(angle)) <= 1 / arithmetic.SINE_STEPS
    assert found == -float(arithmetic.sine(-angle))


def test_the_bits_are_these_on_every_machine() -> None:
    powers = np.arange(-960, 961) / 32
    angles = np.arange(-96, 97) / 64
    found = [arithmetic.exp(powers), arithmetic.log(powers[961:]), arithmetic.sine(angles)]
    digest = hashlib.sha256(b"".join(values.astype("<f8").tobytes() for values in found))
    assert digest.hexdigest()[:16] == "c6431a6094ab8f7f"


def test_the_instructions_of_the_cpu_do_not_matter() -> None:
    # NumPy's own exp gives other last digits without them.
    found = set()
    for without in ("", "AVX2 FMA3 X86_V3 AVX512F AVX512_SKX X86_V4 AVX512_ICL AVX512_SPR"):
        env = {**os.environ, "NPY_DISABLE_CPU_FEATURES": without}
        run = [sys.executable, "-W", "ignore", "-c", SEEDED]
        found.add(subprocess.run(run, env=env, check=True, capture_output=True).stdout)
    assert len(found) == 1 and len(found.pop()) > 64


def test_an_exponential_beyond_numbers_is_nought_or_capped() -> None:
    assert float(arithmetic.exp(-1e9)) == 0.0
    assert float(arithmetic.exp(1e9)) == pytest.approx(math.exp(709))


@given(st.lists(st.floats(-1e6, 1e6)))
def test_the_order_of_a_sum_does_not_matter(values: list[float]) -> None:
    assert arithmetic.total(values) == arithmetic.total(sorted(values))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    for function in (arithmetic.exp, arithmetic.log, arithmetic.sine):
        with pytest.raises(ValueError, match="1 of 2 not finite"):
            function([1.0, bad])
    with pytest.raises(ValueError, match="above nought"):
        arithmetic.log([1.0, 0.0])
