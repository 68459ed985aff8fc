"""Which interval a time expression stands for. Everything is said on Monday, 8 May 2023."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.text.dates import Mention, event_time, mentions

SAID_AT = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
WORDS_OF_DATES = """
    last next this May may 7 2023 week weekend before after since from to the of on in 3rd Friday
    two few days ago yesterday at 3pm summer early end month year 9999 0001 de mayo 月 5 日 hace vor
"""
DATE_WORDS = st.lists(st.sampled_from(WORDS_OF_DATES.split()), max_size=12).map(" ".join)


def shown(text: str, said_at: datetime = SAID_AT) -> list[str]:
    """Show each mention as its text and window; midnight is left out."""
    return [
        f"{text[slice(*one.span)]}: {moment(one.start)} {moment(one.end)} {one.grain}"
        for one in mentions(text, said_at)
    ]


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M").replace(" 00:00", "")


@pytest.mark.parametrize(
    "text",
    ["7 May 2023", "May 7th, 2023", "May-07-2023", "2023-05-07", "5/7/2023", "7.5.2023", "7 May",
     "the 7th of May", "Sunday, 7 May 2023", "7-May-2023", "may 7, 2023", "May 7", "on may 7",
     "2023/05/07", "05-07-2023", "5/7/23", "yesterday", "on the 7th", "on Sun.", "last Sunday",
     "the day before 8 May 2023", "the day after 6 May", "1 day ago",
     "the Sunday before 10 May 2023",
     "am 7. Mai 2023", "el 7 de mayo de 2023", "le 7 mai 2023", "7 мая 2023", "2023年5月7日",
     "5月7日", "gestern", "ayer", "Il est venu hier", "вчера", "昨天", "昨日", "il y a un jour",
     "vor einem Tag", "hace 1 día", "день назад", "letzten Sonntag", "el domingo pasado",
     "dimanche dernier", "в прошлое воскресенье", "first Sunday of May"],
)  # fmt: skip
def test_many_ways_to_say_the_seventh_of_may(text: str) -> None:
    assert [(moment(one.start), one.grain) for one in mentions(text, SAID_AT)] == [
        ("2023-05-07", "day")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17/5/2023", "17/5/2023: 2023-05-17 2023-05-18 day"),
        (
            "1:56 pm on 8 May, 2023",
            "1:56 pm on 8 May, 2023: 2023-05-08 13:56 2023-05-08 14:56 hour",
        ),
        (
            "at 2023-05-07T13:56:00+02:00",
            "2023-05-07T13:56:00+02:00: 2023-05-07 11:56 2023-05-07 12:56 hour",
        ),
        (
            "8:17 pm on 21 September, 2022",
            "8:17 pm on 21 September, 2022: 2022-09-21 20:17 2022-09-21 21:17 hour",
        ),
        ("am 7. August 2022", "7. August 2022: 2022-08-07 2022-08-08 day"),
        ("the draft by Friday", "Friday: 2023-05-12 2023-05-13 day"),
        ("the draft by May 31", "May 31: 2023-05-31 2023-06-01 day"),
        ("Friday at 7:30 pm", "Friday at 7:30 pm: 2023-05-05 19:30 2023-05-05 20:30 hour"),
        ("last night", "last night: 2023-05-07 18:00 2023-05-08 06:00 hour"),
        ("this morning", "this morning: 2023-05-08 05:00 2023-05-08 12:00 hour"),
        ("an hour ago", "an hour ago: 2023-05-08 12:00 2023-05-08 13:00 hour"),
        ("on Friday", "Friday: 2023-05-05 2023-05-06 day"),
        ("We will meet on Friday", "Friday: 2023-05-12 2023-05-13 day"),
        ("last Tuesday", "last Tuesday: 2023-05-02 2023-05-03 day"),
        ("this Tuesday", "this Tuesday: 2023-05-09 2023-05-10 day"),
        ("next Friday", "next Friday: 2023-05-19 2023-05-20 day"),
        ("Friday last week", "Friday last week: 2023-05-05 2023-05-06 day"),
        ("two Fridays ago", "two Fridays ago: 2023-04-28 2023-04-29 day"),
        ("the day before yesterday", "the day before yesterday: 2023-05-06 2023-05-07 day"),
        ("the day after tomorrow", "the day after tomorrow: 2023-05-10 2023-05-11 day"),
        (
            "the Friday before 22 October 2023",
            "the Friday before 22 October 2023: 2023-10-20 2023-10-21 day",
        ),
        ("last week", "last week: 2023-05-01 2023-05-08 week"),
        ("two weeks ago", "two weeks ago: 2023-04-24 2023-05-01 week"),
        ("the week before last", "the week before last: 2023-04-24 2023-05-01 week"),
        (
            "the week before 9 June 2023",
            "the week before 9 June 2023: 2023-06-02 2023-06-09 week",
        ),
        ("the first week of August", "the first week of August: 2022-08-01 2022-08-08 week"),
        ("last month", "last month: 2023-04-01 2023-05-01 month"),
        ("next month", "next month: 2023-06-01 2023-07-01 month"),
        ("in March", "March: 2023-03-01 2023-04-01 month"),
        ("last May", "last May: 2022-05-01 2022-06-01 month"),
        ("June 2022", "June 2022: 2022-06-01 2022-07-01 month"),
        ("I will go in March", "March: 2024-03-01 2024-04-01 month"),
        ("last summer", "last summer: 2022-06-01 2022-09-01 season"),
        ("the summer of 2022", "summer of 2022: 2022-06-01 2022-09-01 season"),
        ("last year", "last year: 2022-01-01 2023-01-01 year"),
        ("in 2019", "2019: 2019-01-01 2020-01-01 year"),
        ("4 years ago", "4 years ago: 2019-01-01 2020-01-01 year"),
        ("last weekend", "last weekend: 2023-05-06 2023-05-08 range"),
        ("this weekend", "this weekend: 2023-05-13 2023-05-15 range"),
        ("a few days ago", "a few days ago: 2023-05-02 2023-05-07 range"),
        ("in the past two weeks", "the past two weeks: 2023-04-24 2023-05-09 range"),
        ("since March", "since March: 2023-03-01 2023-05-09 range"),
        ("early May", "early May: 2023-05-01 2023-05-11 range"),
        ("mid-May 2023", "mid-May 2023: 2023-05-11 2023-05-21 range"),
        ("late 2022", "late 2022: 2022-09-01 2023-01-01 range"),
        ("at the end of the month", "the end of the month: 2023-05-21 2023-06-01 range"),
        (
            "between May and July 2023",
            "between May and July 2023: 2023-05-01 2023-08-01 range",
        ),
        ("from 3 to 5 June", "from 3 to 5 June: 2022-06-03 2022-06-06 range"),
        ("from May 3 to June 5, 2022", "from May 3 to June 5, 2022: 2022-05-03 2022-06-06 range"),
        ("letzte Woche", "letzte Woche: 2023-05-01 2023-05-08 week"),
        ("la semana pasada", "semana pasada: 2023-05-01 2023-05-08 week"),
        ("в мае", "мае: 2023-05-01 2023-06-01 month"),
        ("去年", "去年: 2022-01-01 2023-01-01 year"),
    ],
)  # fmt: skip
def test_windows_of_time_expressions(text: str, expected: str) -> None:
    assert shown(text) == [expected]


@pytest.mark.parametrize(
    "text",
    ["I may go", "May I come?", "We march on", "wait a second", "the sun is hot", "we sat down",
     "fall down", "in an august manner", "2000 dollars", "$2000", "in 2000 words", "room 12",
     "every Friday", "on Mondays", "on the 3rd floor", "since we last spoke", "for two hours",
     "I did it in two weeks", "at 3 pm", "1.2.3.4", "1920x1080", "5/7", "31 February 2023",
     "April is my sister", "Ich bin hier", "mayo", "", "monday.com", "next time",
     "last but not least"],
)  # fmt: skip
def test_words_that_only_look_like_dates_are_no_mentions(text: str) -> None:
    assert shown(text) == []


def test_mentions_come_in_order_with_their_relation_to_now() -> None:
    found = mentions("Yesterday I said 3 May 2022, and tomorrow I leave", SAID_AT)
    assert [one.relative for one in found] == [True, False, True]
    assert [one.span[0] for one in found] == sorted(one.span[0] for one in found)


def test_windows_are_in_the_zone_of_the_speaker() -> None:
    said_at = datetime(2023, 5, 8, 1, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    (one,) = mentions("yesterday", said_at)
    assert one.start == datetime(2023, 5, 7, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        mentions("yesterday", datetime(2023, 5, 8))  # noqa: DTZ001


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]
)
@pytest.mark.parametrize("year", [1, 9999])
def test_the_edges_of_time_never_overflow(year: int, zone: timezone) -> None:
    said_at = datetime(year, 1 if year == 1 else 12, 1 if year == 1 else 31, 12, tzinfo=zone)
    text = (
        "yesterday, tomorrow, last year, next year, 90 decades ago, last Friday, next weekend, "
        "the week before yesterday, last winter, in May, since Monday, on the 31st, the past year, "
        "the year after next year, from May to June, the first Monday of last month, last summer"
    )
    for one in mentions(text, said_at):
        assert one.start.astimezone(UTC) < one.end.astimezone(UTC)


def test_a_letter_that_grows_in_lower_case_leaves_spans_true() -> None:
    assert shown("İİİ met on 7 May 2023") == ["7 May 2023: 2023-05-07 2023-05-08 day"]


def test_a_million_characters_without_dates_are_no_trouble() -> None:
    for unit in ("a", "may ", "1 ", "last ", "\n", "é"):
        assert mentions(unit * (1_000_000 // len(unit)), SAID_AT) == []


@given(ANY_TEXT | DATE_WORDS, st.datetimes(timezones=st.just(UTC)))
def test_any_text_has_ordered_disjoint_mentions(text: str, said_at: datetime) -> None:
    end = 0
    for one in mentions(text, said_at):
        assert isinstance(one, Mention)
        assert one.start < one.end
        assert end <= one.span[0] < one.span[1] <= len(text)
        end = one.span[1]


@pytest.mark.parametrize(
    "unit",
    ["a", "7 May 2023 ", "last ", "since ", "2023-", "May to ", "1 ", "the week before ", "5月"],
)
def test_a_text_full_of_dates_takes_linear_time(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    assert isinstance(mentions(text, SAID_AT), list)  # quadratic, it would not end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I went there last week, on Friday", "2023-05-05"),
        ("Today I remembered the trip last summer", "2022-06-01"),
        ("This month has been busy", None),
        ("Good to see you today!", None),
        ("Nothing about time", None),
    ],
)
def test_event_time_is_the_finest_other_day(text: str, expected: str | None) -> None:
    interval = event_time(text, SAID_AT)
    assert (interval and moment(interval[0])) == expected
