"""LlamaIndex's memory in a memory of mnemos: a chat's history with what earlier chats have to add.

``MnemosMemory`` is a whole `BaseMemory`; ``MnemosBlock`` is a long-term block for LlamaIndex's own
`Memory`, which hands it the messages that have no room any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, ClassVar

from mnemos import Item, Memory, Scope
from mnemos.adapters.turns import Deletes, delete, turns

try:
    from llama_index.core.base.llms.types import ChatMessage, MessageRole
    from llama_index.core.bridge.pydantic import Field
    from llama_index.core.memory import BaseMemory, BaseMemoryBlock
except ImportError as error:
    raise ImportError(
        "mnemos.adapters.llama_index needs LlamaIndex: pip install 'mnemos[llama-index]'"
    ) from error

#: LlamaIndex's roles that have another name in mnemos.
ROLES = {"developer": "system", "function": "tool", "chatbot": "assistant", "model": "assistant"}
#: The attribute that keeps a message as it was.
WHOLE = "llama_index_message"
SESSION = "chat"


class MnemosMemory(BaseMemory):  # type: ignore[misc] # its package is an extra
    """One chat's history, before it what the memory knows that answers the input.

    Fields: ``memory``, an open one; ``session``, which chat; ``user``, whose, where several users
    share the memory; ``recent``, how many messages are handed on as they are; ``budget_tokens``,
    what is recalled beside them may cost (0 recalls nothing); ``deletes``, "forget" or "erase".
    """

    memory: Any = Field(exclude=True)
    session: str = SESSION
    user: str | None = None
    recent: int = 20
    budget_tokens: int = 1_000
    deletes: Deletes = "forget"

    @classmethod
    def class_name(cls) -> str:
        """Return the name that LlamaIndex knows it by."""
        return "MnemosMemory"

    @classmethod
    def from_defaults(
        cls,
        memory: Memory | None = None,
        chat_history: Sequence[ChatMessage] | None = None,
        **options: Any,  # noqa: ANN401 - the fields
    ) -> MnemosMemory:
        """Return the history of a chat.

        Args:
            memory: Where it is kept; None is a memory that ends with the process.
            chat_history: What the chat begins with; it takes the place of what it had.
            options: Further fields.
        """
        made = cls(memory=Memory(":memory:") if memory is None else memory, **options)
        if chat_history is not None:
            made.set(list(chat_history))
        return made

    def get(self, input: str | None = None, **_: Any) -> list[ChatMessage]:  # noqa: A002, ANN401 - LlamaIndex's names
        """Return the newest messages, from a user's on, and what else answers them.

        Args:
            input: What is answered; None is the newest message of the user.
        """
        items = _from_user_on(list(self._items())[-self.recent :] if self.recent > 0 else [])
        asked = [item.text for item in items if item.role == "user"] if input is None else [input]
        question = asked[-1] if asked else None
        recalled = _recalled(self.memory, question, self.budget_tokens, self.user, items)
        system = [ChatMessage(role=MessageRole.SYSTEM, content=recalled)] if recalled else []
        return [*system, *map(_message, items)]

    def get_all(self) -> list[ChatMessage]:
        """Return the whole chat."""
        return [_message(item) for item in self._items()]

    def put(self, message: ChatMessage) -> None:
        """Add a message."""
        self.put_messages([message])

    def put_messages(self, messages: Sequence[ChatMessage]) -> None:
        """Add messages, all or none of them."""
        _remember(self.memory, messages, self._scope)

    def set(self, messages: Sequence[ChatMessage]) -> None:
        """Make the chat consist of these: those that it begins with already stay untouched."""
        items = list(self._items())
        pairs = zip(items, messages, strict=False)
        same = len(list(takewhile(lambda pair: _message(pair[0]) == pair[1], pairs)))
        delete(self.memory, items[same:], self.deletes)
        self.put_messages(messages[same:])

    def reset(self) -> None:
        """Take all messages of the chat away."""
        delete(self.memory, self._items(), self.deletes)

    @property
    def _scope(self) -> Scope:
        return Scope(user=self.user, session=self.session)

    def _items(self) -> Iterable[Item]:
        return turns(self.memory, self._scope)


class MnemosBlock(BaseMemoryBlock[str]):  # type: ignore[misc] # same
    """A long-term block: keeps what has no room in the chat, gives back what answers it.

    Fields: as of ``MnemosMemory``; the session is the one that LlamaIndex's `Memory` names.
    """

    name: str = "mnemos"
    memory: Any = Field(exclude=True)
    session: str = SESSION
    user: str | None = None
    budget_tokens: int = 1_000

    NAMED: ClassVar[str] = "session_id"

    async def _aget(
        self,
        messages: list[ChatMessage] | None = None,
        **_: Any,  # noqa: ANN401 - LlamaIndex's
    ) -> str:
        asked = [each.content for each in messages or () if each.role == MessageRole.USER]
        question = asked[-1] if asked else None
        return await asyncio.to_thread(
            _recalled, self.memory, question, self.budget_tokens, self.user, ()
        )

    async def _aput(self, messages: list[ChatMessage]) -> None:
        for message in messages:
            session = message.additional_kwargs.get(self.NAMED) or self.session
            scope = Scope(user=self.user, session=str(session))
            await asyncio.to_thread(_remember, self.memory, [message], scope)


def _remember(memory: Memory, messages: Sequence[ChatMessage], scope: Scope) -> None:
    if messages:
        memory.remember([_given(each) for each in messages], scope=scope)


def _given(message: ChatMessage) -> dict[str, Any]:
    role = str(message.role.value)
    return {
        "role": ROLES.get(role, role),
        "content": message.content or _without_text(message),
        WHOLE: message.model_dump(mode="json"),
    }


def _without_text(message: ChatMessage) -> str:
    return "\n".join(f"[{block.block_type}]" for block in message.blocks)


def _message(item: Item) -> ChatMessage:
    """Return the message that a turn was; of a turn that another program stored, its text."""
    kept = item.attrs.get(WHOLE)
    if isinstance(kept, Mapping):
        return ChatMessage.model_validate(dict(kept))
    role = MessageRole.USER if item.role in {None, "document"} else MessageRole(item.role)
    return ChatMessage(role=role, content=item.text)


def _from_user_on(items: list[Item]) -> list[Item]:
    """Leave out the rest of an exchange whose beginning is not among them."""
    first = next((at for at, item in enumerate(items) if item.role == "user"), 0)
    return items[first:]


def _recalled(
    memory: Memory,
    question: str | None,
    budget_tokens: int,
    user: str | None,
    shown: Iterable[Item],
) -> str:
    """Return what answers a question; nothing where all of it is shown anyway."""
    if not question or not question.strip() or budget_tokens <= 0:
        return ""
    context = memory.context(question, budget_tokens=budget_tokens, scope=Scope(user=user))
    known = {item.id for item in shown}
    return context.text if any(each.id not in known for each in context.citations) else ""
