"""What is given beside a file of data: an audit of its citations, a clean corpus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Paths that some formats take, None where not given.

    Args:
        audit: Corrected citations of LoCoMo.
        corpus: A clean corpus in BEIR's layout that poisoned texts are put into.
    """

    audit: Path | None = None
    corpus: Path | None = None
