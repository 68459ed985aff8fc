"""A memory on a server, with the methods, results and errors of ``Memory``.

``pip install mnemos[client]`` brings what it needs.
"""

from __future__ import annotations

try:
    import httpx as _httpx
    import msgspec as _msgspec
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"mnemos.client needs {missing.name}: pip install mnemos[client]", name=missing.name
    ) from missing

from mnemos.client.asynchronous import AsyncClient
from mnemos.client.client import Client
from mnemos.wire.imported import Imported

__all__ = ["AsyncClient", "Client", "Imported"]
del _httpx, _msgspec
