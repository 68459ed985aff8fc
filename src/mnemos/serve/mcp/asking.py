"""The tools that read: context, recall, facts, profile, history, stats."""

from __future__ import annotations

from mnemos import Context, Fact, Hit, Version
from mnemos.serve.mcp import asked, given
from mnemos.serve.mcp.lent import Lent
from mnemos.serve.mcp.room import cost, fitted
from mnemos.serve.mcp.shown import disarmed, label, moment, shown

#: What the answer costs around the text of a context: names of fields, escapes.
_AROUND = 30
#: Attempts to leave room for what a context's text brings with it.
_ATTEMPTS = 4


async def context(memory: Lent, wanted: asked.Context) -> given.Packed:
    """Pack what answers a question; the answer as a whole keeps to the budget."""
    room = wanted.budget_tokens - _AROUND
    answer = given.Packed(text="", citations=None, nothing="the budget is too small")
    for _ in range(_ATTEMPTS):
        packed = await memory.context(
            wanted.question,
            budget_tokens=room,
            session=wanted.session,
            as_of=wanted.as_of,
        )
        answer = _packed(packed, citations=wanted.citations)
        over = cost(answer) - wanted.budget_tokens
        if over <= 0:
            return answer
        room = max(packed.tokens - over, 1)
    return given.Packed(text="", citations=None, nothing="the budget is too small")


def _packed(packed: Context, *, citations: bool) -> given.Packed:
    cited = [given.Cited(mark=each.mark, id=each.id) for each in packed.citations]
    return given.Packed(
        text=disarmed(packed.text),
        citations=cited if citations else None,
        nothing=_reason(packed.abstention),
    )


async def recall(memory: Lent, wanted: asked.Recall) -> given.Recalled:
    """Find items."""
    found = await memory.recall(
        wanted.question,
        wanted.limit,
        session=wanted.session,
        as_of=wanted.as_of,
        reasons=False,
    )
    hits = () if found.abstention is not None else found.hits

    def answer(entries: int, longest: int) -> given.Recalled:
        return given.Recalled(
            found=[_found(hit, longest) for hit in hits[:entries]],
            left_out=len(hits) - entries,
            nothing=_reason(found.abstention),
        )

    return fitted(answer, len(hits), wanted.budget_tokens)


def _found(hit: Hit, longest: int) -> given.Found:
    item = hit.item
    return given.Found(
        id=item.id,
        text=shown(item.text, longest),
        speaker=label(item.speaker) or item.role or label(item.kind),
        said_at=moment(item.said_at),
        session=None if item.scope.session is None else label(item.scope.session),
        relevance=round(hit.relevance, 3),
        outdated=[label(slot) for slot in hit.outdated],
        disputed=[label(slot) for slot in hit.disputed],
    )


def _reason(abstention: str | None) -> str | None:
    return None if abstention is None else shown(abstention, 200)


async def facts(memory: Lent, wanted: asked.Facts) -> given.Told:
    """List facts."""
    known = await memory.facts(
        wanted.about,
        slot=wanted.slot,
        question=wanted.question,
        valid_at=wanted.valid_at,
        every=wanted.every,
    )

    def answer(entries: int, longest: int) -> given.Told:
        return given.Told(
            facts=[_known(fact, longest) for fact in known[:entries]],
            left_out=len(known) - entries,
        )

    return fitted(answer, len(known), wanted.budget_tokens)


def _known(fact: Fact, longest: int) -> given.Known:
    return given.Known(
        id=fact.id,
        text=shown(fact.text, longest),
        about=label(fact.about),
        slot=label(fact.slot),
        value=shown(fact.value, longest),
        holds=fact.holds,
        status=fact.status,
        since=moment(fact.since),
        until=None if fact.until is None else moment(fact.until),
        said_by=label(fact.by),
        turns=list(fact.turns),
    )


async def profile(memory: Lent, wanted: asked.Profile) -> given.Portrait:
    """Show what is true of somebody."""
    found = await memory.profile(wanted.about, valid_at=wanted.valid_at)
    slots = list(found.slots.items())

    def answer(entries: int, longest: int) -> given.Portrait:
        return given.Portrait(
            about=label(found.about),
            at=moment(found.at),
            slots=[
                given.Slot(slot=label(slot), values=[_value(fact, longest) for fact in of_slot])
                for slot, of_slot in slots[:entries]
            ],
            left_out=len(slots) - entries,
        )

    return fitted(answer, len(slots), wanted.budget_tokens)


def _value(fact: Fact, longest: int) -> str:
    """Return what is known, denial included: "Porto", "not meat"."""
    return shown(fact.text.removeprefix(f"{fact.about} · {fact.slot}: "), longest)


async def history(memory: Lent, wanted: asked.History) -> given.Past:
    """Show every version of an item."""
    versions = await memory.history(wanted.id)

    def answer(entries: int, longest: int) -> given.Past:
        return given.Past(
            versions=[_version(each, longest) for each in versions[:entries]],
            left_out=len(versions) - entries,
        )

    return fitted(answer, len(versions), wanted.budget_tokens)


def _version(version: Version, longest: int) -> given.Version:
    event = version.event
    return given.Version(
        at=moment(event.recorded_at),
        what=event.op,
        by=label(event.actor),
        why=shown(event.why, longest),
        status=version.item.status,
        text=shown(version.item.text, longest),
    )


async def stats(memory: Lent, _wanted: asked.Stats) -> given.Figures:
    """Count what there is."""
    found = await memory.stats()
    first, last = found.first_said_at, found.last_said_at
    return given.Figures(
        items=dict(found.items),
        inactive=dict(found.inactive),
        sessions=found.sessions,
        speakers=len(found.speakers),
        first_said_at=None if first is None else moment(first),
        last_said_at=None if last is None else moment(last),
        events=found.events,
        bytes_on_disk=found.bytes_on_disk,
    )
