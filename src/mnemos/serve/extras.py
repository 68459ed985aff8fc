"""What mnemos does without unless it is asked to serve."""

from __future__ import annotations

from importlib.util import find_spec

from mnemos.errors import InputError

#: Extra → the libraries that it brings.
EXTRAS = {
    "serve": ("starlette", "uvicorn", "msgspec"),
    "proxy": ("starlette", "uvicorn", "msgspec", "httpx"),
}


def require(extra: str) -> None:
    """Refuse to go on without an extra.

    Raises:
        InputError: A library is missing; says what to install.
    """
    missing = next((each for each in EXTRAS[extra] if find_spec(each) is None), None)
    if missing is not None:
        raise InputError(f"{missing} is not installed: pip install mnemos[{extra}]")
