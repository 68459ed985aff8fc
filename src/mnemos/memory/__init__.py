"""Memory: say it, ask for it, get it packed for a prompt, hide it, destroy it, take it back."""

from __future__ import annotations

from mnemos.memory.asking import Asking
from mnemos.memory.changing import Changing
from mnemos.memory.keeping import Keeping
from mnemos.memory.looking import Looking
from mnemos.memory.saying import Saying
from mnemos.memory.using import Using


class Memory(Saying, Asking, Using, Changing, Looking, Keeping):
    """One memory: a file that keeps what was said and finds it again.

    Args:
        path: The file, made if it is not there; ":memory:" for a trial.
        recipe: The memory system that answers, by name; or, for a trial, what makes one:
            (level, embedder) → recipe.
        embedder: The model that finds by meaning: its name, itself, or None for none. By default
            what MNEMOS_EMBEDDER names, else the built-in one if it is installed and the file's
            vectors are of it. Without one all is found by its words.
        embedding: "background" encodes what is said on a thread of its own, after it is stored;
            "manual" leaves it to ``embed``.
        learning: "at once" lets a recipe that asks no model learn from each write as soon as it is
            stored; "on request" leaves it to ``learn``.
        chat: The model that recipes ask where they have something to decide: its name, itself, or
            None for none. By default what MNEMOS_CHAT names, else none.
        budget: What it may spend.
        level: How much of the recipe to use; None is the most that can be had.
        language: Language of the texts, a Snowball name; fixed when the memory is made.
        time_zone: IANA name; naive times are read and days begin in it; fixed likewise.
        counter: Counts the tokens of a text for ``context``; default: a careful estimate.
        durability: "FULL" survives power loss, "NORMAL" only the end of the process.
        timeout_s: How long to wait while another process writes.
        read_only: Never write to the file.
        actor: Who is named in the journal.
        clock: Tells the time; for tests and replays.

    Raises:
        StoreError: The file cannot be opened; see the error tree for the kinds.
        InputError: An unknown recipe, language or time zone, or not those of the file.

    >>> with Memory(":memory:") as memory:
    ...     receipt = memory.remember("I moved to Porto in May", session="2026-06-01")
    ...     memory.recall("Where did I move to?")[0].text
    'I moved to Porto in May'
    """
