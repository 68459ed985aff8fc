"""Opening the memory that the options name."""

from __future__ import annotations

from pathlib import Path

from mnemos import Memory
from mnemos.serve.cli.command import Settings
from mnemos.serve.cli.exits import STORE, Refused

#: Who is named in the journal for what is done here.
ACTOR = "cli"


def opened(settings: Settings, *, make: bool = False, meaning: bool = False) -> Memory:
    """Open the memory.

    Args:
        settings: Name the file.
        make: Make it if it is not there.
        meaning: With the model that the options name, which embeds when it is told to; else with
            none, which most commands do without.

    Raises:
        Refused: It is not there, and this command makes none.
    """
    file = settings.memory_file
    if not make and not file.path.exists():
        raise Refused(
            f"{file.path}: there is no such memory ({file.named_by})",
            STORE,
            "begin one with mnemos remember, or name another with --file or MNEMOS_FILE",
        )
    if make:
        require_folder(file.path)
    embedder = (settings.embedder or "default") if meaning else None
    return Memory(
        file.path,
        recipe=settings.recipe_name,
        actor=ACTOR,
        embedder=embedder,
        embedding="manual",
    )


def require_folder(target: str | Path) -> None:
    """Refuse a file that is to be made where there is no folder."""
    folder = Path(target).parent
    if not folder.is_dir():
        raise Refused(f"{target}: there is no folder {folder}", STORE, "make it first")
