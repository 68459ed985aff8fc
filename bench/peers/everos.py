"""EverOS: what pip installs on Python 3.11 is the client of a service; the memory is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from bench.conversation import Turn
from bench.systems.adapter import Place, System


class EverOS:
    """The client, which asks for a key before anything else."""

    def __init__(self, place: Place) -> None:
        del place
        from everos import EverOS as Client

        self._client = Client(max_retries=0)

    def add(self, turns: Sequence[Turn]) -> NoReturn:
        """Not reached without a key."""
        raise RuntimeError(f"{len(turns)} turns would leave this machine")

    def finish(self) -> None:
        """Not reached."""

    def search(self, question: str, limit: int) -> NoReturn:
        """Not reached."""
        raise RuntimeError(f"nothing was written: {question!r}, {limit}")

    def close(self) -> None:
        """Close the client."""
        self._client.close()


SYSTEM = System(
    title="EverOS",
    kind="peer",
    open=EverOS,
    package="everos",
    imports="import everos",
    requirements=("everos==0.4.0",),
    note="On Python 3.11 pip installs 0.4.0, the client of the vendor's service, which needs a key "
    "and the network. The memory that runs at home has the same name from 1.0 on: it needs Python "
    "3.12, and a language model to draw memories from messages.",
)
