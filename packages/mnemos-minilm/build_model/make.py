"""Make the package's files, unless they are there: model.onnx, tokenizer.json, model.json."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from build_model import check, fetch, graph
from build_model.checkpoint import Checkpoint, read

#: What the model is chosen by.
NAME = "minilm"
MODEL, TOKENIZER, FACTS = "model.onnx", "tokenizer.json", "model.json"
#: Tokens that all-MiniLM-L6-v2 reads at once, [CLS] and [SEP] among them: its authors set it so.
POSITIONS = 256
SPECIAL_TOKENS = 2


def make(target: Path, source: fetch.Source) -> bool:
    """Write the files into a folder; return False if those of this source were there already.

    Raises:
        BuildError: The weights cannot be had, or the model made of them fails its check.
    """
    built_from = _digest_of_build(source)
    if _is_made(target, built_from):
        return False
    model = read(source.files())
    positions = min(POSITIONS, model.sizes.positions)
    written = graph.written(model, positions=positions)
    found = check.checked(written, model, positions)
    target.mkdir(parents=True, exist_ok=True)
    # Last comes what vouches for the others: a build that was cut short is built again.
    (target / FACTS).unlink(missing_ok=True)
    (target / MODEL).write_bytes(written)
    (target / TOKENIZER).write_bytes(model.tokenizer)
    facts = {
        **_identity(model, written),
        "window": positions - SPECIAL_TOKENS,
        "source": source.label,
        "licence": source.licence,
        "built_from": built_from,
        "cosine_to_reference": {"mean": round(found.mean, 5), "least": round(found.least, 5)},
    }
    (target / FACTS).write_text(f"{json.dumps(facts, indent=1)}\n", encoding="utf-8")
    return True


def _identity(model: Checkpoint, written: bytes) -> dict[str, object]:
    return {
        "name": NAME,
        "revision": sha256(written + model.tokenizer).hexdigest()[:12],
        "dimension": model.sizes.hidden,
        "sha256": {
            MODEL: sha256(written).hexdigest(),
            TOKENIZER: sha256(model.tokenizer).hexdigest(),
        },
    }


def _digest_of_build(source: fetch.Source) -> str:
    """Return what changes when the source does, or the code that builds from it."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return sha256(source.digest.encode() + sha256(code).digest()).hexdigest()


def _is_made(target: Path, built_from: str) -> bool:
    try:
        facts = json.loads((target / FACTS).read_text(encoding="utf-8"))
        return bool(
            facts["built_from"] == built_from
            and all(
                sha256((target / name).read_bytes()).hexdigest() == expected
                for name, expected in facts["sha256"].items()
            )
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False
