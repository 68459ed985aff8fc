"""Models: what turns texts into vectors, each behind one protocol, chosen by name.

Other packages join by an entry point of the group ``mnemos.embedders``; ours cannot be replaced.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from importlib.util import find_spec

from mnemos.errors import InputError, ModelError
from mnemos.models.base import Embedder

GROUP = "mnemos.embedders"

#: Name → "module:object", which is called with what stands after the name's colon, if anything.
EMBEDDERS = {
    "openai": "mnemos.models.openai_compatible:OpenAICompatible",
    "sentence-transformers": "mnemos.models.sentence_transformers:SentenceTransformers",
}
#: Name → the library that it cannot do without.
NEEDS = {"openai": "httpx", "sentence-transformers": "sentence_transformers"}
#: Name → how a distribution of ours that joins by entry point is installed.
ELSEWHERE = {"minilm": "pip install ./packages/mnemos-minilm, in a clone of the repository"}


def embedder(name: str) -> Embedder:
    """Return the embedder of this name; nothing is loaded or asked yet.

    Args:
        name: "minilm", "openai:MODEL", "sentence-transformers:FOLDER_OR_NAME", or that of an
            installed package; what stands after the first colon is handed to it.

    Raises:
        InputError: There is no such embedder (the message lists those that there are), it lacks
            what comes after the colon, or takes nothing there.
        ModelError: It is installed, but cannot be imported.
    """
    kind, _, argument = name.partition(":")
    address = EMBEDDERS.get(kind) or _joined().get(kind)
    if address is None:
        known = ", ".join(sorted({*EMBEDDERS, *_joined()}))
        how = f"; it is installed by {ELSEWHERE[kind]}" if kind in ELSEWHERE else ""
        raise InputError(f"no embedder {kind!r}{how}; known are {known}")
    module, _, attribute = address.partition(":")
    try:
        make = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ModelError(f"embedder {kind!r} cannot be imported: {error}") from error
    arguments = (argument,) if argument else ()
    try:
        inspect.signature(make).bind(*arguments)
    except TypeError:
        says = "takes nothing after its name" if argument else f"needs a model, as in {kind}:MODEL"
        raise InputError(f"embedder {kind!r} {says}") from None
    made: Embedder = make(*arguments)
    return made


def installed(name: str) -> bool:
    """Return whether this embedder and its library are installed; neither is imported."""
    kind = name.partition(":")[0]
    if kind in EMBEDDERS:
        return find_spec(NEEDS[kind]) is not None
    return kind in _joined()


def _joined() -> dict[str, str]:
    """Return what installed packages offer; slow, for it reads the metadata of all of them."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 18 ms that ours do not need

    return {point.name: f"{point.module}:{point.attr}" for point in entry_points(group=GROUP)}
