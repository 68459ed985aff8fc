"""What each tool takes: the fields become its input schema, and what does not fit is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config

#: Of any answer, in tokens; large enough for the shortest of them.
LEAST_BUDGET = 100
MOST_BUDGET = 20_000
LONGEST_TEXT = 100_000
LONGEST_QUESTION = 2_000
LONGEST_NAME = 200

Budget = Annotated[
    int,
    Field(
        ge=LEAST_BUDGET,
        le=MOST_BUDGET,
        description="Tokens that the answer may cost; what does not fit is left out.",
    ),
]
Question = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="A whole question in plain words, with names and dates where they are known.",
    ),
]
Session = Annotated[
    str | None,
    Field(max_length=LONGEST_NAME, description="Only what was said in this session."),
]
Moment = Annotated[str | None, Field(max_length=40)]
ItemId = Annotated[str, Field(min_length=1, max_length=100)]
Ids = Annotated[
    list[ItemId],
    Field(min_length=1, max_length=50, description="Ids of items, as recall and facts give them."),
]
Why = Annotated[str, Field(max_length=500, description="The reason, kept in the journal.")]
Strict = with_config(ConfigDict(extra="forbid"))


@Strict
@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """What ``remember`` takes."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_TEXT,
            description="What was said, word for word where you can. One statement a call.",
        ),
    ]
    speaker: Annotated[
        str | None, Field(max_length=LONGEST_NAME, description="Who said it, by name.")
    ] = None
    role: Annotated[
        Literal["user", "assistant"], Field(description="Whether the user or the assistant said it")
    ] = "user"
    session: Annotated[
        str | None,
        Field(
            max_length=LONGEST_NAME,
            description="The conversation that it belongs to; today's date if left out.",
        ),
    ] = None
    said_at: Annotated[
        Moment, Field(description="When it was said, ISO 8601; now if left out.")
    ] = None
    request_id: Annotated[
        str | None,
        Field(
            max_length=LONGEST_NAME,
            description="An id of your own: the same call under it is done once.",
        ),
    ] = None


@Strict
@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What ``recall`` takes."""

    question: Question
    limit: Annotated[int, Field(ge=1, le=50, description="At most so many items.")] = 5
    budget_tokens: Budget = 600
    session: Session = None
    as_of: Annotated[
        Moment, Field(description="Answer with what the memory knew then, ISO 8601.")
    ] = None


@Strict
@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What ``context`` takes."""

    question: Question
    budget_tokens: Budget = 800
    citations: Annotated[
        bool, Field(description="Also list the ids that the marks [1], [2] … stand for.")
    ] = False
    session: Session = None
    as_of: Annotated[
        Moment, Field(description="Answer with what the memory knew then, ISO 8601.")
    ] = None


@Strict
@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What ``facts`` takes."""

    about: Annotated[
        str | None,
        Field(
            max_length=LONGEST_NAME,
            description='Whose facts: a name, or "user" for a user without one; else everybody\'s.',
        ),
    ] = None
    slot: Annotated[
        str | None, Field(max_length=LONGEST_NAME, description='Only these: "home", "job" …')
    ] = None
    question: Annotated[
        str | None,
        Field(max_length=LONGEST_QUESTION, description="Only those that answer it, best first."),
    ] = None
    valid_at: Annotated[
        Moment, Field(description="Those that held at this moment, ISO 8601; now if left out.")
    ] = None
    every: Annotated[
        bool, Field(description="Also what is over, was wrong, planned or retired.")
    ] = False
    budget_tokens: Budget = 600


@Strict
@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What ``profile`` takes."""

    about: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_NAME,
            description='Whose: a name, or "user" for a user without one.',
        ),
    ] = "user"
    valid_at: Annotated[
        Moment, Field(description="What was true at this moment, ISO 8601; now if left out.")
    ] = None
    budget_tokens: Budget = 600


@Strict
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What ``forget`` and ``restore`` take."""

    ids: Ids = field()
    why: Why = ""


@Strict
@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What ``history`` takes."""

    id: Annotated[ItemId, Field(description="The item's id.")]
    budget_tokens: Budget = 600


@Strict
@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What ``stats`` takes: nothing."""
