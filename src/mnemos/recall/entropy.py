"""How much each of several views of the same things is to be trusted: the surer, the more.

MemGAS (arXiv:2505.19549): likenesses become shares by a softmax; a view whose shares are far from
even has made up its mind. Its weight is 1 − H / ln n. Divided by ln n it is from 0 to 1 whatever n:
in plain nats, as in the paper's code, it turns below nought from three things on, and the least
sure view weighs most.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from mnemos.arithmetic import exp, finite, log, total

#: Of the paper's code; its README says .2.
TEMPERATURE = 0.1


def certainty(values: ArrayLike, temperature: float = TEMPERATURE) -> float:
    """Return 1 − H / ln n of a softmax: 0 for equal values, 1 where one takes all.

    Args:
        values: Likenesses. Shape (n,).
        temperature: Above nought; the lower, the more the highest takes.

    >>> round(certainty([0.5, 0.5, 0.5]), 12), round(certainty([9.0, 0.0]), 6)
    (0.0, 1.0)
    """
    found = finite(values, "likenesses")
    if temperature <= 0:
        raise ValueError(f"a temperature is above nought, not {temperature}")
    if found.size < 2:  # noqa: PLR2004 - one alone takes all
        return 1.0
    raised = exp((found - found.max()) / temperature)
    shares = raised / total(raised.tolist())
    some = shares[shares > 0]
    disorder = -total((some * log(some)).tolist())
    return min(1.0, max(0.0, 1.0 - disorder / float(log(float(found.size)))))


def weigh(views: Mapping[str, ArrayLike], temperature: float = TEMPERATURE) -> dict[str, float]:
    """Return what each view counts for; they add up to 1, and count alike where none is sure.

    >>> weigh({"a": [0.5, 0.5], "b": [0.9, 0.1]})
    {'a': 0.0, 'b': 1.0}
    >>> weigh({"a": [0.5, 0.5], "b": [0.1, 0.1]})
    {'a': 0.5, 'b': 0.5}
    """
    sure = {name: certainty(np.asarray(values), temperature) for name, values in views.items()}
    whole = total(sure.values())
    if whole <= 0:
        return dict.fromkeys(sure, 1.0 / max(1, len(sure)))
    return {name: value / whole for name, value in sure.items()}
