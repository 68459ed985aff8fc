"""Which conversation a request goes on with: told by what was said in it.

Each call repeats the conversation so far. So each message is named by a hash of it and of all
before it, and what follows a message is found by its name, in whatever order calls come. The hash
is keyed: it says nothing of a text to those who have not the key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from mnemos.types import JSON

Message = Mapping[str, JSON]

#: Bytes of a message's name; also what it is remembered by.
NAME_BYTES = 16
#: What makes a message another one. Clients drop the rest when they send a reply back.
_TELLING = ("role", "name", "content", "tool_calls", "tool_call_id")


def names(messages: Sequence[Message], key: bytes, before: str = "") -> list[str]:
    """Return the name of each message, in their order.

    Args:
        messages: Of a conversation.
        key: Of all names.
        before: The name of the message before the first; "" if there is none.

    >>> one = {"role": "user", "content": "Hello"}
    >>> two = {"role": "assistant", "content": "Hi!", "refusal": None}
    >>> names([one, two], b"k")[0] == names([one], b"k")[0] != names([two], b"k")[0]
    True
    >>> names([one, two], b"k") == names([one, {"role": "assistant", "content": "Hi!"}], b"k")
    True
    """
    found = []
    for message in messages:
        told = json.dumps([before, _telling(message)], sort_keys=True, ensure_ascii=True)
        before = blake2b(told.encode(), key=key, digest_size=NAME_BYTES).hexdigest()
        found.append(before)
    return found


def _telling(message: Message) -> dict[str, JSON]:
    told = {name: message[name] for name in _TELLING if message.get(name)}
    content = told.get("content")
    if isinstance(content, list):  # some clients send a text as its only part
        texts = [part.get("text") for part in content if isinstance(part, Mapping)]
        if len(content) == 1 and isinstance(texts[0], str):
            told["content"] = texts[0]
    return told
