"""Training finds the signal that tells gold from the rest, twice alike."""

from __future__ import annotations

import json

import numpy as np

from mnemos.recall.signals import LEVELS
from mnemos.recall.train import (
    Sample,
    document,
    fit,
    floor,
    measure,
    recall_at,
    refused,
    without_each,
)
from tests.unit.recall.small import Said, ask, reader

WORDS = ("jazz", "tea", "boats", "chess", "moon", "Alps", "parrots", "maps")


def samples() -> list[Sample]:
    found = []
    for number in range(3):
        talk = [
            Said(
                text=f"We talked about {word} number {number} for long.",
                speaker="Ann" if place % 2 else "Bob",
                session=str(place // 4),
            )
            for place, word in enumerate(WORDS)
        ]
        memory = reader(talk)
        found += [
            measure(ask(f"Who talked about {word}?"), memory, [place], memory=str(number))
            for place, word in enumerate(WORDS)
        ]
        found.append(measure(ask("Who likes trains?"), memory, [], memory=str(number)))
    return found


def test_the_fit_ranks_gold_first_and_comes_out_the_same_twice() -> None:
    first, second = fit(samples()), fit(samples())
    for name in ("mean", "deviation", "weight"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert recall_at(1, samples(), {}, first).mean() == 1.0


def test_what_is_learnt_without_a_memory_is_tried_on_it() -> None:
    data = samples()
    whole, fits = fit(data), without_each(data)
    assert list(fits) == ["0", "1", "2"]
    rest = fit([sample for sample in data if sample.memory != "1"])
    assert np.array_equal(fits["1"].weight, rest.weight)
    assert recall_at(1, data, fits, whole).tolist() == [1.0] * 24


def test_the_floor_is_that_of_the_data_set_whose_scores_are_lowest() -> None:
    data = samples()
    whole = fit(data)
    one, two = data[:9], data[9:]
    lowest = min(floor([one], whole), floor([two], whole))
    assert floor([one, two], whole) == lowest
    assert not any(refused([sample for sample in data if sample.gold], whole, lowest))
    assert all(refused([sample for sample in data if not sample.gold], whole, lowest))


def test_the_document_holds_every_signal_and_what_it_was_learnt_from() -> None:
    stored = json.loads(document(fit(samples()), 1.5, "c0", {"command": "made by hand"}))
    assert stored["floor"] == 1.5
    assert stored["provenance"] == {"command": "made by hand"}
    assert list(stored["signals"]) == list(LEVELS["c0"])
