"""mnemos: a memory operating system for LLM agents.

>>> from mnemos import Memory
>>> with Memory(":memory:") as memory:
...     receipt = memory.remember("I moved to Porto in May", session="2026-06-01")
...     memory.context("Where did I move to?", budget_tokens=200).citations[0].id == receipt.ids[0]
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnemos.asynchronous import AsyncMemory
    from mnemos.catalogue import RecipeKept
    from mnemos.context.render import quoted
    from mnemos.embedding.upkeep import VectorStatus
    from mnemos.embedding.work import Embedded
    from mnemos.errors import (
        Busy,
        Closed,
        ConflictError,
        Corrupt,
        DiskFull,
        Erased,
        Forbidden,
        InputError,
        MessageError,
        MnemosError,
        ModelError,
        ModelMismatch,
        NewerSchema,
        NotAMemory,
        NotFound,
        QueryError,
        RateLimited,
        ReadOnly,
        RecipeError,
        RefConflict,
        RequestConflict,
        ServerError,
        StoreError,
        SyncDiverged,
        Unauthorized,
        UndoRefused,
    )
    from mnemos.facts import Fact, Profile
    from mnemos.learning import Learned
    from mnemos.lifecycle.erase import Certificate
    from mnemos.memory import Memory
    from mnemos.memory.sessions import SessionKept, SessionPage
    from mnemos.models.base import (
        Chat,
        ChatReply,
        ChatRequest,
        Embedder,
        Price,
        TokenEmbedder,
        Tokens,
        Unanswered,
    )
    from mnemos.models.budget import Budget, Limit
    from mnemos.models.decide import Decide, Decider, Decision
    from mnemos.models.task import Task
    from mnemos.store.base import Reader
    from mnemos.store.inventory import Page, Stats, Version
    from mnemos.store.rescue import Rescued
    from mnemos.store.verify import Replayed, Verification
    from mnemos.text.token_count import TokenCounter, estimate_tokens
    from mnemos.types import (
        Citation,
        Context,
        Delta,
        Event,
        Hit,
        Item,
        Key,
        Link,
        ModelId,
        Query,
        Reason,
        Recall,
        Receipt,
        Scope,
        Session,
        State,
        Where,
    )

_ERRORS = (
    "Busy Closed ConflictError Corrupt DiskFull Erased Forbidden InputError MessageError "
    "MnemosError ModelError ModelMismatch NewerSchema NotAMemory NotFound QueryError RateLimited "
    "ReadOnly RecipeError RefConflict RequestConflict ServerError StoreError SyncDiverged "
    "Unauthorized UndoRefused"
)
_TYPES = (
    "Citation Context Delta Event Hit Item Key Link ModelId Query Reason Recall Receipt Scope "
    "Session State Where"
)
#: Where each public name lives. Names are loaded when first used, numpy with them.
_HOMES = {
    **dict.fromkeys(_ERRORS.split(), "mnemos.errors"),
    **dict.fromkeys(_TYPES.split(), "mnemos.types"),
    "AsyncMemory": "mnemos.asynchronous",
    "Budget": "mnemos.models.budget",
    "Certificate": "mnemos.lifecycle.erase",
    "Chat": "mnemos.models.base",
    "ChatReply": "mnemos.models.base",
    "ChatRequest": "mnemos.models.base",
    "Decide": "mnemos.models.decide",
    "Decider": "mnemos.models.decide",
    "Decision": "mnemos.models.decide",
    "Embedded": "mnemos.embedding.work",
    "Embedder": "mnemos.models.base",
    "Fact": "mnemos.facts",
    "Learned": "mnemos.learning",
    "Limit": "mnemos.models.budget",
    "Memory": "mnemos.memory",
    "Page": "mnemos.store.inventory",
    "Price": "mnemos.models.base",
    "Profile": "mnemos.facts",
    "Reader": "mnemos.store.base",
    "RecipeKept": "mnemos.catalogue",
    "Replayed": "mnemos.store.verify",
    "Rescued": "mnemos.store.rescue",
    "SessionKept": "mnemos.memory.sessions",
    "SessionPage": "mnemos.memory.sessions",
    "Stats": "mnemos.store.inventory",
    "Task": "mnemos.models.task",
    "TokenCounter": "mnemos.text.token_count",
    "TokenEmbedder": "mnemos.models.base",
    "Tokens": "mnemos.models.base",
    "Unanswered": "mnemos.models.base",
    "VectorStatus": "mnemos.embedding.upkeep",
    "Verification": "mnemos.store.verify",
    "Version": "mnemos.store.inventory",
    "estimate_tokens": "mnemos.text.token_count",
    "quoted": "mnemos.context.render",
}


def __getattr__(name: str) -> object:
    """Load a public name from its home."""
    if name == "__version__":
        return import_module("importlib.metadata").version("mnemos")
    if name not in _HOMES:
        raise AttributeError(f"module 'mnemos' has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


__all__ = [
    "AsyncMemory",
    "Budget",
    "Busy",
    "Certificate",
    "Chat",
    "ChatReply",
    "ChatRequest",
    "Citation",
    "Closed",
    "ConflictError",
    "Context",
    "Corrupt",
    "Decide",
    "Decider",
    "Decision",
    "Delta",
    "DiskFull",
    "Embedded",
    "Embedder",
    "Erased",
    "Event",
    "Fact",
    "Forbidden",
    "Hit",
    "InputError",
    "Item",
    "Key",
    "Learned",
    "Limit",
    "Link",
    "Memory",
    "MessageError",
    "MnemosError",
    "ModelError",
    "ModelId",
    "ModelMismatch",
    "NewerSchema",
    "NotAMemory",
    "NotFound",
    "Page",
    "Price",
    "Profile",
    "Query",
    "QueryError",
    "RateLimited",
    "ReadOnly",
    "Reader",
    "Reason",
    "Recall",
    "Receipt",
    "RecipeError",
    "RecipeKept",
    "RefConflict",
    "Replayed",
    "RequestConflict",
    "Rescued",
    "Scope",
    "ServerError",
    "Session",
    "SessionKept",
    "SessionPage",
    "State",
    "Stats",
    "StoreError",
    "SyncDiverged",
    "Task",
    "TokenCounter",
    "TokenEmbedder",
    "Tokens",
    "Unanswered",
    "Unauthorized",
    "UndoRefused",
    "VectorStatus",
    "Verification",
    "Version",
    "Where",
    "estimate_tokens",
    "quoted",
]
