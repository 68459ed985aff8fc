"""Signals become one score: each standardised by constants, weighted, added up in fixed order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mnemos.errors import InputError
from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One signal's constants, learnt once: (value − mean) / deviation × weight is its share."""

    mean: float
    deviation: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The constants of one level.

    Args:
        signals: By signal, in the order of adding up.
        floor: The best candidate of a question that can be answered scores more.
    """

    signals: Mapping[str, Weight]
    floor: float


@cache
def weights(level: str) -> Weights:
    """Read a level's weights, once.

    Raises:
        InputError: There is no such level.
    """
    if level not in LEVELS:
        raise InputError(f"no recall level {level!r}; known are {', '.join(sorted(LEVELS))}")
    text = resources.files(__package__).joinpath("weights", f"{level}.json").read_text("utf-8")
    stored = json.loads(text)
    return Weights(
        signals={name: Weight(**stored["signals"][name]) for name in LEVELS[level]},
        floor=stored["floor"],
    )


def standardise(frame: Frame, level: str, constants: Mapping[str, Weight]) -> dict[str, Floats]:
    """Return each signal's values for the candidates, less the mean, over the deviation."""
    values = {}
    for name, signal in LEVELS[level].items():
        constant = constants[name]
        values[name] = (signal(frame) - constant.mean) / constant.deviation
    return values


def fuse(values: Mapping[str, Floats], constants: Mapping[str, Weight]) -> Floats:
    """Add the weighted signals up: an explicit loop, so that every machine rounds alike."""
    parts = iter(constants[name].weight * value for name, value in values.items())
    score = next(parts)
    for part in parts:
        score = score + part
    return score
