"""The signals, one a file: functions from a question's frame to a number a candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    length,
    near_bm,
    never_asked,
    page,
    page_asker,
    page_bm,
    page_coverage,
    page_length,
    page_long_bm,
    page_near_bm,
    page_question,
    preference,
    preference_help,
    question,
    session_bm,
    speaker,
    standing,
    standing_help,
    time,
    time_asked,
)

Signal = Callable[[Frame], Floats]

#: Level C0: words and priors, no model. In this order contributions are added up.
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

LEVELS: Mapping[str, Mapping[str, Signal]] = {"c0": C0}
