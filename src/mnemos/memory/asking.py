"""Ask for it: recall and context; what is known of whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from mnemos import arguments
from mnemos import facts as known
from mnemos.context import assemble
from mnemos.errors import Corrupt, MnemosError, NotFound, QueryError, RecipeError, place
from mnemos.facts import Fact, Profile
from mnemos.ingest.times import parse
from mnemos.memory.opened import ANYONE, ANYTHING, Moment, Opened
from mnemos.recall.eligible import eligible
from mnemos.store.snapshot import Snapshot
from mnemos.types import Citation, Context, Hit, Query, Recall, Scope, Where

#: How many hits ``context`` looks through for what fits its budget.
CONTEXT_HITS = 200
UNMARKED = known.Marks()


class Asking(Opened):
    """recall, context, facts, profile: nothing here writes."""

    def recall(
        self,
        question: str,
        limit: int = 10,
        *,
        asked_at: Moment | None = None,
        as_of: Moment | None = None,
        session: str | None = None,
        scope: Scope = ANYONE,
        where: Where = ANYTHING,
        kinds: Sequence[str] = (),
        reasons: bool = True,
    ) -> Recall:
        """Return what answers a question, best first.

        Args:
            question: In words.
            limit: At most so many hits.
            asked_at: When it is put; resolves "last week". Default: now.
            as_of: Answer with what the memory knew at this moment.
            session: Shorthand for ``scope=Scope(session=…)``.
            scope: Only what was said in it.
            where: Further filters.
            kinds: Only items of these kinds.
            reasons: Whether the hits say what each signal added to their score: a good part of the
                work, and most of what travels where the memory is on a server.

        Raises:
            QueryError: The question is no text, the limit no count, or a filter makes no sense.
            RecipeError: The recipe failed.
        """
        return self._recall(
            question,
            limit,
            asked_at=asked_at,
            as_of=as_of,
            scope=self._narrow(session, scope),
            where=where,
            kinds=kinds,
            reasons=reasons,
        )

    def context(
        self,
        question: str,
        *,
        budget_tokens: int = 1_000,
        seen: Iterable[Citation] = (),
        asked_at: Moment | None = None,
        as_of: Moment | None = None,
        session: str | None = None,
        scope: Scope = ANYONE,
        where: Where = ANYTHING,
        kinds: Sequence[str] = (),
    ) -> Context:
        """Return the lines that answer a question, packed for a prompt, each cited.

        Args:
            budget_tokens: What the text may cost under the memory's counter; never exceeded.
            seen: What the prompt shows already, by the citations of the contexts that it holds. It
                is not shown again, marks go on behind it, and what of it has become outdated since
                is said so: a prompt that only grows keeps its prefix, which a model's cache serves.

        Raises:
            QueryError: As for ``recall``, or the budget is not positive.
        """
        recall = self._recall(
            question,
            CONTEXT_HITS,
            asked_at=asked_at,
            as_of=as_of,
            scope=self._narrow(session, scope),
            where=where,
            kinds=kinds,
            reasons=False,
        )
        visible = tuple(seen)
        return assemble(
            recall,
            budget_tokens=budget_tokens,
            counter=self._counter,
            analyzer=self._analyzer,
            seen=visible,
            corrections=self._corrections(visible, recall.query),
        )

    def _corrections(self, seen: Sequence[Citation], query: Query) -> tuple[Citation, ...]:
        """Return what was shown, and has become outdated since, with all that is outdated of it."""
        said = {citation.id: citation.outdated for citation in seen}
        with self._reading(query.as_of) as snapshot:
            items = snapshot.by_id(list(said))
            moment = query.as_of or query.asked_at
            marks = known.marks(snapshot, items, self._shared.recipe.name, moment)
        first = {citation.id: citation for citation in reversed(seen)}
        return tuple(
            replace(first[item_id], outdated=each.outdated)
            for item_id, each in marks.items()
            if not set(each.outdated) <= set(said[item_id])
        )

    def _recall(
        self,
        question: str,
        limit: int,
        *,
        asked_at: Moment | None,
        as_of: Moment | None,
        scope: Scope,
        where: Where,
        kinds: Sequence[str],
        reasons: bool,
    ) -> Recall:
        if not isinstance(question, str):
            raise QueryError(f"question: expected a text, not {type(question).__name__}")
        arguments.limit(limit)
        now = self._clock()
        query = Query(
            question=question,
            asked_at=now if asked_at is None else parse(asked_at, self._zone),
            as_of=None if as_of is None else parse(as_of, self._zone),
            scope=scope,
            where=arguments.filters(where, self._zone),
            kinds=arguments.texts(kinds, "kinds"),
            limit=limit,
        )
        self._upkeep.settle()
        with self._reading(query.as_of) as snapshot:
            return self._answer(query, snapshot, now, reasons=reasons)

    def _answer(self, query: Query, snapshot: Snapshot, now: datetime, *, reasons: bool) -> Recall:
        """Rank and read; without reasons, which take as long as all the rest of 200 hits."""
        recipe = self._shared.recipe
        mask = eligible(query, snapshot, now=now, recipe=recipe.name)
        try:
            ranking = recipe.recall(query, snapshot, mask, self._decide.fresh())
        except MnemosError:
            raise
        except Exception as error:
            raise RecipeError(f"recipe {recipe.name!r} failed{place(error)}: {error!r}") from error
        read = ranking.cut(query.limit)
        items = snapshot.items(ranking.items[:read].tolist())
        if len(items) < read:
            raise Corrupt(f"{self._store.location}: the index names items that cannot be read")
        scores = ranking.scores[:read].tolist()
        best = sorted(range(read), key=lambda at: (-scores[at], items[at].id))[: query.limit]
        moment = query.as_of or query.asked_at
        marks = known.marks(snapshot, [items[at] for at in best], recipe.name, moment)
        hits = tuple(
            Hit(
                item=items[at],
                score=scores[at],
                relevance=ranking.relevance(at),
                reasons=ranking.reasons(at) if reasons else (),
                outdated=marks.get(items[at].id, UNMARKED).outdated,
                disputed=marks.get(items[at].id, UNMARKED).disputed,
            )
            for at in best
        )
        limitation = ranking.limitation
        return Recall(
            query=query,
            hits=hits,
            abstention=ranking.abstention,
            level=ranking.level,
            limitation=self._upkeep.without or limitation if limitation else None,
            confidence=ranking.confidence,
        )

    def facts(
        self,
        about: str | None = None,
        *,
        slot: str | None = None,
        question: str | None = None,
        valid_at: Moment | None = None,
        as_of: Moment | None = None,
        every: bool = False,
        session: str | None = None,
        scope: Scope = ANYONE,
        after: str | None = None,
        limit: int | None = None,
    ) -> tuple[Fact, ...]:
        """Return what is known of somebody, newest first.

        Args:
            about: Whose facts: a name, or "user" for a user without one; None is everybody's.
            slot: Only those of this slot: "home", "job" …
            question: Only those that answer it, best first: "Where does Ann live?" One in the past
                tense is answered by what is over.
            valid_at: Those that held at this moment, by all that is known; None is now.
            as_of: By what the memory knew at this moment.
            every: Also what is over, was an error, is planned or retired, whenever it held.
            session: Shorthand for ``scope=Scope(session=…)``.
            scope: Only what was said in it.
            after: Begin after this one, by its id: the last of the page before.
            limit: At most so many; None is all.

        Raises:
            NotFound: There is none to begin after.
        """
        arguments.texts([each for each in (about, slot, question) if each is not None], "facts")
        if limit is not None:
            arguments.limit(limit)
        then = valid_at if valid_at is not None else as_of
        moment = self._moment(then)
        recipe, whose = self._shared.recipe.name, self._narrow(session, scope)
        with self._reading(None if as_of is None else parse(as_of, self._zone)) as snapshot:
            if question is None:
                found = known.facts(snapshot, recipe, whose)
                found = found if every else list(known.held(found, moment))
            else:
                at = None if then is None else moment
                found = known.answering(snapshot, recipe, whose, question, at)
        if about is not None:
            found = known.about_whom(found, about)
        found = [fact for fact in found if slot is None or fact.slot == slot]
        return tuple(found[_begin(found, after) :][:limit])

    def profile(
        self,
        about: str = "user",
        *,
        valid_at: Moment | None = None,
        as_of: Moment | None = None,
        scope: Scope = ANYONE,
    ) -> Profile:
        """Return what is true of somebody, by slot; the arguments are those of ``facts``."""
        moment = self._moment(valid_at if valid_at is not None else as_of)
        found = self.facts(about, valid_at=moment, as_of=as_of, scope=scope)
        return known.profile(found, about, moment)


def _begin(found: Sequence[Fact], after: str | None) -> int:
    """Return the place at which a page of facts begins."""
    if after is None:
        return 0
    item_id = arguments.item_id(after)
    at = next((at for at, fact in enumerate(found) if fact.id == item_id), None)
    if at is None:
        raise NotFound(f"there is no fact {item_id!r} among these to begin after")
    return at + 1
