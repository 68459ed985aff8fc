"""The tail of the index tells of the documents before a number what all of them would tell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mnemos.store.near import GRAM_WORD, grams
from mnemos.store.tail import Tail

#: Few letters, so that words share trigrams; and what is never mistyped: short, long, no letters.
WORDS = st.text(alphabet="abé", min_size=3, max_size=8) | st.sampled_from(
    ["a" * GRAM_WORD.stop, "abab1", "^ab$", "\x01ab=ab", "ab^$ab"]
)
DOCUMENTS = st.lists(st.dictionaries(WORDS, st.integers(1, 255), max_size=6), max_size=12)


@given(
    documents=DOCUMENTS,
    cuts=st.lists(st.integers(0, 12)),
    term=WORDS,
    sizes=st.sets(st.integers(1, 22)),
    end=st.integers(0, 13),
)
def test_a_tail_tells_what_a_search_through_its_documents_tells(
    documents: list[dict[str, int]], cuts: list[int], term: str, sizes: set[int], end: int
) -> None:
    numbered = [(2 * no, list(words), bytes(words.values())) for no, words in enumerate(documents)]
    tail, added = Tail(), 0
    for cut in [*sorted(cuts), len(numbered)]:
        tail.add(numbered[added:cut])
        added = max(added, cut)
    seen = [(no, documents[no // 2]) for no, _, _ in numbered if no < end]
    holding = [(no, words[term]) for no, words in seen if term in words]
    nos, counts = tail.postings(term, end)
    assert list(zip(nos, counts, strict=True)) == holding
    found = list(tail.sharing(term, sizes, end))
    assert len(found) == len(set(found))
    assert set(found) == {
        word
        for _, words in seen
        for word in words
        if len(word) in sizes and set(grams(term)) & set(grams(word))
    }
