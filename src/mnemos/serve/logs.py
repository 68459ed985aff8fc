"""Logs as lines of JSON: who asked for what, how it went, how long it took. Never a text.

Addresses with ids, questions, messages and the words of errors stay out: a log is read by others
than a memory is.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TextIO

NAME = "mnemos.serve"
#: Under this attribute of a record stand the fields of its line.
FIELDS = "mnemos_fields"

_log = logging.getLogger(NAME)


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = {"event": "log", "message": record.getMessage()}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **getattr(record, FIELDS, said),
        }
        return json.dumps({key: value for key, value in line.items() if value is not None})


@contextmanager
def written(stream: TextIO | None = None, *, level: int = logging.INFO) -> Iterator[None]:
    """Write the server's lines, and those of mnemos, to a stream; standard error by default."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger(name) for name in ("mnemos", "uvicorn.error")]
    before = [(each, each.handlers, each.propagate, each.level) for each in loggers]
    for each in loggers:
        each.handlers, each.propagate = [handler], False
    _log.setLevel(level)
    # It tells of each start and stop, and what clients send that is no HTTP.
    loggers[1].setLevel(logging.ERROR)
    try:
        yield
    finally:
        for each, handlers, propagate, was in before:
            each.handlers, each.propagate = handlers, propagate
            each.setLevel(was)
        handler.close()


def event(name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line."""
    if _log.isEnabledFor(level):
        _log.log(level, name, extra={FIELDS: {"event": name, **fields}})


def where(error: BaseException) -> list[str]:
    """Return the places that an error came through, without its words, which may be a user's."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{each.filename}:{each.lineno} {each.name}" for each in frames[-8:]]
