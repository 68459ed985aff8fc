"""``python -m mnemos.serve.cli``: the same as ``mnemos``."""

from __future__ import annotations

from mnemos.serve.cli import main

if __name__ == "__main__":
    main()
