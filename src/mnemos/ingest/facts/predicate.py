"""What a clause says of its subject: the verb with its tense and polarity, and what follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnemos.ingest.facts.clauses import Token
from mnemos.ingest.facts.verbs import FORMS

Tense = Literal["present", "past", "perfect", "doing", "used", "plan", "modal"]

_BE = frozenset({"am", "'m", "is", "'s", "are", "'re", "was", "were", "been", "be", "being"})
_HAVE = frozenset({"have", "'ve", "has", "had", "having"})
_DO = frozenset({"do", "does", "did"})
_MODALS = frozenset({"would", "'d", "could", "might", "may", "should", "shall", "must", "ought"})
_WILL = frozenset({"will", "'ll", "wo", "gonna"})
_CAN = frozenset({"can", "ca", "cannot"})
_NOT = frozenset({"n't", "not", "never", "neither"})
_ADVERBS = frozenset(
    """
    now still currently just finally recently also already really always usually actually only
    absolutely totally officially literally mostly mainly even generally often sometimes both all
    happily newly permanently temporarily truly simply long ever fully properly kind sort of since
    never no longer longer hardly rarely proudly originally quietly regularly definitely
    certainly first
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_PLANS = frozenset(
    {
        "going",
        "planning",
        "about",
        "hoping",
        "thinking",
        "considering",
        "trying",
        "aiming",
        "due",
        "wanting",
        "tempted",
    }
)
_FRESH = frozenset({"now", "finally", "just", "recently", "newly", "officially"})
_WISHES = frozenset(
    "want need hope plan wish intend try decide agree promise mean wanna gotta ought".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """A verb in a clause.

    Args:
        lemma: The verb, or "be".
        tense: "perfect" for "have moved", "doing" for "am seeing", "used" for "used to live".
        denied: Whether it is negated: not, never, no longer.
        ended: Whether it held before: "no longer", "not … any more".
        fresh: Whether it says that this is new: "now", "finally", "just".
        passive: Whether it is done to the subject: "was hired".
        able: Whether it says "can".
        begun: Whether it says that it begins: "started drinking".
        at: Index of the first token behind it.
    """

    lemma: str
    tense: Tense
    denied: bool = False
    ended: bool = False
    fresh: bool = False
    passive: bool = False
    able: bool = False
    begun: bool = False
    at: int


def predicate(tokens: Sequence[Token], at: int) -> Predicate | None:
    """Read the verb group that begins at an index; None if there is none that is known."""
    group = _Group()
    while at < len(tokens) and (taken := _take(group, tokens, at)):
        at += taken
    if group.unreal:
        return Predicate(lemma="", tense="modal", at=at)
    verb = _finish(group, tokens, at)
    if verb is None or verb.lemma not in {"start", "begin"} or verb.denied:
        return verb
    following = tokens[verb.at].low if verb.at < len(tokens) else ""
    if verb.tense not in {"past", "perfect", "present"} or not _is_doing(following):
        return verb
    lemma = FORMS[following].lemma
    return Predicate(lemma=lemma, tense="present", fresh=True, begun=True, at=verb.at + 1)


def _take(group: _Group, tokens: Sequence[Token], at: int) -> int:
    """Take one auxiliary, negation or adverb into a group; return how many tokens it is."""
    low = tokens[at].low
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if following == "to" and (low == "used" or low in _PLANS or low in _WISHES):
        group.is_be = False
        group.used |= low == "used"
        group.will |= low in _PLANS
        group.unreal |= low in _WISHES or (low in _PLANS and group.past)
        return 0 if group.unreal else 2
    if low == "no" and following in {"longer", "more"}:
        group.denied = group.ended = True
        return 2
    if low == "," and following in {"though", "however"}:
        return 2
    if low in _BE or low in _HAVE or low in _DO:
        return _auxiliary(group, tokens, at)
    return _particle(group, low, following)


def _auxiliary(group: _Group, tokens: Sequence[Token], at: int) -> int:
    low = tokens[at].low
    if low in _BE:
        if low == "'s" and _is_participle(tokens, at + 1):
            group.have = True
        else:
            group.be(low)
        return 1
    if low in _HAVE and _auxiliary_have(tokens, at):
        group.past |= low == "had" and not group.auxiliary
        group.have = True
        return 1
    if low in _DO and _auxiliary_do(tokens, at):
        group.do = True
        group.past |= low == "did"
        return 1
    return 0


def _particle(group: _Group, low: str, following: str) -> int:
    if low in _MODALS:
        group.unreal = True
        return 0
    if low in _WILL:
        group.will = True
    elif low in _CAN:
        group.can = True
        group.denied |= low == "cannot"
    elif low in _NOT:
        group.denied = True
    elif low in _ADVERBS and not (low == "all" and following == "the"):
        group.fresh |= low in _FRESH
    else:
        return 0
    return 1


#: Participles that say how somebody stands, or what they are called, and no deed done to them.
_STATES = frozenset(
    "married engaged divorced separated called named widowed retired".split()  # noqa: SIM905
)


class _Group:
    """What the auxiliaries seen so far say."""

    __slots__ = (
        "can",
        "denied",
        "do",
        "ended",
        "fresh",
        "have",
        "is_be",
        "past",
        "unreal",
        "used",
        "will",
    )

    def __init__(self) -> None:
        self.can = self.denied = self.do = self.ended = self.fresh = False
        self.have = self.is_be = self.past = self.used = self.will = self.unreal = False

    @property
    def auxiliary(self) -> bool:
        return self.have or self.do or self.will or self.can or self.used or self.is_be

    def be(self, low: str) -> None:
        self.is_be = True
        self.past |= low in {"was", "were"}


def _finish(group: _Group, tokens: Sequence[Token], at: int) -> Predicate | None:
    word = tokens[at].low if at < len(tokens) else ""
    form = FORMS.get(word)
    lemma, after, passive, doing = "", at + 1, False, False
    if word in _STATES and (group.is_be or not group.auxiliary):
        form = None if group.is_be else form
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if form is not None and form.lemma == "get" and following in _STATES:
        group.is_be = group.fresh = True
        form, at = None, at + 1
    if form is not None and group.is_be:
        doing = form.doing
        passive = form.participle and not doing
        if doing or passive:
            lemma = form.lemma
    elif form is not None and not (form.doing and not group.is_be):
        lemma = form.lemma
        if not group.auxiliary and form.past and (not form.base or lemma == "quit"):
            group.past = True
        elif not group.auxiliary and form.participle and not form.base:
            return None
    if not lemma:
        if not group.is_be:
            return None
        lemma, after = "be", at
    return Predicate(
        lemma=lemma,
        tense=_tense(group, doing=doing),
        denied=group.denied,
        ended=group.ended,
        fresh=group.fresh,
        passive=passive,
        able=group.can,
        at=after,
    )


def _is_doing(word: str) -> bool:
    return word in FORMS and FORMS[word].doing


def _tense(group: _Group, *, doing: bool) -> Tense:
    if group.will:
        return "plan"
    if group.used:
        return "used"
    if group.have:
        return "perfect"
    if group.past:
        return "past"
    return "doing" if doing else "present"


def _next_word(tokens: Sequence[Token], at: int) -> str:
    for token in tokens[at : at + 4]:
        if token.low not in _ADVERBS and token.low not in _NOT:
            return token.low
    return ""


def _is_participle(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether 's is has: a participle follows that no passive is likely of."""
    word = _next_word(tokens, at)
    form = FORMS.get(word)
    if word in {"been", "had", "gone", "come", "become"}:
        return True
    return (
        form is not None
        and form.participle
        and not form.doing
        and word
        not in {
            "engaged",
            "divorced",
            "separated",
            "married",
            "called",
            "named",
            "cancelled",
            "run",
        }
    )


def _auxiliary_have(tokens: Sequence[Token], at: int) -> bool:
    word = _next_word(tokens, at + 1)
    if word in _BE:
        return True
    form = FORMS.get(word)
    return form is not None and form.participle


def _auxiliary_do(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and (
        tokens[at + 1].low in _NOT
        or ((form := FORMS.get(_next_word(tokens, at + 1))) is not None and form.base)
    )
