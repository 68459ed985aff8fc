"""Tell it what came of what it showed: the ledger of uses, beside the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from mnemos import arguments
from mnemos.errors import Erased, InputError, NotFound
from mnemos.ingest.times import parse
from mnemos.lifecycle.used import credit, noted, outcome_of
from mnemos.memory.opened import Moment, Opened
from mnemos.store import journal
from mnemos.store.snapshot import Snapshot
from mnemos.store.tables import UseRow
from mnemos.types import Context, Hit, Recall, Use

Shown = Context | Recall | Iterable[Hit] | str | Iterable[str]


class Using(Opened):
    """note_use, uses: nothing here is an event, and no state hash tells of it."""

    def note_use(
        self,
        shown: Shown,
        *,
        cited: str | Iterable[str] | None = None,
        outcome: float | Literal["good", "bad"] | None = None,
        at: Moment | None = None,
    ) -> Mapping[str, Use]:
        """Note that items were used: what was shown, what was cited, how it went.

        What is kept is no event: it is not in the journal or the state hash and cannot be undone.
        It is exported, loaded and backed up with the memory, and erased with its item.

        Args:
            shown: A context, a recall or some of its hits, or ids of items.
            cited: Ids of what the answer cited or, of a context, its marks: "[3]" or "3". They
                count as used, the others as shown. None, where nobody knows: all count as used.
            outcome: How it went, "good" (1) to "bad" (−1). What was cited learns from it, and the
                others a little; None leaves utilities as they are.
            at: When it was used; None is now.

        Returns:
            How each of these items has been used by now, by id, without those that were erased
            since they were shown.

        Raises:
            NotFound: An id, or a mark, is of nothing here.
            InputError: The outcome, the moment or an id makes no sense.
        """
        result = outcome_of(outcome)
        now = self._clock()
        moment = now if at is None else parse(at, self._zone)
        if moment > now:
            raise InputError(f"at {moment.isoformat()} is in the future")
        ids, passing = shown_ids(shown)
        named = None if cited is None else cited_ids(shown, cited)
        asked = list(dict.fromkeys([*ids, *(named or ())]))
        with self._store.writing() as transaction:
            nos = self._numbers(asked, transaction, passing)
            known = {row.no: row for row in transaction.tables.uses(list(nos.values()))}
            rows = {}
            for item_id, no in nos.items():
                used = named is None or item_id in named
                rows[item_id] = noted(
                    known.get(no, UseRow(no=no)),
                    at=journal.microseconds(moment),
                    used=used,
                    share=credit(len(nos), used=used),
                    outcome=result,
                )
            transaction.tables.put_uses(rows.values())
        return {item_id: _use(row) for item_id, row in rows.items()}

    def uses(self, shown: Shown) -> Mapping[str, Use]:
        """Return how items have been used, by id, as far as anybody noted it.

        Args:
            shown: As for ``note_use``.
        """
        ids, passing = shown_ids(shown)
        with self._store.reading() as snapshot:
            nos = self._numbers(ids, snapshot, passing)
            known = {row.no: row for row in snapshot.tables.uses(list(nos.values()))}
        return {item_id: _use(known.get(no, UseRow(no=no))) for item_id, no in nos.items()}

    def _numbers(
        self, ids: Iterable[str], snapshot: Snapshot, passing: frozenset[str]
    ) -> dict[str, int]:
        """Return items' numbers; what was shown and then erased is passed over."""
        found = {}
        for item_id in ids:
            try:
                found[item_id] = self._item(item_id, snapshot)[0]
            except Erased:
                if item_id not in passing:
                    raise
        return found


def shown_ids(shown: object) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the ids of what was shown, and those among them that may be erased by now."""
    if isinstance(shown, Context):
        ids = tuple(dict.fromkeys(citation.id for citation in shown.citations))
        return ids, frozenset(ids)
    if isinstance(shown, Iterable) and not isinstance(shown, str):
        shown = tuple(shown)
        hits = [each.id for each in shown if isinstance(each, Hit)]
        given = [each.id if isinstance(each, Hit) else each for each in shown]
        return arguments.item_ids(given), frozenset(hits)
    return arguments.item_ids(shown), frozenset()


def cited_ids(shown: object, cited: object) -> tuple[str, ...]:
    """Return the ids of what was cited.

    Raises:
        NotFound: The context has no such mark.
    """
    given = arguments.item_ids(cited)
    if not isinstance(shown, Context):
        return given
    marks = dict(_marks(shown))
    for each in given:
        if each not in marks and each.strip("[]").isdecimal():
            raise NotFound(f"the context has no line {each!r}")
    return tuple(dict.fromkeys(marks.get(each, each) for each in given))


def _marks(context: Context) -> Iterator[tuple[str, str]]:
    for citation in context.citations:
        yield citation.mark, citation.id
        yield citation.mark.strip("[]"), citation.id


def _use(row: UseRow) -> Use:
    last = None if row.last_used_at is None else journal.moment(row.last_used_at)
    return Use(uses=row.uses, strength=row.strength, last_used_at=last, utility=row.utility)
