"""From hits to a prompt: count tokens, pack to the budget, render with citations."""

from mnemos.context.pack import assemble
from mnemos.text.token_count import TokenCounter, estimate_tokens

__all__ = ["TokenCounter", "assemble", "estimate_tokens"]
