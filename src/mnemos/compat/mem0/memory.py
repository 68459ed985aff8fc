"""Memory, as Mem0 has it: add, search, get, update, delete, over a memory of mnemos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import mnemos
from mnemos import Item, NotFound, QueryError, Scope
from mnemos.compat.mem0 import filters as asked
from mnemos.compat.mem0 import given, shapes
from mnemos.compat.mem0.config import IN_MEMORY, MemoryConfig
from mnemos.compat.mem0.refusals import MemoryNotFound, Unsupported

#: What Mem0 takes for a threshold of None.
THRESHOLD = 0.1
#: The most that one recall brings.
MOST = 10_000
#: How many memories are read at once where all are wanted.
PAGE = 1_000
#: How many times as much is fetched when a condition left too little.
GROWTH = 4
UNSET: Any = object()
_TURNS = ("turn",)


class Memory:
    """Mem0's `Memory`: the same calls and results, kept by mnemos without any model.

    Args:
        config: Ours, Mem0's own, or a mapping of its sections.

    The memory itself, with all that Mem0 has no word for, is ``memory.mnemos``.
    """

    def __init__(self, config: MemoryConfig | Mapping[str, Any] = MemoryConfig()) -> None:  # noqa: B008 - frozen
        self.config = MemoryConfig.read(config)
        self._deletes = self.config.deletes
        self.mnemos = self._open()

    @classmethod
    def from_config(cls, config_dict: Mapping[str, Any]) -> Self:
        """Open what a configuration of Mem0's names; see ``MemoryConfig``."""
        return cls(MemoryConfig.read(config_dict))

    def _open(self) -> mnemos.Memory:
        path = self.config.path
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
        return mnemos.Memory(path, **self.config.options)

    def add(
        self,
        messages: str | Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        timestamp: Any = None,  # noqa: ANN401 - as Mem0 has it: a moment of any form
        expiration_date: Any = None,  # noqa: ANN401 - same, a day
        infer: bool = True,
        memory_type: str | None = None,
        prompt: str | None = None,
    ) -> dict[str, Any]:
        """Store messages verbatim; those of the system are left out, as Mem0 leaves them.

        Args:
            timestamp: When they were said.
            expiration_date: The last day on which they are found.
            infer: Makes no difference: facts are read beside the turns, by rules.

        Raises:
            QueryError: No user, agent or run is named.
            MessageError: A message is malformed; nothing was stored.
            Unsupported: A procedural memory or a prompt of one's own is asked for.
        """
        del infer
        if memory_type is not None:
            raise Unsupported(f"memory_type {memory_type!r}: no model sums up here")
        if prompt is not None:
            raise Unsupported("prompt: no model is asked when something is added")
        scope = given.named(user_id=user_id, agent_id=agent_id, run_id=run_id)
        beside = given.without_identity(metadata or {})
        said_at = timestamp if timestamp is not None else beside.pop("created_at", None)
        whole = [given.message(each, beside, said_at) for each in given.messages(messages)]
        if not whole:
            return {"results": []}
        ends = shapes.expires_at(expiration_date)
        receipt = self.mnemos.remember(whole, scope=scope, expires_at=ends)
        return {"results": [shapes.added(self.mnemos.get(each)) for each in receipt.ids]}

    def get(self, memory_id: str) -> dict[str, Any] | None:
        """Return a memory; None if there is none, or it was deleted."""
        item = self._current(memory_id)
        return None if item is None else {**self._shown(item), "score": None}

    def get_all(
        self,
        /,
        *,
        filters: Mapping[str, Any] | None = None,
        top_k: int = 20,
        show_expired: bool = False,
        **kwargs: Any,  # noqa: ANN401 - refused by name
    ) -> dict[str, Any]:
        """Return memories in the order in which they were added.

        Raises:
            QueryError: The filters name no user, agent or run, or an argument is unknown.
        """
        given.refuse(kwargs, "get_all")
        wanted = given.count(top_k)
        given.no_expired(show_expired=show_expired)
        matching = self._matching(asked.read(filters), page=wanted)
        return {"results": [self._shown(item) for item in islice(matching, wanted)]}

    def search(
        self,
        /,
        query: str,
        *,
        top_k: int = 20,
        filters: Mapping[str, Any] | None = None,
        threshold: float | None = 0.1,
        rerank: bool = False,
        explain: bool = False,
        reference_date: Any = None,  # noqa: ANN401 - as Mem0 has it: a moment of any form
        show_expired: bool = False,
        **kwargs: Any,  # noqa: ANN401 - refused by name
    ) -> dict[str, Any]:
        """Return the memories that answer a query, best first.

        Args:
            threshold: Least score, 0 to 1.
            rerank: Makes no difference, as in Mem0 where no reranker is configured.
            explain: Add ``score_details``: what each signal contributed.
            reference_date: When the query is put; resolves "last week".

        Raises:
            QueryError: As for ``get_all``, or the query is empty, or the threshold is no share.
        """
        del rerank
        given.refuse(kwargs, "search")
        given.no_expired(show_expired=show_expired)
        least = THRESHOLD if threshold is None else threshold
        if not isinstance(least, int | float) or not 0 <= least <= 1:
            raise QueryError(
                f"Invalid threshold: {threshold}. Must be between 0 and 1 (inclusive)."
            )
        if not isinstance(query, str) or not query.strip():
            raise QueryError("Invalid query: cannot be empty or whitespace-only.")
        wanted = asked.read(filters)
        most = min(given.count(top_k), MOST)
        hits = self._hits(query.strip(), most, wanted, reference_date, reasons=explain)
        good = [hit for hit in hits if shapes.score(hit) >= least]
        return {
            "results": [shapes.found(hit, self._origin(hit.item), explain=explain) for hit in good]
        }

    def _hits(
        self,
        query: str,
        top_k: int,
        wanted: asked.Filter,
        asked_at: Any,  # noqa: ANN401 - any form
        *,
        reasons: bool,
    ) -> list[mnemos.Hit]:
        """Fetch more and more, until what the condition leaves is enough or all was seen."""
        limit, holds = top_k, wanted.condition
        while limit:
            recall = self.mnemos.recall(
                query,
                min(limit, MOST),
                asked_at=asked_at,
                scope=wanted.scope,
                where=wanted.where,
                kinds=_TURNS,
                reasons=reasons,
            )
            good = [hit for hit in recall if holds is None or holds(shapes.payload(hit.item))]
            if len(good) >= top_k or len(recall) < limit or limit >= MOST:
                return good[:top_k]
            limit *= GROWTH
        return []

    def update(
        self,
        memory_id: str,
        text: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        expiration_date: Any = UNSET,  # noqa: ANN401 - as Mem0 has it: a day, or None for never
        data: str | None = None,
    ) -> dict[str, str]:
        """Change a memory's text, or add to its metadata; the old text stays in its history.

        Raises:
            MemoryNotFound: There is none, or it was deleted.
            Unsupported: It was not stored through this interface and has no ref.
        """
        text = data if text is None else text
        if text is None and metadata is None and expiration_date is UNSET:
            raise QueryError("At least one of text, metadata, or expiration_date must be provided.")
        old = self._require(memory_id)
        if old.ref is None:
            raise Unsupported(f"{memory_id}: a turn without a ref cannot be revised")
        ends = old.expires_at if expiration_date is UNSET else shapes.expires_at(expiration_date)
        message = {
            **{key: value for key, value in old.attrs.items() if key != "content" or text is None},
            "role": old.role,
            "name": old.speaker,
            "metadata": {**old.metadata, **given.without_identity(metadata or {})},
            "expires_at": ends,
        }
        message["content"] = text if text is not None else old.attrs.get("content", old.text)
        self.mnemos.revise(old.ref, message, scope=old.scope)
        return {"message": "Memory updated successfully!"}

    def delete(self, memory_id: str) -> dict[str, str]:
        """Hide a memory, or erase it with its past where the configuration says so.

        Raises:
            MemoryNotFound: There is none, or it was deleted before.
        """
        item = self._require(memory_id)
        if self._deletes == "erase":
            self.mnemos.erase([each.id for each in self._lives(self._origin(item))])
        else:
            self.mnemos.forget(item.id)
        return {"message": "Memory deleted successfully!"}

    def delete_all(
        self, user_id: str | None = None, agent_id: str | None = None, run_id: str | None = None
    ) -> dict[str, str]:
        """Hide, or erase, all that is of a user, an agent, a run."""
        scope = given.named(user_id=user_id, agent_id=agent_id, run_id=run_id)
        if self._deletes == "erase":
            self.mnemos.erase(scope)
        else:
            self._forget_all(scope)
        return {"message": "Memories deleted successfully!"}

    def history(self, memory_id: str) -> list[dict[str, Any]]:
        """Return what happened to a memory, oldest first; empty if there never was one."""
        try:
            origin = self._origin(self.mnemos.get(memory_id))
        except NotFound:
            return []
        lives = [
            version for item in self._lives(origin) for version in self.mnemos.history(item.id)
        ]
        return shapes.history(lives, origin)

    def reset(self) -> None:
        """Hide all memories; or, where deleting erases, begin with an empty file."""
        if self._deletes == "forget":
            self._forget_all(Scope())
            return
        self.mnemos.close()
        path = self.config.path
        if path != IN_MEMORY:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
        self.mnemos = self._open()

    @property
    def project(self) -> NoReturn:
        """Settings of Mem0's platform, which its own open version refuses as well."""
        raise Unsupported("project: there are no project settings here")

    def chat(self, query: str) -> NoReturn:
        """Refuse, as Mem0 does."""
        raise Unsupported(f"chat({query!r}): mnemos finds, a model answers")

    def close(self) -> None:
        """Close the file."""
        self.mnemos.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _matching(self, wanted: asked.Filter, *, page: int = PAGE) -> Iterator[Item]:
        """Yield what a filter lets through, a page at a time."""
        after: str | None = None
        limit = min(max(page, 1), PAGE) if wanted.condition is None else PAGE
        while True:
            read = self.mnemos.browse(
                scope=wanted.scope, where=wanted.where, kinds=_TURNS, after=after, limit=limit
            )
            for item in read.items:
                if wanted.condition is None or wanted.condition(shapes.payload(item)):
                    yield item
            after = read.after
            if after is None:
                return

    def _forget_all(self, scope: Scope) -> None:
        everything = asked.Filter(scope=scope, where=mnemos.Where(), condition=None)
        ids = [item.id for item in self._matching(everything)]
        if ids:
            self.mnemos.forget(ids)

    def _shown(self, item: Item) -> dict[str, Any]:
        return shapes.memory(item, self._origin(item))

    def _origin(self, item: Item) -> str:
        """Return the id that a memory was added under: its first item's."""
        with suppress(NotFound):  # erased from elsewhere: the eldest that is left stands for it
            while item.supersedes is not None:
                item = self.mnemos.get(item.supersedes)
        return item.id

    def _lives(self, origin: str) -> Iterator[Item]:
        """Yield the items that were a memory, one after the other."""
        item: Item | None = self.mnemos.get(origin)
        while item is not None:
            yield item
            item = self._successor(item)

    def _successor(self, item: Item) -> Item | None:
        """Return the newest item that took the place of another, as the journal tells."""
        for version in reversed(self.mnemos.history(item.id)):
            if version.item.status == "superseded":
                for each in version.event.items:
                    with suppress(NotFound):
                        other = self.mnemos.get(each)
                        if other.supersedes == item.id and other.kind == "turn":
                            return other
        return None

    def _current(self, memory_id: str) -> Item | None:
        with suppress(NotFound):
            lives = self._lives(memory_id)
            return next((item for item in lives if item.status == "active"), None)
        return None

    def _require(self, memory_id: str) -> Item:
        item = self._current(memory_id)
        if item is None:
            raise MemoryNotFound(f"Memory with id {memory_id} not found")
        return item
