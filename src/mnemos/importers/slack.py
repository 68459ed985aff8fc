"""Channels, direct messages and threads out of a Slack export: its zip, or the folder in it.

``users.json`` names people by id; each conversation is a folder with a JSON list of messages a day
(``2026-05-01.json``). A message has ``ts`` (its id in the channel, and its time), ``user`` or
``bot_id``, ``text``, ``thread_ts`` if it belongs to a thread, ``files``, ``subtype``. A channel is
a session with its folder's name; a thread's replies are one of their own, "CHANNEL:THREAD_TS", and
what they reply to stays in the channel.

After slack.com/help/articles/220556107 (how to read Slack data exports) and the message types of
@slack/types and docs.slack.dev. Exports as TXT are not read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mnemos.importers.base import Record
from mnemos.importers.fields import attachment, ident, kept, mapping, marks, objects, text
from mnemos.importers.json_stream import JsonStream
from mnemos.importers.sources import Source

_DAY = re.compile(r"(?:^|/)(?P<channel>[^/]+)/\d{4}-\d\d-\d\d\.json$")
_PEOPLE = ("users.json", "org_users.json")
_LISTS = ("channels.json", "groups.json", "dms.json", "mpims.json")
#: Subtypes by which Slack tells of people's doings, rather than what they say.
_TOLD = re.compile(r"^(?:channel|group|pinned|unpinned|reminder|bot_(?:add|remove)|huddle)")
_MENTION = re.compile(r"<(?P<kind>[@#!]?)(?P<what>[^<>|\s]+)(?:\|(?P<label>[^<>]*))?>")


class Slack:
    """Reads Slack's exports."""

    def detect(self, source: Source) -> float:
        """Look for days in folders, beside lists of people or channels."""
        days = any(_DAY.search(part) for part in source.sizes)
        return 1.0 if days and source.named(*_PEOPLE, *_LISTS) else 0.5 * days

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the messages channel by channel, day by day."""
        people = dict(_people(source))
        for part in source.sizes:
            if found := _DAY.search(part):
                with source.reading(part) as file:
                    name = source.where(part)
                    values = JsonStream(file, name).values()
                    for number, (line, value) in enumerate(values, start=1):
                        bare = Record(file=name, line=line, number=number, message=value)
                        yield _record(bare, found["channel"], people)


def _people(source: Source) -> Iterator[tuple[str, str]]:
    for part in source.named(*_PEOPLE):
        with source.peeking(part) as file:
            for _, value in JsonStream(file, source.where(part)).values():
                person = mapping(value)
                own, name = ident(person.get("id")), _name(person)
                if own is not None and name is not None:
                    yield own, name


def _name(person: Mapping[str, Any]) -> str | None:
    profile = mapping(person.get("profile"))
    known = (
        profile.get("real_name"),
        person.get("real_name"),
        profile.get("display_name"),
        person.get("name"),
    )
    return next((found for each in known if (found := ident(each))), None)


def _record(bare: Record, channel: str, people: Mapping[str, str]) -> Record:
    message = bare.fields
    ts = ident(message.get("ts"))
    if ts is None:
        return replace(bare, problem="is no message: it has no ts")
    try:
        said_at = float(ts)
    except ValueError:
        return replace(bare, problem=f"ts: {ts!r} is no moment")
    thread = ident(message.get("thread_ts"))
    is_reply = thread is not None and thread != ts
    attached = [attachment(each) for each in objects(message.get("files"))]
    subtype = text(message.get("subtype"))
    return replace(
        bare,
        session=f"{channel}:{thread}" if is_reply else channel,
        message={
            "role": "system" if _TOLD.match(subtype) else "user",
            "name": _speaker(message, people),
            "content": "\n".join([*_texts(message, people), *marks(attached)]),
            "id": ts,
            "said_at": said_at,
            "metadata": kept(
                channel=channel,
                thread=thread if is_reply else None,
                user=ident(message.get("user")),
                subtype=subtype,
                edited=bool(message.get("edited")) or None,
                attachments=attached,
            ),
        },
    )


def _speaker(message: Mapping[str, Any], people: Mapping[str, str]) -> str | None:
    user = ident(message.get("user"))
    if user is not None and user in people:
        return people[user]
    profile = mapping(message.get("user_profile"))
    known = (
        profile.get("real_name"),
        message.get("username"),
        mapping(message.get("bot_profile")).get("name"),
        user,
        message.get("bot_id"),
    )
    return next((found for each in known if (found := ident(each))), None)


def _texts(message: Mapping[str, Any], people: Mapping[str, str]) -> Iterator[str]:
    said = text(message.get("text"))
    if said:
        yield _plain(said, people)
    for each in objects(message.get("attachments")):
        parts = [text(each.get(key)) for key in ("pretext", "title", "text")]
        told = [part for part in parts if part] or [text(each.get("fallback"))]
        yield from (_plain(part, people) for part in told if part and part != said)


def _plain(said: str, people: Mapping[str, str]) -> str:
    """Return a text with people's names for their ids, and characters for their codes."""

    def named(found: re.Match[str]) -> str:
        what, label = found["what"], found["label"]
        match found["kind"]:
            case "@":
                return f"@{people.get(what) or label or what}"
            case "#":
                return f"#{label or what}"
            case "!":
                return f"@{label or what.partition('^')[0]}"
            case _:
                return f"{label} ({what})" if label and label != what else what

    return html.unescape(_MENTION.sub(named, said))
