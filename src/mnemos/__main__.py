"""``python -m mnemos``: the command line."""

from mnemos.serve.cli import main

main()
