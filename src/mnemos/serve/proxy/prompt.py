"""Where memory stands in a prompt: in front what stays, then with each question what is new.

What a user is known for stands behind the system message and does not change while a conversation
lasts. What bears on a question stands before it, in the same message, since many models take one
system message only. So each prompt begins with the whole prompt before, and a provider's prefix
cache serves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mnemos.serve.proxy.thread import Message
from mnemos.types import JSON

SYSTEM_ROLES = ("system", "developer")
BETWEEN = "\n\n"


def with_memory(
    messages: Sequence[Message], core: str, before: Mapping[int, str]
) -> list[dict[str, JSON]]:
    r"""Return messages with memory among them.

    Args:
        messages: As the application sent them; they are not changed.
        core: Stands behind the first system message, or as one; "" is none.
        before: By place of a message, what stands before its text.

    >>> said = [{"role": "user", "content": "Where do I live?"}]
    >>> with_memory(said, "", {0: "<memory>Porto</memory>"})[0]["content"]
    '<memory>Porto</memory>\n\nWhere do I live?'
    """
    found = [dict(message) for message in messages]
    for place, text in before.items():
        found[place]["content"] = _joined(text, found[place].get("content"))
    if core:
        first = found[0] if found and found[0].get("role") in SYSTEM_ROLES else None
        if first is None:
            found.insert(0, {"role": "system", "content": core})
        else:
            first["content"] = _joined(first.get("content"), core)
    return found


def _joined(first: JSON, second: JSON) -> JSON:
    """Join two contents, texts or lists of parts, one of which is a text of ours."""
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}{BETWEEN}{second}" if first and second else first or second
    return [*_parts(first), *_parts(second)]


def _parts(content: JSON) -> list[JSON]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return list(content) if isinstance(content, Sequence) else []
