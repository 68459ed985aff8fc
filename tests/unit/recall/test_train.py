"""Training finds the signal that tells gold from the rest, twice alike."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from mnemos.recall.confidence import TRAITS, traits
from mnemos.recall.signals import LEVELS
from mnemos.recall.train import (
    Sample,
    document,
    fit,
    measure,
    ranks_apart,
    recall_at,
    refused_at,
    sureness,
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


def test_sureness_tells_what_can_be_answered_from_what_cannot() -> None:
    data = samples()
    _, (one, two) = sureness([data[:9], data[9:]], without_each(data), fit(data))
    answerable = [sample.answerable for sample in data[:9]]
    answer = np.array([sure for _, sure in one])
    assert ranks_apart(answer, answerable) == 1.0
    assert refused_at(0.02, answer, answerable) == 1.0
    assert len(two) == 18


def test_a_question_off_topic_is_told_by_a_judge_of_its_own() -> None:
    data = [replace(sample, foreign=not sample.answerable) for sample in samples()]
    confidence, _ = sureness([data], {}, fit(data))
    for sample in data:
        told = traits(sample.evidence, fit(data).score(sample.values))
        assert sample.answerable == (confidence.topic.sure(told) >= confidence.topic.floor)


def test_hits_of_a_higher_score_are_likelier() -> None:
    data = samples()
    confidence, _ = sureness([data], {}, fit(data))
    assert confidence.relevance(9.0) > confidence.relevance(1.0)


def test_gold_that_was_not_chosen_counts_as_missed() -> None:
    data = [replace(sample, missed=1) for sample in samples() if sample.gold]
    assert recall_at(1, data, {}, fit(samples())).tolist() == [0.5] * 24


def test_the_document_holds_every_signal_and_what_it_was_learnt_from() -> None:
    data = samples()
    confidence, _ = sureness([data], {}, fit(data))
    stored = json.loads(document(fit(data), confidence, "c0", {"command": "made by hand"}))
    assert list(stored["confidence"]["answer"]["traits"]) == list(TRAITS)
    assert stored["provenance"] == {"command": "made by hand"}
    assert list(stored["signals"]) == list(LEVELS["c0"])
