"""The rules that read the language tables: one small set of patterns, filled in once a language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from mnemos.text import intervals
from mnemos.text.date_absolute import day_window, month_window
from mnemos.text.date_found import HAN, UNIT_GRAINS, Answer, Moment, Reader, Rule
from mnemos.text.date_languages import HAN_PHRASES, LANGUAGES, Language
from mnemos.text.date_words import DAY, YEAR

_WORD = re.compile(r"[^\W\d_]+")


def language_rules() -> tuple[Rule, ...]:
    """Return the rules of all tables, those of the Han scripts first."""
    rules = (*_han_rules(), *(rule for language in LANGUAGES for rule in _rules(language)))
    return tuple(replace(rule, doubts=False) for rule in rules)


def _rules(language: Language) -> Iterator[Rule]:
    months = _any(language.months)
    month_needs = _words("|".join(language.months))
    year = rf"(?:{language.of}(?P<y>{YEAR})(?![0-9]))?"
    yield Rule(
        needs=month_needs,
        pattern=rf"(?<![\w.:/])(?P<day>{DAY}){language.of}(?:de\s+)?(?P<month>{months})\b{year}",
        read=_day_reader(language),
    )
    yield Rule(
        needs=month_needs,
        pattern=(
            rf"\b(?P<cue>{_any([language.before_month])})?\s*(?P<m>\b(?P<month>{months})\b{year})"
        ),
        read=_month_reader(language),
    )
    near = f"{language.last}|{language.following}"
    yield Rule(
        needs=_words("|".join(language.weekdays)),
        pattern=(
            rf"\b(?:(?P<before>{_any([near])})\s+)?(?P<weekday>{_any(language.weekdays)})\b"
            rf"(?:\s+(?P<after>{_any([near])})\b)?"
        ),
        read=_weekday_reader(language),
    )
    yield Rule(
        needs=_words("|".join(language.phrases), longest=True),
        pattern=rf"\b(?P<phrase>{_any(language.phrases)})\b",
        read=_phrase_reader(language),
    )
    before, after = (_any([side]) for side in language.ago)
    count = rf"(?P<n>[0-9]{{1,3}}|{_any(language.numbers)})\s+"
    yield Rule(
        needs=_words("|".join(side for side in language.ago if side), longest=True),
        pattern=(
            (rf"\b{before}\s+{count}" if before else rf"\b(?:{count})?")
            + rf"(?P<unit>{_any(language.units)})\b"
            + (rf"\s+{after}\b" if after else "")
        ),
        read=_ago_reader(language),
    )
    yield Rule(
        needs=_words("|".join(language.days)),
        pattern=rf"(?<!\w)(?P<word>{_any(language.days)})\b",
        read=_days_reader(language),
    )


def _day_reader(language: Language) -> Reader:
    def read(match: re.Match[str], moment: Moment) -> Answer:
        number, day = _index(language.months, match["month"]) + 1, int(match["day"])
        if match["y"] is not None:
            return intervals.day(datetime(int(match["y"]), number, day)), "day", False  # noqa: DTZ001
        return day_window(number, day, moment, match.span()), "day", False

    return read


def _month_reader(language: Language) -> Reader:
    def read(match: re.Match[str], moment: Moment) -> Answer | None:
        number = _index(language.months, match["month"]) + 1
        if match["y"] is not None:
            return intervals.month(datetime(int(match["y"]), number, 1)), "month", False  # noqa: DTZ001
        if match["cue"] is None or match.end("cue") == match.start("month"):
            return None
        return month_window(number, moment, match.span()), "month", False

    return read


def _weekday_reader(language: Language) -> Reader:
    following = frozenset(language.following.split("|"))

    def read(match: re.Match[str], moment: Moment) -> Answer:
        weekday = _index(language.weekdays, match["weekday"])
        beside = " ".join((match["before"] or match["after"] or "").split())
        ahead = beside in following or (not beside and moment.looks_ahead(*match.span()))
        step = intervals.weekday_after if ahead else intervals.weekday_before
        return step(moment.at, weekday), "day", True

    return read


def _phrase_reader(language: Language) -> Reader:
    shifts = {
        form: answer for forms, answer in language.phrases.items() for form in forms.split("|")
    }

    def read(match: re.Match[str], moment: Moment) -> Answer:
        unit, shift = shifts[" ".join(match["phrase"].split())]
        return intervals.UNITS[unit](moment.at, shift), UNIT_GRAINS[unit], True

    return read


def _ago_reader(language: Language) -> Reader:
    units = {form: unit for forms, unit in language.units.items() for form in forms.split("|")}

    def read(match: re.Match[str], moment: Moment) -> Answer:
        unit, word = units[match["unit"]], match["n"] or "1"
        count = language.numbers[word] if word in language.numbers else int(word)
        return intervals.UNITS[unit](moment.at, -count), UNIT_GRAINS[unit], True

    return read


def _days_reader(language: Language) -> Reader:
    beside = frozenset(language.beside.split())

    def read(match: re.Match[str], moment: Moment) -> Answer | None:
        word = match["word"]
        if beside and beside.isdisjoint(_WORD.findall(moment.low)):
            return None
        return intervals.day(moment.at, language.days[word]), "day", True

    return read


def _han_rules() -> Iterator[Rule]:
    needs = frozenset({HAN})
    yield Rule(
        needs=needs,
        pattern=(
            r"(?:(?P<y>[0-9]{4})\s*年\s*)?(?P<month>1[0-2]|0?[1-9])\s*月\s*"
            rf"(?:(?P<day>{DAY})\s*[日号號])?"
        ),
        read=_read_han_date,
    )
    yield Rule(needs=needs, pattern=rf"(?<![0-9])({YEAR})\s*年", read=_read_han_year)
    phrases = sorted(HAN_PHRASES, key=len, reverse=True)
    yield Rule(needs=needs, pattern=("|".join(phrases)), read=_read_han_phrase)


def _read_han_date(match: re.Match[str], moment: Moment) -> Answer:
    number = int(match["month"])
    if match["day"] is None:
        if match["y"] is None:
            return month_window(number, moment, match.span()), "month", False
        return intervals.month(datetime(int(match["y"]), number, 1)), "month", False  # noqa: DTZ001
    day = int(match["day"])
    if match["y"] is None:
        return day_window(number, day, moment, match.span()), "day", False
    return intervals.day(datetime(int(match["y"]), number, day)), "day", False  # noqa: DTZ001


def _read_han_year(match: re.Match[str], _moment: Moment) -> Answer:
    return intervals.year(datetime(int(match[1]), 1, 1)), "year", False  # noqa: DTZ001


def _read_han_phrase(match: re.Match[str], moment: Moment) -> Answer:
    unit, shift = HAN_PHRASES[match[0]]
    return intervals.UNITS[unit](moment.at, shift), UNIT_GRAINS[unit], True


def _any(forms: Iterable[str]) -> str:
    """Make a pattern of alternatives, longest first, in which a blank is any white space."""
    words = sorted((word for form in forms for word in form.split("|")), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)


def _words(forms: str, *, longest: bool = False) -> frozenset[str]:
    """Give the words, or of each alternative the longest, that tell that a rule may match."""
    found: set[str] = set()
    for form in forms.split("|"):
        words = _WORD.findall(form)
        found.update([max(words, key=len)] if longest else words)
    return frozenset(found)


def _index(forms: tuple[str, ...], word: str) -> int:
    return next(i for i, form in enumerate(forms) if word in form.split("|"))
