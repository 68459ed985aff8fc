"""Which embedder a memory is opened with."""

from __future__ import annotations

import logging
from functools import cache

from mnemos import config, models
from mnemos.embedding.bind import check
from mnemos.errors import InputError, MnemosError
from mnemos.models.base import Embedder
from mnemos.store.protocol import Store
from mnemos.store.vectors import embedder_in
from mnemos.types import ModelId

BUILT_IN = "minilm"
#: Why there is no embedder, where nobody wanted one.
NOT_WANTED = "it was opened without an embedder"

_log = logging.getLogger("mnemos")


def choose_embedder(named: str | Embedder | None, store: Store) -> tuple[Embedder | None, str]:
    """Return the embedder for a memory, nothing is loaded yet; or why there is none.

    Args:
        named: A name, an embedder, None for none; "auto" is the built-in one if it is installed
            and the vectors there are of it, "default" what the environment names, else "auto".
        store: The space.

    Raises:
        InputError: There is no such embedder.
        ModelMismatch: The space holds vectors of another one.
    """
    if named == "default":
        named = config.default_embedder()
    if named is None or named == "none":
        return None, NOT_WANTED
    bound = _bound(store)
    if named == "auto":
        return _automatic(bound)
    if not isinstance(named, str | Embedder):
        raise InputError(f"embedder: expected a name, an Embedder or None, not {named!r}")
    chosen = models.embedder(named) if isinstance(named, str) else named
    if bound is not None:
        check(bound, chosen.model)
    return chosen, ""


def _bound(store: Store) -> ModelId | None:
    with store.reading() as snapshot:
        row = embedder_in(snapshot.tables, "serving")
        return None if row is None else row.model


def _automatic(bound: ModelId | None) -> tuple[Embedder | None, str]:
    """Return the built-in embedder, or why not, which is also said once."""
    chosen, missing = _built_in()
    if chosen is not None and bound is not None and bound != chosen.model:
        missing = (
            f"its vectors are of {bound}, and {chosen.model} is what is built in; name its "
            "embedder, or reindex"
        )
        chosen = None
    if chosen is None:
        _say_once(f"found by words alone: {missing}")
    return chosen, missing


@cache
def _built_in() -> tuple[Embedder | None, str]:
    """Return the one instance that all memories of a process share, or why there is none."""
    if not models.installed(BUILT_IN):
        return None, (f"the built-in embedder is not installed ({models.ELSEWHERE[BUILT_IN]})")
    try:
        chosen = models.embedder(BUILT_IN)
        _ = chosen.model  # reads its description
    except MnemosError as error:
        return None, str(error)
    return chosen, ""


@cache
def _say_once(message: str) -> None:
    _log.warning(message)
