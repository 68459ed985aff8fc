"""One corpus of the paragraphs of many questions, as HippoRAG pools them: equal ones are one."""

from __future__ import annotations

from collections.abc import Iterable

from bench.conversation import Conversation, Question, Turn
from bench.data import checked
from bench.data.files import File


class Pool:
    """Paragraphs, told from one another by title and text, numbered as they come."""

    def __init__(self) -> None:
        self._refs: dict[tuple[str, str], str] = {}

    def ref(self, title: str, text: str) -> str:
        """Put a paragraph in unless it is there; return its ref."""
        return self._refs.setdefault((title, text), str(len(self._refs)))

    def conversation(
        self, file: File, dataset: str, questions: Iterable[Question]
    ) -> Conversation | None:
        """Return the corpus with what is asked of it; None, and the file is named, if empty."""
        asked = list(questions)
        turns = [
            Turn(ref=ref, session="documents", text=text, title=title)
            for (title, text), ref in self._refs.items()
        ]
        return checked.conversation(
            file.bad, "corpus", dataset=dataset, name=file.stem, turns=turns, questions=asked
        )
