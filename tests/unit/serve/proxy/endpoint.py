"""An endpoint that speaks the chat protocol as it is told to, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Asked = dict[str, Any]


class Endpoint:
    """Replies by a function of the request; each reply costs one token a word."""

    def __init__(self, reply: Callable[[Asked], str] = lambda _: "I see.") -> None:
        self.reply = reply
        self.asked: list[Asked] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[Asked], Response] | None = None
        self.application = Starlette(
            routes=[
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/models", self._models),
            ]
        )

    async def _models(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        return JSONResponse({"object": "list", "data": [{"id": "m", "object": "model"}]})

    async def _chat(self, request: Request) -> Response:
        asked = await request.json()
        self.asked.append(asked)
        self.headers.append(dict(request.headers))
        if self.answer is not None:
            return self.answer(asked)
        if asked.get("stream"):
            return StreamingResponse(self._events(asked), media_type="text/event-stream")
        return JSONResponse(completion({"role": "assistant", "content": self.reply(asked)}))

    async def _events(self, asked: Asked) -> AsyncIterator[str]:
        for word in self.reply(asked).split(" "):
            await asyncio.sleep(0)
            yield event({"content": f"{word} "})
        yield event({}, finish="stop")
        yield "data: [DONE]\n\n"


def completion(message: Asked) -> Asked:
    """Return a whole reply as the protocol has it."""
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


def event(delta: Asked, finish: str | None = None) -> str:
    """Return one event of a streamed reply."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps({**told, 'choices': [choice]})}\n\n"
