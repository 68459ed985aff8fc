"""Where settings come from: the one place that reads the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from mnemos.errors import InputError

#: Names the memory that the command line works on.
FILE_VARIABLE = "MNEMOS_FILE"
#: What it works on when nothing names one: a file of the current folder.
DEFAULT_FILE = "memory.mnemos"
#: Names the embedder of memories that are opened without naming one: "auto", "none", a name.
EMBEDDER_VARIABLE = "MNEMOS_EMBEDDER"
#: Names the recipe that the command line answers by.
RECIPE_VARIABLE = "MNEMOS_RECIPE"
#: The endpoint for embeddings, and the key for it alone.
EMBEDDINGS_URL = "MNEMOS_EMBEDDINGS_URL"
EMBEDDINGS_KEY = "MNEMOS_EMBEDDINGS_KEY"
#: Names the chat of memories that are opened without naming one: "none", or a name.
CHAT_VARIABLE = "MNEMOS_CHAT"
#: The endpoint for chats, and the key for it alone.
CHAT_URL = "MNEMOS_CHAT_URL"
CHAT_KEY = "MNEMOS_CHAT_KEY"
#: The key that clients of ``mnemos mcp --http`` must show.
MCP_KEY = "MNEMOS_MCP_KEY"
#: The key that the proxy sends to the endpoint behind it, in place of the caller's.
UPSTREAM_KEY = "MNEMOS_UPSTREAM_KEY"
#: Where OPENAI_API_KEY goes, unless OPENAI_BASE_URL says elsewhere.
OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryFile:
    """Which file holds the memory, and who said so.

    Args:
        path: The file.
        named_by: In words, for messages.
    """

    path: Path
    named_by: str


def memory_file(given: str | None) -> MemoryFile:
    """Return the file that was given, else the environment's, else the current folder's.

    Raises:
        InputError: The environment names an empty one: a variable that was to be filled.
    """
    if given is not None:
        return MemoryFile(path=Path(given), named_by="--file")
    named = os.environ.get(FILE_VARIABLE)
    if named is not None:
        if not named.strip():
            raise InputError(f"{FILE_VARIABLE} is empty; name a file, or unset it")
        return MemoryFile(path=Path(named), named_by=FILE_VARIABLE)
    return MemoryFile(path=Path(DEFAULT_FILE), named_by="the default, in the current folder")


def default_embedder() -> str:
    """Return what embeds where nobody names an embedder."""
    return _filled(EMBEDDER_VARIABLE) or "auto"


def default_recipe() -> str:
    """Return the recipe of the command line where no option names one."""
    return _filled(RECIPE_VARIABLE) or "default"


def default_chat() -> str:
    """Return what decides where nobody names a chat: none, unless the environment says which."""
    return _filled(CHAT_VARIABLE) or "none"


def upstream_key() -> str | None:
    """Return what the proxy sends in place of callers' keys; None if the environment has none.

    Raises:
        InputError: It is empty.
    """
    return _filled(UPSTREAM_KEY)


def mcp_key() -> str | None:
    """Return the key that clients show to an MCP server; None if the environment has none.

    Raises:
        InputError: It is empty.
    """
    return _filled(MCP_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEndpoint:
    """Where an endpoint for a model is, and what opens it.

    Args:
        url: Up to and with the version, as in "https://api.openai.com/v1".
        key: None for an endpoint that asks for none.
    """

    url: str
    key: str | None = field(repr=False)


def embeddings_endpoint() -> ModelEndpoint:
    """Return the endpoint for embeddings that the environment names.

    A key goes only where it was meant to go: OPENAI_API_KEY never to MNEMOS_EMBEDDINGS_URL.

    Raises:
        InputError: It names none, or one by an empty variable.
    """
    return _endpoint("embeddings", EMBEDDINGS_URL, EMBEDDINGS_KEY)


def chat_endpoint() -> ModelEndpoint:
    """Return the endpoint for chats that the environment names, by the same rules.

    Raises:
        InputError: It names none, or one by an empty variable.
    """
    return _endpoint("chats", CHAT_URL, CHAT_KEY)


def _endpoint(what: str, url_variable: str, key_variable: str) -> ModelEndpoint:
    own_url, own_key = _filled(url_variable), _filled(key_variable)
    if own_url is not None:
        return ModelEndpoint(url=own_url, key=own_key)
    openai_url = _filled("OPENAI_BASE_URL")
    key = own_key or _filled("OPENAI_API_KEY")
    if openai_url is None and key is None:
        raise InputError(
            f"no endpoint for {what}: set {url_variable} (and {key_variable} if it asks "
            "for a key), or OPENAI_API_KEY"
        )
    return ModelEndpoint(url=openai_url or OPENAI_URL, key=key)


def _filled(name: str) -> str | None:
    value = os.environ.get(name)
    if value is not None and not value.strip():
        raise InputError(f"{name} is empty; fill it, or unset it")
    return None if value is None else value.strip()
