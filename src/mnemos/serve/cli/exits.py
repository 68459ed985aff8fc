"""Exit codes, and what each error means to someone at a terminal."""

from __future__ import annotations

from mnemos.errors import (
    Busy,
    ConflictError,
    Corrupt,
    DiskFull,
    Erased,
    InputError,
    MnemosError,
    ModelError,
    ModelMismatch,
    NewerSchema,
    NotAMemory,
    NotFound,
    ReadOnly,
    RefConflict,
    StoreError,
    SyncDiverged,
    UndoRefused,
)

OK = 0
NOTHING = 1
USAGE = 2
CONFLICT = 3
STORE = 4
NOT_PROVED = 5
MODEL = 6
INTERRUPTED = 130
READER_GONE = 141

#: What each exit code says; printed at the end of ``mnemos --help``.
EXIT_CODES = {
    OK: "done",
    NOTHING: "no such thing here, or nothing that answers",
    USAGE: "wrong usage, or input that cannot be taken",
    CONFLICT: "at odds with what is stored",
    STORE: "the file: missing, damaged, full, busy, read-only or not ours",
    NOT_PROVED: "verify found problems, or an erasure could not be proved",
    MODEL: "the model failed, or others' vectors are here; what was said is safe",
    INTERRUPTED: "interrupted",
    READER_GONE: "the program that was reading the output went away",
}

#: The first kind that fits an error decides its exit code and the hint below it.
_KINDS: tuple[tuple[type[MnemosError], int, str], ...] = (
    (InputError, USAGE, ""),
    (RefConflict, CONFLICT, "to record an edit: mnemos revise REF TEXT"),
    (SyncDiverged, CONFLICT, "to append instead: mnemos remember"),
    (UndoRefused, CONFLICT, "mnemos log shows what happened since"),
    (ConflictError, CONFLICT, ""),
    (Erased, NOTHING, "what was erased is gone for good"),
    (NotFound, NOTHING, "mnemos recall, browse and log show ids and numbers"),
    (NotAMemory, STORE, "name another file with --file"),
    (NewerSchema, STORE, "update mnemos"),
    (ReadOnly, STORE, "work on a copy, or make the file and its folder writable"),
    (DiskFull, STORE, "free some space; nothing that was acknowledged is lost"),
    (Busy, STORE, "try again when the other process is done"),
    (Corrupt, STORE, "keep this file; mnemos doctor --rescue NEW_FILE copies what is whole"),
    (StoreError, STORE, ""),
    (
        ModelMismatch,
        MODEL,
        "to change to it: mnemos reindex --embedder NAME; to do without: --embedder none",
    ),
    (ModelError, MODEL, "what was said is safe; mnemos doctor tells what waits"),
)


class Refused(Exception):
    """A command ends with this exit code, an error line and a hint.

    Args:
        message: What is wrong.
        code: The exit code.
        hint: What to do about it; may be empty.
    """

    def __init__(self, message: str, code: int, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


def of(error: MnemosError) -> tuple[int, str]:
    """Return the exit code and the hint for an error."""
    for kind, code, hint in _KINDS:
        if isinstance(error, kind):
            return code, hint
    return STORE, ""
