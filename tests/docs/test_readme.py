"""The first example does what it says."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from bench.documents import ROOT


def test_the_first_example_prints_the_line_that_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own text
    assert printed.getvalue().startswith("I live in Porto now, by the river.\n<memory>")
    assert "[1] Ada: I live in Porto now" in printed.getvalue()
