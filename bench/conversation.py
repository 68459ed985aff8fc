"""Conversations and what is asked about them: what loaders read and systems under test are told.

Standard library only: systems run in environments of their own, where mnemos is not installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: Categories whose questions have no answer in the conversation.
UNANSWERABLE = frozenset({"adversarial", "abstention"})
#: Speakers that are roles rather than names.
ROLES = frozenset({"user", "assistant", "system", "tool"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message, or one paragraph of a corpus: no speaker, no time, perhaps a title.

    Args:
        text: With what is known of a picture: ``… [image: a red boat]``.
        speaker: A name or one of ROLES; None for a paragraph.
        said_at: Aware; None if nobody knows.
    """

    ref: str
    session: str
    text: str
    speaker: str | None = None
    said_at: datetime | None = None
    title: str = ""

    @property
    def role(self) -> str:
        """One of ROLES, or "document"; people with names are users."""
        if self.speaker is None:
            return "document"
        return self.speaker if self.speaker in ROLES else "user"

    @property
    def said(self) -> str:
        """The text behind its speaker or title, as most memories are shown to be fed."""
        if self.speaker is None:
            return f"{self.title}\n{self.text}" if self.title else self.text
        return f"{self.speaker}: {self.text}"

    @property
    def dated(self) -> str:
        """The text behind its day and speaker, in words: ``On 8 May 2023, Ann said: …``.

        Of the ways to write a day that were tried it serves dense search best by far.
        """
        if self.said_at is None or self.speaker is None:
            return self.said
        return f"On {self.said_at.day} {self.said_at:%B %Y}, {self.speaker} said: {self.text}"

    @property
    def line(self) -> str:
        """The line that a prompt would hold; what equal tokens are counted on."""
        if self.said_at is None:
            return self.said
        return f"[{self.said_at:%Y-%m-%d}] {self.said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with the refs of the turns that answer it.

    Args:
        answer: The published answer; None if there is none.
        gold: As published.
        audited: As corrected by an audit; ``gold`` where there was none.
        decoy: The wrong answer that the data lead to, of questions made to mislead; else None.
    """

    qid: str
    text: str
    category: str
    gold: frozenset[str]
    audited: frozenset[str]
    answer: str | None = None
    decoy: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the conversation holds the answer."""
        return bool(self.gold) and self.category not in UNANSWERABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Turns in the order they were said, and what is asked about them afterwards."""

    dataset: str
    name: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]
    asked_at: datetime

    @property
    def sessions(self) -> tuple[tuple[str, tuple[Turn, ...]], ...]:
        """The turns by session, in the order in which sessions begin."""
        found: dict[str, list[Turn]] = {}
        for turn in self.turns:
            found.setdefault(turn.session, []).append(turn)
        return tuple((session, tuple(turns)) for session, turns in found.items())
