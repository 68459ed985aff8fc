"""Ask before what cannot be taken back, or is dear to make again."""

from __future__ import annotations

import sys

import click

from mnemos.serve.cli import exits
from mnemos.serve.cli.exits import Refused


def require_yes(question: str, verb: str, done: str) -> None:
    """Return if the answer is yes.

    Args:
        question: "Erase 3 items for good?"
        verb: "erases"
        done: "erased"

    Raises:
        Refused: It is no, or nobody is there to answer.
    """
    try:
        sure = click.confirm(question, err=True)
    except click.Abort:
        if sys.stdin.isatty():  # Ctrl-C; elsewhere nobody was there to answer
            raise
        raise Refused(
            f"nobody answered; nothing was {done}", exits.USAGE, f"--yes {verb} without asking"
        ) from None
    if not sure:
        raise Refused(f"nothing was {done}", exits.INTERRUPTED)
