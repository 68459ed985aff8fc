"""Turns become facts: every clause goes through every family of rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial

from mnemos.ingest.facts import being, changes, events, numbers, partners, pets, states
from mnemos.ingest.facts.alike import alike
from mnemos.ingest.facts.answers import answers
from mnemos.ingest.facts.classes import RELATIONS
from mnemos.ingest.facts.clauses import Clause, Span, cut, quotes
from mnemos.ingest.facts.corrections import ANYWHERE, taken_back
from mnemos.ingest.facts.fact import Fact, Said
from mnemos.ingest.facts.family import Family, Index, words_of
from mnemos.ingest.facts.later import Later
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import Subject, mentioned, subject
from mnemos.ingest.facts.predicate import Predicate, predicate
from mnemos.ingest.facts.scene import Scene
from mnemos.ingest.facts.verbs import FORMS
from mnemos.text.dates import mentions

#: In the order in which they are asked; ``family`` tells how to add one.
FAMILIES = Index(
    (
        numbers.header,
        partners.partners,
        numbers.counts,
        pets.pets,
        states.states,
        being.beings,
        being.employer,
        events.events,
        answers,
        changes.updates,
    )
)
_Parsed = tuple[Subject, Predicate | None]
#: Turns before this one in which "she" is looked for.
NEAR = 4
#: Facts of a subject told before that a change can be about, latest first.
REMEMBERED = 200
_MOVED_IN = re.compile(r"\b[Mm]oved (?:in|here|there)\b[^.!?\n]{0,40}")
_SAID = re.compile(
    r"\b(?P<name>[A-Z][a-z]+|he|she|(?<=[Mm]y )[a-z]+)(?: just| always| then)? "
    r"(?:said|says|wrote|writes|texted|told me|goes|replied|answered)[,:]? *\Z"
    r"|\b(?:note|message|text|voice ?mail|letter|postcard|e-?mail) from (?:my )?(?P<of>[A-Za-z]+)\b"
    r"[^.!?\"“]{0,40}: *\Z"
)
_WHO = re.compile(r"\b(?:who|whom|whose)\b")
#: Verbs that may stand without "I" at a sentence's start: "Sold the car."
_BARE_VERBS = frozenset(
    """
    move relocate sell buy quit leave start join adopt switch get break give lose finish become
    """.split()  # noqa: SIM905 - a table of words reads better as text
)


def read(said: Said, before: Sequence[Said] = (), known: Sequence[Fact] = ()) -> tuple[Fact, ...]:
    """Return the facts that a turn states, in the order of its words.

    Statements of people alone: an assistant's turns, tools' and documents state none.

    Args:
        said: The turn.
        before: Turns before it, oldest first; the last few are looked at.
        known: Facts told before, oldest first: what changes, corrections and "she" refer to.
    """
    if said.role != "user" or not said.text.strip():
        return ()
    parts = cut(said.text)
    if not parts.clauses and not parts.jest and parts.masked == said.text:
        return ()
    near = Later(lambda: [turn for turn in before[-NEAR:] if turn.session == said.session])
    scene = Scene(said.who, known, partial(_last, near, known))
    found: list[Fact] = []
    if parts.jest:
        found += _taken_back(said, near, known)
    previous: _Parsed | None = None
    chosen = _chosen(said.text, parts.clauses)
    at = 0
    for clause in parts.clauses:
        if clause.first and clause.span[0] > parts.clauses[0].span[0]:
            earlier = mentioned(said, scene, at, clause.span[0])
            if earlier not in {"", scene.speaker}:
                scene.last = earlier
        at = clause.sentence[0]
        words, families = chosen[clause.sentence]
        about, verb, previous = _parsed(said, clause, scene, previous)
        line = Line(
            said=said,
            clause=clause,
            scene=scene,
            known=Later(partial(_so_far, known, found)),
            subject=about,
            verb=verb,
            near=near,
            words=words,
        )
        made = _distinct((fact for each in families for fact in each.read(line)), found)
        found += made
        if line.subject is not None and not line.subject.thing:
            if line.subject.who != scene.speaker and (made or clause.first):
                scene.last = line.subject.who
        elif made and made[-1].subject != scene.speaker:
            scene.last = made[-1].subject
    found += _followed(found, known)
    found += _of_others(said, scene)
    return tuple(_moved_in(said, found))


def _chosen(
    text: str, clauses: Sequence[Clause]
) -> dict[Span, tuple[AbstractSet[str], Sequence[Family]]]:
    """Return, for each sentence of a turn, its words and the families that they can set off."""
    anywhere = ANYWHERE & words_of(text.lower())
    spans = dict.fromkeys(clause.sentence for clause in clauses)
    words = {span: words_of(text[slice(*span)].lower()) | anywhere for span in spans}
    return {span: (held, FAMILIES.of(held)) for span, held in words.items()}


def _of_others(said: Said, scene: Scene) -> Iterator[Fact]:
    """Yield what others tell of themselves in quotations, as the turn's speaker passes it on."""
    for quoted, who in _quoted(said, scene):
        for fact in read(replace(said, text=quoted, speaker=who)):
            if fact.subject == who:
                yield replace(fact, by=said.who)


def _followed(found: Sequence[Fact], known: Sequence[Fact]) -> list[Fact]:
    """Return what is over since something else is so: who has the job is in training no more."""
    ended: list[Fact] = []
    for fact in found:
        before = _BEFORE.get(fact.slot, "") if fact.holds and fact.act != "plan" else ""
        told = reversed(known) if before else ()
        last = next((one for one in told if one.slot == before), None)
        if last is not None and last.subject == fact.subject and last.value and last.act != "end":
            over = replace(fact, slot=before, value="", act="end", instead_of=last.value)
            ended += [over] if before == "place" or alike(last.value, fact.value) else []
    return ended


#: Slot → another that is over once it is filled.
_BEFORE = {"job": "training", "home": "place"}


def _quoted(said: Said, scene: Scene) -> Iterator[tuple[str, str]]:
    """Yield what others are quoted with word for word, all else blank, and who they are."""
    for start, end in quotes(said.text):
        match = _SAID.search(said.text[max(0, start - 60) : start])
        if match is None:
            continue
        who = match["name"] or match["of"]
        if who.lower() in {"he", "she"}:
            earlier = mentioned(said, scene, 0, start)
            who = earlier or scene.pronoun(who.lower())
        elif who.lower() in RELATIONS:
            who = scene.named(f"{said.who}'s {RELATIONS[who.lower()]}")
        inside = said.text[start + 1 : end - 1]
        if who and who != said.who and who.lower() != "i":
            yield " " * (start + 1) + inside, who


def _moved_in(said: Said, found: Sequence[Fact]) -> Iterator[Fact]:
    """Date a new home by when somebody moved in, where the same turn tells it."""
    match = _MOVED_IN.search(said.text)
    for fact in found:
        if (
            match is not None
            and fact.slot == "home"
            and fact.act == "change"
            and not fact.true_from
        ):
            told = mentions(match[0], said.said_at)
            past = [one.start for one in told if one.start <= said.said_at]
            yield replace(fact, true_from=past[0] if past else None)
        else:
            yield fact


def read_all(turns: Iterable[Said]) -> Iterator[Fact]:
    """Yield the facts of a conversation, turn by turn."""
    before: list[Said] = []
    known: list[Fact] = []
    for said in turns:
        made = read(said, before, known)
        known += made
        before = [*before[-NEAR:], said]
        yield from made


def _so_far(known: Sequence[Fact], found: Sequence[Fact]) -> list[Fact]:
    return [*known[-REMEMBERED:], *found]


def _last(near: Sequence[Said], known: Sequence[Fact], scene: Scene) -> str:
    """Return who was spoken of last in the turns before, or told of."""
    last = ""
    for turn in near:
        if turn.role == "user":
            last = mentioned(turn, scene) or last
    if not last and near and known and known[-1].turn in {turn.ref for turn in near}:
        return known[-1].subject
    return last


def _parsed(
    said: Said, clause: Clause, scene: Scene, previous: _Parsed | None
) -> tuple[Subject | None, Predicate | None, _Parsed | None]:
    """Parse a clause; one that goes on without a subject has that of the clause before."""
    about: Subject | None
    if clause.carried:
        about = replace(previous[0], at=0) if previous is not None else None
        if _WHO.search(said.text, clause.sentence[0], clause.span[0]) is not None:
            about = None
        if previous is None or previous[1] is None or previous[1].tense in {"plan", "modal"}:
            about = None
    else:
        about = subject(clause.tokens, scene)
    if about is None and _is_bare(clause):
        about = Subject(who=scene.speaker, at=0)
    verb = predicate(clause.tokens, about.at) if about is not None else None
    if verb is not None and "still" in clause.opener and verb.tense == "past":
        verb = None
    return about, verb, None if about is None else (about, verb)


def _is_bare(clause: Clause) -> bool:
    """Tell whether a sentence opens with a past verb and no subject: "Moved to Porto"."""
    if not clause.first or not clause.tokens:
        return False
    form = FORMS.get(clause.tokens[0].low)
    return form is not None and form.past and not form.base and form.lemma in _BARE_VERBS


def _distinct(made: Iterable[Fact], before: Sequence[Fact]) -> list[Fact]:
    """Leave out what is told twice: the same slot and value of the same subject."""
    found: list[Fact] = []
    seen = {(one.subject, one.slot, one.value.lower()) for one in before}
    for fact in made:
        key = (fact.subject, fact.slot, fact.value.lower())
        if key not in seen:
            seen.add(key)
            found.append(fact)
    return found


def _taken_back(said: Said, near: Sequence[Said], known: Sequence[Fact]) -> Iterator[Fact]:
    own = [turn.ref for turn in near if turn.who == said.who][-1:]
    told = [fact for fact in known if fact.turn in own and fact.value]
    clause = Clause(tokens=(), span=(0, len(said.text)), sentence=(0, len(said.text)), first=True)
    line = Line(said=said, clause=clause, scene=Scene(said.who), known=known)
    yield from taken_back(line, told)
