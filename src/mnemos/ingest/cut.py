"""A list of turns, sentences or paragraphs is cut into runs that belong together.

Each function returns spans [from, to) of the list, in order: together they hold all of it, and none
is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from mnemos.arithmetic import finite
from mnemos.text.sentences import Span, sentences
from mnemos.types import Role

#: ReadAgent (arXiv:2402.09727): a page may end from 280 words on and does before 600; what is
#: left at the end, if it is less than 350, is one page.
PAGE_LEAST, PAGE_MOST, PAGE_LAST = 280, 600, 350
#: LightMem (arXiv:2510.18866): tokens in its sensory buffer, and the bars under which neighbours
#: are of two topics.
BUFFER, TOPIC_BARS = 512, (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


def by_count(count: int, each: int) -> list[Span]:
    """Cut after every so many; the last run may be shorter (MOOM: 6 turns, 5 summaries).

    >>> by_count(5, 2), by_count(2, 1)  # the latter is one turn a piece
    ([(0, 2), (2, 4), (4, 5)], [(0, 1), (1, 2)])
    """
    _from_one(each, "pieces")
    return [(start, min(start + each, count)) for start in range(0, count, each)]


def by_round(roles: Sequence[Role | None]) -> list[Span]:
    """Cut before what a user says after somebody else: what is asked stays with its answers.

    >>> by_round(["system", "user", "user", "assistant", "tool", "user"])
    [(0, 1), (1, 5), (5, 6)]
    """
    starts = [
        place
        for place, (before, now) in enumerate(pairwise(roles), 1)
        if now == "user" and before != "user"
    ]
    return _spans(starts, len(roles))


def by_sentence(texts: Sequence[str]) -> list[tuple[int, Span]]:
    """Return every sentence: which text it stands in, and which characters of it.

    >>> by_sentence(["Hello! You?", "", "Fine."])
    [(0, (0, 6)), (0, (7, 11)), (2, (0, 5))]
    """
    return [(place, span) for place, text in enumerate(texts) for span in sentences(text)]


def by_tokens(tokens: Sequence[int], most: int) -> list[Span]:
    """Fill runs until the next piece would exceed so many tokens; a longer piece stands alone.

    Args:
        tokens: Of each piece, as a token counter says.
        most: Tokens in a run.

    >>> by_tokens([3, 3, 9, 1, 2], 6)
    [(0, 2), (2, 3), (3, 5)]
    """
    _from_one(most, "tokens")
    starts, filled = [], 0
    for place, each in enumerate(tokens):
        if each < 0:
            raise ValueError(f"piece {place} cannot have {each} tokens")
        if place and filled + each > most:
            starts.append(place)
            filled = 0
        filled += each
    return _spans(starts, len(tokens))


def by_gap(moments: Sequence[datetime], longest: timedelta) -> list[Span]:
    """Cut where more time passes than this (Zyphra, arXiv:2406.00057: 20 minutes).

    >>> from datetime import UTC
    >>> said = [datetime(2024, 1, 1, 9, minute, tzinfo=UTC) for minute in (0, 20, 41)]
    >>> by_gap(said, timedelta(minutes=20))
    [(0, 2), (2, 3)]
    """
    if longest < timedelta(0):
        raise ValueError(f"a gap is no shorter than nought, not {longest}")
    starts = [
        place for place, (one, next_) in enumerate(pairwise(moments), 1) if next_ - one > longest
    ]
    return _spans(starts, len(moments))


def by_dip(similarities: Sequence[float], below: float) -> list[Span]:
    """Cut where neighbours are less alike than a bar, and no more than those to either side.

    Of equals in a row the first is taken. LightMem (arXiv:2510.18866) begins with a bar of .2 and
    raises it by .05; Hearst 1997 (TextTiling) for the idea.

    Args:
        similarities: Of each piece with the next: one less than there are pieces.
        below: The bar.

    Raises:
        ValueError: A similarity is no number.

    >>> by_dip([0.8, 0.1, 0.3, 0.1, 0.1, 0.9], below=0.5)
    [(0, 2), (2, 4), (4, 7)]
    """
    values = finite(list(similarities), "similarities").tolist()
    around = [float("inf"), *values, float("inf")]
    starts = [
        place
        for place, (before, own, after) in enumerate(
            zip(around, values, around[2:], strict=False), 1
        )
        if own < below and own < before and own <= after
    ]
    return _spans(starts, len(values) + 1)


def by_topic(
    tokens: Sequence[int],
    similarities: Sequence[float],
    *,
    most: int = BUFFER,
    bars: Sequence[float] = TOPIC_BARS,
) -> list[Span]:
    """Cut where the topic changes, looking at a full buffer at a time (LightMem).

    The bar of ``by_dip`` is raised until it cuts. What follows the last cut waits in the buffer for
    more; with no cut the whole buffer is one topic.

    Args:
        tokens: Of each piece.
        similarities: Of each piece with the next: one less than there are pieces.
        most: Tokens in the buffer; a longer piece fills it alone.
        bars: Tried one after the other.

    >>> by_topic([4, 4, 4, 4], [0.9, 0.1, 0.9], most=12)
    [(0, 2), (2, 4)]
    >>> by_topic([4, 4, 4, 4], [0.9, 0.9, 0.9], most=12)
    [(0, 3), (3, 4)]
    """
    if len(similarities) != max(0, len(tokens) - 1):
        raise ValueError(f"{len(tokens)} pieces have {len(similarities)} similarities between them")
    found: list[Span] = []
    start = 0
    while start < len(tokens):
        stop = start + by_tokens(tokens[start : start + most + 1], most)[0][1]
        inner = similarities[start : stop - 1]
        cuts = (by_dip(inner, bar) for bar in bars)
        runs = next((runs for runs in cuts if len(runs) > 1), [(0, stop - start)])
        if stop < len(tokens) and len(runs) > 1:
            runs.pop()
        found += [(start + first, start + end) for first, end in runs]
        start = found[-1][1]
    return found


def by_page(
    words: Sequence[int],
    choose: Callable[[Sequence[int]], int],
    *,
    least: int = PAGE_LEAST,
    most: int = PAGE_MOST,
    last: int = PAGE_LAST,
) -> list[Span]:
    """Cut paragraphs into pages, somebody choosing each break within a window (ReadAgent).

    Paragraphs are gathered up to ``most`` words; a page may end after any of them from ``least``
    words on. A choice that was not on offer is the last on offer.

    Args:
        words: Of each paragraph.
        choose: Given the places before which a break may stand, ascending, returns one of them.
        least: Words before the first place for a break.
        most: Words in a page; a longer paragraph is a page of its own.
        last: What is left is one page when it has fewer words.

    >>> by_page([200, 100, 250, 100, 300, 60], choose=lambda breaks: breaks[0])
    [(0, 2), (2, 4), (4, 6)]
    >>> by_page([200, 100, 250, 100, 300, 60], choose=lambda breaks: breaks[-1])
    [(0, 3), (3, 6)]
    """
    if not 0 <= least <= most or any(each < 0 for each in words):
        raise ValueError(f"a page has from {least} to {most} words; paragraphs none below 0")
    starts: list[int] = []
    start = 0
    while start < len(words) and sum(words[start:]) >= last:
        breaks = _breaks(words, start, least, most)
        if not breaks:
            break
        chosen = choose(breaks)
        start = chosen if chosen in breaks else breaks[-1]
        starts.append(start)
    return _spans(starts, len(words))


def _breaks(words: Sequence[int], start: int, least: int, most: int) -> list[int]:
    """Return the places where a page may end: none if all that is left fits one."""
    found: list[int] = []
    filled = 0
    for place in range(start, len(words)):
        if place > start and filled + words[place] > most:
            return found or [place]
        filled += words[place]
        if filled >= least:
            found.append(place + 1)
    return []


def at_most(spans: Iterable[Span], most: int) -> list[Span]:
    """Cut runs of more pieces than this again (EverMemOS forces a break at 500 messages).

    >>> at_most([(0, 5), (5, 7)], 2)
    [(0, 2), (2, 4), (4, 5), (5, 7)]
    """
    _from_one(most, "pieces")
    return [
        (start + first, start + end)
        for start, stop in spans
        for first, end in by_count(stop - start, most)
    ]


def _from_one(count: int, what: str) -> None:
    if count < 1:
        raise ValueError(f"a run holds 1 or more {what}, not {count}")


def _spans(starts: Sequence[int], count: int) -> list[Span]:
    """Return the spans that begin at nought and at each start."""
    return list(pairwise([0, *starts, count])) if count else []
