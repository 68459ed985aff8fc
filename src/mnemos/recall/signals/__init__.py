"""The signals, one a file: functions from a question's frame to a number a candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import (
    after_question,
    assistant,
    assistant_asker,
    before_bm,
    bm,
    chat_bm,
    chat_coverage,
    chat_length,
    chat_long_bm,
    chat_near_bm,
    chat_question,
    date_day,
    date_event,
    date_near,
    date_range,
    first_speaker,
    length,
    near_bm,
    never_asked,
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
    "chat_question": chat_question.score,
    "after_question": after_question.score,
    "length": length.score,
    "chat_length": chat_length.score,
    "assistant": assistant.score,
    "assistant_asker": assistant_asker.score,
    "chat_bm": chat_bm.score,
    "chat_near_bm": chat_near_bm.score,
    "chat_long_bm": chat_long_bm.score,
    "chat_coverage": chat_coverage.score,
    "standing": standing.score,
    "standing_help": standing_help.score,
    "preference": preference.score,
    "preference_help": preference_help.score,
    "never_asked": never_asked.score,
}

LEVELS: Mapping[str, Mapping[str, Signal]] = {"c0": C0}
