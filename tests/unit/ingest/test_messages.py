"""What a message may hold, and what is refused, by name."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mnemos.errors import MessageError
from mnemos.ingest.messages import ROLES, drafts


def read(message: object) -> object:
    return drafts([message], UTC)[0]  # type: ignore[list-item]


def test_a_text_is_said_by_the_user() -> None:
    (draft,) = drafts("hello", UTC)
    assert (draft.role, draft.speaker, draft.text) == ("user", "user", "hello")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_taken(role: str) -> None:
    (draft,) = drafts({"role": role, "content": "x"}, UTC)
    assert draft.role == role


def test_content_parts_become_lines_and_are_kept_to_the_letter() -> None:
    parts = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image", "caption": "a red boat"},
        {"type": "input_audio", "input_audio": {"data": "…"}},
    ]
    (draft,) = drafts({"role": "user", "content": parts}, UTC)
    assert draft.text.splitlines() == [
        "Look",
        "[image: https://example.com/a.png]",
        "[image: data:image/png]",
        "[image: a red boat]",
        "[input_audio]",
    ]
    assert draft.attrs["content"] == parts


def test_tool_calls_and_unknown_keys_are_kept() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    (draft,) = drafts(
        {"role": "assistant", "content": None, "tool_calls": [call], "refusal": None}, UTC
    )
    assert draft.text == "f({})"
    assert draft.attrs == {"tool_calls": [call], "refusal": None}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-06-01T12:00:00Z", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        ("2026-06-01T12:00:00+02:00", datetime(2026, 6, 1, 10, tzinfo=UTC)),
        ("2026-06-01", datetime(2026, 5, 31, 23, tzinfo=UTC)),
        (datetime(2026, 6, 1, 12), datetime(2026, 6, 1, 11, tzinfo=UTC)),  # noqa: DTZ001
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-86_400.5, datetime(1969, 12, 30, 23, 59, 59, 500_000, tzinfo=UTC)),
        (1_780_000_000_000, datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("key", ["said_at", "timestamp", "created_at"])
def test_times_are_read_in_the_memorys_zone(key: str, value: object, expected: datetime) -> None:
    (draft,) = drafts({"role": "user", "content": "x", key: value}, ZoneInfo("Europe/Lisbon"))
    assert draft.said_at == expected


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"role": "wizard", "content": "x"}, "wizard"),
        ({"content": "x"}, "role"),
        ({"role": "user"}, "content"),
        ({"role": "user", "content": 7}, "int"),
        ({"role": "user", "content": [7]}, r"content\[0\]"),
        ({"role": "user", "content": [{"type": "text", "text": 7}]}, "text"),
        ({"role": "user", "content": "x", "name": ""}, "name"),
        ({"role": "user", "content": "x", "name": 7}, "name"),
        ({"role": "user", "content": "x", "name": "a\0b"}, "NUL"),
        ({"role": "user", "content": "x", "id": "\ud800"}, "id"),
        ({"role": "user", "content": "x", "said_at": "yesterday"}, "said_at"),
        ({"role": "user", "content": "x", "said_at": True}, "said_at"),
        ({"role": "user", "content": "x", "said_at": float("nan")}, "said_at"),
        ({"role": "user", "content": "x", "said_at": 10**20}, "said_at"),
        ({"role": "user", "content": "x", "metadata": {"a": float("inf")}}, "metadata.a"),
        ({"role": "user", "content": "x", "metadata": {"a": {1}}}, "metadata.a"),
        ({"role": "user", "content": "x", "metadata": {1: 2}}, "metadata"),
        ({"role": "user", "content": "x", "metadata": {"n": 2**70}}, "64 bits"),
        ({"role": "user", "content": "x", "metadata": ["a"]}, "metadata"),
        ("a text among messages", "mapping"),
        (None, "mapping"),
    ],
)
def test_what_is_malformed_is_named_with_its_number(message: object, says: str) -> None:
    with pytest.raises(MessageError, match=f"message 1: .*{says}"):
        drafts([{"role": "user", "content": "fine"}, message], UTC)  # type: ignore[list-item]


def test_nesting_has_a_bound() -> None:
    deep: object = "x"
    for _ in range(100):
        deep = [deep]
    with pytest.raises(MessageError, match="deep"):
        read({"role": "user", "content": "x", "metadata": {"deep": deep}})


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(MessageError, match="int"):
        drafts(7, UTC)  # type: ignore[arg-type]
