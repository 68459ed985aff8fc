"""Signals become one score: each standardised by constants, weighted, added up in fixed order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from mnemos.errors import InputError
from mnemos.recall.confidence import TRAITS, Confidence, Judge, Trait
from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import LEVELS

Values = Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One signal's constants, learnt once: (value − mean) / deviation × weight is its share."""

    mean: float
    deviation: float
    weight: float

    def share(self, value: Floats) -> Floats:
        """Return what values add to the score; nothing where they are unknown. Shape of value."""
        share = (value - self.mean) * (self.weight / self.deviation)
        return np.where(np.isnan(value), 0.0, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The constants of one level.

    Args:
        signals: By signal, in the order of adding up.
        confidence: How sure an answer is by them.
    """

    signals: Mapping[str, Weight]
    confidence: Confidence


def known(level: str) -> str:
    """Return a level as it stands in ``LEVELS``; its weights need not be there yet.

    Raises:
        InputError: There is no such level.
    """
    if level.lower() not in LEVELS:
        raise InputError(f"no recall level {level!r}; known are {', '.join(sorted(LEVELS))}")
    return level.lower()


@cache
def weights(level: str) -> Weights:
    """Read a level's weights, once."""
    text = resources.files(__package__).joinpath("weights", f"{level}.json").read_text("utf-8")
    stored = json.loads(text)
    return Weights(
        signals={name: Weight(**stored["signals"][name]) for name in LEVELS[level]},
        confidence=Confidence(
            topic=_judge(stored["confidence"]["topic"]),
            answer=_judge(stored["confidence"]["answer"]),
            slope=stored["confidence"]["slope"],
            offset=stored["confidence"]["offset"],
        ),
    )


def _judge(stored: dict[str, Any]) -> Judge:
    return Judge(
        traits={name: Trait(**stored["traits"][name]) for name in TRAITS},
        bias=stored["bias"],
        floor=stored["floor"],
    )


def fuse(frame: Frame, level: str, constants: Mapping[str, Weight]) -> tuple[Floats, Values]:
    """Add the weighted signals up: an explicit loop, so that every machine rounds alike.

    Returns:
        The scores, and each signal's values as measured. Each of shape (n,).
    """
    score = frame.zeros()
    values = {}
    for name, signal in LEVELS[level].items():
        values[name] = signal(frame)
        score += constants[name].share(values[name])
    return score, values
