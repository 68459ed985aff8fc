from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mnemos import Memory


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A memory in which Ann has said two things."""
    with Memory(tmp_path / "told.mnemos", actor="test", learning="at once") as opened:
        for day, said in (
            ("2026-05-03", "I live in Porto and work as a baker."),
            ("2026-06-07", "My dog is called Rex."),
        ):
            message = {"role": "user", "name": "Ann", "content": said, "said_at": f"{day}T10:00Z"}
            opened.remember([message], session=day)
        yield opened
