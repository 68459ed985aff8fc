"""2WikiMultihopQA (Ho et al., COLING 2020): HotpotQA's shape with ``evidences`` besides."""

from __future__ import annotations

from collections.abc import Iterator

from bench.conversation import Conversation
from bench.data import hotpotqa
from bench.data.beside import Beside
from bench.data.files import File, Start

LOOKS = 'HotpotQA\'s with "evidences" and "entity_ids"'


def recognises(start: Start) -> bool:
    """Whether a file that begins so is of this format."""
    return hotpotqa.alike(start) and any(map(start.has, hotpotqa.TWOWIKI))


def read(file: File, start: Start, beside: Beside) -> Iterator[Conversation]:
    """Yield one corpus."""
    del beside
    yield from hotpotqa.pooled(file, start, "twowiki")
