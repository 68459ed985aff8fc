"""A note of several texts, by rules, with the labels of those that it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mnemos.ingest.keywords import rarity
from mnemos.ingest.labels import unknown
from mnemos.ingest.summary import summary
from mnemos.ingest.triples import triples
from mnemos.text.sentences import sentences
from mnemos.text.stance import stance
from mnemos.text.terms import Analyzer
from mnemos.text.token_count import estimate_tokens
from mnemos.types import Item

#: Texts of which a note is made by rules: of more, those with the weightiest words.
MOST_TEXTS = 400
#: Texts that a note rests on at most.
MOST_CITED = 6

_TASTES = frozenset({"like", "love", "enjoy", "hate", "prefer", "want", "be", "work as"})


@dataclass(frozen=True)
class Note:
    """A text, and the labels of the lines that it rests on, from 1 on."""

    text: str
    lines: list[int]

    def wrong(self, shown: int, *, empty: bool = False) -> str | None:
        """Say what is wrong with it, where a model wrote it; None if nothing is.

        Args:
            shown: How many lines the model was shown.
            empty: Whether there may be nothing to tell.

        >>> Note("Rex swam.", [3, 1]).wrong(3), Note("Rex swam.", [4]).wrong(3)
        (None, 'labels go from 1 to 3; there is no 4')
        """
        if not self.text.strip():
            return None if empty else "the text is empty"
        if not self.lines:
            return f"{self.text[:40]!r} rests on no line"
        if len(set(self.lines)) > MOST_CITED:
            return f"{len(set(self.lines))} lines are cited; {MOST_CITED} are the most"
        return unknown(self.lines, shown)


def digest(texts: Sequence[str], analyzer: Analyzer, most_tokens: int) -> Note:
    """Return the sentences that tell most of some texts, and in which of them they stand.

    Words weigh by how often they stand here and in how few of the texts.

    Args:
        texts: In their order, one at least that is not blank.
        analyzer: Makes their terms.
        most_tokens: What the note may cost; a first sentence that is longer is cut.

    Returns:
        A note that is not empty and cites 1 to ``MOST_CITED`` texts, ascending.

    >>> digest(["Hi!", "Rex the dog swam to the boat.", "The dog!"], Analyzer(), 12)
    Note(text='Rex the dog swam to the boat.', lines=[2])
    """
    terms = [analyzer.terms(text) for text in texts]
    frequency = Counter(term for own in terms for term in set(own))
    rare = {term: rarity(count, len(texts)) for term, count in frequency.items()}
    worth = [sum(rare[term] for term in own) for own in terms]
    heavy = sorted(range(len(texts)), key=lambda at: -worth[at])[:MOST_TEXTS]
    chosen = sorted(heavy)
    counts = Counter(term for at in chosen for term in terms[at])
    together = {term: count * rare[term] for term, count in counts.items()}
    words = summary(
        [texts[at] for at in chosen], analyzer.terms, together, most_tokens, estimate_tokens
    )
    cited = [at + 1 for at in chosen if _stands_in(texts[at], words)]
    if words and cited:
        return Note(words, cited[:MOST_CITED])
    first = next(at for at in (*heavy, *range(len(texts))) if texts[at].strip())
    return Note(texts[first].strip()[: 2 * most_tokens], [first + 1])


def _stands_in(text: str, words: str) -> bool:
    return any(text[start:stop] in words for start, stop in sentences(text))


def tastes(text: str, speaker: str) -> list[str]:
    """Return the sentences that say what somebody is like or likes, each with its speaker.

    >>> tastes("I love rain. It rained. Always wear boots when we walk.", "Ann")
    ['Ann: I love rain.', 'Ann: Always wear boots when we walk.']
    """
    about = {each.span for each in triples(text, speaker) if each.relation in _TASTES}
    return [
        f"{speaker}: {text[start:stop]}"
        for start, stop in sentences(text)
        if (start, stop) in about or stance(text[start:stop])
    ]


def portrait(items: Sequence[Item]) -> Note:
    """Return what items say of their speakers' tastes; empty if they say nothing of them."""
    liked = {label: tastes(item.text, item.speaker or "") for label, item in enumerate(items, 1)}
    told = [label for label, found in liked.items() if found][-MOST_CITED:]
    return Note(" ".join(sentence for label in told for sentence in liked[label]), told)
