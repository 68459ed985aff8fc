"""What a fact is: who, which slot, which value, from when to when, and who said it where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mnemos.types import Role

#: Whether a slot holds one value at a time, several, a number of things, or the time of an event.
Kind = Literal["single", "list", "count", "event"]
#: What saying it does: tell how it is, tell that it became so, that it is over, that what was said
#: was an error, or that it is planned (never true yet).
Act = Literal["tell", "change", "end", "correct", "plan"]

#: Subject of a turn whose role is user and that has no speaker.
USER = "user"
#: Value of a fact that ends whatever the slot holds: "I quit" names no employer.
ANYTHING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A turn as the rules read it.

    Args:
        ref: What facts cite: the item's id.
        speaker: Name; empty for one that is known by its role alone.
        session: Turns of other sessions answer no question of this one.
    """

    ref: str
    text: str
    said_at: datetime
    speaker: str = ""
    role: Role = "user"
    session: str = ""

    @property
    def who(self) -> str:
        """The speaker's name, or their role."""
        return self.speaker or self.role


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that a turn says about someone.

    Args:
        subject: A person: a name, "user", or a relation of one ("Ann's sister").
        slot: What about them: "home", "job", "likes", "budget" …, in lower case.
        value: The words as said, without what introduces them; empty ends whatever the slot holds.
        holds: False where it is denied: "I don't eat meat".
        kind: What the slot can hold.
        act: What saying it does.
        by: Who says so.
        said_at: When.
        true_from: Since when it is true, where that was said.
        true_to: Until when, where that was said; a moment before said_at for what is over.
        turn: The ref of the turn that says it.
        span: Which characters of the turn say it, [from, to); the value stands within.
        words: Those characters.
        instead_of: The value that a correction or a change names as the old one.
    """

    subject: str
    slot: str
    value: str
    holds: bool = True
    kind: Kind = "single"
    act: Act = "tell"
    by: str
    said_at: datetime
    true_from: datetime | None = None
    true_to: datetime | None = None
    turn: str
    span: tuple[int, int]
    words: str
    instead_of: str = ""

    @property
    def line(self) -> str:
        """The fact in a line, for a prompt: ``Ann · home: Porto``."""
        value = self.value if self.holds else f"not {self.value}"
        if not self.value:
            value = f"no longer {self.instead_of}".rstrip()
        return f"{self.subject} · {self.slot}: {value}"
