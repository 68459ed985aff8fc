"""MuSiQue (Trivedi et al., TACL 2022): multi-hop questions, pooled to one corpus a file.

One object a line, or HippoRAG's array of them: ``{"id": "2hop__1_2", "question", "answer",
"answerable", "paragraphs": [{"idx", "title", "paragraph_text", "is_supporting"}]}``. The category
is the kind of hops that the id begins with. Questions made unanswerable are named as bad: in a pool
the paragraph that was taken from one lies there for another. HippoRAG's array could be opened, the
publisher's file not: its lines are read as its script does.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.conversation import Conversation, Question
from bench.data.beside import Beside
from bench.data.files import File, Start
from bench.data.pool import Pool
from bench.data.records import Json, Unexpected, answer, fields, items, name_of, text

LOOKS = 'lines of {"id", "question", "paragraphs": [{"paragraph_text", "is_supporting"}]}'


def recognises(start: Start) -> bool:
    """Whether a file that begins so is of this format."""
    return start.has("id", "question", "paragraphs")


def read(file: File, start: Start, beside: Beside) -> Iterator[Conversation]:
    """Yield one corpus."""
    del beside
    pool = Pool()
    questions = []
    for place, each in file.records(start):
        with file.bad.record(place):
            raw = fields(each)
            with file.bad.record(f"{place}, {name_of(raw, 'id')}"):
                questions.append(_question(file, place, raw, pool))
    found = pool.conversation(file, "musique", questions)
    if found is not None:
        yield found


def _question(file: File, place: str, raw: Json, pool: Pool) -> Question:
    gold = set()
    for number, each in enumerate(items(raw, "paragraphs")):
        with file.bad.record(f"{place}, paragraph {number}"):
            paragraph = fields(each)
            ref = pool.ref(text(paragraph, "title"), text(paragraph, "paragraph_text"))
            if paragraph.get("is_supporting") is True:
                gold.add(ref)
    if raw.get("answerable") is False:
        raise Unexpected("a question that its pool can answer", raw["answerable"])
    if not gold:
        raise Unexpected("paragraphs that are supporting", 0)
    name = name_of(raw, "id")
    return Question(
        qid=name,
        text=text(raw, "question"),
        category=name.split("__")[0],
        gold=frozenset(gold),
        audited=frozenset(gold),
        answer=answer(raw, "answer"),
    )
