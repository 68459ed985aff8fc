"""A session of the OpenAI Agents SDK in a memory: its items come back to the letter.

An item is one turn: what was said is its text, so that it is found from any other session, and the
item itself is kept beside it. Nothing of the SDK is imported: its ``Session`` is a protocol.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from mnemos import Item, Memory, Scope
from mnemos.adapters.turns import delete, deleting, turns

#: As the SDK hands it over: an item of the Responses API's input.
Given = Mapping[str, Any]

#: What a turn that another program stored may be shown as.
ROLES = ("user", "assistant", "system")


class MnemosSession:
    """The history of one conversation, for ``Runner.run(…, session=…)``.

    Args:
        session_id: Which conversation.
        memory: Where it is kept, with all others.
        user: Whose conversation it is, where several users share the memory.
        session_settings: The SDK's: its ``limit`` is how many items are fetched by default.
        deletes: "forget" hides what is popped or cleared, "erase" destroys it.
    """

    def __init__(
        self,
        session_id: str,
        memory: Memory,
        *,
        user: str | None = None,
        session_settings: Any = None,  # noqa: ANN401 - the SDK's, which need not be installed
        deletes: str = "forget",
    ) -> None:
        self.session_id = session_id
        self.session_settings = session_settings
        self.memory = memory
        self._scope = Scope(user=user, session=session_id)
        self._deletes = deleting(deletes)

    async def get_items(self, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the items so far, oldest first.

        Args:
            limit: Only the newest so many; None is as the settings say, or all.
        """
        return await asyncio.to_thread(self._get, limit)

    async def add_items(self, items: Sequence[Given]) -> None:
        """Add items to the end, all or none of them."""
        messages = [message(item) for item in items]
        if messages:
            await asyncio.to_thread(self.memory.remember, messages, scope=self._scope)

    async def pop_item(self) -> dict[str, Any] | None:
        """Take the newest item away and return it; None if there is none."""
        return await asyncio.to_thread(self._pop)

    async def clear_session(self) -> None:
        """Take all items away."""
        await asyncio.to_thread(self._clear)

    def _get(self, limit: int | None) -> list[dict[str, Any]]:
        bound = _limit(self.session_settings) if limit is None else limit
        found = [given for _, given in self._shown()]
        if bound is None or bound < 0:
            return found
        return found[max(len(found) - bound, 0) :]

    def _pop(self) -> dict[str, Any] | None:
        shown = self._shown()
        if not shown:
            return None
        item, given = shown[-1]
        delete(self.memory, [item], self._deletes)
        return given

    def _clear(self) -> None:
        delete(self.memory, turns(self.memory, self._scope), self._deletes)

    def _shown(self) -> list[tuple[Item, dict[str, Any]]]:
        pairs = ((item, given(item)) for item in turns(self.memory, self._scope))
        return [(item, back) for item, back in pairs if back is not None]


def message(item: Given) -> dict[str, Any]:
    """Return the message that an item of the SDK is stored as."""
    role, text = _said(item)
    return {"role": role, "content": text, "openai_item": dict(item)}


def given(item: Item) -> dict[str, Any] | None:
    """Return the item of the SDK that a turn was; None where another program's cannot be one."""
    kept = item.attrs.get("openai_item")
    if isinstance(kept, Mapping):
        return dict(kept)
    return {"role": item.role, "content": item.text} if item.role in ROLES else None


def _said(item: Given) -> tuple[str, str]:
    """Return who an item speaks for, and what it says in words."""
    match item:
        case {"type": "function_call", "name": str(name)}:
            return "assistant", f"{name}({item.get('arguments', '')})"
        case {"role": "developer"}:
            return "system", _text(item.get("content"))
        case {"role": str(role)}:
            return (role if role in {*ROLES, "tool"} else "user"), _text(item.get("content"))
        case {"output": output}:
            return "tool", _text(output)
        case {"summary": summary}:
            return "assistant", _text(summary)
    return "assistant", f"[{item.get('type', 'item')}]"


def _text(content: object) -> str:
    """Return the words of a text or of its parts, one a line; what has none by its type."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list | tuple):
        return "" if content is None else json.dumps(content, ensure_ascii=False, default=str)
    lines = []
    for part in content:
        words = part.get("text", part.get("refusal")) if isinstance(part, Mapping) else part
        kind = part.get("type") if isinstance(part, Mapping) else type(part).__name__
        lines.append(words if isinstance(words, str) else f"[{kind}]")
    return "\n".join(lines)


def _limit(settings: object) -> int | None:
    if isinstance(settings, Mapping):
        settings = settings.get("limit")
    found = getattr(settings, "limit", settings)
    return found if isinstance(found, int) else None
