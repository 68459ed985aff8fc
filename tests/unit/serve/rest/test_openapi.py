"""The description of the routes is valid and complete, and what the routes do.

``python -m bench fuzz`` asks more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.fuzz import LEFT_OUT, fuzz
from bench.server import serving
from mnemos import Memory
from mnemos.serve.rest import openapi
from mnemos.wire.operations import OPERATIONS, PREFIX
from mnemos.wire.problems import MEANINGS, PROBLEM_TYPE

EXAMPLES = 3


def test_no_made_up_request_is_answered_in_a_way_that_is_not_described(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        done = fuzz(running, examples=EXAMPLES, phases=["fuzzing"])
        assert done.passed, done.report
    described = {each["operationId"] for each in operations()}
    asked = described - set(LEFT_OUT) - {"openapi"}  # where it read what to ask
    assert f"{len(asked)} passed" in done.report


def test_every_method_is_described_in_the_words_of_its_documentation() -> None:
    paths = openapi.document()["paths"]
    for operation in OPERATIONS.values():
        told = paths[PREFIX + operation.path][operation.verb.lower()]
        assert told["operationId"] == operation.name
        assert (getattr(Memory, operation.name).__doc__ or "").startswith(told["summary"])


def operations() -> list[dict[str, Any]]:
    paths = openapi.document()["paths"].values()
    return [told for verbs in paths for told in verbs.values()]


def test_every_problem_is_described() -> None:
    for told in operations():
        for status in told["responses"].keys() - {"200"}:
            assert int(status) in MEANINGS
    for response in openapi.document()["components"]["responses"].values():
        assert list(response["content"]) == [PROBLEM_TYPE]


def test_what_holds_any_json_is_described_so_and_not_as_a_message() -> None:
    described = openapi.document()["components"]["schemas"]["Item"]["properties"]
    anything = {"type": "object", "additionalProperties": {}}
    assert described["attrs"] == described["metadata"] == anything
