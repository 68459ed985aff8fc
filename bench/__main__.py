"""Run one benchmark, or the usual ones: ``python -m bench [NAME] [--data PATH …]``."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

#: Name → what it asks. Each is a module of this package with a ``main(arguments)``.
BENCHMARKS = {
    "speed": "how fast and how large",
    "imports": "how fast do others' exports come in, and in how much room",
    "scale": "how figures grow with a space, step by step, each in a process of its own",
    "endurance": "does anything grow, fail or get lost over many spaces, processes and minutes",
    "mcp": "how much longer do calls take over the Model Context Protocol",
    "encode": "how fast is the built-in model (needs mnemos-minilm)",
    "crash": "is anything lost by kill -9",
    "crash_learning": "does learning that is killed end where it would have",
    "serve": "how a server bears load: over HTTP, many clients, many tenants",
    "ui": "how soon the page can be used (needs Chromium)",
    "service": "tenants, fuzz and load of a server, with one table (needs schemathesis)",
    "tenants": "does any byte of a tenant reach another, or a wrong key",
    "fuzz": "is any request answered in a way that is not described (needs schemathesis)",
    "data": "what is in data files, and what in them is bad (needs paths)",
    "retrieval": "are the right turns found (needs --data)",
    "languages": "are they found in other languages, and by codes and numbers",
    "recipes": "what every recipe finds and costs, with and without its own mechanism (--data)",
    "decay": "what do age and use of memories do to recall (needs --data)",
    "updates": "is what holds now found first when facts change",
    "facts": "what do facts do to recall (needs --data)",
    "compare": "is mnemos better than the usual ways and other products (needs --data)",
    "proxy": "what does a memory in front of a model cost (needs --data)",
    "answers": "does a model answer right by what compare found (needs a model's endpoint)",
    "environments": "make the environments that compared systems run in",
    "train": "what do the signals weigh (needs --data; writes weights with --out)",
    "train-newer": "what tells the turn that says how it is now (--data; writes with --keep)",
    "token_counter": "how far off is the token estimate (needs tokenizers)",
}
#: Those that are not ``bench.NAME``.
MODULES = {
    "answers": "bench.answers.command",
    "compare": "bench.compare.command",
    "environments": "bench.compare.environments",
    "recipes": "bench.recipes.command",
    "train-newer": "bench.train_newer",
}


def main() -> int:
    """Run from the command line."""
    name = sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
    if name is not None:
        if name not in BENCHMARKS:
            listed = "\n".join(f"  {each:14} {what}" for each, what in BENCHMARKS.items())
            sys.exit(f"no benchmark {name!r}; there are:\n{listed}")
        return _run(name, sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", help="files or folders to compare on")
    parser.add_argument("--keep", action="store_true", help="write bench/results")
    given = parser.parse_args()
    keep = ["--keep"] if given.keep else []
    code = _run("speed", keep) or _run("languages", keep)
    if given.data:
        code = code or _run("compare", [*keep, "--data", *map(str, given.data)])
    return code


def _run(name: str, arguments: list[str]) -> int:
    module = MODULES.get(name, f"bench.{name}")
    code: int = import_module(module).main(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
