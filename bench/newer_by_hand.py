"""A rule by hand for which turn says how it is now: what ``bench.train_newer`` compares with.

A later turn of the same speaker leads if it sounds like a change and scores nearly as well, or
speaks of the same; the newest of several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mnemos.recall.telling import Turn, telling
from mnemos.types import Item

LOOKED_AT = 5
#: How far behind the best a turn may score that sounds like a change: whatever it says; if it
#: speaks of what is asked; if besides it speaks plainly of a change to what the best one says.
NEAR, NEARER, PLAIN = 0.5, 1.0, 2.0
#: Who asks whether something is still so looks this many times as far.
DOUBT = 3.0
#: Words by which people speak of the same: what is asked → how it is told.
TOPICS = {
    "live living city town address district country village location home": "live moved moving"
    " move flat apartment house place room home address landlord lease rent studio keys settled"
    " neighbourhood relocated registered transferred",
    "work job living employer company profession position role hospital office occupation": "work"
    " job boss office company hired notice shift desk contract promoted resigned quit retired"
    " position career employer freelance agency offer colleagues team manager laid fired",
    "drive car vehicle travel": "car drive bought sold van bike train bus",
    "pet dog cat animal": "dog cat pet adopted puppy kitten rabbit parrot",
    "partner married boyfriend girlfriend husband wife dating relationship seeing single": "single"
    " married divorced split broke boyfriend girlfriend wife husband dating engaged wedding seeing",
    "eat diet food vegetarian vegan allergic": "eat vegan vegetarian meat allergic food fish dairy",
    "drink coffee tea": "coffee tea drink milk sugar",
    "sport exercise": "gym run running swim swimming yoga cycling training",
    "day often time when": "monday tuesday wednesday thursday friday saturday sunday weekly daily"
    " morning evening noon week",
    "cost pay rent much price": "rent pay cost price euros dollars",
}


def by_hand(question: str, items: Sequence[Item], scores: Sequence[float]) -> int:
    """Return the place of the turn that is to come first: 0 if it does already."""
    asked = telling(question)
    topic = asked.union(*(telling(told) for cues, told in TOPICS.items() if telling(cues) & asked))
    among = [Turn(item, topic) for item in items[:LOOKED_AT]]
    best = among[0]
    doubt = DOUBT if re.search(r"\bstill\b", question.lower()) else 1.0
    found = 0
    for place, turn in enumerate(among):
        if best.asks or not turn.follows(best) or not turn.may_lead(best) or not turn.sounds:
            continue
        behind = (scores[0] - scores[place]) / doubt
        same = turn.telling & best.telling
        plainly = turn.plainly and (len(same) > 1 or bool(same & topic))
        near = behind <= NEAR or (turn.asked and behind <= NEARER) or (plainly and behind <= PLAIN)
        if near and (not found or turn.item.said_at > items[found].said_at):
            found = place
    return found
