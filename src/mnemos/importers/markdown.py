"""Conversations written down in Markdown, as tools and people copy them out of chats.

A message begins with a speaker in bold, ``**Ada:** text``, or with a heading that names a speaker
of a chat, ``## User``; it goes on to the next. What stands before the first is a document. In
fenced code nothing begins. "# Title" at the top is the title; rules between messages are left out.

No one publishes such a form: these are the two that exporters of chats write most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mnemos.importers.base import Record
from mnemos.importers.fields import kept
from mnemos.importers.lines import decoded, lines
from mnemos.importers.sources import Source

_SUFFIXES = (".md", ".markdown")
_BOLD = re.compile(r"\*\*(?P<name>[^*:\n]{1,60})(?::\*\*|\*\*:)[ \t]*(?P<text>.*)$")
_HEADING = re.compile(
    r"#{1,6}[ \t]+(?:[^\w\s]+[ \t]*)?(?P<name>[A-Za-z][\w .-]{0,30}?)"
    r"(?:[ \t]*[(\[—–-]+[ \t]*(?P<said_at>\d{4}-\d\d-\d\d[^)\]]{0,20})[)\]]?)?:?[ \t]*$"
)
_TITLE = re.compile(r"#[ \t]+(?P<title>.+)$")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})[ \t]*$")
_FENCE = re.compile(r"[ \t]{0,3}(?P<fence>`{3,}|~{3,})")
_ROLES = {
    **dict.fromkeys(("user", "human", "you", "me", "prompt", "you said"), "user"),
    **dict.fromkeys(("assistant", "ai", "bot", "response", "model"), "assistant"),
    **dict.fromkeys(("chatgpt", "chatgpt said", "claude", "gemini", "copilot", "gpt"), "assistant"),
    "system": "system",
    "tool": "tool",
}
#: What is also the speaker's name, not the role alone.
_NAMED = frozenset({"chatgpt", "claude", "gemini", "copilot"})


class Markdown:
    """Reads conversations in Markdown."""

    def detect(self, source: Source) -> float:
        """Look for lines that begin a message."""
        for part in source.candidates(*_SUFFIXES):
            found = decoded(source.head(part)).splitlines()
            begun = sum(_begins(each) is not None for each in found)
            named = 0.1 if part.lower().endswith(_SUFFIXES) else 0.0
            if begun:
                return (0.6 if begun > 1 else 0.3) + named
        return 0.0

    def read(self, source: Source) -> Iterator[Record]:
        """Yield what each speaker said; of several files, each is a session with its name."""
        parts = source.candidates(*_SUFFIXES)
        for part in parts:
            stem = part.rpartition("/")[2].rpartition(".")[0] if len(parts) > 1 else None
            with source.reading(part) as file:
                yield from _messages(file, source.where(part), stem)


def _messages(file: BinaryIO, name: str, session: str | None) -> Iterator[Record]:
    title, fence, began = "", "", 1
    spoken: dict[str, object] = {"role": "document"}
    said: list[str] = []

    def message() -> Iterator[Record]:
        while said and (not said[-1].strip() or _RULE.match(said[-1])):
            said.pop()
        content = "\n".join(said).strip("\n")
        if content.strip():
            found = {**spoken, "content": content, "metadata": kept(title=title)}
            yield Record(file=name, line=began, session=session, message=found)

    for number, line, problem in lines(file, name):
        if problem is not None:
            yield Record(file=name, line=number, session=session, problem=problem)
            continue
        marked = _FENCE.match(line)
        if marked and not fence:
            fence = marked["fence"]
        elif marked and line.strip().startswith(fence):
            fence = ""
        begins = None if fence else _begins(line)
        if begins is not None:
            yield from message()
            began, (spoken, first) = number, begins
            said = [first] if first else []
        elif not said and not title and number == 1 and (found := _TITLE.match(line)):
            title = found["title"].strip()
        else:
            said.append(line)
    yield from message()


def _begins(line: str) -> tuple[dict[str, object], str] | None:
    """Return who begins to speak on a line, and the rest of it."""
    if found := _BOLD.match(line):
        return _speaker(found["name"].strip()), found["text"]
    found = _HEADING.match(line)
    if found is None or found["name"].strip().lower() not in _ROLES:
        return None
    spoken = _speaker(found["name"].strip())
    return {**spoken, **kept(said_at=(found["said_at"] or "").strip())}, ""


def _speaker(name: str) -> dict[str, object]:
    role = _ROLES.get(name.lower())
    if role is None:
        return {"role": "user", "name": name}
    return {"role": role, "name": name} if name.lower() in _NAMED else {"role": role}
