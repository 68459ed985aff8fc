"""The signatures of Mem0's two classes, as a mapping that can be kept and compared.

`python tests/adapters/mem0_signatures.py`, run where Mem0 is installed, writes the kept ones again.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parents[1] / "unit" / "compat" / "mem0_signatures.json"
CLASSES = ("Memory", "AsyncMemory")
#: A default that JSON cannot hold: a configuration, or a mark for "not given".
OBJECT = "an object"


def signatures(classes: dict[str, type]) -> dict[str, Any]:
    return {name: _methods(found) for name, found in classes.items()}


def _methods(found: type) -> dict[str, Any]:
    names = ["__init__", *(name for name in dir(found) if not name.startswith("_"))]
    calls = {name: getattr(found, name) for name in sorted(names)}
    return {
        name: {"awaited": inspect.iscoroutinefunction(call), "parameters": _parameters(call)}
        for name, call in calls.items()
        if callable(call) and not isinstance(call, type)
    }


def _parameters(call: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any callable
    found = [each for each in inspect.signature(call).parameters.values() if each.name != "self"]
    return [{"name": each.name, "kind": each.kind.name, **_default(each)} for each in found]


def _default(parameter: inspect.Parameter) -> dict[str, Any]:
    if parameter.default is inspect.Parameter.empty:
        return {}
    plain = parameter.default is None or isinstance(parameter.default, str | int | float)
    return {"default": parameter.default if plain else OBJECT}


def installed() -> dict[str, Any]:
    import mem0  # noqa: PLC0415 - only where it is installed

    classes = {name: getattr(mem0, name) for name in CLASSES}
    return {"mem0ai": mem0.__version__, **signatures(classes)}


if __name__ == "__main__":
    KEPT.write_text(json.dumps(installed(), indent=1) + "\n", encoding="utf-8")
