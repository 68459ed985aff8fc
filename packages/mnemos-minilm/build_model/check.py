"""Hold a made graph against the reference: the same texts, how far apart are the vectors?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from build_model import reference
from build_model.checkpoint import BuildError, Checkpoint, Floats32

#: Written for this: lines of a chat, short and long, with figures, names, accents, other scripts.
TEXTS = (
    "Hi!",
    "Did you feed the cat this morning?",
    "I moved to Porto in March; the flat is small, but the rent is fair.",
    "No way, she sold the boat for 12,500 euros?",
    "My sister's flight lands at 18:40, so let's have dinner at eight instead.",
    "Remind me to call Dr. Okafor about the blood test on Thursday.",
    "We could hike the coastal path if the weather holds, otherwise the museum.",
    "for row in rows: total += row['price'] * row.get('count', 1)",
    "Señora Ibáñez préfère le thé à la café crème brûlée.",
    "昨天我们在车站附近吃了饭 🍜",
    (
        "Ben: How did the interview go?\nAda: Better than I feared. They asked about the seagrass "
        "survey, and I showed them the maps from last summer.\nBen: And the salary?\nAda: Enough "
        "to keep the bicycle. They will let me know by the end of the month, so fingers crossed."
    ),
    "What does Ada's brother do for a living, and in which city did he open his workshop?",
)
#: The least cosines to the reference of vectors pooled over a text. All-MiniLM-L6-v2 in int8 has
#: a mean of .995 and a minimum of .985 or more; a graph that is wrong has nothing like it.
MEAN_COSINE, LEAST_COSINE = 0.990, 0.970


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """Cosines between a graph's pooled vectors and the reference's."""

    mean: float
    least: float


def checked(graph: bytes, model: Checkpoint, positions: int) -> Closeness:
    """Return how close a graph is to the reference.

    Raises:
        BuildError: It is not close enough.
    """
    found = closeness(graph, model, positions)
    if found.mean < MEAN_COSINE or found.least < LEAST_COSINE:
        raise BuildError(
            f"the model made is too far from the reference: cosine mean {found.mean:.4f}, least "
            f"{found.least:.4f}; expected at least {MEAN_COSINE:.4f} and {LEAST_COSINE:.4f}"
        )
    return found


def closeness(graph: bytes, model: Checkpoint, positions: int) -> Closeness:
    """Run the texts through a graph and through the reference."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_str(model.tokenizer.decode())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    cosines = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids[:positions]
        states = session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0][0]
        cosines.append(_cosine(states.mean(axis=0), reference.states(model, ids).mean(axis=0)))
    return Closeness(mean=float(np.mean(cosines)), least=min(cosines))


def _cosine(one: Floats32, other: Floats32) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
