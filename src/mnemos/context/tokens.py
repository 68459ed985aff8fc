"""Counting tokens, as packing does it; it lives with the other pure functions over texts."""

from mnemos.text.token_count import TokenCounter, estimate_tokens

__all__ = ["TokenCounter", "estimate_tokens"]
