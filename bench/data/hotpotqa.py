"""HotpotQA (Yang et al., EMNLP 2018): multi-hop questions, pooled to one corpus a file.

An array, or lines, of ``{"_id", "question", "answer", "type", "supporting_facts": [[title,
sentence]], "context": [[title, [sentences]]]}``; also with ``{"title": […], "sent_id": […]}`` and
``{"title": […], "sentences": […]}``, as it is told on in columns. Gold are the paragraphs with the
titles of the supporting facts. In the full-wiki setting some are missing from the context: such
facts are named as bad. Of the published files only the form in columns could be opened; the other
is as the publisher's page and script describe it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.conversation import Conversation, Question
from bench.data.beside import Beside
from bench.data.files import File, Start
from bench.data.pool import Pool
from bench.data.records import Json, Shown, Unexpected, answer, fields, items, name_of, text

LOOKS = 'an array of {"_id", "question", "supporting_facts", "context"}'
#: What 2WikiMultihopQA's records have besides.
TWOWIKI = ("evidences", "entity_ids")


def alike(start: Start) -> bool:
    """Whether a file holds records of this shape, be it HotpotQA's or 2WikiMultihopQA's."""
    named = start.has("_id") or start.has("id")
    return named and start.has("question", "supporting_facts", "context")


def recognises(start: Start) -> bool:
    """Whether a file that begins so is of this format."""
    return alike(start) and not any(map(start.has, TWOWIKI))


def read(file: File, start: Start, beside: Beside) -> Iterator[Conversation]:
    """Yield one corpus."""
    del beside
    yield from pooled(file, start, "hotpotqa")


def pooled(file: File, start: Start, dataset: str) -> Iterator[Conversation]:
    """Yield one corpus of a file of this shape."""
    pool = Pool()
    questions = []
    for place, each in file.records(start):
        with file.bad.record(place):
            raw = fields(each)
            questions.append(_question(file, place, raw, pool))
    found = pool.conversation(file, dataset, questions)
    if found is not None:
        yield found


def _question(file: File, place: str, raw: Json, pool: Pool) -> Question:
    refs: dict[str, set[str]] = {}
    for number, (title, sentences) in enumerate(_pairs(raw, "context", "sentences")):
        with file.bad.record(f"{place}, paragraph {number}"):
            named = text({"title": title}, "title")
            ref = pool.ref(named, _paragraph(sentences))
            refs.setdefault(named, set()).add(ref)
    name = name_of(raw, "_id" if "_id" in raw else "id")
    asked, category = text(raw, "question"), text(raw, "type")
    gold: set[str] = set()
    for title in dict.fromkeys(str(each) for each, _ in _pairs(raw, "supporting_facts", "sent_id")):
        gold |= refs.get(title, set())
        if title not in refs:
            file.bad.note(f"{place}, question {name}", "a fact of its context", title)
    if not gold:
        raise Unexpected("supporting facts of its context", Shown("none"))
    return Question(
        qid=name,
        text=asked,
        category=category,
        gold=frozenset(gold),
        audited=frozenset(gold),
        answer=answer(raw, "answer"),
    )


def _pairs(raw: Json, name: str, second: str) -> list[tuple[object, object]]:
    """Take pairs that begin with a title, in rows or in columns."""
    value = raw.get(name)
    if isinstance(value, dict):
        titles, others = items(value, "title"), items(value, second)
        if len(titles) == len(others):
            return list(zip(titles, others, strict=True))
    if isinstance(value, list) and all(isinstance(x, list) and len(x) == 2 for x in value):
        return [(first, other) for first, other in value]
    raise Unexpected(f'pairs of a title and its {second} as "{name}"', value)


def _paragraph(sentences: object) -> str:
    if not isinstance(sentences, list) or not all(isinstance(each, str) for each in sentences):
        raise Unexpected("sentences", sentences)
    joined = " ".join(each.strip() for each in sentences if each.strip())
    return text({"sentences": joined}, "sentences")
