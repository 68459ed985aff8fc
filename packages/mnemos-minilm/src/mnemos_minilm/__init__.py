"""all-MiniLM-L6-v2 for mnemos: vectors of texts and of their tokens, on the CPU, offline."""

from __future__ import annotations

from mnemos_minilm.embedder import MiniLM

__all__ = ["MiniLM"]
