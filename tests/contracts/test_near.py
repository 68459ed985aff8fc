"""Look-alikes of an unknown word are those of a search through all words, in every store."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemos import Memory
from mnemos.store import index
from mnemos.store.near import (
    ANY_START,
    LONG_WORD,
    MAX_COMPOUNDS,
    MAX_NEAR,
    SHORTEST,
    grams,
    is_compound,
    slips,
)

BACKENDS: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: ":memory:",
    "sqlite": lambda folder: str(folder / "near.mnemos"),
}
#: A segment's documents: so few that words stand in the tail, in segments or in both.
SEGMENT = 4
TURNS = 12
#: Fewer words than the 64 that folded segments offer at most.
WORDS = st.one_of(
    st.text(alphabet="abc", min_size=4, max_size=9),
    st.sampled_from(["dentist", "dentists", "dentsit", "guitar", "gutar", "gitarre", "gitarren"]),
    st.sampled_from(["schlussel", "ersatzschlussel", "schlusselbund", "bund", "gitarrenbund"]),
)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=TURNS)


def nearest(term: str, words: set[str]) -> list[str]:
    """Search through all words."""
    most = 1 if len(term) < LONG_WORD else 2
    near = []
    for word in words - {term}:
        count, shorter = slips(term, word, most), min(len(term), len(word))
        starts_alike = shorter >= ANY_START or term[0] == word[0]
        if count <= most and shorter >= SHORTEST and starts_alike and sharing(term, word):
            near.append((count, word))
    return [word for _, word in sorted(near)[:MAX_NEAR]]


def compounds(term: str, words: set[str]) -> list[str]:
    """Search through all words."""
    joined = [word for word in words if is_compound(term, word) and sharing(term, word)]
    return sorted(joined, key=lambda word: (abs(len(word) - len(term)), word))[:MAX_COMPOUNDS]


def sharing(term: str, word: str) -> bool:
    return bool(set(grams(term)) & set(grams(word)))


def check(memory: Memory, terms: Sequence[str], words: set[str]) -> None:
    with memory.reader() as reader:
        for term in terms:
            assert reader.index.near_terms(term) == nearest(term, words)
            assert reader.index.compounds(term) == compounds(term, words)


@pytest.mark.parametrize("backend", sorted(BACKENDS))
@settings(max_examples=40)
@given(
    texts=TEXTS,
    steps=st.lists(st.integers(1, 5), min_size=TURNS, max_size=TURNS),
    terms=st.lists(WORDS, min_size=1, max_size=4),
    gone=st.integers(0, TURNS - 1),
)
def test_look_alikes_are_those_of_all_words_however_they_were_written(
    backend: str,
    texts: list[list[str]],
    steps: list[int],
    terms: list[str],
    gone: int,
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Memory(BACKENDS[backend](Path(folder)), embedder=None, language="none") as memory,
    ):
        patch.setattr(index, "SEGMENT", SEGMENT)
        ids: list[str] = []
        for step in steps:
            batch = [" ".join(words) for words in texts[len(ids) : len(ids) + step]]
            ids += memory.remember([{"role": "user", "content": text} for text in batch]).ids
            check(memory, terms, {word for words in texts[: len(ids)] for word in words})
            if len(ids) == len(texts):
                break
        gone %= len(ids)
        memory.erase(ids[gone])
        check(memory, terms, {word for words in texts[:gone] + texts[gone + 1 :] for word in words})
