"""A small export of each kind, with what is odd in it, written for these tests."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Parts = Mapping[str, bytes]


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def as_lines(values: Sequence[object]) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in values).encode()


def zipped(parts: Parts, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return made.getvalue()


def written(folder: Path, name: str, data: bytes | Parts) -> Path:
    """Write a file, or a folder of files."""
    path = folder / name
    if isinstance(data, bytes):
        path.write_bytes(data)
        return path
    for part, content in data.items():
        (path / part).parent.mkdir(parents=True, exist_ok=True)
        (path / part).write_bytes(content)
    return path


def node(
    own: str, parent: str | None, role: str | None, text: str = "", **more: object
) -> dict[str, Any]:
    """Return a node of ChatGPT's mapping; without a role it holds no message."""
    message = {
        "id": own,
        "author": {"role": role, "name": None},
        "create_time": 1_780_000_000.5 + len(own),
        "content": {"content_type": "text", "parts": [text]},
        "metadata": {},
        "recipient": "all",
        **more,
    }
    return {"id": own, "message": message if role else None, "parent": parent, "children": []}


def conversation(current: str, *nodes: dict[str, Any], own: str = "talk") -> dict[str, Any]:
    return {
        "title": "A boat",
        "create_time": 1_780_000_000.0,
        "mapping": {each["id"]: each for each in nodes},
        "current_node": current,
        "conversation_id": own,
    }


STEM = (
    node("root", None, None),
    node("sys", "root", "system"),
    node("q1", "sys", "user", "What shall I call the boat?"),
)
EARLY = (*STEM, node("a1", "q1", "assistant", "Call it Heron."), node("q2", "a1", "user", "Why?"))
LATE = (
    *EARLY,
    node("a1b", "q1", "assistant", "Call it Otter.", metadata={"model_slug": "model-x"}),
    node("q2b", "a1b", "user", "Good: Otter it is."),
)
ODD = conversation(
    "o4",
    node(
        "o1", None, "user", create_time=None, content={"parts": ["See", {"asset_pointer": "f:1"}]}
    ),
    node("o2", "o1", "assistant", content={"content_type": "code", "text": "print(1)"}),
    node("o3", "o2", "tool", content={"content_type": "execution_output", "text": "1"}),
    node(
        "o4", "o3", "critic", content={"content_type": "thoughts", "thoughts": [{"content": "Hm"}]}
    ),
    own="odd",
)

CHATGPT = as_json([conversation("q2b", *LATE), ODD])
CLAUDE = as_json(
    [
        {
            "uuid": "c1",
            "name": "Bread",
            "created_at": "2026-02-14T10:00:00Z",
            "chat_messages": [
                {
                    "uuid": "m1",
                    "sender": "human",
                    "text": "How long does rye rise?",
                    "created_at": "2026-02-14T10:04:22.000Z",
                    "attachments": [
                        {
                            "file_name": "notes.txt",
                            "file_size": 9,
                            "extracted_content": "sour dough",
                        }
                    ],
                    "files": [{"file_uuid": "f1", "file_name": "oven.jpg"}],
                },
                {
                    "uuid": "m2",
                    "sender": "assistant",
                    "parent_message_uuid": "m1",
                    "content": [
                        {"type": "thinking", "thinking": "Rye is slow."},
                        {"type": "tool_use", "name": "clock", "input": {"zone": "UTC"}},
                        {"type": "tool_result", "content": [{"type": "text", "text": "noon"}]},
                        {"type": "text", "text": "Twelve hours."},
                    ],
                    "created_at": "2026-02-14T10:05:00Z",
                },
                {
                    "uuid": "m3",
                    "sender": "assistant",
                    "parent_message_uuid": "m1",
                    "text": "Half a day.",
                    "created_at": "2026-02-14T10:06:00Z",
                },
                {"uuid": "m4", "sender": "human", "text": "", "parent_message_uuid": "m3"},
            ],
        },
        {"uuid": "c2", "chat_messages": []},
    ]
)
MEM0 = as_json(
    {
        "results": [
            {
                "id": "e1",
                "memory": "Prefers window seats",
                "hash": "x",
                "user_id": "dora",
                "run_id": "trip",
                "metadata": {"kind": "preference"},
                "created_at": "2024-07-25T23:57:00.108347-07:00",
                "categories": ["travel"],
            },
            {"id": "e2", "memory": "Is allergic to nuts", "user_id": "dora", "metadata": None},
        ]
    }
)
LETTA = as_json(
    {
        "agents": [
            {
                "id": "agent-0",
                "name": "Juno",
                "agent_type": "memgpt_agent",
                "block_ids": ["block-0"],
                "in_context_message_ids": ["message-0"],
                "messages": [
                    {
                        "id": "message-0",
                        "role": "user",
                        "content": [
                            {
                                "type": "text",
                                "text": '{"type": "user_message", "message": "Water the fern"}',
                            }
                        ],
                        "created_at": "2025-05-01T10:00:00+00:00",
                    },
                    {
                        "id": "message-1",
                        "role": "assistant",
                        "content": [{"type": "text", "text": "I will."}],
                        "tool_calls": [
                            {"id": "t", "type": "function", "function": {"name": "note"}}
                        ],
                        "created_at": "2025-05-01T10:00:05+00:00",
                    },
                    {
                        "id": "message-2",
                        "role": "tool",
                        "tool_call_id": "t",
                        "content": "noted",
                        "created_at": "2025-05-01T10:00:06+00:00",
                    },
                ],
            }
        ],
        "blocks": [{"id": "block-0", "label": "human", "value": "Her name is Ilse."}],
        "tools": [],
    }
)
ZEP = as_json(
    {
        "episodes": [
            {
                "uuid": "u1",
                "content": "Ada: The kiln is hot\nassistant: Let it cool\nfor an hour",
                "source": "message",
                "source_description": "chat",
                "group_id": "kiln",
                "valid_at": "2025-03-01T08:00:00Z",
                "created_at": "2025-03-02T08:00:00Z",
            },
            {
                "uuid": "u2",
                "content": "Clay shrinks by a tenth.",
                "source": "text",
                "group_id": "kiln",
                "created_at": "2025-03-03T08:00:00Z",
            },
            {
                "uuid": "u3",
                "content": "Thank you",
                "role": "Ada",
                "role_type": "user",
                "session_id": "t1",
                "created_at": "2025-03-03T09:00:00Z",
            },
        ]
    }
)
IOS = (
    "\u200e[19/04/2017, 20:43:09] Choir: \u200eMessages are end-to-end encrypted.\r\n"
    "[19/04/2017, 20:44:00] Ada Byron: Who has the score?\r\n"
    "I lost mine: sorry\r\n"
    "\u200e[20/04/2017, 08:01:10] ~\u202fBen: \u200e<attached: 00000003-PHOTO.jpg>\r\n"
    "[21/04/2017, 09:00:00] Ada Byron: \u200eimage omitted\r\n"
    "[21/04/2017, 09:00:00] Ada Byron: Thanks\r\n"
    "[21/04/2017, 09:00:00] Ada Byron: Thanks\r\n"
).encode()
ANDROID = (
    "4/9/17, 8:43\u202fPM - Messages and calls are end-to-end encrypted.\n"
    "4/9/17, 8:44\u202fPM - Ada: Who has the score?\n"
    "\n"
    "4/10/17, 12:05\u202fAM - Ben: <Media omitted>\n"
    "4/10/17, 12:06\u202fAM - Ben: IMG-20170410-WA0001.jpg (file attached)\n"
    '4/30/17, 9:00\u202fAM - Ada changed the subject from "a" to "b: c"\n'
).encode()
SLACK = {
    "users.json": as_json(
        [{"id": "U1", "name": "ada", "profile": {"real_name": "Ada Byron"}}, {"id": "U2"}]
    ),
    "channels.json": as_json([{"id": "C1", "name": "general"}]),
    "general/2026-05-01.json": as_json(
        [
            {"type": "message", "ts": "1777600000.000100", "user": "U1", "text": "Hi &amp; <@U1>"},
            {
                "type": "message",
                "ts": "1777600001.000100",
                "user": "U2",
                "subtype": "channel_join",
                "text": "<@U2> has joined <#C1|general>",
            },
            {
                "ts": "1777600002.000100",
                "thread_ts": "1777600000.000100",
                "username": "Bot",
                "bot_id": "B1",
                "text": "",
                "attachments": [{"title": "Build", "text": "passed <https://x.org|here>"}],
                "files": [{"id": "F1", "name": "log.txt", "mimetype": "text/plain"}],
            },
        ]
    ),
    "general/2026-05-02.json": as_json([{"ts": "1777700000.000200", "user": "U9", "text": "Bye"}]),
}
MBOX = b"""From ada@example.org Fri May  1 10:00:00 2026
From: =?utf-8?q?Ada_B=C3=BCron?= <ada@example.org>
To: ben@example.org
Subject: The loom
Date: Fri, 01 May 2026 10:00:00 +0200
Message-ID: <1@example.org>

The loom is broken.
>From now on we weave by hand.

From ben@example.org Fri May  1 11:00:00 2026
From: ben@example.org
Subject: Re: The loom
Date: Fri, 01 May 2026 11:00:00 +0200
Message-ID: <2@example.org>
References: <1@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/html; charset=iso-8859-1

<p>I can mend it.</p><script>no()</script>
--b
Content-Type: image/png
Content-Disposition: attachment; filename="loom.png"
Content-Transfer-Encoding: base64

AAAA
--b--

From cleo@example.org Sat May  2 11:00:00 2026
From: Cleo <cleo@example.org>
In-Reply-To: <2@example.org>
Date: Sat, 02 May 2026 11:00:00 +0200
Message-ID: <3@example.org>

Do!
"""
OPENAI = as_json(
    {
        "messages": [
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": [{"type": "text", "text": "Weather in Porto?"}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city": "Porto"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "rain"},
            {"type": "function_call_output", "call_id": "c2", "output": {"sun": False}},
            {"role": "user", "content": "Thanks"},
            {"role": "user", "content": "Thanks"},
        ]
    }
)
LANGCHAIN = as_json(
    [
        {"type": "system", "data": {"content": "Be kind.", "type": "system"}},
        {"type": "human", "data": {"content": "Hello", "id": "h1", "name": "Ada"}},
        {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "messages", "AIMessage"],
            "kwargs": {
                "content": "",
                "id": "a1",
                "tool_calls": [{"name": "look", "args": {"at": "sky"}, "id": "t1"}],
                "response_metadata": {"model_name": "model-y"},
            },
        },
        {"type": "tool", "content": "blue", "tool_call_id": "t1", "status": "success"},
    ]
)
JSONL = as_lines(
    [
        {"role": "user", "content": "One", "id": "1", "said_at": "2026-01-01T00:00:00Z"},
        {"role": "assistant", "content": "Two", "session": "other"},
        {"messages": [{"role": "user", "content": "Three"}]},
    ]
)
MARKDOWN = b"""# A walk

Copied from a chat.

**Ada:** Shall we go?
```
**Not:** a speaker
```
**Ben**: Yes.

---

## ChatGPT

Take a coat.
"""
TRANSCRIPT = b"[2026-05-01 10:30] Ada Lovelace: first\nand more\nassistant: yes\n"

#: Kind → a fixture's file name, and its bytes, or those of a folder's files.
EXPORTS: dict[str, tuple[str, bytes | Parts]] = {
    "chatgpt": ("conversations.json", CHATGPT),
    "chatgpt zip": ("chatgpt.zip", zipped({"chat.html": b"<p>", "conversations.json": CHATGPT})),
    "claude": ("conversations.json", CLAUDE),
    "mem0": ("memories.json", MEM0),
    "letta": ("juno.af", LETTA),
    "zep": ("episodes.json", ZEP),
    "whatsapp ios": ("_chat.txt", IOS),
    "whatsapp android": ("WhatsApp Chat with Ada.txt", ANDROID),
    "slack": ("slack", SLACK),
    "slack zip": ("slack.zip", zipped(SLACK)),
    "mbox": ("mail.mbox", MBOX),
    "openai": ("messages.json", OPENAI),
    "langchain": ("langchain.json", LANGCHAIN),
    "jsonl": ("messages.jsonl", JSONL),
    "markdown": ("walk.md", MARKDOWN),
    "transcript": ("talk.txt", TRANSCRIPT),
}


def kind_of(name: str) -> str:
    return name.partition(" ")[0]


Write = Callable[[str], Path]
