"""What a model said is read as a value of a type, strictly, or told what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pytest

from mnemos.models.reading import (
    DEPTH,
    LIST_ENTRIES,
    STRING_CHARACTERS,
    Malformed,
    decoded,
    found,
    read,
    schema_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact."""

    text: str
    op: Literal["ADD", "DELETE"]
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    facts: tuple[Fact, ...]
    weight: float = 0.5
    day: date | None = None


@dataclass(frozen=True)
class Loose:
    anything: object


NOTE = Note(facts=(Fact(text="Ann sails", op="ADD"),), weight=1.0)
SAID = '{"facts": [{"text": "Ann sails", "op": "ADD"}], "weight": 1}'


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        f"  {SAID}\n",
        f"```json\n{SAID}\n```",
        f"Here you are:\n```\n{SAID}\n```\nAnything else?",
        f"Here: {SAID} – as {{asked}}",
        f'"Here" {SAID} "there',
        f'<think>{{"facts": []}} or so</think>\n{SAID}',
    ],
)
def test_one_object_is_read_whatever_stands_around_it(text: str) -> None:
    assert read(text, Note) == NOTE


def test_braces_and_quotes_within_texts_are_texts() -> None:
    said = 'So: {"facts": [{"text": "a \\"}{ b", "op": "ADD"}]} there'
    assert read(said, Note).facts[0].text == 'a "}{ b'


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Ann sails.", "no JSON objects"),
        ("", "no JSON objects"),
        (f"{SAID} {SAID}", "2 JSON objects"),
        (f"[{SAID}]", "no object"),
        ("null", "no object"),
        (SAID[:-5], "no JSON objects"),
        ('{"facts": [], "facts": []}', "twice"),
        ('Well: {"facts": [], "facts": []}', "twice"),
        ('{"facts": [], "weight": NaN}', "NaN"),
        ('{"facts": [], "weight": -Infinity}', "-Infinity"),
        ('{"facts": [], "weight": 1e999}', "too large"),
        ('{"facts": [], "weight": 99999999999999999999}', "too large"),
        ('{"facts": [], "weight": ' + "9" * 400 + "}", "too large"),
        ('{"facts": [], "weight": ' + "9" * 9_000 + "}", "no JSON objects"),
        ('{"facts": [], "weight": "1"}', r"Expected `float`.*\$\.weight"),
        ('{"facts": [], "weight": true}', "Expected `float`"),
        ('{"facts": {}}', "Expected `array`"),
        ('{"weight": 1}', "missing required field `facts`"),
        ('{"facts": [{"text": "a", "op": "DROP"}]}', "Invalid enum value 'DROP'"),
        ('{"facts": [{"text": null, "op": "ADD"}]}', "Expected `str`, got `null`"),
        ('{"facts": [], "day": "yesterday"}', "Invalid RFC3339"),
        ('{"facts": [{"text": "\\ud800", "op": "ADD"}]}', "a character that is none"),
        ('{"facts": [{"text": "a\\u0000", "op": "ADD"}]}', "a character that is none"),
        ('{"facts": [], "\\udfff": 1}', "a character that is none"),
        ('{"a":' * 100_000, "no JSON objects"),
        ("[" * 100_000, "no JSON objects"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, wrong: str) -> None:
    with pytest.raises(Malformed, match=wrong):
        read(text, Note)


@pytest.mark.parametrize(
    "text", ["{" * 60_000, "}" * 60_000, '"' * 60_001, '{"' + '\\"' * 30_000, '{"\\', "{}" * 30_000]
)
def test_hostile_text_is_read_in_one_pass(text: str) -> None:
    with pytest.raises(Malformed):
        found(text)


def test_bounds_hold_to_the_last() -> None:
    long = "a" * STRING_CHARACTERS
    assert decoded({"anything": [long] * LIST_ENTRIES}, Loose).anything
    for beyond in (long + "a", [1] * (LIST_ENTRIES + 1), {str(i): i for i in range(201)}):
        with pytest.raises(Malformed, match="are allowed"):
            decoded({"anything": beyond}, Loose)
    nested: object = 1
    for _ in range(DEPTH):
        nested = [nested]
    with pytest.raises(Malformed, match="nested"):
        decoded({"anything": nested}, Loose)  # type: ignore[dict-item]


def test_a_schema_asks_for_every_field_and_no_other() -> None:
    schema = schema_of(Note)
    assert schema["required"] == ["facts", "weight", "day"]
    assert schema["additionalProperties"] is False
    assert schema["$defs"] == {
        "Fact": {
            "type": "object",
            "properties": {
                "text": {"type": "string"},
                "op": {"enum": ["ADD", "DELETE"]},
                "about": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            },
            "required": ["text", "op", "about"],
            "additionalProperties": False,
        }
    }
    told = json.dumps(schema)
    assert "title" not in told and "description" not in told and "default" not in told
    assert schema_of(Note) is schema
