"""A session is cut into blocks that a model reads at once, greedily from its start.

Each turn is one line, ``Speaker: text``. A block takes lines as long as they fit; so where it ends
hangs on the session alone, however its turns arrived. What is longer than a block is one of its
own and is read window by window.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mnemos.models.base import TokenEmbedder
from mnemos.store.index import indexed_text
from mnemos.text.sentences import Span, sentences
from mnemos.text.whole import mended
from mnemos.types import Item, Key

#: Tokens of a block: enough to tell what "it" is, and what MiniLM was trained on (retrieval.md).
BLOCK_TOKENS = 192
#: Tokens that are read of one text; what stands beyond is found by its words only.
TEXT_TOKENS = 4096
#: Characters likewise: tokens have four on average, and none here is counted for nothing.
TEXT_CHARACTERS = 65_536
#: Half a pair has no meaning, and tokenisers refuse it.
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One document as a model reads it.

    Args:
        no: Its number.
        prefix: Who speaks; read for the context, and no part of the document's own vectors.
        text: What is said, its own line ends included.
    """

    no: int
    prefix: str
    text: str

    @property
    def spoken(self) -> str:
        """The line: as long as prefix and text together, without line ends."""
        return f"{self.prefix}{self.text}".replace("\n", " ")


def line_of(no: int, said: Item | Key) -> Line:
    """Return an item, or a further key of one, as a line; a paragraph's title belongs to it."""
    if isinstance(said, Key):
        return Line(no=no, prefix="", text=_readable(said.text))
    if said.role == "document":
        return Line(no=no, prefix="", text=_readable(indexed_text(said)))
    who = said.speaker or said.role
    prefix = _readable(f"{who}: ") if who else ""
    return Line(no=no, prefix=prefix, text=_readable(said.text))


def _readable(text: str) -> str:
    return mended(text[:TEXT_CHARACTERS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that are encoded together.

    Args:
        lines: At least one.
        provisional: Whether the next line may still belong to it.
        long: Whether it is one line that a block does not hold.
    """

    lines: tuple[Line, ...]
    provisional: bool = False
    long: bool = False

    @property
    def nos(self) -> tuple[int, ...]:
        """The documents, in their order."""
        return tuple(line.no for line in self.lines)

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(line.spoken for line in self.lines)


class Cutter:
    """Takes lines in their order and gives blocks as they are full."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lines: list[Line] = []
        self._tokens = 0

    def add(self, line: Line, tokens: int) -> list[Block]:
        """Take a line; return the blocks that it closes.

        Args:
            line: The next one.
            tokens: How many it has; a line without any counts as one.
        """
        tokens = max(1, tokens)
        closed: list[Block] = []
        if self._tokens + tokens > self._limit and self._lines:
            closed.append(Block(lines=tuple(self._lines)))
            self._lines, self._tokens = [], 0
        if tokens > self._limit:
            closed.append(Block(lines=(line,), long=True))
        else:
            self._lines.append(line)
            self._tokens += tokens
        return closed

    def end(self) -> list[Block]:
        """Return the last block, to which the next line may belong."""
        return [Block(lines=tuple(self._lines), provisional=True)] if self._lines else []


def windows(line: Line, embedder: TokenEmbedder, limit: int) -> list[Span]:
    """Cut a long line into spans of at most ``limit`` tokens, at the ends of sentences if possible.

    Together they hold at most ``TEXT_TOKENS``.
    """
    spoken, shift = line.spoken, len(line.prefix)
    ends = [stop + shift for _, stop in sentences(line.text)] or [len(spoken)]
    pieces = list(zip([0, *ends[:-1]], ends, strict=True))
    counts = embedder.count([spoken[start:stop] for start, stop in pieces])
    small: list[tuple[Span, int]] = []
    for piece, tokens in zip(pieces, counts, strict=True):
        small += [(piece, tokens)] if tokens <= limit else _halved(spoken, piece, embedder, limit)
        if sum(count for _, count in small) > TEXT_TOKENS:
            break
    return _joined(small, limit)


def _joined(pieces: Sequence[tuple[Span, int]], limit: int) -> list[Span]:
    found: list[Span] = []
    held = total = 0
    for (start, stop), tokens in pieces:
        if total + tokens > TEXT_TOKENS:
            break
        total += tokens
        if found and held + tokens <= limit:
            found[-1] = (found[-1][0], stop)
            held += tokens
        else:
            found.append((start, stop))
            held = tokens
    return found


def _halved(text: str, span: Span, embedder: TokenEmbedder, limit: int) -> list[tuple[Span, int]]:
    """Cut a span in two, at the blank nearest to its middle if there is one, until it fits."""
    start, stop = span
    tokens = embedder.count([text[start:stop]])[0]
    if tokens <= limit or stop - start < 2:  # noqa: PLR2004 - one character cannot be cut
        return [(span, tokens)]
    middle = (start + stop) // 2
    blanks = [match.end() for match in _WORD.finditer(text, start, stop) if match.end() < stop]
    cut = min(blanks, key=lambda at: (abs(at - middle), at), default=middle)
    return [
        piece
        for half in ((start, cut), (cut, stop))
        for piece in _halved(text, half, embedder, limit)
    ]
