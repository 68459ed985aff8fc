"""A system that does what it should not, in one way or another."""

# ruff: noqa: ARG002, T201 - deeds need no reason; what they print is the point

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class Misbehaving:
    """Remembers turns in a file, and does one bad thing when it is asked."""

    def __init__(self, place: Place) -> None:
        self._file = place.folder / "turns.txt"
        self._does = str(place.settings["does"])
        self._asked = 0

    def add(self, turns: Sequence[Turn]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.writelines(f"{turn.ref}\t{turn.text}\n" for turn in turns)

    def finish(self) -> None:
        """Nothing is left to do."""

    def search(self, question: str, limit: int) -> Found:
        self._asked += 1
        getattr(self, self._does)(question)
        lines = self._file.read_text(encoding="utf-8").splitlines()[:limit]
        pairs = [line.split("\t") for line in lines]
        return Found(hits=[Hit(text=text, score=1.0, ref=ref) for ref, text in pairs])

    def close(self) -> None:
        """Nothing is open."""

    def behaves(self, question: str) -> None:
        """Do nothing bad."""

    def hangs(self, question: str) -> None:
        time.sleep(600)

    def dies(self, question: str) -> None:
        print("no such luck", file=sys.stderr, flush=True)
        os._exit(3)

    def eats(self, question: str) -> None:
        hoard = [bytearray(2**20) for _ in range(600)]
        time.sleep(len(hoard))

    def eats_elsewhere(self, question: str) -> None:
        code = "import time; hoard = [bytearray(2**20) for _ in range(600)]; time.sleep(600)"
        subprocess.run([sys.executable, "-c", code], check=True)

    def babbles(self, question: str) -> None:
        print('{"value": null, "seconds": 0}')
        os.write(1, b"\xff\xfe not JSON\n")

    def floods(self, question: str) -> None:
        while True:
            print("x" * 2**16)

    def garbles(self, question: str) -> None:
        for descriptor in range(3, 20):
            try:
                os.write(descriptor, b"what is this?\n")
            except OSError:
                continue

    def phones_home(self, question: str) -> None:
        try:
            socket.create_connection(("telemetry.example.org", 443), timeout=1)
        except OSError:
            return

    def insists_on_the_network(self, question: str) -> None:
        socket.create_connection(("192.0.2.1", 443), timeout=1)

    def fails_sometimes(self, question: str) -> None:
        if "first" in question:
            raise ValueError("cannot count to one")

    def leaves_a_child(self, question: str) -> None:
        code = "import time; time.sleep(600)"
        left = subprocess.Popen([sys.executable, "-c", code])
        Path(os.environ["CHILD"]).write_text(str(left.pid), encoding="utf-8")
        time.sleep(600)


DEEDS = tuple(name for name in vars(Misbehaving) if not name.startswith("_"))

SYSTEM = System(
    title="misbehaving",
    kind="peer",
    open=Misbehaving,
    settings={deed: {"does": deed} for deed in DEEDS},
    note="Made up.",
)
