"""What is hashed, and how: canonical rows, commitments, the chain, the state's sum.

Three hashes with three jobs. A **commitment** ``H(nonce ‖ row)`` stands for a row in the chain, so
that the row and its nonce can be destroyed and the chain still verifies, and nobody can guess a
short text from what is left. The **chain** links events: its head vouches for all of them. The
**state sum** adds up the rows that are current, in any order: equal sums mean equal memories. It is
LtHash16 (Bellare and Micciancio 1997; Lewi et al., "Securing update propagation with homomorphic
hashing", 2019): 1,024 lanes of 16 bits, each row expanded with SHAKE-128.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32hexencode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from mnemos.types import JSON, Interval, Item, Key, Link, Scope, State

NONCE_BYTES = 16
#: Names the layout of everything hashed here; another layout is another name.
FORMAT = "mnemos/1"
#: Before the canonical row of a key, link or named value in the event that ends it.
END = b"end"
SUM_BYTES = 2048
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_encode = json.JSONEncoder(
    ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical(value: JSON) -> str:
    """Return the one JSON text for a value: sorted keys, no spaces, ASCII."""
    return _encode(value)


def microseconds(moment: datetime) -> int:
    """Return an aware moment as whole microseconds since 1970 UTC, exactly."""
    return (moment - EPOCH) // MICROSECOND


@lru_cache(maxsize=4096)  # the turns of a session often share one
def moment(value: int) -> datetime:
    """Return the moment so many microseconds after 1970 UTC."""
    return EPOCH + timedelta(microseconds=value)


def _interval(interval: Interval | None) -> list[int] | None:
    return None if interval is None else [microseconds(interval[0]), microseconds(interval[1])]


def item_bytes(item: Item) -> bytes:
    """Return what the state hash says of an item: everything but clocks of recording."""
    return _encode(
        [
            "item",
            item.id,
            item.kind,
            item.text,
            item.scope.user,
            item.scope.agent,
            item.scope.session,
            item.position,
            item.role,
            item.speaker,
            item.ref,
            microseconds(item.said_at) if item.said_at_given else None,
            _interval(item.event_time) if item.said_at_given else None,
            _interval(item.valid),
            None if item.expires_at is None else microseconds(item.expires_at),
            item.status,
            item.sources,
            item.supersedes,
            item.trust,
            item.metadata,
            item.attrs,
            item.made_by,
        ]
    ).encode()


def recording_bytes(item: Item, no: int) -> bytes:
    """Return the rest of an item's row: in the chain, not in the state hash."""
    clocks = [no, microseconds(item.recorded_at), microseconds(item.said_at)]
    return _encode([*clocks, _interval(item.event_time)]).encode()


def side_bytes(side: Key | Link | State) -> bytes:
    """Return the canonical row of a key, a link or a named value."""
    row: list[JSON]
    match side:
        case Key():
            row = ["key", side.item, side.role, side.text, side.made_by]
        case Link():
            row = ["link", side.source, side.target, side.type, side.weight, side.made_by]
        case State():
            row = ["state", side.name, side.value]
    return _encode(row).encode()


def commitment(nonce: bytes, row: bytes) -> bytes:
    """Return the 32 bytes that stand for a row in the chain."""
    return hashlib.sha256(b"row\0" + nonce + row).digest()


def genesis(settings: str) -> bytes:
    """Return what the first event's hash follows: the format, and how texts and days are read."""
    read: dict[str, JSON] = json.loads(settings)
    first = canonical([FORMAT, read["language"], read["time_zone"]])
    return hashlib.sha256(b"genesis\0" + first.encode()).digest()


def detail_bytes(actor: str, why: str, body: str) -> bytes:
    """Return what an event says beside its rows, behind a commitment: it may have to go too."""
    return canonical(["detail", actor, why, body]).encode()


def chain(previous: bytes, header: Mapping[str, JSON], commitments: Iterable[bytes]) -> bytes:
    """Return an event's hash: over the one before, its header and the commitments of its rows."""
    digest = hashlib.sha256(b"event\0" + previous)
    head = canonical(header).encode()
    digest.update(len(head).to_bytes(8, "big"))
    digest.update(head)
    for each in commitments:
        digest.update(each)
    return digest.digest()


class StateSum:
    """The sum over all current rows; adding and taking away commute.

    >>> a, b = StateSum(), StateSum()
    >>> a.add(b"x"); a.add(b"y"); b.add(b"y"); b.add(b"x")
    >>> a.hexdigest() == b.hexdigest()
    True
    """

    def __init__(self, raw: bytes = bytes(SUM_BYTES)) -> None:
        self._lanes = np.frombuffer(raw, dtype="<u2").copy()

    @staticmethod
    def _expand(row: bytes) -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
        return np.frombuffer(hashlib.shake_128(row).digest(SUM_BYTES), dtype="<u2")

    def add(self, row: bytes) -> None:
        """Count a row in."""
        self._lanes += self._expand(row)

    def subtract(self, row: bytes) -> None:
        """Count a row out."""
        self._lanes -= self._expand(row)

    def raw(self) -> bytes:
        """Return the 2,048 bytes to keep."""
        return self._lanes.tobytes()

    def hexdigest(self) -> str:
        """Return the state hash: 64 hexadecimal digits."""
        return hashlib.sha256(self.raw()).hexdigest()


def turn_id(scope: Scope, position: int, revision: int = 0) -> str:
    """Return a turn's id, made from its place and never from its content.

    Sixteen letters and digits of base 32: 80 bits, so that a chance collision inside one memory of
    a million turns has odds of one in 10^12.
    """
    place = ["turn", scope.user, scope.agent, scope.session, position, revision]
    return short_hash(_encode(place).encode())


def short_hash(data: bytes) -> str:
    """Return sixteen base-32 characters (0-9, a-v) of a hash."""
    return b32hexencode(hashlib.sha256(data).digest()[:10]).decode().lower()
