"""As many entries as a budget of tokens has room for."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from mnemos import estimate_tokens
from mnemos.serve.mcp.given import Answer

A = TypeVar("A", bound=Answer)

#: A text is not cut to fewer characters than this.
_SHORTEST = 40


def cost(answer: Answer) -> int:
    """Return what an answer costs in either of its forms; clients show a model one of them."""
    structured = json.dumps(asdict(answer), ensure_ascii=False)
    return max(estimate_tokens(answer.words), estimate_tokens(structured))


def fitted(make: Callable[[int, int], A], count: int, budget_tokens: int) -> A:
    """Return the answer with as many entries as the budget has room for.

    Args:
        make: (entries, longest text in characters) → the answer.
        count: How many entries there are.
        budget_tokens: What it may cost.
    """
    longest = 2 * budget_tokens  # about half the budget in English; of other scripts less fits
    whole = make(count, longest)
    if cost(whole) <= budget_tokens:  # as a rule
        return whole
    while True:
        room = bisect_right(
            range(count + 1), budget_tokens, key=lambda entries: cost(make(entries, longest))
        )
        if room > 1 or not count or longest < _SHORTEST:
            return make(max(room - 1, 0), longest)
        longest //= 2
