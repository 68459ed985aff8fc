"""Every method of ``Memory`` that can be called from afar: by which path, with which right.

Parameters and results are those of the method: they are read from its signature, by both sides.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_type_hints

from mnemos.memory import Memory
from mnemos.wire.shapes import REPLIES, REQUESTS, Fields, Shape, within

Right = Literal["read", "write", "erase", "admin"]
#: "long" work says how far it has come, and does not wait in line with short calls.
Kind = Literal["read", "write", "long"]

PREFIX = "/v1"
#: What a read may be asked for.
BOUNDS = {"limit": (1, 10_000), "budget_tokens": (1, 1_000_000)}
#: What travels in place of what a method takes: of all that was shown, the ids.
TRAVELS: Mapping[str, Any] = {"shown": str | Sequence[str]}
#: What stays on the caller's side of the wire.
_OURS = frozenset({"self", "progress"})


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method, as it is called over HTTP.

    Args:
        name: The method's.
        verb: GET takes its parameters from path and query, POST from a JSON object.
        path: Below PREFIX; ``{parameter}`` stands for one.
        right: Which a key must have.
        kind: How it is run.
        whole: Whether it concerns the whole memory, so that no key bound to a scope may.
    """

    name: str
    verb: Literal["GET", "POST"]
    path: str
    right: Right
    kind: Kind
    whole: bool = False

    @cached_property
    def method(self) -> Any:  # noqa: ANN401 - any of them
        """Memory's own."""
        return getattr(Memory, self.name)

    @cached_property
    def signature(self) -> inspect.Signature:
        """The method's."""
        return inspect.signature(self.method)

    @cached_property
    def _hints(self) -> Mapping[str, Any]:
        return get_type_hints(self.method)

    @cached_property
    def fields(self) -> Fields:
        """The parameters that travel."""
        found = REQUESTS.fields(
            {
                name: (TRAVELS.get(name, self._hints[name]), each.default)
                for name, each in self.signature.parameters.items()
                if name not in _OURS
            }
        )
        bounded = {
            name: within(found.shapes[name], *BOUNDS[name])
            for name in BOUNDS
            if name in found.shapes and self.kind == "read"
        }
        return replace(found, shapes={**found.shapes, **bounded})

    @property
    def returns(self) -> Any:  # noqa: ANN401 - a type
        """What comes back."""
        return self._hints["return"]

    @cached_property
    def result(self) -> Shape:
        """How that looks in JSON."""
        return REPLIES.shape(self.returns)

    @property
    def tells_progress(self) -> bool:
        """Whether it says how far it has come, to who asks for it."""
        return "progress" in self.signature.parameters

    @property
    def takes_request_id(self) -> bool:
        """Whether the same request under the same id is done once."""
        return "request_id" in self.signature.parameters

    @cached_property
    def summary(self) -> str:
        """The first line of the method's documentation."""
        return self._documentation.partition("\n")[0]

    @cached_property
    def description(self) -> str:
        """The rest of it."""
        return self._documentation.partition("\n")[2].strip()

    @cached_property
    def _documentation(self) -> str:
        return inspect.getdoc(self.method) or ""


def _post(name: str, right: Right, kind: Kind, *, whole: bool = False) -> Operation:
    return Operation(name=name, verb="POST", path=f"/{name}", right=right, kind=kind, whole=whole)


def _get(name: str, path: str, *, whole: bool = False) -> Operation:
    return Operation(name=name, verb="GET", path=path, right="read", kind="read", whole=whole)


#: Questions and texts travel in bodies: addresses end up in the logs of proxies.
OPERATIONS = {
    each.name: each
    for each in (
        _post("remember", "write", "write"),
        _post("sync", "write", "write"),
        _post("revise", "write", "write"),
        _post("recall", "read", "read"),
        _post("context", "read", "read"),
        _post("facts", "read", "read"),
        _post("profile", "read", "read"),
        _post("note_use", "write", "write"),
        _post("uses", "read", "read"),
        _post("correct", "write", "write"),
        _post("forget", "write", "write"),
        _post("restore", "write", "write"),
        _post("fade", "write", "write"),
        _post("erase", "erase", "write"),
        _post("undo", "write", "write", whole=True),
        _get("get", "/items/{item_id}"),
        _get("history", "/items/{item_id}/history"),
        _post("browse", "read", "read"),
        _post("sessions", "read", "read"),
        _post("refs", "read", "read"),
        _get("log", "/log", whole=True),
        _get("stats", "/stats", whole=True),
        _get("state_hash", "/state-hash", whole=True),
        _get("vectors", "/vectors", whole=True),
        _get("recipes", "/recipes", whole=True),
        _post("verify", "read", "long", whole=True),
        _post("learn", "write", "long", whole=True),
        _post("consolidate", "write", "long", whole=True),
        _post("embed", "write", "long", whole=True),
        _post("reindex", "admin", "long", whole=True),
        _post("replay", "admin", "long", whole=True),
        _post("unlearn", "admin", "write", whole=True),
    )
}
#: Those that answer with a file instead of a value: export's lines, and a copy of the memory.
EXPORT = "/export"
BACKUP = "/backup"
IMPORT = "/import"
#: A file of another product, as ``mnemos import`` takes it.
IMPORT_FILE = "/import-file"
#: What a sent file is called, and the session of messages that name none: JSON, in ASCII.
FILE_HEADER = "Mnemos-File"
#: Narrows what a request sees, as ``Memory.scoped`` does: a Scope as JSON, in ASCII.
SCOPE_HEADER = "Mnemos-Scope"
#: The same request under the same key is done once: it stands for ``request_id``.
IDEMPOTENCY_HEADER = "Idempotency-Key"
JSON_TYPE = "application/json"
LINES_TYPE = "application/x-ndjson"
FILE_TYPE = "application/octet-stream"
