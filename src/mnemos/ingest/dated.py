"""Relative times in a text get their days written behind them, so that it can be read later."""

from __future__ import annotations

from datetime import datetime, timedelta

from mnemos.text.dates import Mention, mentions


def dated(text: str, said_at: datetime) -> str:
    """Return a text with the days of its relative time expressions, nothing else changed.

    Args:
        text: What was said.
        said_at: When, with its zone.

    >>> from datetime import UTC
    >>> dated("I ran yesterday. Last week I rested.", datetime(2024, 3, 6, 9, tzinfo=UTC))
    'I ran yesterday (2024-03-05). Last week (2024-02-26 to 2024-03-03) I rested.'
    """
    found, at = "", 0
    for mention in mentions(text, said_at):
        stop = mention.span[1]
        if mention.relative and stop > at:
            found += f"{text[at:stop]} ({_days(mention)})"
            at = stop
    return found + text[at:]


def _days(mention: Mention) -> str:
    first, last = mention.start.date(), (mention.end - timedelta(microseconds=1)).date()
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"
