"""The model's files: what model.json says of them, and whether they are what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mnemos.errors import ModelError
from mnemos.types import ModelId

#: Made when the package was built.
FOLDER = Path(__file__).parent / "files"
MODEL, TOKENIZER, FACTS = "model.onnx", "tokenizer.json", "model.json"
AGAIN = "Install mnemos-minilm again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a model without loading it.

    Args:
        window: Tokens it reads at once, special tokens left out.
        sha256: Of its files, by name.
    """

    model: ModelId
    window: int
    sha256: Mapping[str, str]


def facts(folder: Path) -> Facts:
    """Read model.json.

    Raises:
        ModelError: It is not there, or says nothing of use.
    """
    try:
        found = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        return Facts(
            model=ModelId(str(found["name"]), str(found["revision"]), int(found["dimension"])),
            window=int(found["window"]),
            sha256={name: str(found["sha256"][name]) for name in (MODEL, TOKENIZER)},
        )
    except OSError as error:
        raise ModelError(f"{folder / FACTS} cannot be read: {error.strerror}. {AGAIN}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / FACTS} is damaged: {error!r}. {AGAIN}") from error


def checked(folder: Path, name: str, known: Facts) -> bytes:
    """Return a file's bytes, if they are those that model.json was written for.

    Raises:
        ModelError: The file is not there, or is another.
    """
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}. {AGAIN}") from error
    found, expected = sha256(content).hexdigest(), known.sha256[name]
    if found != expected:
        raise ModelError(
            f"{path} has {len(content):,} bytes with sha256 {found}; expected {expected}. {AGAIN}"
        )
    return content


def check_revision(model: bytes, tokenizer: bytes, known: Facts, folder: Path) -> None:
    """Make sure that vectors will be bound to the model that makes them.

    Raises:
        ModelError: model.json names another revision.
    """
    expected = known.model.revision
    found = sha256(model + tokenizer).hexdigest()[: len(expected)]
    if not expected or found != expected:
        raise ModelError(
            f"{folder / FACTS} names revision {expected!r}; the files give {found!r}. {AGAIN}"
        )
