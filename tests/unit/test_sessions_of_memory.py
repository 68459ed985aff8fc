"""Which sessions a memory holds: counted, the newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mnemos import Memory, QueryError, Scope


@pytest.fixture(params=["file", ":memory:"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    path = tmp_path / "test.mnemos" if request.param == "file" else ":memory:"
    with Memory(path, embedder=None, learning="at once") as opened:
        for number, user in enumerate(("ann", "ben", "ann")):
            said = {
                "role": "user",
                "content": "I live in Porto",
                "said_at": f"2026-05-0{number + 1}",
            }
            opened.remember([said, said], session=f"s{number}", scope=Scope(user=user))
        opened.remember("said nowhere")
        yield opened


def _names(memory: Memory, **asked: object) -> list[str | None]:
    page = memory.sessions(**asked)  # type: ignore[arg-type] # as the test gives them
    return [each.scope.session for each in page.sessions]


def test_sessions_are_counted_with_the_one_begun_last_first(memory: Memory) -> None:
    page = memory.sessions()
    assert [(each.scope.session, each.turns) for each in page.sessions] == [
        ("s2", 2),
        ("s1", 2),
        ("s0", 2),
    ]
    assert page.after is None
    assert f"{page.sessions[0].last_said_at:%Y-%m-%d}" == "2026-05-03"


def test_pages_go_on_where_the_one_before_ended(memory: Memory) -> None:
    first = memory.sessions(limit=2)
    assert _names(memory, after=first.after) == ["s0"]
    memory.remember("new", session="s3")
    assert _names(memory, after=first.after) == ["s0"]


def test_a_view_sees_its_own_sessions_alone(memory: Memory) -> None:
    assert _names(memory.scoped(user="ann")) == ["s2", "s0"]
    assert _names(memory, scope=Scope(user="ben")) == ["s1"]


def test_a_session_whose_turns_are_all_hidden_or_erased_is_not_there(memory: Memory) -> None:
    turns = memory.browse(session="s1").items
    memory.forget([turns[0].id])
    assert [each.turns for each in memory.sessions().sessions] == [2, 1, 2]
    memory.forget([turns[1].id])
    memory.erase(Scope(session="s0"))
    assert _names(memory) == ["s2"]


def test_what_is_no_page_is_refused(memory: Memory) -> None:
    with pytest.raises(QueryError, match="after: expected the end of a page"):
        memory.sessions(after="s1")
