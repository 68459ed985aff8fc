"""Every error that mnemos raises on purpose.

MnemosError
├── InputError (ValueError)          what was handed in cannot be taken
│   ├── MessageError                 a message is malformed; says which one and which field
│   ├── SourceError                  what is to be imported cannot be read; says where
│   └── QueryError                   a question, filter, limit or budget makes no sense
├── ConflictError                    well-formed, but at odds with what is stored
│   ├── RefConflict                  the same ref with other content
│   ├── RequestConflict              the same request_id for another write
│   ├── SyncDiverged                 the messages are not a continuation of the stored session
│   └── UndoRefused                  a later event touched the same rows, or it was an erase
├── NotFound (LookupError)           no such id, ref or event here
│   └── Erased                       it was here, and was erased
├── StoreError                       the file, not the request
│   ├── NotAMemory                   a directory, or a file that mnemos did not write
│   ├── NewerSchema                  written by a newer mnemos
│   ├── ReadOnly                     the file or its folder cannot be written
│   ├── DiskFull                     no space left; nothing of the write was kept
│   ├── Busy                         another process held the write lock for too long
│   ├── Corrupt                      the file's bytes or its hash chain are not whole
│   └── Closed                       the memory was closed, or is used after a fork
├── RecipeError                      a recipe or a caller's function failed; nothing was applied
├── ModelError                       a model is missing, failed, answered nonsense; no turn is lost
│   └── ModelMismatch                vectors of two models, or of two sizes, cannot be compared
└── ServerError                      a server of memories cannot be reached, or will not serve
    ├── Unauthorized                 it wants a key, and this is none that it knows
    ├── Forbidden                    the key, or where the request comes from, may not do this
    └── RateLimited                  too many requests for one key
"""

from __future__ import annotations

from traceback import extract_tb


class MnemosError(Exception):
    """Something mnemos refuses or could not do. Nothing was changed."""


class InputError(MnemosError, ValueError):
    """What was handed in cannot be taken."""


class MessageError(InputError):
    """A message is malformed; the text says which one and which field."""


class SourceError(InputError):
    """What is to be imported cannot be read, or not further; the text says where."""


class QueryError(InputError):
    """A question, filter, limit or budget makes no sense."""


class ConflictError(MnemosError):
    """The request is well-formed, but at odds with what is stored."""


class RefConflict(ConflictError):
    """The same ref came with other content."""


class RequestConflict(ConflictError):
    """The same request_id was used for another write."""


class SyncDiverged(ConflictError):
    """The messages are not a continuation of the stored session."""


class UndoRefused(ConflictError):
    """A later event touched the same rows, or the event was an erase."""


class NotFound(MnemosError, LookupError):
    """There is no such id, ref or event here."""


class Erased(NotFound):
    """It was here, and was erased."""


class StoreError(MnemosError):
    """The file could not serve the request."""


class NotAMemory(StoreError):
    """The path is a directory, or a file that mnemos did not write."""


class NewerSchema(StoreError):
    """The file was written by a newer mnemos."""


class ReadOnly(StoreError):
    """The file or its folder cannot be written."""


class DiskFull(StoreError):
    """No space is left on the disk; nothing of the write was kept."""


class Busy(StoreError):
    """Another process held the write lock for too long."""


class Corrupt(StoreError):
    """The file's bytes or its hash chain are not whole."""


class Closed(StoreError):
    """The memory was closed, or is used in a forked child."""


class RecipeError(MnemosError):
    """A recipe or a caller's function failed; nothing was applied."""


class ModelError(MnemosError):
    """A model is missing, failed, or answered nonsense; no turn is lost by it."""


class ModelMismatch(ModelError):
    """Vectors of two models, or of two sizes, cannot be compared."""


class ServerError(MnemosError):
    """A server of memories cannot be reached, or will not serve."""


class Unauthorized(ServerError):
    """The server wants a key, and this is none that it knows."""


class Forbidden(ServerError):
    """The key, or the page that a request comes from, may not do this."""


class RateLimited(ServerError):
    """Too many requests came with one key; later ones are served."""


def place(error: Exception) -> str:
    """Return where in the recipe's own file something failed: " at FILE:LINE"."""
    frames = extract_tb(error.__traceback__)[1:]  # without ours, which asked
    own = [frame for frame in frames if frame.filename == frames[0].filename]
    return f" at {own[-1].filename}:{own[-1].lineno}" if own else ""
