"""Views are weighed by how sure each is, whatever their number."""

from __future__ import annotations

import math

import pytest

from mnemos.recall.entropy import certainty, weigh


def test_certainty_is_one_minus_the_share_of_the_greatest_disorder() -> None:
    # e^0, e^-1, e^-1 of sum 1.735759: shares .576117, .211942, .211942.
    # H = .576117 · .551444 + 2 · .211942 · 1.551444 = .975328; ln 3 = 1.098612.
    assert certainty([0.5, 0.4, 0.4], 0.1) == pytest.approx(1 - 0.975328 / 1.098612, abs=2e-6)


def test_the_surest_view_weighs_most_also_where_all_disorders_exceed_one() -> None:
    sure, unsure = [0.3, *[0.1] * 9], [0.12, *[0.1] * 9]
    for view in (sure, unsure):  # the published code's 1 − H is below nought for both
        raised = [math.exp(each / 0.1) for each in view]
        shares = [each / sum(raised) for each in raised]
        assert -sum(each * math.log(each) for each in shares) > 1
    found = weigh({"sure": sure, "unsure": unsure})
    assert found["sure"] > found["unsure"] > 0
    assert sum(found.values()) == pytest.approx(1)


def test_nothing_and_what_is_alone_are_weighed() -> None:
    assert certainty([]) == certainty([0.2]) == 1.0
    assert weigh({}) == {}


def test_a_temperature_of_nought_is_refused() -> None:
    with pytest.raises(ValueError, match="above nought"):
        certainty([1.0], 0.0)
