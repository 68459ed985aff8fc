"""What a model has decided is not asked again while one and the same thing is thought out anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

from mnemos.models.decide import Decide, Decision
from mnemos.models.task import Task
from mnemos.types import JSON

T = TypeVar("T")


class Once:
    """Asks as another does, but for the same thing once. Implements ``Decide``.

    Only what a model decided is kept: a fallback may hang on more than the inputs.

    Args:
        decide: Who is asked.

    >>> from dataclasses import dataclass
    >>> from mnemos.models.decide import Decider
    >>> from mnemos.models.scripted_chat import ScriptedChat
    >>> @dataclass(frozen=True)
    ... class Topic:
    ...     word: str
    >>> task = Task(name="topic", instructions="Name the topic of the line in one word.")
    >>> chat = ScriptedChat(lambda request: '{"word": "ferries"}')
    >>> once = Once(Decider(chat))
    >>> [once(task, {"line": "It leaves."}, Topic, lambda: Topic("?")).word for _ in range(2)]
    ['ferries', 'ferries']
    >>> len(chat.requests)
    1
    """

    def __init__(self, decide: Decide) -> None:
        self._decide = decide
        self._kept: dict[tuple[str, type, str], object] = {}

    @property
    def model(self) -> str | None:
        """Who decides; None if the fallback always does."""
        return self._decide.model

    @property
    def failed(self) -> tuple[Decision, ...]:
        """Those decisions that a model was to make, and did not."""
        return self._decide.failed

    def __call__(
        self,
        task: Task,
        inputs: Mapping[str, JSON],
        schema: type[T],
        fallback: Callable[[], T],
        check: Callable[[T], str | None] | None = None,
    ) -> T:
        """Return what was decided on these inputs, or is now; see ``Decide``."""
        if self.model is None:
            return self._decide(task, inputs, schema, fallback, check)
        key = (task.version, schema, json.dumps(inputs, sort_keys=True))
        kept = self._kept.get(key)
        if isinstance(kept, schema) and (check is None or check(kept) is None):
            return kept
        failures = len(self.failed)
        made = self._decide(task, inputs, schema, fallback, check)
        if len(self.failed) == failures:
            self._kept[key] = made
        return made
