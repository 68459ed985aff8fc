"""Which conversation a request goes on with: told by what was said in it.

Each call repeats the conversation so far. So each message is named by a hash of it and of all that
was said before it, and what is known of a message is found by its name, in whatever order calls
come. How the model was set up is left out: many applications write the time into it.

A chat that forgets its beginning has other names. Its place is found by its *spots*: hashes of a
message and the two before it.

Hashes are keyed: they say nothing of a text to those who have not the key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from mnemos.types import JSON

Message = Mapping[str, JSON]

#: What was said, not how the model was set up for it.
SAID = ("user", "assistant", "tool")
#: Bytes of a message's name; also what it is remembered by.
NAME_BYTES = 16
#: Messages that tell a spot.
SPOT = 3
#: What makes a message another one. Clients drop the rest when they send a reply back.
_TELLING = ("role", "name", "content", "tool_calls", "tool_call_id")


def names(messages: Sequence[Message], key: bytes, before: str = "") -> list[str]:
    """Return the name of each message, in their order; "" for those that nobody said.

    Args:
        messages: Of a conversation.
        key: Of all names.
        before: The name of the message said before the first; "" if there is none.

    >>> one = {"role": "user", "content": "Hello"}
    >>> two = {"role": "assistant", "content": "Hi!", "refusal": None}
    >>> names([one, two], b"k")[0] == names([one], b"k")[0] != names([two], b"k")[0]
    True
    >>> names([one, two], b"k") == names([one, {"role": "assistant", "content": "Hi!"}], b"k")
    True
    """
    found = []
    for message in messages:
        if message.get("role") not in SAID:
            found.append("")
            continue
        before = _hash([before, _telling(message)], key)
        found.append(before)
    return found


def spots(messages: Sequence[Message], key: bytes) -> list[str]:
    """Return the spot of each message, in their order; "" where too little was said before it."""
    said = [place for place, each in enumerate(messages) if each.get("role") in SAID]
    found = [""] * len(messages)
    for number in range(SPOT - 1, len(said)):
        last = said[number - SPOT + 1 : number + 1]
        found[said[number]] = _hash([_telling(messages[place]) for place in last], key)
    return found


def _hash(told: JSON, key: bytes) -> str:
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return blake2b(text.encode(), key=key, digest_size=NAME_BYTES).hexdigest()


def _telling(message: Message) -> dict[str, JSON]:
    told = {name: message[name] for name in _TELLING if message.get(name)}
    content = told.get("content")
    if isinstance(content, list):  # some clients send a text as its only part
        texts = [part.get("text") for part in content if isinstance(part, Mapping)]
        if len(content) == 1 and len(texts) == 1 and isinstance(texts[0], str):
            told["content"] = texts[0]
    return told
