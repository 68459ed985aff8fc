"""Which day a turn speaks of. Everything is said on Friday, 8 May 2026, where not told otherwise.

What says neither year nor direction goes by its sentence, and stands for nothing if that is open.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mnemos.text.dates import event_time, mentions

SAID_AT = datetime(2026, 5, 8, 12, tzinfo=UTC)

AHEAD = """
Booked the flights for June 10th. | 2026-06-10
My flight is on Dec 24. | 2026-12-24
My birthday is on the 12th of June. | 2026-06-12
The half marathon is in October. | 2026-10-01
My lease ends on 31 August. | 2026-08-31
See you on Saturday. | 2026-05-09
The check-up moved to Friday at 9. | 2026-05-15
Dinner on Thursday at 8? | 2026-05-14
I start work at the aquarium on Monday! | 2026-05-11
The return flight got moved: June 16th at 09:05 now. | 2026-06-16
I'll visit in December | 2026-12-01
The exam will be on 3 July | 2026-07-03
next Wednesday | 2026-05-13
We're flying to Lisbon on 2 June. | 2026-06-02
Got tickets for the concert on 12 June! | 2026-06-12
We got tickets to the game on Saturday. | 2026-05-09
I have a dentist appointment on Tuesday. | 2026-05-12
The report is due on March 3. | 2027-03-03
My passport expires in February. | 2027-02-01
The wedding is in Rome on 12 September. | 2026-09-12
I need to hand it in by Wednesday. | 2026-05-13
The meeting was rescheduled to Monday. | 2026-05-11
The concert got postponed to 3 November. | 2026-11-03
I'm getting married in August. | 2026-08-01
She reserved a table for us for Sunday. | 2026-05-10
We fly home on the 20th. | 2026-05-20
Can you remind me on Thursday? | 2026-05-14
Rent is due on the 1st. | 2026-06-01
The new term begins in September. | 2026-09-01
We finished the kitchen, and the painters are coming on Monday. | 2026-05-11
The party's on Saturday. | 2026-05-09
Interview on Wednesday, wish me luck. | 2026-05-13
I've got an exam on 3 June. | 2026-06-03
We want to hike the ridge in July. | 2026-07-01
The deadline is June 1st. | 2026-06-01
"""
BACK = """
We met on Monday | 2026-05-04
I went there last Tuesday | 2026-05-05
I ran a marathon in October | 2025-10-01
It happened on 3 May | 2026-05-03
yesterday | 2026-05-07
two weeks ago | 2026-04-20
We married on 3 June 2019. | 2019-06-03
My birthday party on 3 May was fun. | 2026-05-03
I had a dentist appointment on Tuesday. | 2026-05-05
She called me on Wednesday. | 2026-05-06
We saw the play on Dec 20. | 2025-12-20
The meeting on Monday was long. | 2026-05-04
I moved to Berlin in February. | 2026-02-01
Did you sleep well on Sunday? | 2026-05-03
They got back on Tuesday. | 2026-05-05
He broke his arm on the 2nd. | 2026-05-02
I bought a bike in September. | 2025-09-01
We adopted a dog on 14 February, and I'll send a photo. | 2026-02-14
After we met on Monday I felt better. | 2026-05-04
I finished the book on Sunday! | 2026-05-03
Our flight on Wednesday was delayed. | 2026-05-06
"""
NEITHER = """
I run every Tuesday and Thursday.
I swim on Mondays, and on Friday with Ann.
I was born on 3 June.
Each Friday we order pizza.
We usually eat out on Sunday.
June 10th
A photo from October.
Ah, Saturday!
I said I will call on Tuesday.
I love the light in October.
"""


def rows(table: str) -> list[list[str]]:
    return [line.split(" | ") for line in table.strip().splitlines()]


def day_of(text: str, said_at: datetime = SAID_AT) -> str | None:
    interval = event_time(text, said_at)
    return interval and interval[0].strftime("%Y-%m-%d")


@pytest.mark.parametrize(("text", "expected"), rows(AHEAD))
def test_plans_are_for_days_to_come(text: str, expected: str) -> None:
    assert day_of(text) == expected


@pytest.mark.parametrize(("text", "expected"), rows(BACK))
def test_what_happened_lies_back(text: str, expected: str) -> None:
    assert day_of(text) == expected


@pytest.mark.parametrize("text", [row[0] for row in rows(NEITHER)])
def test_a_habit_or_an_open_direction_is_no_day(text: str) -> None:
    assert day_of(text) is None


def test_a_deadline_behind_the_end_of_a_month_is_ahead() -> None:
    text = "Mr Petrie is selling the flat and I've to be out by the end of March"
    assert day_of(text, datetime(2026, 2, 16, tzinfo=UTC)) == "2026-03-21"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wir haben uns am 7. Juni getroffen", "2025-06-07"),
        ("am Montag", "2026-05-04"),
        ("el 7 de junio", "2025-06-07"),
        ("le 7 juin", "2025-06-07"),
        ("7 июня", "2025-06-07"),
        ("6月7日", "2025-06-07"),
    ],
)
def test_other_languages_know_no_open_direction(text: str, expected: str) -> None:
    assert day_of(text) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did we do in March?", "2026-03-01"),
        ("Anything in June?", "2025-06-01"),
        ("Who called on the 3rd?", "2026-05-03"),
        ("How was the trip on Monday?", "2026-05-04"),
        ("What about Thursday?", "2026-05-07"),
        ("Which meeting in November was long?", "2025-11-01"),
        ("What will we do in March?", "2027-03-01"),
        ("What did I book for 3 June?", "2025-06-03"),
    ],
)
def test_questions_look_back_unless_they_look_ahead(question: str, expected: str) -> None:
    (one,) = mentions(question, SAID_AT)
    assert one.start.strftime("%Y-%m-%d") == expected
