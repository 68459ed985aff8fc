"""The tools that write: remember, forget, restore."""

from __future__ import annotations

from datetime import UTC, datetime

from mnemos.errors import MessageError
from mnemos.serve.mcp import asked, given
from mnemos.serve.mcp.lent import Lent


async def remember(memory: Lent, wanted: asked.Remember) -> given.Stored:
    """Store one statement; it is on disk when this returns."""
    if not wanted.text.strip():
        raise MessageError("text: is blank; there is nothing to remember")
    session = wanted.session or datetime.now(UTC).date().isoformat()
    said = {"role": wanted.role, "content": wanted.text}
    if wanted.speaker:
        said["name"] = wanted.speaker
    if wanted.said_at:
        said["said_at"] = wanted.said_at
    receipt = await memory.remember([said], session=session, request_id=wanted.request_id)
    return given.Stored(id=receipt.ids[0], session=session, new=bool(receipt.added))


async def forget(memory: Lent, wanted: asked.Change) -> given.Changed:
    """Hide items."""
    receipt = await memory.forget(wanted.ids, why=wanted.why)
    return given.Changed(
        changed=list(receipt.added), unchanged=list(receipt.existing), event=receipt.seq
    )


async def restore(memory: Lent, wanted: asked.Change) -> given.Changed:
    """Bring items back."""
    receipt = await memory.restore(wanted.ids, why=wanted.why)
    return given.Changed(
        changed=list(receipt.added), unchanged=list(receipt.existing), event=receipt.seq
    )
