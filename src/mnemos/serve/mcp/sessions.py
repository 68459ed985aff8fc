"""Sessions as resources: ``mnemos://session/NAME``, listed and read a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from mnemos import Item, Scope, SessionKept, estimate_tokens
from mnemos.errors import NotFound
from mnemos.serve.mcp.lent import Lent
from mnemos.serve.mcp.shown import framed, label, moment, shown, who

TEMPLATE = "mnemos://session/{id}{?user,agent,after}"
MIME = "text/plain"
#: Sessions in a page of the list.
LISTED = 50
#: Turns in a page of a session, and what the page may cost.
TURNS = 50
PAGE_TOKENS = 4_000
#: A longer turn is cut; its id leads to the rest.
LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the sessions to read.

    Args:
        scope: Names the session.
        after: Begin after this item, or page; None is the beginning.
    """

    scope: Scope
    after: str | None = None

    @property
    def uri(self) -> str:
        """The address of the place."""
        named = {"user": self.scope.user, "agent": self.scope.agent, "after": self.after}
        query = urlencode({name: value for name, value in named.items() if value is not None})
        session = quote(self.scope.session or "", safe="")
        return f"mnemos://session/{session}{'?' if query else ''}{query}"


def place(uri: str) -> Place:
    """Return the place that an address names.

    Raises:
        NotFound: It names none.
    """
    parts = urlsplit(uri)
    session = unquote(parts.path.removeprefix("/"))
    if (
        (parts.scheme, parts.netloc) != ("mnemos", "session")
        or not session
        or "/" in parts.path[1:]
    ):
        raise NotFound(f"there is no resource {shown(uri, 200)!r}; sessions are {TEMPLATE}")
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return Place(
        scope=Scope(session=session, user=given.get("user"), agent=given.get("agent")),
        after=given.get("after"),
    )


def described(kept: SessionKept) -> str:
    """Return a session in a line."""
    whose = "".join(
        f", {name} {label(value)}"
        for name, value in (("user", kept.scope.user), ("agent", kept.scope.agent))
        if value
    )
    return f"{kept.turns} turns, {moment(kept.first_said_at)} to {moment(kept.last_said_at)}{whose}"


async def read(memory: Lent, uri: str) -> str:
    """Return a page of a session's turns in their order, and where it goes on.

    Raises:
        NotFound: There is no such session here, or nothing more of it.
    """
    where = place(uri)
    page = await memory.browse(scope=where.scope, after=where.after, limit=TURNS)
    if not page.items:
        raise NotFound(f"there is nothing at {shown(uri, 200)}")
    lines: list[str] = []
    tokens = 0
    for item in page.items:
        line = _line(item)
        tokens += estimate_tokens(line)
        if lines and tokens > PAGE_TOKENS:
            break
        lines.append(line)
    text = framed(lines, f"session {label(where.scope.session)}, in its order")
    whole = len(lines) == len(page.items)
    after = page.after if whole else page.items[len(lines) - 1].id
    if after is None:
        return text
    return f"{text}\nIt goes on: {Place(scope=where.scope, after=after).uri}"


def _line(item: Item) -> str:
    return f"{item.id} · {moment(item.said_at)} · {who(item)}: {shown(item.text, LONGEST)}"
