"""What the best documents name leads to others that share no word with the question."""

from __future__ import annotations

import numpy as np
import pytest

from mnemos import Memory
from mnemos.recall.again import look_again
from mnemos.recall.ranking import rank
from tests.unit.recall.small import Said, ask, frame, reader

PAPERS = (
    ("Silent Harbour", "Silent Harbour is a film of 1961, directed by Olga Brandt."),
    ("Olga Brandt", "Brandt was born in Riga and studied there before she worked abroad."),
    ("Riga", "Riga is a port on the Baltic Sea with a cathedral."),
    ("Film festivals", "A festival shows a film to a jury and to the public."),
    ("Harbour pilots", "A pilot brings a ship into a harbour."),
)
QUESTION = "Where was the director of Silent Harbour born?"


def library(path: str = ":memory:") -> Memory:
    memory = Memory(path)
    memory.remember(
        [{"role": "document", "title": title, "content": text} for title, text in PAPERS]
    )
    return memory


def test_a_document_that_a_lead_names_moves_up() -> None:
    with library() as memory:
        titles = [hit.item.attrs["title"] for hit in memory.recall(QUESTION, 5)]
        assert set(titles[:2]) == {"Silent Harbour", "Olga Brandt"}
        found = memory.recall(QUESTION, 5)[titles.index("Olga Brandt")]
    assert "titled" in {reason.signal for reason in found.reasons}


def test_shares_of_the_score_add_up_to_it() -> None:
    with library() as memory:
        for hit in memory.recall(QUESTION, 5):
            assert sum(reason.contribution for reason in hit.reasons) == pytest.approx(hit.score)


def test_what_the_question_names_itself_leads_nowhere() -> None:
    with library() as memory, memory.reader() as snapshot:
        ranking = rank(ask("Silent Harbour and Olga Brandt?"), snapshot)
        added = {reason.signal for at in range(len(ranking)) for reason in ranking.reasons(at)}
        titles = [item.attrs["title"] for item in snapshot.items(ranking.items.tolist())]
        brandt = ranking.reasons(titles.index("Olga Brandt"))
    assert "titled" in added  # Riga, which only Olga Brandt's paper names
    assert "titled" not in {reason.signal for reason in brandt}


def test_turns_and_single_documents_are_left_alone() -> None:
    talk = [
        Said(text="We saw Silent Harbour by Olga Brandt"),
        Said(text="Olga Brandt is from Riga"),
    ]
    seen = frame(QUESTION, talk)
    assert look_again(QUESTION, reader(talk), seen, np.zeros(2)) == {}
    one = [Said(text="A paper", role="document", speaker="")]
    assert look_again("paper?", reader(one), frame("paper?", one), np.zeros(1)) == {}
