"""Models: what turns texts into vectors, and what replies to a text; each chosen by name.

Other packages join by an entry point of the groups ``mnemos.embedders`` and ``mnemos.chats``; ours
cannot be replaced.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

from mnemos import config
from mnemos.errors import InputError, ModelError
from mnemos.models.base import Chat, Embedder

GROUP = "mnemos.embedders"
CHATS_GROUP = "mnemos.chats"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Models that do the same.

    Args:
        called: In words, for messages.
        group: Of the entry points by which other packages join.
        ours: Name → "module:object".
        needs: Name → the libraries that it cannot do without.
        elsewhere: Name → how a distribution of ours that joins by entry point is installed.
    """

    called: str
    group: str
    ours: Mapping[str, str]
    needs: Mapping[str, tuple[str, ...]]
    elsewhere: Mapping[str, str] = field(default_factory=dict)


#: Name → "module:object", which is called with what stands after the name's colon, if anything.
EMBEDDERS = {
    "openai": "mnemos.models.openai_compatible:OpenAICompatible",
    "sentence-transformers": "mnemos.models.sentence_transformers:SentenceTransformers",
}
CHATS = {"openai": "mnemos.models.openai_chat:OpenAIChat"}
#: Name → how a distribution of ours that joins by entry point is installed.
ELSEWHERE = {"minilm": "pip install ./packages/mnemos-minilm, in a clone of the repository"}
_EMBEDDERS = _Kind(
    called="embedder",
    group=GROUP,
    ours=EMBEDDERS,
    needs={"openai": ("httpx",), "sentence-transformers": ("sentence_transformers",)},
    elsewhere=ELSEWHERE,
)
_CHATS = _Kind(
    called="chat",
    group=CHATS_GROUP,
    ours=CHATS,
    needs={"openai": ("httpx", "msgspec")},
)


def embedder(name: str) -> Embedder:
    """Return the embedder of this name; nothing is loaded or asked yet.

    Args:
        name: "minilm", "openai:MODEL", "sentence-transformers:FOLDER_OR_NAME", or that of an
            installed package; what stands after the first colon is handed to it.

    Raises:
        InputError: There is no such embedder (the message lists those that there are), it lacks
            what comes after the colon, or takes nothing there.
        ModelError: It is installed, but cannot be imported.
    """
    made: Embedder = _made(_EMBEDDERS, name)  # type: ignore[assignment] # as its package promises
    return made


def installed(name: str) -> bool:
    """Return whether this embedder and its library are installed; neither is imported."""
    return _installed(_EMBEDDERS, name)


def chat(name: str) -> Chat:
    """Return the chat of this name; nothing is loaded or asked yet.

    Args:
        name: "openai:MODEL", or that of an installed package; what stands after the first colon is
            handed to it.

    Raises:
        InputError: There is no such chat (the message lists those that there are), it lacks what
            comes after the colon, or takes nothing there; or no endpoint is named.
        ModelError: It is installed, but cannot be imported.
    """
    made: Chat = _made(_CHATS, name)  # type: ignore[assignment] # as its package promises
    return made


def chat_installed(name: str) -> bool:
    """Return whether this chat and its libraries are installed; none is imported."""
    return _installed(_CHATS, name)


def choose_chat(named: str | Chat | None = "default") -> Chat | None:
    """Return the chat that was named; no model is asked unless somebody named one.

    Args:
        named: A name, a chat, None or "none" for none, "default" for what the environment names.

    Raises:
        InputError: There is no such chat.
    """
    if named == "default":
        named = config.default_chat()
    if named is None or named == "none":
        return None
    if not isinstance(named, str | Chat):
        raise InputError(f"chat: expected a name, a Chat or None, not {named!r}")
    return chat(named) if isinstance(named, str) else named


def _made(kind: _Kind, name: str) -> object:
    first, _, argument = name.partition(":")
    address = kind.ours.get(first) or _joined(kind).get(first)
    if address is None:
        known = ", ".join(sorted({*kind.ours, *_joined(kind)}))
        how = f"; it is installed by {kind.elsewhere[first]}" if first in kind.elsewhere else ""
        raise InputError(f"no {kind.called} {first!r}{how}; known are {known}")
    module, _, attribute = address.partition(":")
    try:
        make = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ModelError(f"{kind.called} {first!r} cannot be imported: {error}") from error
    arguments = (argument,) if argument else ()
    try:
        inspect.signature(make).bind(*arguments)
    except TypeError:
        says = "takes nothing after its name" if argument else f"needs a model, as in {first}:MODEL"
        raise InputError(f"{kind.called} {first!r} {says}") from None
    made: object = make(*arguments)
    return made


def _installed(kind: _Kind, name: str) -> bool:
    first = name.partition(":")[0]
    if first in kind.ours:
        return all(find_spec(library) is not None for library in kind.needs[first])
    return first in _joined(kind)


def _joined(kind: _Kind) -> dict[str, str]:
    """Return what installed packages offer; slow, for it reads the metadata of all of them."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 18 ms that ours do not need

    points = entry_points(group=kind.group)
    return {point.name: f"{point.module}:{point.attr}" for point in points}
