"""The words looked for first miss no stance."""

from __future__ import annotations

import pytest

from mnemos.text.stance import NEVER, PREFERENCE, STANDING, stance


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("From now on, use metres.", STANDING),
        ("In the future add sources if I ask", STANDING),
        ("EVERY TIME we talk, greet me when I come", STANDING),
        ("Alwayſ show units", STANDING),  # the long s is an s when case is ignored
        ("Never do that", STANDING),
        ("I PREFER tea", PREFERENCE),
        ("I've never been there", NEVER),
        ("Nothing of the kind", 0),
    ],
)
def test_each_stance_is_seen(text: str, bits: int) -> None:
    assert stance(text) == bits
