"""What Mem0's interface asks for and does not get here, by name."""

from __future__ import annotations

from mnemos import MnemosError, NotFound


class Unsupported(MnemosError, NotImplementedError):
    """Mem0's interface has it, mnemos does not."""


class MemoryNotFound(NotFound, ValueError):
    """There is no memory of this id, or it was deleted. A ValueError, as Mem0 raises."""
