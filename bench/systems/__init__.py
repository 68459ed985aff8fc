"""What is compared: ours, the usual ways, and (in ``bench.peers``) other products; one a file."""

from __future__ import annotations

from importlib import import_module

from bench.systems.adapter import System

#: Name → module with a value SYSTEM.
SYSTEMS = {
    "mnemos": "bench.systems.mnemos",
    "bm25": "bench.systems.bm25",
    "dense": "bench.systems.dense",
    "rrf": "bench.systems.rrf",
    "last": "bench.systems.last",
    "random": "bench.systems.chance",
    "oracle": "bench.systems.oracle",
    "recipes": "bench.systems.recipes",
    "llamaindex": "bench.peers.llamaindex",
    "mem0": "bench.peers.mem0",
    "mempalace": "bench.peers.mempalace",
    "memori": "bench.peers.memori",
    "langgraph": "bench.peers.langgraph",
    "txtai": "bench.peers.txtai",
    "chroma": "bench.peers.chroma",
    "hindsight": "bench.peers.hindsight",
    "graphiti": "bench.peers.graphiti",
    "cognee": "bench.peers.cognee",
    "letta": "bench.peers.letta",
    "memos": "bench.peers.memos",
    "everos": "bench.peers.everos",
}


def system(name: str) -> System:
    """Return what is known of a system.

    Raises:
        KeyError: There is none of that name.
    """
    found: System = import_module(SYSTEMS[name]).SYSTEM
    return found
