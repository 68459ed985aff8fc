"""PoisonedRAG (Zou et al., USENIX Security 2025): texts that were written to make answers wrong.

``results/adv_targeted_results/*.json``: an object of id → ``{"id", "question", "correct answer",
"incorrect answer", "adv_texts": [five]}``. All go into one corpus, each behind its question as the
attack puts it there; their refs begin with ADVERSARIAL. ``Question.decoy`` is the wrong answer that
they lead to.

The clean corpus is given beside it (``corpus=``) in BEIR's layout: ``corpus.jsonl`` with ``{"_id",
"title", "text"}`` a line, and ``qrels/*.tsv`` in the same folder, from which gold comes. Without it
there is no gold. Gold is never adversarial.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.conversation import Conversation, Question, Turn
from bench.data import checked
from bench.data.beside import Beside
from bench.data.files import File, Start
from bench.data.records import (
    BadData,
    Json,
    Shown,
    Unexpected,
    answer,
    fields,
    items,
    name_of,
    text,
    written,
)

LOOKS = 'an object of id → {"question", "correct answer", "incorrect answer", "adv_texts"}'
#: How refs of adversarial texts begin; then come the question's id and the text's number.
ADVERSARIAL = "adversarial:"
CATEGORY = "targeted"


def recognises(start: Start) -> bool:
    """Whether a file that begins so is of this format."""
    if start.array or not isinstance(start.first, dict):
        return False
    first = next(iter(start.first.values()), None)
    return isinstance(first, dict) and {"question", "adv_texts"} <= first.keys()


def read(file: File, start: Start, beside: Beside) -> Iterator[Conversation]:
    """Yield one corpus."""
    del start
    raw = {str(name): each for name, each in fields(file.whole()).items()}
    clean: list[Turn] = []
    gold: dict[str, set[str]] = {}
    if beside.corpus is not None:
        clean = list(_clean(_corpus(beside.corpus, file)))
        gold = _gold(_corpus(beside.corpus, file).path.parent / "qrels", file)
    turns: list[Turn] = []
    questions: list[Question] = []
    for name, each in raw.items():
        with file.bad.record(f"question {name}"):
            turns += _adversarial(file, written(name, "id"), fields(each))
            questions.append(_question(name, fields(each), frozenset(gold.get(name, ()))))
    found = checked.conversation(
        file.bad,
        "corpus",
        dataset="poisonedrag",
        name=file.stem,
        turns=[*clean, *turns],
        questions=questions,
    )
    if found is not None:
        yield found


def _adversarial(file: File, name: str, raw: Json) -> Iterator[Turn]:
    asked = text(raw, "question")
    for number, each in enumerate(items(raw, "adv_texts"), start=1):
        with file.bad.record(f"question {name}, adversarial text {number}"):
            yield Turn(
                ref=f"{ADVERSARIAL}{name}:{number}",
                session="adversarial",
                text=f"{asked}.{text({'adv_texts': each}, 'adv_texts')}",
            )


def _question(name: str, raw: Json, gold: frozenset[str]) -> Question:
    return Question(
        qid=name,
        text=text(raw, "question"),
        category=CATEGORY,
        gold=gold,
        audited=gold,
        answer=answer(raw, "correct answer"),
        decoy=text(raw, "incorrect answer"),
    )


def _corpus(path: Path, file: File) -> File:
    if path.is_dir():
        names = (path / "corpus.jsonl", path / "corpus.jsonl.gz")
        found = next((each for each in names if each.is_file()), None)
        if found is None:
            raise BadData(path, "", "corpus.jsonl or corpus.jsonl.gz", "neither")
        path = found
    return File(path, file.bad.records)


def _clean(corpus: File) -> Iterator[Turn]:
    start = corpus.start()
    if start.array or not start.has("_id", "text"):
        raise BadData(corpus.path, "", 'a corpus, lines of {"_id", "title", "text"}', start.told)
    for number, each in corpus.lines():
        with corpus.bad.record(f"line {number}"):
            raw = fields(each)
            yield Turn(
                ref=name_of(raw, "_id"),
                session="documents",
                text=text(raw, "text"),
                title=text(raw, "title") if raw.get("title") else "",
            )


def _gold(folder: Path, file: File) -> dict[str, set[str]]:
    """Read which paragraphs answer which question: lines of question, paragraph and a score."""
    found: dict[str, set[str]] = {}
    paths = sorted(folder.glob("*.tsv"))
    if not paths:
        file.bad.note("corpus", f"{folder.name}/*.tsv beside corpus.jsonl", Shown("none"))
    for path in paths:
        judged = File(path, file.bad.records)
        with judged.opened() as lines:
            for number, line in enumerate(lines, start=1):
                with judged.bad.record(f"line {number}"):
                    cells = line.decode(errors="replace").split()
                    if number == 1 and "score" in cells:
                        continue
                    if len(cells) != 3 or not cells[2].isdecimal():
                        raise Unexpected(
                            "a question, a paragraph and a score",
                            Shown(" ".join(cells) or "nothing"),
                        )
                    if cells[2] != "0":
                        found.setdefault(cells[0], set()).add(cells[1])
    return found
