"""Whatever is in a file, an importer ends: with messages, named bad records, or a named error."""

from __future__ import annotations

import copy
import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnemos import Memory, SourceError
from mnemos.importers import IMPORTERS, importer, load
from mnemos.importers.sources import opened
from tests.unit.importers.exports import EXPORTS, SLACK, Parts, kind_of, written, zipped

Json: TypeAlias = Any

EXAMPLES = 20
FUZZ = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
#: Bytes that have broken readers.
NASTY = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\r",
    b"\n\n",
    b"[" * 3_000,
    b'{"a":' * 3_000,
    b"9" * 6_000,
    b"-1e999",
    b"NaN",
    b'"\\ud800"',
    b"\\u0000",
    b"null",
    b"\nFrom x@y Fri May  1 10:00:00 2026\n",
    b"\n[99/99/9999, 99:99:99] A: x\n",
    b"--b\n" * 40,
    b"```",
    b"**:**",
    b"PK\x03\x04",
]
#: Values that no field expects.
WRONG: list[Any] = [
    None,
    True,
    -1,
    1e400,
    float("nan"),
    10**400,
    2**70,
    "",
    " ",
    "\ud800",
    "\0",
    "x" * 2_000,
    [],
    {},
    [[]],
    [None, 1, "x", {"type": 7}],
    {"": {"": []}},
    "9999-99-99T99:99:99Z",
    "0001-01-01T00:00:00+23:59",
]


def nested(depth: int) -> Json:
    value: Json = "deep"
    for _ in range(depth):
        value = {"content": [value]}
    return value


def one_file(name: str) -> tuple[str, bytes]:
    """Return an export as one file."""
    file, data = EXPORTS[name]
    return (file, data) if isinstance(data, bytes) else (f"{file}.zip", zipped(data))


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes with a few of them gone, changed, doubled, moved, or nasty ones put in."""
    found = bytearray(data)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(found) - 1)))
        end = min(len(found), at + draw(st.integers(0, 60)))
        match draw(st.integers(0, 4)):
            case 0:
                del found[at:end]
            case 1:
                found[at:at] = draw(st.sampled_from(NASTY))
            case 2:
                found[at:at] = found[at:end]
            case 3:
                found[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case _:
                found[at:end] = found[at:end][::-1]
    return bytes(found)


def places(value: Json) -> list[tuple[Json, Json]]:
    """Return every (container, key) of a JSON value."""
    found: list[tuple[Any, Any]] = []
    todo = [value]
    while todo:
        each = todo.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each))
        for key in keys:
            found.append((each, key))
            if isinstance(each[key], dict | list):
                todo.append(each[key])
    return found


@st.composite
def mistyped(draw: st.DrawFn, data: bytes) -> bytes:
    """JSON with a few values of wrong types, and fields missing."""
    value = json.loads(data)
    for _ in range(draw(st.integers(1, 4))):
        where, key = draw(st.sampled_from(places(value) or [([0], 0)]))
        wrong = draw(st.sampled_from(WRONG) | st.builds(nested, st.sampled_from([5, 100])))
        if draw(st.booleans()) and isinstance(where, dict):
            del where[key]
        else:
            where[key] = copy.deepcopy(wrong)
    return json.dumps(value).encode()


def import_(kind: str, name: str, data: bytes | Parts) -> None:
    """Import what must not raise anything but the named error, twice: then nothing is added."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory(":memory:", embedder=None) as memory,
    ):
        path = written(Path(folder), name, data)
        with suppress(SourceError):
            load(memory, path, kind)
        state = memory.state_hash()
        with suppress(SourceError):
            assert load(memory, path, kind).added == 0
        assert memory.state_hash() == state
        with suppress(SourceError), opened(path) as source:
            for each in IMPORTERS:
                assert 0 <= importer(each).detect(source) <= 1


@pytest.mark.parametrize("name", EXPORTS)
def test_damaged_bytes_end_in_the_named_error_or_in_bad_records(name: str) -> None:
    file, data = one_file(name)

    @FUZZ
    @given(damaged(data))
    def holds(bad: bytes) -> None:
        import_(kind_of(name), file, bad)

    holds()


JSONS = [name for name, (file, _) in EXPORTS.items() if file.endswith((".json", ".af"))]


@pytest.mark.parametrize("name", JSONS)
def test_missing_fields_and_wrong_types_do_too(name: str) -> None:
    file, data = EXPORTS[name]
    assert isinstance(data, bytes)

    @FUZZ
    @given(mistyped(data))
    def holds(bad: bytes) -> None:
        import_(kind_of(name), file, bad)

    holds()


@pytest.mark.parametrize("part", list(SLACK))
def test_wrong_parts_of_a_folder_do_too(part: str) -> None:
    @FUZZ
    @given(mistyped(SLACK[part]))
    def holds(bad: bytes) -> None:
        import_("slack", "slack", {**SLACK, part: bad})

    holds()


@pytest.mark.parametrize("kind", IMPORTERS)
def test_files_of_another_kind_do_too(kind: str) -> None:
    for name in EXPORTS:
        file, data = one_file(name)
        import_(kind, file, data)
    for nasty in NASTY:
        import_(kind, "file", nasty)
