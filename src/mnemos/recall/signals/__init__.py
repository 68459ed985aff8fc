"""The signals, one a file: functions from a question's frame to a number a candidate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import (
    after_question,
    before_bm,
    bm,
    date_day,
    date_event,
    date_near,
    date_range,
    first_speaker,
    late,
    length,
    near_bm,
    near_late,
    near_pooled,
    never_asked,
    page,
    page_asker,
    page_bm,
    page_coverage,
    page_late,
    page_length,
    page_long_bm,
    page_near_bm,
    page_near_late,
    page_question,
    page_sentence,
    page_session_late,
    pooled,
    preference,
    preference_help,
    question,
    sentence,
    session_bm,
    session_late,
    speaker,
    speaker_late,
    standing,
    standing_help,
    time,
    time_asked,
)

Signal = Callable[[Frame], Floats]

#: Level C0: words and priors, no model.
C0: Mapping[str, Signal] = {
    "bm": bm.score,
    "near_bm": near_bm.score,
    "before_bm": before_bm.score,
    "session_bm": session_bm.score,
    "speaker": speaker.score,
    "first_speaker": first_speaker.score,
    "date_day": date_day.score,
    "date_near": date_near.score,
    "date_range": date_range.score,
    "date_event": date_event.score,
    "time": time.score,
    "time_asked": time_asked.score,
    "question": question.score,
    "page_question": page_question.score,
    "after_question": after_question.score,
    "length": length.score,
    "page_length": page_length.score,
    "page": page.score,
    "page_asker": page_asker.score,
    "page_bm": page_bm.score,
    "page_near_bm": page_near_bm.score,
    "page_long_bm": page_long_bm.score,
    "page_coverage": page_coverage.score,
    "standing": standing.score,
    "standing_help": standing_help.score,
    "preference": preference.score,
    "preference_help": preference_help.score,
    "never_asked": never_asked.score,
}

#: Level C1: one vector a turn as well; ranks all candidates and chooses those that C2 and C3 rank.
C1: Mapping[str, Signal] = {**C0, "pooled": pooled.score, "near_pooled": near_pooled.score}

#: Level C2: a vector a sentence.
C2: Mapping[str, Signal] = {**C1, "sentence": sentence.score, "page_sentence": page_sentence.score}

#: Level C3: a vector a word piece.
C3: Mapping[str, Signal] = {
    **C2,
    "late": late.score,
    "near_late": near_late.score,
    "session_late": session_late.score,
    "speaker_late": speaker_late.score,
    "page_late": page_late.score,
    "page_near_late": page_near_late.score,
    "page_session_late": page_session_late.score,
}

#: What each level uses. In the order of the signals contributions are added up.
LEVELS: Mapping[str, Mapping[str, Signal]] = {"c0": C0, "c1": C1, "c2": C2, "c3": C3}
#: Which level chooses the candidates whose sentence and token vectors are read.
CHOSEN_BY: Mapping[str, str] = {"c2": "c1", "c3": "c1"}
#: The level that uses all signals.
HIGHEST = "c3"
#: What a level cannot do without.
NEEDS: Mapping[str, str] = {
    "c0": "nothing",
    "c1": "an embedder: a vector of the question, and one of each turn",
    "c2": "as C1, and a vector of each sentence of the best candidates",
    "c3": "an embedder that shows its word pieces: a vector of each, as far as they tell",
}
#: What puts a candidate back whose sentence and token vectors were not read; and what documents
#: gain when they are looked at again.
UNREAD = "unread"
TOLD = "told"
INSTEAD = "instead"
LOOKED_AGAIN = ("titled", "bridge")
#: What age and use add, where a recipe is made to go by them; none does by itself.
USED = ("retention", "utility")
#: What signals are about.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "words": (
        "bm",
        "near_bm",
        "before_bm",
        "session_bm",
        "page_bm",
        "page_near_bm",
        "page_long_bm",
        "page_coverage",
    ),
    "people": ("speaker", "first_speaker", "speaker_late"),
    "days": ("date_day", "date_near", "date_range", "date_event", "time", "time_asked"),
    "kind of turn": (
        "question",
        "page_question",
        "after_question",
        "length",
        "page_length",
        "page",
        "page_asker",
        "standing",
        "standing_help",
        "preference",
        "preference_help",
        "never_asked",
    ),
    "meaning": (
        "pooled",
        "near_pooled",
        "sentence",
        "page_sentence",
        "late",
        "near_late",
        "session_late",
        "page_late",
        "page_near_late",
        "page_session_late",
    ),
    "other candidates": (*LOOKED_AGAIN, UNREAD),
    "facts": (TOLD, INSTEAD),
    "use": USED,
}
#: What is added to the fused signals, in a line each.
ADDED: Mapping[str, str] = {
    "titled": "How much of the document's title the best of the others name",
    "bridge": "What it covers of the question together with one of the best, by a rare name",
    TOLD: "Whether a fact that was read from it is what the question asks for",
    INSTEAD: "Whether it says what is so now, in place of one that would come before it",
    "retention": "How little of it has faded since it was said or used; off unless asked for",
    "utility": "How well it went where it was used; off unless asked for",
    UNREAD: "Whether it was not among the best by one vector, whose further vectors are read",
}
#: The same, by signal.
GROUP_OF: Mapping[str, str] = {name: group for group, names in GROUPS.items() for name in names}


@cache
def meaning(name: str) -> str:
    """Return what a signal looks at, in a line: the first of its file's docstring."""
    if name in ADDED:
        return ADDED[name]
    docstring = sys.modules[C3[name].__module__].__doc__ or name
    return docstring.splitlines()[0].replace("``", '"').rstrip(".")
