"""From hits to a prompt: count tokens, pack to the budget, render with citations."""
