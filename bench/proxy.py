"""What does a memory in front of a model cost: unchanged prompt, lines found, time to first token.

A conversation is remembered; then its questions are put as one long chat, each call with the whole
chat so far, or with its last messages only. "prefix" is the share of all prompt tokens that stand
in the part which is the same as in the call before: what a provider's cache serves. "found" is the
mean share of gold turns that the prompt shows, wherever. Beside the proxy's order stands the usual
one: the context of each question in front of the chat, chosen anew each time.

The time to the first token is that of real calls over HTTP, streamed, less that of the same calls
to the endpoint itself; "beside recall" less also what preparing them took in the same process.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from rich.console import Console
from rich.table import Table

from bench import machine
from bench.conversation import Conversation as Talk
from bench.conversation import Question
from bench.data import BadData, all_of, files
from bench.memories import fill
from mnemos import Memory, Scope, estimate_tokens
from mnemos.serve.work import Kind
from mnemos.types import JSON

R = TypeVar("R")

TURNS = 200
BUDGET_TOKENS = 800
#: Messages that a chat holds which forgets its beginning.
WINDOW = 40
REPLY = "Thank you, noted; that is how I remember it as well. What would you like to know next?"
CALLS = 60

Message = Mapping[str, JSON]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a way of writing prompts came to.

    Args:
        prefix: Share of all prompt tokens in an unchanged prefix.
        found: Mean share of gold turns that the prompt shows.
        prompt_tokens: Mean.
    """

    prefix: float
    found: float
    prompt_tokens: float


def layout(prompts: Sequence[Sequence[Message]], found: Sequence[float]) -> Layout:
    """Return the figures of prompts that followed one another."""
    same = total = 0
    before = ""
    for prompt in prompts:
        text = "\n".join(f"<{each['role']}>{each['content']}" for each in prompt)
        shared = _shared(before, text)
        same += estimate_tokens(text[:shared])
        total += estimate_tokens(text)
        before = text
    return Layout(
        prefix=same / total,
        found=statistics.fmean(found),
        prompt_tokens=total / len(prompts),
    )


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class Chat:
    """A chat that asks one question after the other; cut to its last messages, or whole."""

    def __init__(self, questions: Sequence[Question], window: int | None) -> None:
        self._questions = questions
        self._window = window

    def __iter__(self) -> Iterator[tuple[Question, list[Message]]]:
        said: list[Message] = []
        for question in self._questions:
            said.append({"role": "user", "content": question.text})
            yield question, said[-self._window :] if self._window else list(said)
            said.append({"role": "assistant", "content": REPLY})


def by_proxy(talk: Talk, chat: Chat) -> Layout:
    """Ask through the proxy's own code."""
    from mnemos.serve.proxy.ledger import Ledger  # noqa: PLC0415 - an extra
    from mnemos.serve.proxy.recall import Budget, Conversation  # noqa: PLC0415 - an extra

    prompts, found = [], []
    with fill(talk, ":memory:") as memory:
        refs = {item.id: item.ref for item in _items(memory)}
        ledger = Ledger(":memory:", talk.asked_at)
        conversation = Conversation(
            memory=memory,
            ledger=ledger,
            key=ledger.key(""),
            scope=Scope(),
            budget=Budget(question_tokens=BUDGET_TOKENS),
            clock=lambda: talk.asked_at,
        )
        for question, said in chat:
            prepared = conversation.tell(said)
            conversation.show(prepared, said)
            visible = {
                refs.get(citation.id)
                for name in prepared.names
                for citation in getattr(ledger.shown(prepared.session, name), "citations", ())
            }
            prompts.append(prepared.messages)
            found.append(len(question.gold & visible) / len(question.gold))
            conversation.answered(prepared, said, {"role": "assistant", "content": REPLY})
        ledger.close()
    return layout(prompts, found)


def in_front(talk: Talk, chat: Chat) -> Layout:
    """Put the context of each question in front of the chat."""
    prompts, found = [], []
    with fill(talk, ":memory:") as memory:
        for question, said in chat:
            context = memory.context(
                question.text, budget_tokens=BUDGET_TOKENS, asked_at=talk.asked_at
            )
            visible = {citation.ref for citation in context.citations}
            prompts.append([{"role": "system", "content": context.text}, *said])
            found.append(len(question.gold & visible) / len(question.gold))
    return layout(prompts, found)


def _items(memory: Memory) -> Iterator[Any]:
    after = None
    while True:
        page = memory.browse(limit=500, after=after)
        yield from page.items
        after = page.after
        if after is None:
            return


def first_tokens(talk: Talk, questions: Sequence[Question]) -> dict[str, float]:
    """Return milliseconds to the first token, the median over calls: directly and by the proxy."""
    from mnemos.serve.proxy.app import Lent, Proxy, Upstream, application  # noqa: PLC0415
    from mnemos.serve.proxy.ledger import Ledger  # noqa: PLC0415 - an extra
    from mnemos.serve.proxy.recall import Budget  # noqa: PLC0415 - an extra

    taken_by: dict[Kind, list[float]] = {"write": [], "read": []}
    with tempfile.TemporaryDirectory() as folder, fill(talk, Path(folder) / "m") as memory:
        ledger = Ledger(Path(folder) / "threads", datetime.now(UTC))

        async def run(_: object, __: str | None, kind: Kind, call: Callable[[Lent], R]) -> R:
            lent = Lent(memory=memory, scope=Scope(), ledger=ledger, key=ledger.key(""))

            def work() -> R:
                start = time.perf_counter()
                try:
                    return call(lent)
                finally:
                    taken_by[kind].append(time.perf_counter() - start)

            return await asyncio.to_thread(work)

        with _served(_endpoint) as direct:
            proxy = Proxy(
                Upstream(url=direct),
                run,
                budget=Budget(question_tokens=BUDGET_TOKENS),
                clock=lambda: datetime.now(UTC),
            )
            with _served(application(proxy)) as through:
                times: dict[str, list[float]] = {direct: [], through: []}
                for question in questions:
                    for url, taken in times.items():
                        taken.append(_first_token(url, question.text))
        ledger.close()
    straight, longer = (1e3 * statistics.median(times[url]) for url in (direct, through))
    # Each call writes twice: what was asked, before it looks, and the reply.
    told, looked = taken_by["write"][::2], taken_by["read"]
    prepared = 1e3 * (statistics.median(told) + statistics.median(looked))
    return {
        "direct_ms": straight,
        "proxy_ms": longer,
        "preparing_ms": prepared,
        "beside_recall_ms": longer - straight - prepared,
    }


def _first_token(url: str, question: str) -> float:
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": question}]}
    start = time.perf_counter()
    with httpx.stream("POST", f"{url}/chat/completions", json=body, timeout=30) as answer:
        for _ in answer.iter_raw():
            return time.perf_counter() - start
    raise RuntimeError("the endpoint said nothing")


async def _endpoint(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
    """Stream one token at once, and the end a little later."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    token = b'data: {"choices": [{"index": 0, "delta": {"content": "Yes"}}]}\n\n'
    await send({"type": "http.response.body", "body": token, "more_body": True})
    await asyncio.sleep(0.001)
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


@contextmanager
def _served(application: Any) -> Iterator[str]:  # noqa: ANN401 - ASGI's own
    import uvicorn  # noqa: PLC0415 - an extra

    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join()


def told() -> str:
    """Return the kept figures as a table for the documents."""
    kept = machine.kept("proxy")
    if kept is None:
        return "No figures were kept yet."
    lines = ["| chat | order | prefix | found | tokens a prompt |", "|---|---|--:|--:|--:|"]
    for name, row in kept.items():
        if isinstance(row, Mapping) and "prefix" in row:
            chat, _, order = name.partition(", ")
            figures = f"{row['prefix']:.3f} | {row['found']:.3f} | {row['prompt_tokens']:,}"
            lines.append(f"| {chat} | {order} | {figures} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench proxy", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="files or folders")
    parser.add_argument("--keep", action="store_true", help="write bench/results/proxy.json")
    given = parser.parse_args(arguments)
    try:
        paths = [path for each in given.data for path in files(each)]
    except BadData as error:
        sys.exit(str(error))
    console = Console(width=None if sys.stdout.isatty() else 120)
    talk = next(each for path in paths for each in all_of(path))
    asked = [each for each in talk.questions if each.answerable]
    questions = (asked * (TURNS // max(len(asked), 1) + 1))[:TURNS]
    table = Table(title=f"{len(questions)} questions as one chat", caption=machine.line())
    for column in ("chat", "order", "prefix", "found", "tokens a prompt"):
        table.add_column(column, justify="left" if column in {"chat", "order"} else "right")
    kept: dict[str, Any] = {"questions": len(questions)}
    for name, window in (("whole", None), (f"last {WINDOW}", WINDOW)):
        for order, way in (("proxy", by_proxy), ("in front", in_front)):
            row = way(talk, Chat(questions, window))
            cells = (f"{row.prefix:.3f}", f"{row.found:.3f}", f"{row.prompt_tokens:,.0f}")
            table.add_row(name, order, *cells)
            kept[f"{name}, {order}"] = {
                "prefix": round(row.prefix, 4),
                "found": round(row.found, 4),
                "prompt_tokens": round(row.prompt_tokens),
            }
    console.print(table)
    times = first_tokens(talk, questions[:CALLS])
    console.print(", ".join(f"{name} {value:.1f}" for name, value in times.items()))
    if given.keep:
        kept["first_token"] = {name: round(value, 2) for name, value in times.items()}
        machine.keep("proxy", kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
