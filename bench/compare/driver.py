"""Run one system in a process of its own, told what to do, and answering, in lines of JSON.

    python -P driver.py MODULE FOLDER OPTIONS

Whatever the system prints goes to stderr, so that it cannot garble the answers. Connections that
leave this machine are refused and named in the answers. Standard library only.
"""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO, cast

#: Behind what is installed, so that no folder of ours hides a module of the system's.
sys.path.append(str(Path(__file__).resolve().parents[2]))

from bench.conversation import Turn
from bench.systems.adapter import Adapter, Found, Place, System, Telling, Vectors

#: Where the system wanted to connect to.
wanted: dict[str, None] = {}


def main() -> None:
    """Serve until stdin ends."""
    module, folder, options = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.addaudithook(_refuse_network)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    place = Place(
        folder=folder,
        vectors=Vectors(url=options["vectors"]),
        settings=options["settings"],
        asked_at=datetime.fromisoformat(options["asked_at"]),
        gold=options.get("gold", {}),
        shared=Path(options["shared"]) if "shared" in options else None,
    )
    opened = _Opened(module, place)
    for line in sys.stdin:
        _answer(opened, json.loads(line), answers)


def _end_with(parent: int) -> None:
    """End, with all that was started here, when the benchmark itself was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)


class _Opened:
    """The system, once the first line has asked for it."""

    def __init__(self, module: str, place: Place) -> None:
        self._module = module
        self._place = place
        self._adapter: Adapter | None = None

    def obey(self, order: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON can hold
        if order["do"] == "open":
            system: System = import_module(self._module).SYSTEM
            self._adapter = system.open(self._place)
            return None
        adapter = self._adapter
        if adapter is None:
            raise RuntimeError("asked before it was opened")
        match order["do"]:
            case "add":
                return adapter.add(order["turns"])
            case "finish":
                return adapter.finish()
            case "search":
                return _plain(adapter.search(order["question"], order["limit"]))
            case "tell":
                return cast("Telling", adapter).tell()
            case "close":
                return adapter.close()
            case unknown:
                raise ValueError(f"no such order: {unknown}")


def _answer(opened: _Opened, order: Mapping[str, Any], answers: TextIO) -> None:
    order = {**order, "turns": [_turn(each) for each in order.get("turns", ())]}
    start = time.perf_counter()
    try:
        value = opened.obey(order)
        answer = {"value": value, "seconds": time.perf_counter() - start}
    except Exception as error:  # noqa: BLE001 - whatever a system raises is told in its row
        traceback.print_exc()
        answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
    answers.write(json.dumps({**answer, "wanted": list(wanted)}) + "\n")
    answers.flush()


def _turn(raw: Mapping[str, Any]) -> Turn:
    said_at = raw["said_at"]
    return Turn(**{**raw, "said_at": said_at and datetime.fromisoformat(said_at)})


def _plain(found: Found) -> dict[str, Any]:
    return {
        "hits": [
            {"text": hit.text, "score": float(hit.score), "ref": hit.ref, "cites": list(hit.cites)}
            for hit in found.hits
        ],
        "confidence": found.confidence,
    }


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    else:
        return
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host is None or host in {"", "localhost", "0.0.0.0"} or _is_loopback(host):  # noqa: S104
        return
    wanted[host] = None
    raise PermissionError(f"wants the network: {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.endswith(".localhost")


if __name__ == "__main__":
    main()
