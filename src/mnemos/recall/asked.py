"""What a question says before any turn is looked at: its terms, people, days and manner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mnemos.store.base import ROLES, Reader
from mnemos.text.dates import Mention, asks_when, mentions
from mnemos.text.languages import COMPOUNDING
from mnemos.text.names import first_person, named, without
from mnemos.text.stopwords import is_function_character
from mnemos.text.terms import Analyzer
from mnemos.types import Query

ASKING_WEIGHT = 0.3  # best of 0, .3, .5, 1 on LoCoMo and BEAM development conversations
#: Weights of pairs of Chinese or Japanese characters with no, one and two function characters.
FULLNESS = (1.0, 0.5, 0.1)
PAIR = 2
MAX_TERMS = 64  # a question longer than that is a document; its first terms say enough

# Words that speak of the asking ("what kind of", "mention five items", "in our conversations")
# and seldom of what is asked for. By the language of the question.
_ASKING = {
    "english": """
    mention mentioned many much kind kinds type types sort conversation conversations chat chats
    item items different aspect aspects throughout across brought bring list order summary
    summarize summarise comprehensive say says said tell told talk talked discuss discussed
    discussion discussions give given provide provided ever think total walk clear various specific
    specifically please recall remember session sessions progressed exactly describe described
    suggest recommend explain asked ask question questions concern concerns topic topics regarding
    related overall currently including detail details thing things something someone anything long
    old often ago recently according
    """,
    "german": """
    sagen sagt sagte gesagt erzählen erzählt erzählte erwähnt erwähnte sprechen gesprochen reden
    geredet besprochen passieren passiert passierte geschehen machen gemacht heißen heißt hieß
    nennen genannt jetzt gern gerne eigentlich genau ungefähr art sorte name namen gibt gab geben
    erinnern fragen gefragt gespräch gespräche unterhaltung zuletzt
    """,
    "spanish": """
    decir dice dijo dicho dijiste contar contó contado contaste mencionar mencionó mencionado
    hablar habló hablado hablamos pasar pasó pasado hacer hace hizo hecho llamar llama llamaba tipo
    clase nombre ahora exactamente recordar recuerdas conversación charla preguntar preguntó dar da
    """,
    "russian": """
    сказать сказал сказала говорить говорил говорила рассказал рассказала упоминал упоминала
    упомянул упомянула случиться случилось произошло происходит делать делает делал делала сделал
    сделала звать зовут называется имя сейчас именно примерно помнишь разговор беседа вид тип
    """,
    "french": """
    dire dit dites raconter raconté mentionner mentionné parler parlé passer passé faire fait
    appeler appelle appelait nom genre sorte exactement maintenant rappeler souvenir conversation
    """,
}
#: Stems that a question about a time holds and that turns of that time need not.
HAPPENING = frozenset({"happen", "go", "up", "new", "event"})
_SEEKS_HELP = re.compile(
    r"\b(?:should i|would you|can you|could you|what are some|how (?:do|can|should|would) "
    r"(?:i|you|we)|recommend\w*|suggest\w*|tips|ideas|advice|help me|what['’]s (?:a|the best)"
    r"|i['’]m (?:planning|looking|trying|about|working|thinking))\b",
    re.IGNORECASE,
)
_ANSWERER = r"(?:you|the (?:ai |chat ?)?(?:assistant|bot|ai))"
_HAS_SAID = re.compile(
    rf"\b(?:did|have|has|had) {_ANSWERER} (?:\w+ )?(?:say|said|recommend\w*|suggest\w*|tell|told"
    r"|mention\w*|advis\w*|propos\w*|explain\w*|give|given|gave|provid\w*|describ\w*|list\w*)\b"
    rf"|\b{_ANSWERER} (?:said|recommended|suggested|told|mentioned|advised|proposed|explained|gave"
    r"|provided|described|listed)\b|\b(?:your|the assistant['’]s) (?:recommend|suggest|advice"
    r"|answer|explan|response)|\b(?:said|told|recommended|suggested|mentioned|advised|proposed|explained"
    r"|given|provided|described|listed) (?:\w+ )?by the assistant\b",
    re.IGNORECASE,
)
_THE_ASSISTANT = re.compile(r"\bthe (?:ai |chat ?)?(?:assistant|bot|ai)\b", re.IGNORECASE)
_HAVE_I = re.compile(r"\s*(?:have|did|do|am|was|had) i\b", re.IGNORECASE)
_JOINED = re.compile(r"(?:['’]s)?\s*(?:,|and|&|or)+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, read.

    Args:
        terms: Content terms without names of speakers, each with its weight from 0 to 1.
        rest: The question without names of speakers; all of it where nothing else is left.
        spoken: The language of the question, a Snowball name.
        forms: Further stems by which a term's words may stand in the index.
        compounds: Its language joins words to longer ones.
        people: Name numbers of the speakers it names, each once, in the order of naming.
        together: The first two people are named in one breath ("Ann and Bob").
        mentions: The days, months and years it names.
        asks_when: It asks for a time.
        of_asker: The asker speaks of themselves ("my", "did I").
        of_answerer: It asks what the one who answers has said ("did you recommend", "did the
            assistant say").
        seeks_help: It asks for advice or for something to be done.
        looks_back: It asks whether the asker ever did something.
        wants_day: It names a time and, beside people, nothing else: "What happened in May?"
    """

    terms: tuple[tuple[str, float], ...]
    rest: str = ""
    spoken: str = "english"
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compounds: bool = False
    people: tuple[int, ...] = ()
    together: bool = False
    mentions: tuple[Mention, ...] = ()
    asks_when: bool = False
    of_asker: bool = False
    of_answerer: bool = False
    seeks_help: bool = False
    looks_back: bool = False
    wants_day: bool = False


def read(query: Query, reader: Reader, eligible: NDArray[np.bool_] | None = None) -> Asked:
    """Read a question against the language of a space and the names of who may be quoted."""
    question = query.question
    analyzer = analyzer_of(reader.language)
    spoken = analyzer.spoken(question)
    asking = _asking(spoken)
    numbers, names = _speakers(reader, eligible)
    mentioned = mentions(question, query.asked_at)
    found = named(question, names)
    first_spans = [(number, spans[0]) for number, spans in found]
    people = [span for _, spans in found for span in spans]
    dates = [mention.span for mention in mentioned]
    of_answerer = _HAS_SAID.search(question) is not None
    roles = [each.span() for each in _THE_ASSISTANT.finditer(question) if of_answerer]
    stripped = without(question, people + roles)
    forms = analyzer.query_forms(stripped)
    return Asked(
        terms=tuple(
            (term, ASKING_WEIGHT if term in asking else _fullness(term))
            for term in list(forms)[:MAX_TERMS]
        ),
        rest=" ".join(stripped.split()) or question,
        spoken=spoken,
        forms=forms,
        compounds=spoken in COMPOUNDING,
        people=tuple(numbers[number] for number, _ in first_spans),
        together=len(first_spans) > 1
        and _JOINED.fullmatch(question[first_spans[0][1][1] : first_spans[1][1][0]]) is not None,
        mentions=_days(mentioned),
        asks_when=asks_when(question),
        of_asker=first_person(question),
        of_answerer=of_answerer,
        seeks_help=_SEEKS_HELP.search(question) is not None,
        looks_back=_HAVE_I.match(question) is not None,
        wants_day=bool(dates)
        and (asking | HAPPENING).issuperset(analyzer.terms(without(question, [*people, *dates]))),
    )


def _fullness(term: str) -> float:
    """Say how much of a pair of characters is words and not what joins them; 1 for all else."""
    if term.isascii() or len(term) != PAIR:
        return 1.0
    return FULLNESS[sum(map(is_function_character, term))]


def _days(found: list[Mention]) -> tuple[Mention, ...]:
    """Keep the mentions that say most: absolute ones, if there are any, and of nested the inner."""
    absolute = [mention for mention in found if not mention.relative] or found
    return tuple(
        mention
        for mention in absolute
        if not any(
            mention.start <= inner.start and inner.end <= mention.end and inner.span != mention.span
            for inner in absolute
            if inner.end - inner.start < mention.end - mention.start
        )
    )


@cache
def analyzer_of(language: str) -> Analyzer:
    """Return a language's analyzer, with its cache of stems."""
    return Analyzer(language)


@cache
def _asking(language: str) -> frozenset[str]:
    """Return the terms of the words of asking of a language."""
    return frozenset(analyzer_of(language).terms_in(language, _ASKING.get(language, "")))


def _speakers(reader: Reader, eligible: NDArray[np.bool_] | None) -> tuple[list[int], list[str]]:
    """Return numbers and names of those who speak here; roles are no names."""
    speakers = reader.speakers
    if eligible is not None:
        present = np.bincount(reader.index.docs["speaker"][eligible] + 1)[1:]
        speakers = {no: name for no, name in speakers.items() if present[no : no + 1].any()}
    pairs = [(no, name) for no, name in sorted(speakers.items()) if name.lower() not in ROLES]
    return [number for number, _ in pairs], [name for _, name in pairs]
