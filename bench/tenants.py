"""Does any byte of a tenant reach another, or somebody with a wrong key: every route is asked.

    python -m bench tenants

One tenant says, hides and erases things with a word in them that nobody else says. Then every route
of the server's own description is asked for just these, by another tenant and with keys that are
none: missing, misspelt, revoked, or another scheme's. The whole answers are searched for the word,
files included.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from bench import machine
from bench.server import serving
from mnemos import Scope
from mnemos.client import Client
from mnemos.serve.keys import Keys

PLANTED = "Xylophonia"
LINES = "application/x-ndjson"
FILE = "application/octet-stream"
ACCEPTED = ("application/json", LINES)
#: Of the server itself; 502 is rightly told where there is no model.
MISTAKE = 500
#: What needs no key.
PUBLIC = frozenset({"/health", "/openapi.json"})

Request = tuple[str, str, dict[str, Any]]


class Server(Protocol):
    """A server of a directory of tenants."""

    @property
    def url(self) -> str:
        """Where."""

    @property
    def folder(self) -> Path:
        """What it serves."""

    def key(self, tenant: str) -> str:
        """Make a key that allows everything."""

    def client(self, key: str) -> Client:
        """Return a client."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it.

    Args:
        routes: How many were asked.
        requests: How often.
        bytes_read: Of their answers, all of which were searched.
        findings: What should not have been answered so.
    """

    routes: int = 0
    requests: int = 0
    bytes_read: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What one tenant has, and another asks for.

    Args:
        ids: Of what was said, hidden, erased, and of the facts.
        head: Of the journal.
    """

    ids: Sequence[str]
    head: str


def plant(running: Server, tenant: str) -> Planted:
    """Let a tenant say things that nobody else may hear of."""
    with running.client(running.key(tenant)) as ben:
        told = ben.remember(
            [
                {
                    "role": "user",
                    "name": PLANTED,
                    "content": f"The locker opens with {PLANTED}. I live in {PLANTED}.",
                    "id": "door",
                    "metadata": {PLANTED: PLANTED},
                }
            ],
            session="home",
            scope=Scope(user="user"),
        )
        ben.learn()
        hidden = ben.remember(f"hidden {PLANTED}").ids
        ben.forget(hidden, why=PLANTED)
        gone = ben.remember("erased thing").ids
        ben.erase(gone)
        facts = ben.facts(every=True)
    if not facts:
        raise AssertionError("nothing was learnt from what was planted")
    ids = [*told.ids, *hidden, *gone, *(fact.id for fact in facts)]
    return Planted(ids=ids, head=told.head)


def requests_of(described: Mapping[str, Any], found: Planted) -> Iterator[Request]:
    """Yield a request or more for every route, each as near as it can come to what was planted.

    Raises:
        KeyError: A route is described for which nothing is known to ask.
    """
    bodies = _bodies(found)
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            name = operation["operationId"]
            if "{item_id}" in path:
                yield from ((verb, path.replace("{item_id}", each), {}) for each in found.ids)
            elif name in {"import_messages", "import_file"}:
                kind = LINES if name == "import_messages" else FILE
                more = {
                    "content": b'{"role":"user","content":"a"}',
                    "headers": {"content-type": kind},
                }
                yield verb, path, more
                if kind == FILE:
                    yield verb, f"{path}?dry_run=true", more
            elif verb == "post":
                yield from ((verb, path, {"json": body}) for body in bodies[name])
            else:
                yield verb, path, {}


def _bodies(found: Planted) -> dict[str, list[dict[str, Any]]]:
    item = found.ids[0]
    return {
        "remember": [{"messages": "a"}],
        "sync": [{"messages": [{"role": "user", "content": "a"}], "session": "home"}],
        "revise": [{"ref": "door", "message": "b", "session": "home"}],
        "recall": [{"question": "What opens the locker?"}, {"question": "hidden erased"}],
        "context": [{"question": "What opens the locker?"}],
        "facts": [{"every": True}, {"question": "Where do I live?"}],
        "profile": [{"about": "user"}, {"about": "Ben"}],
        "note_use": [{"shown": each, "outcome": "good"} for each in found.ids],
        "uses": [{"shown": each} for each in found.ids],
        "fade": [{}, {"policy": {"kinds": ["turn"], "unused_for": 0.0}, "preview": True}],
        "refs": [{}, {"session": "home"}],
        "correct": [{"fact_id": found.ids[-1], "value": "c"}],
        "forget": [{"ids": [each]} for each in found.ids],
        "restore": [{"ids": [each]} for each in found.ids],
        "erase": [
            {"what": item},
            {"what": item, "preview": True},
            {"what": {"session": "home"}},
        ],
        "undo": [{}, {"seq": 1}],
        "browse": [{}, {"after": item}, {"after": "0"}],
        "sessions": [{}, {"limit": 1}],
        "verify": [{}, {"expected_head": found.head}],
        "learn": [{}],
        "consolidate": [{}],
        "embed": [{}],
        "reindex": [{"embedder": "ben"}],
        "replay": [{}],
        "unlearn": [{"recipe": "default"}],
    }


def ask(url: str, found: Planted, keys: Iterable[Mapping[str, str]], *, known: bool) -> Outcome:
    """Ask every route with these headers, and search what is answered.

    Args:
        url: The server's.
        found: What to ask for.
        keys: Headers, each asked with in turn.
        known: Whether they are some tenant's, who gets answers; else each is refused as no key.
    """
    outcome = Outcome()
    needle = PLANTED.casefold().encode()
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        asked = list(requests_of(http.get("/openapi.json").json(), found))
        outcome.routes = len({(verb, path) for verb, path, _ in asked})
        for verb, path, more in asked:
            for headers in ({**key, "accept": each} for key in keys for each in ACCEPTED):
                every = {**headers, **more.get("headers", {})}
                answer = http.request(verb, path, **{**more, "headers": every})
                outcome.requests += 1
                outcome.bytes_read += len(answer.content)
                place = f"{verb} {path}: {answer.status_code}"
                if needle in answer.content.lower():
                    outcome.findings.append(f"{place} tells of another tenant")
                if answer.status_code == MISTAKE:
                    outcome.findings.append(f"{place} is a mistake")
                if not known and path not in PUBLIC and not _refused(answer):
                    outcome.findings.append(f"{place} to a key that is none")
    return outcome


def _refused(answer: httpx.Response) -> bool:
    right = (answer.status_code, answer.headers.get("www-authenticate")) == (401, "Bearer")
    return right and answer.json()["error"] == "Unauthorized"


def look(running: Server) -> Outcome:
    """Plant, and ask every route as another tenant, then with keys that are none."""
    found = plant(running, "ben")
    ann = {"authorization": f"Bearer {running.key('ann')}"}
    wrong = ask(running.url, found, wrong_keys(running, "ben"), known=False)
    other = ask(running.url, found, [ann], known=True)
    outcome = Outcome(
        routes=other.routes,
        requests=other.requests + wrong.requests,
        bytes_read=other.bytes_read + wrong.bytes_read,
        findings=[*other.findings, *wrong.findings],
    )
    with running.client(running.key("ben")) as ben:
        hits = ben.recall("What opens the locker?")
        if not hits or PLANTED not in hits[0].text or not ben.verify(expected_head=found.head).ok:
            outcome.findings.append("what was planted was changed by others")
    return outcome


def wrong_keys(running: Server, tenant: str) -> list[dict[str, str]]:
    """Return headers that open nothing, though some are near to a tenant's key."""
    token, revoked = running.key(tenant), running.key(tenant)
    keys = Keys(running.folder)
    key = keys.opens(revoked)
    if key is None:
        raise AssertionError("a key that was just made opens nothing")
    keys.revoke(key.id)
    keys.close()
    return [
        {},
        {"authorization": ""},
        {"authorization": token},
        {"authorization": f"Basic {token}"},
        {"authorization": f"Bearer {token[:-2]}xx"},
        {"authorization": f"Bearer {revoked}"},
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; say with 1 that something was found."""
    parser = argparse.ArgumentParser(prog="python -m bench tenants", description=__doc__)
    parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as running:
        found = look(running)
    print(machine.line())
    print(
        f"{found.routes} requests of every route, asked {found.requests:,} times, "
        f"{found.bytes_read:,} bytes searched: {len(found.findings)} findings"
    )
    for each in found.findings:
        print(f"  {each}")
    return int(bool(found.findings))


if __name__ == "__main__":
    sys.exit(main())
