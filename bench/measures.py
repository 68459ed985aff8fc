"""The measures of the benchmark: what each figure means, where it is from, how it is worked out.

Of one question each; a table shows their means, `bench.intervals` how sure those are. ``ranked``
are the refs that a system gave back, best first, none twice; ``gold`` those that answer, at least
one. What breaks this is a ValueError. Pure functions of the standard library.
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

#: What a prompt may spend on memories, in tokens of their rendered lines.
BUDGETS_TOKENS = (250, 500, 1000, 2000, 4000, 8000)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def recall_at(ranked: Sequence[str], gold: frozenset[str], k: int) -> float:
    """Return the share of gold among the first k: R@k, as trec_eval's ``recall``.

    >>> recall_at(["c", "a", "b"], frozenset("ab"), 2)
    0.5
    """
    _check(ranked, gold, k)
    return len(gold.intersection(ranked[:k])) / len(gold)


def recall_any_at(ranked: Sequence[str], gold: frozenset[str], k: int) -> bool:
    """Return whether any gold is among the first k: LongMemEval's ``recall_any`` (2410.10813).

    >>> recall_any_at(["c", "a", "b"], frozenset("ab"), 2)
    True
    """
    _check(ranked, gold, k)
    return not gold.isdisjoint(ranked[:k])


def recall_all_at(ranked: Sequence[str], gold: frozenset[str], k: int) -> bool:
    """Return whether all gold is among the first k: LongMemEval's ``recall_all`` (2410.10813).

    >>> recall_all_at(["c", "a", "b"], frozenset("ab"), 2)
    False
    """
    _check(ranked, gold, k)
    return gold.issubset(ranked[:k])


def reciprocal_rank(ranked: Sequence[str], gold: frozenset[str]) -> float:
    """Return 1 / the rank of the first gold, 0 without any (Voorhees, TREC-8 1999).

    >>> reciprocal_rank(["c", "a", "b"], frozenset("ab"))
    0.5
    """
    _check(ranked, gold)
    return next((1.0 / rank for rank, ref in enumerate(ranked, start=1) if ref in gold), 0.0)


def ndcg_at(ranked: Sequence[str], gold: frozenset[str], k: int) -> float:
    """Return the discounted gain of the first k over the best possible one (10.1145/582415.582418).

    Järvelin and Kekäläinen's nDCG with gains of 1 and the discount log2(1 + rank), as trec_eval
    has it. LongMemEval's own script divides by log2(rank) and does not discount rank 2: its figures
    are others.

    >>> round(ndcg_at(["a", "c", "b"], frozenset("ab"), 10), 4)
    0.9197
    """
    _check(ranked, gold, k)
    gains = (_gain(rank) for rank, ref in enumerate(ranked[:k], start=1) if ref in gold)
    best = (_gain(rank) for rank in range(1, min(k, len(gold)) + 1))
    return math.fsum(gains) / math.fsum(best)


def _gain(rank: int) -> float:
    return 1.0 / math.log2(1 + rank)


def fitting(ranked: Sequence[str], tokens: Mapping[str, int], budget: int) -> tuple[str, ...]:
    """Return the refs whose lines fit the budget, in rank order up to the first that does not.

    No later and shorter line is taken in its place.

    Args:
        ranked: Best first.
        tokens: Of each ref's rendered line.
        budget: In tokens.

    >>> fitting(["c", "a", "b"], {"a": 50, "b": 10, "c": 80}, 100)
    ('c',)
    """
    spent = 0
    for number, ref in enumerate(ranked):
        spent += _tokens(ref, tokens)
        if spent > budget:
            return tuple(ranked[:number])
    return tuple(ranked)


def full_budget(
    ranked: Sequence[str],
    gold: frozenset[str],
    tokens: Mapping[str, int],
    budgets: Sequence[int] = BUDGETS_TOKENS,
) -> tuple[bool, ...]:
    """Return for each budget whether the whole gold is among the lines that fit: FB@budget, ours.

    Ranks are not comparable between a system that gives back sentences and one that gives back
    pages; the tokens that a prompt pays for are.

    >>> full_budget(["c", "a", "b"], frozenset("a"), {"a": 50, "b": 10, "c": 80}, (100, 200))
    (False, True)
    """
    _check(ranked, gold)
    return tuple(gold.issubset(fitting(ranked, tokens, budget)) for budget in budgets)


def _tokens(ref: str, tokens: Mapping[str, int]) -> int:
    if ref not in tokens:
        raise ValueError(f"the tokens of {ref!r} are not known")
    if tokens[ref] < 0:
        raise ValueError(f"{ref!r} has {tokens[ref]} tokens")
    return tokens[ref]


def _check(ranked: Sequence[str], gold: frozenset[str], k: int = 1) -> None:
    if not gold:
        raise ValueError("no gold: only questions with an answer have this measure")
    if k < 1:
        raise ValueError(f"k is {k}; the first rank is 1")
    if len(set(ranked)) < len(ranked):
        twice = next(ref for at, ref in enumerate(ranked) if ref in ranked[:at])
        raise ValueError(f"{twice!r} is ranked twice")


def contains_answer(texts: Sequence[str], answer: str) -> bool | None:
    """Return whether the answer stands, as a run of whole words, in one of the texts.

    As open-domain question answering asks of passages (Chen et al. 2017, 1704.00051), for systems
    whose memories are rewritten and have no refs. A run over the border of two texts does not
    count. It says nothing of languages written without spaces.

    Returns:
        None for an answer without words, such as "?" or "the".

    >>> contains_answer(["Ann: we took the Red-Eye, at 9"], "The red-eye at 9.")
    True
    >>> contains_answer(["We hired boats"], "boat")
    False
    """
    wanted = normalised(answer)
    if not wanted:
        return None
    return any(f" {wanted} " in f" {normalised(text)} " for text in texts)


def normalised(text: str) -> str:
    """Return a text as SQuAD compares answers (Rajpurkar et al. 2016, 1606.05250).

    Lower case, no punctuation, no English articles, words parted by one space. Punctuation is
    everyone's, not ASCII's alone, as MLQA has it (Lewis et al. 2020, 1910.07475).

    >>> normalised("The  “Red-Eye”, at 9…")
    'redeye at 9'
    """
    kept = "".join(character for character in text.lower() if not _punctuation(character))
    return " ".join(_ARTICLES.sub(" ", kept).split())


def _punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")


def auroc(sure_of_answerable: Sequence[float], sure_of_unanswerable: Sequence[float]) -> float:
    """Return how often an answerable question looks surer than an unanswerable one.

    Of all pairs; ties count half: the area under the ROC curve, which is Mann and Whitney's U over
    the number of pairs (Hanley & McNeil 1982). 0.5 is chance.

    Args:
        sure_of_answerable: How sure the system was of each, in any unit; higher is surer.
        sure_of_unanswerable: The same of questions without an answer.

    >>> auroc([3.0, 2.0], [2.0, 1.0])
    0.875
    """
    _check_sure(sure_of_answerable, "answerable")
    _check_sure(sure_of_unanswerable, "unanswerable")
    void = sorted(sure_of_unanswerable)
    halves = sum(bisect_left(void, sure) + bisect_right(void, sure) for sure in sure_of_answerable)
    return halves / (2 * len(sure_of_answerable) * len(void))


def refused_at(
    sure_of_answerable: Sequence[float], sure_of_unanswerable: Sequence[float], lost: float
) -> float:
    """Return the share of the unanswerable refused where at most ``lost`` of the answerable are.

    One point of the ROC curve: everything below a threshold is refused, and the threshold is the
    highest that loses no more. Questions as sure as it are answered.

    Args:
        sure_of_answerable: As in `auroc`.
        sure_of_unanswerable: As in `auroc`.
        lost: A share, 0 to 1.

    >>> refused_at([1.0, 4.0, 5.0, 6.0], [0.0, 2.0, 3.0, 5.0], 0.25)
    0.75
    """
    _check_sure(sure_of_answerable, "answerable")
    _check_sure(sure_of_unanswerable, "unanswerable")
    if not 0 <= lost <= 1:
        raise ValueError(f"lost is {lost}; a share lies between 0 and 1")
    able = sorted(sure_of_answerable)
    allowed = math.floor(lost * len(able) + 1e-9)  # 0.29 of 100 is 28.999999999999996
    if allowed == len(able):
        return 1.0
    void = sorted(sure_of_unanswerable)
    return bisect_left(void, able[allowed]) / len(void)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCoverage:
    """How often answers are wrong when only the surest are given.

    Args:
        points: (share of questions answered, share of those that is wrong), a point a question.
        area: The mean of these risks, AURC; lower is better.
    """

    points: tuple[tuple[float, float], ...]
    area: float


def risk_coverage(sure: Sequence[float], right: Sequence[float]) -> RiskCoverage:
    """Answer the surest question, the two surest, and so on, and see how many are wrong.

    The risk-coverage curve of Geifman & El-Yaniv (2017, 1705.08500). Of questions equally sure
    every order is as likely: their risks are the expected ones, so the order given is of no matter.

    Args:
        sure: Higher is surer.
        right: Whether, or to what share, each was answered right; 0 to 1.

    >>> risk_coverage([0.9, 0.4], [True, False])
    RiskCoverage(points=((0.5, 0.0), (1.0, 0.5)), area=0.25)
    """
    _check_sure(sure, "answered")
    if len(sure) != len(right):
        raise ValueError(f"{len(sure)} questions were sure and {len(right)} right or wrong")
    if not all(0 <= each <= 1 for each in right):
        raise ValueError("right or wrong is told by 1 and 0, or a share between them")
    surest = sorted(zip(sure, right, strict=True), key=lambda pair: -pair[0])
    risks: list[float] = []
    errors = 0.0
    for _, group in groupby(surest, key=lambda pair: pair[0]):
        wrong = [1.0 - float(share) for _, share in group]
        rate = math.fsum(wrong) / len(wrong)
        before = len(risks)
        risks += [(errors + more * rate) / (before + more) for more in range(1, len(wrong) + 1)]
        errors += math.fsum(wrong)
    points = tuple((rank / len(risks), risk) for rank, risk in enumerate(risks, start=1))
    return RiskCoverage(points=points, area=math.fsum(risks) / len(risks))


def _check_sure(sure: Sequence[float], name: str) -> None:
    if not sure:
        raise ValueError(f"no {name} questions")
    if any(math.isnan(each) for each in sure):
        raise ValueError(f"how sure an {name} question was is not a number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a system gave back for one question, and what it should have.

    Args:
        ranked: Refs, best first, none twice.
        gold: At least one.
        tokens: Of each ranked ref's rendered line; only FB@… wants them.
    """

    ranked: tuple[str, ...]
    gold: frozenset[str]
    tokens: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One column of a table.

    Args:
        definition: What its mean over questions says, in words.
        source: Who defined it.
        of: One question's figure, 0 to 1, higher is better.
    """

    definition: str
    source: str
    of: Callable[[Judged], float]


def _share(k: int) -> Measure:
    return Measure(
        definition=f"share of the turns that answer that is among the first {k}, mean of questions",
        source="trec_eval, recall",
        of=lambda judged: recall_at(judged.ranked, judged.gold, k),
    )


def _any(k: int) -> Measure:
    return Measure(
        definition=f"share of questions with any turn that answers among the first {k}",
        source="LongMemEval (2410.10813), recall_any; Success of trec_eval",
        of=lambda judged: float(recall_any_at(judged.ranked, judged.gold, k)),
    )


def _all(k: int) -> Measure:
    return Measure(
        definition=f"share of questions with every turn that answers among the first {k}",
        source="LongMemEval (2410.10813), recall_all",
        of=lambda judged: float(recall_all_at(judged.ranked, judged.gold, k)),
    )


def _within(budget: int) -> Measure:
    return Measure(
        definition=f"share of questions with every turn that answers among the lines that fit "
        f"{budget:,} tokens in rank order",
        source="ours",
        of=lambda judged: float(
            full_budget(judged.ranked, judged.gold, judged.tokens, (budget,))[0]
        ),
    )


_MRR = Measure(
    definition="1 / the rank of the first turn that answers, 0 if none was found, "
    "mean of questions",
    source="Voorhees, TREC-8 1999",
    of=lambda judged: reciprocal_rank(judged.ranked, judged.gold),
)
_NDCG = Measure(
    definition="gain of the first 10, 1 a turn that answers over log2(1 + rank), as a share of "
    "the best possible, mean of questions",
    source="Järvelin & Kekäläinen 2002 (10.1145/582415.582418), discounted as trec_eval does",
    of=lambda judged: ndcg_at(judged.ranked, judged.gold, 10),
)

#: Name as shown → measure, in the order of columns.
MEASURES: dict[str, Measure] = {
    "R@5": _share(5),
    "R@10": _share(10),
    "any@5": _any(5),
    "any@10": _any(10),
    "all@5": _all(5),
    "all@10": _all(10),
    "MRR": _MRR,
    "NDCG@10": _NDCG,
    **{f"FB@{budget}": _within(budget) for budget in BUDGETS_TOKENS},
}
