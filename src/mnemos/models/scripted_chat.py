"""A chat that says what a function of yours says: for tests, and to try what hangs on one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mnemos.models.base import ChatReply, ChatRequest, Price
from mnemos.text.token_count import estimate_tokens


class ScriptedChat:
    """Replies by a script, and remembers what it was asked. Implements ``models.base.Chat``.

    Args:
        script: Gives the reply, its text, or an exception to raise; it may raise one, too.
        name: Of the model.
        price: What its tokens cost.

    >>> chat = ScriptedChat(lambda request: request.user.upper())
    >>> chat.ask(ChatRequest(system="Shout.", user="by the river")).text
    'BY THE RIVER'
    """

    def __init__(
        self,
        script: Callable[[ChatRequest], str | ChatReply | BaseException],
        *,
        name: str = "scripted",
        price: Price | None = None,
    ) -> None:
        self.model = name
        self.price = price
        self.requests: list[ChatRequest] = []
        self._script = script
        self._lock = threading.Lock()

    def ask(self, request: ChatRequest) -> ChatReply:
        """Return what the script says; tokens are estimated."""
        with self._lock:
            self.requests.append(request)
        said = self._script(request)
        if isinstance(said, BaseException):
            raise said
        if isinstance(said, ChatReply):
            return said
        tokens_in = sum(estimate_tokens(text) for _, text in request.messages)
        return ChatReply(
            text=said, tokens_in=tokens_in, tokens_out=estimate_tokens(said), estimated=True
        )
