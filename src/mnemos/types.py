"""The values that flow through mnemos: frozen, slotted, keyword-only.

Times are timezone-aware ``datetime`` in UTC. A half-open interval ``[from, to)`` is a pair of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, overload

if TYPE_CHECKING:
    JSON: TypeAlias = "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"
else:  # what reads types while it runs cannot read one that holds itself
    JSON = object
Interval: TypeAlias = tuple[datetime, datetime]

Role = Literal["system", "user", "assistant", "tool", "document"]
Status = Literal["active", "hidden", "superseded", "archived", "quarantined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose and which: a filter on reads and a label on writes. An empty field means any."""

    user: str | None = None
    agent: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A filter on what may come back. Fields left out filter nothing; all others must hold.

    Args:
        metadata: Each key's value must be equal. Values are strings, numbers, booleans or None.
        speakers: The speaker is one of these names (case does not matter).
        roles: The role is one of these.
        said_from: Said at this moment or later.
        said_to: Said before this moment.
        not_sessions: Said in none of these sessions: a prompt that holds the present one needs no
            line of it.
    """

    metadata: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    speakers: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    said_from: datetime | None = None
    said_to: datetime | None = None
    not_sessions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question with everything that its answer may depend on.

    Args:
        question: As it was put.
        asked_at: When it is put; resolves "last week".
        as_of: Answer with what the memory knew at this moment; None is now.
        scope: Only turns of this scope.
        where: Further filters.
        kinds: Only items of these kinds; empty is all that the recipe offers.
        limit: At most so many hits.
    """

    question: str
    asked_at: datetime
    as_of: datetime | None = None
    scope: Scope = field(default_factory=Scope)
    where: Where = field(default_factory=Where)
    kinds: tuple[str, ...] = ()
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Anything remembered: a turn, or something derived from turns. One version of it.

    Args:
        id: Made from scope and position, never from content.
        kind: "turn", or what a recipe derives ("fact", "summary" …).
        text: As it was said, to the letter.
        scope: Whose and which.
        position: Its place in its session (turns) or among what its recipe made from its sources.
        role: Who speaks, in the model's sense; None for derived items.
        speaker: Who speaks, by name.
        ref: The caller's own id of the message.
        said_at: When it was said. Where nobody told, the moment it was recorded.
        said_at_given: Whether the caller told when it was said.
        event_time: The interval the text speaks of, when that is another day than said_at's.
        valid: When it is true; None is always.
        recorded_at: When this version entered the memory. Never runs backwards.
        expires_at: From then on it is no longer recalled.
        status: Only "active" items are recalled.
        visible_from: Sequence number of the event that made this version.
        visible_to: Sequence number of the event that ended it; None while it is current.
        sources: Ids of the items it was derived from, most important first.
        supersedes: Id of the item that this one replaces.
        trust: 0 to 1.
        metadata: The caller's own.
        attrs: The kind's own; for turns the parts of the message that are not text.
        made_by: The recipe that derived it; empty for turns.
    """

    id: str
    kind: str = "turn"
    text: str
    scope: Scope
    position: int
    role: Role | None = None
    speaker: str | None = None
    ref: str | None = None
    said_at: datetime
    said_at_given: bool = True
    event_time: Interval | None = None
    valid: Interval | None = None
    recorded_at: datetime
    expires_at: datetime | None = None
    status: Status = "active"
    visible_from: int = 0
    visible_to: int | None = None
    sources: tuple[str, ...] = ()
    supersedes: str | None = None
    trust: float = 1.0
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    attrs: Mapping[str, JSON] = field(default_factory=dict)
    made_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Consecutive turns of one conversation, as a recipe learns from them.

    Args:
        scope: Whose and which.
        new: The active turns that this recipe has not learnt from yet, in their order. Where a
            session is learnt from anew they are all turns. ``Reader.session`` returns them with
            those that stand before them.
    """

    scope: Scope
    new: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A further text by which an item is found, beside its own."""

    item: str
    role: str
    text: str
    made_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A typed, weighted edge between two items."""

    source: str
    target: str
    type: str
    weight: float = 1.0
    made_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A named value that a recipe keeps between calls. None removes it."""

    name: str
    value: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A proposed change. A value; applying it is one transaction and one event.

    Args:
        items: New items, and new versions of items that exist (same id).
        keys: Further keys of items.
        unkeyed: Keys to take away.
        links: Edges to put; one with the same source, target and type is replaced.
        unlinked: Edges to take away.
        states: Named values to put.
    """

    items: tuple[Item, ...] = ()
    keys: tuple[Key, ...] = ()
    unkeyed: tuple[Key, ...] = ()
    links: tuple[Link, ...] = ()
    unlinked: tuple[Link, ...] = ()
    states: tuple[State, ...] = ()

    @classmethod
    def of(cls, side: Key | Link | State) -> Delta:
        """Return the Delta that puts one key, link or named value."""
        match side:
            case Key():
                return cls(keys=(side,))
            case Link():
                return cls(links=(side,))
            case State():
                return cls(states=(side,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the journal: how many events there are, and the hash that vouches for them."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One applied change in the journal.

    Args:
        seq: 1 for the first.
        recorded_at: When it was applied.
        actor: Who asked for it.
        op: "remember", "sync", "revise", "forget", "restore", "erase", "undo" …
        why: The reason given.
        items: Ids of the items it made or changed, in order; erased ones are left out.
        rows: How many rows it made, erased ones included.
        undoes: The event it is the inverse of.
        recipe: Who learnt, dropped or consolidated; empty in what others did.
        previous_hash: Hash of the event before.
        hash: Hash over this event's header and the commitments of its rows.
    """

    seq: int
    recorded_at: datetime
    actor: str
    op: str
    why: str
    items: tuple[str, ...]
    rows: int
    undoes: int | None
    recipe: str = ""
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a write did, once it is durable.

    Args:
        ids: One id a message (or item), in the order given.
        added: Those that this write added or changed.
        existing: Those that were there already.
        seq: Sequence number of the event; that of the head if nothing changed.
        head: The journal's head hash; hand it to ``verify(expected_head=…)``.
    """

    ids: tuple[str, ...]
    added: tuple[str, ...]
    existing: tuple[str, ...]
    seq: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How an item has been used, as far as ``Memory.note_use`` was told.

    Args:
        uses: How often it was shown.
        strength: 1 at first, and 1 more for each time it was used: cited, or shown where nobody
            told what was cited.
        last_used_at: When it last was; None if it was only shown.
        utility: How well it went where it was used, −1 to 1; 0 where nobody told.
    """

    uses: int = 0
    strength: float = 1.0
    last_used_at: datetime | None = None
    utility: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One signal's share in a hit's score.

    Args:
        signal: The signal's name.
        value: What it measured for this hit, standardised.
        contribution: value × weight; the contributions add up to the score.
        group: What it is about, beside similar ones: "words", "people", "days", "kind of turn",
            "meaning".
        meaning: What it looks at, in a line.
    """

    signal: str
    value: float
    contribution: float
    group: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An item that answers a question, with its score and the reasons for it.

    Args:
        item: The whole item.
        score: Higher is better; comparable between questions and stores.
        relevance: How likely it is part of the answer, 0 to 1.
        reasons: Largest contribution first.
        outdated: What it says that is no longer so: slots of facts, as "home" or "job".
        disputed: What it says that somebody else denies, likewise.
    """

    item: Item
    score: float
    relevance: float = 1.0
    reasons: tuple[Reason, ...] = ()
    outdated: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item.id

    @property
    def text(self) -> str:
        """The item's text, verbatim."""
        return self.item.text

    @property
    def speaker(self) -> str | None:
        """Who said it."""
        return self.item.speaker

    @property
    def said_at(self) -> datetime:
        """When it was said."""
        return self.item.said_at

    @property
    def ref(self) -> str | None:
        """The caller's own id of the message."""
        return self.item.ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(Sequence[Hit]):
    """The hits for one query, best first; a sequence.

    Args:
        query: What was asked.
        hits: Best first, ties broken by id.
        abstention: Why nothing here deserves showing; None if something does.
        level: What was used: "c0" words alone, "c1" to "c3" vectors of turns, sentences, tokens.
        limitation: Why not a higher level; None if there is none.
        confidence: How likely what was asked for is here at all, 0 to 1.
    """

    query: Query
    hits: tuple[Hit, ...] = ()
    abstention: str | None = None
    level: str = "c0"
    limitation: str | None = None
    confidence: float = 1.0

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a mark in a context's text stands for.

    Args:
        mark: As it stands in the text, for instance "[3]".
        id: The item's id.
        ref: The caller's own id of the message.
        span: Which characters of the item's text are shown, ``[from, to)``.
        outdated: What it says that is no longer so, as the context says: "home", "job".
    """

    mark: str
    id: str
    ref: str | None
    span: tuple[int, int]
    outdated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The packed, cited text for a prompt.

    Args:
        text: Empty if there is nothing worth showing.
        citations: One a line, in the order of the text: what is new, then what an earlier context
            showed and this one says is outdated.
        tokens: What the text costs under the memory's token counter; never over the budget.
        budget_tokens: What it was allowed to cost.
        abstention: Why the text is empty; None if it is not.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    tokens: int = 0
    budget_tokens: int
    abstention: str | None = None


@dataclass(frozen=True, slots=True)
class ModelId:
    """What vectors are bound to: those of two models are never compared.

    Args:
        name: As it is chosen by.
        revision: What tells this model's weights from others of that name.
        dimension: Numbers in a vector.
    """

    name: str
    revision: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.name} ({self.revision}, {self.dimension}-d)"
