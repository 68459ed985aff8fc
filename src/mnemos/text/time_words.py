"""Cheap looks at a text: does it speak of time at all, and does a question ask for a time?"""

from __future__ import annotations

import functools
import re

from mnemos.text.date_languages import LANGUAGES

# Words that mean time wherever they stand; the ambiguous ones need the shapes below.
_CLEAR = frozenset(
    """
    ago yesterday today tomorrow tonight tmrw nowadays recently lately earlier
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays
    fridays saturdays sundays january february april june july august september october november
    december autumn summer winter
    day days week weeks weekend weekends month months year years decade decades hour hours minute
    minutes fortnight morning mornings afternoon afternoons evening evenings night nights midnight
    noon century daily weekly monthly yearly annually birthday anniversary christmas halloween
    thanksgiving easter
    tage tagen woche wochen wochenende monat monate monaten jahr jahre jahren stunden uhr
    semana semanas meses días año años horas aujourd hui semaine semaines mois jours année années
    heures неделю недели неделе месяц месяца месяцев году год года лет день дня дней назад
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_AMBIGUOUS = frozenset(
    """
    may march mar jan feb apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
    sat sun spring fall second seconds am pm st nd rd th mai mayo mars мае мая
    """.split()  # noqa: SIM905 - the same
)
# In the tables, but common words of another language: "hier" is German for "here".
_UNCLEAR = frozenset({"mai", "mayo", "mars", "hier", "avant", "après", "hui", "май", "мая", "мае"})
_SHAPES = re.compile(
    r"(?:en|de|im|seit|в|с)\s+(?:[Mm]ayo|[Mm]ars|[Mm]ai|мае|мая)\b"
    r"|(?:in|since|until|till|by|last|next|this|early|mid|late)\s+"
    r"(?:May|March|Mar|Jan|Feb|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|spring|fall|the\s+(?:spring|fall))\b"
    r"|(?:on|last|next|this|since|until|by)\s+(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b"
    r"|(?:[Mm]ay|[Mm]ar(?:ch)?|[Jj]an|[Ff]eb|[Aa]pr|[Jj]u[nl]|[Aa]ug|[Ss]ept?|[Oo]ct|[Nn]ov|[Dd]ec)"
    r"\.?,?\s+(?:of\s+)?(?:the\s+)?[0-9]"
    r"|[0-9](?:st|nd|rd|th)?\s+(?:of\s+)?(?:May|Mar(?:ch)?|Jan|Feb|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
    r"|[0-9]\s*(?:[AaPp]\.?[Mm]\b|seconds?\b)|(?:on|by|until|since)\s+the\s+[0-9]{1,2}(?:st|nd|rd|th)\b"
    r"|(?:spring|fall)\s+(?:of\s+)?[0-9]{4}"
)
_NUMERIC = re.compile(
    r"(?<![0-9])(?:[0-9]{1,2}:[0-9]{2}(?![0-9])|(?:19|20)[0-9]{2}(?![0-9])"
    r"|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}|[0-9]{1,2}\s*(?:[AaPp]\.?[Mm]\b|Uhr\b|h[0-9]{2}))"
)
_HAN = re.compile(
    r"[年月]|[0-9一二三四五六七八九十两]\s*[日天号週周]|[昨今明前后後]天|[昨今明]日|星期|[上下][个個]?[周週月]|[来先]週|周末|週末|曜日"
)
_ONLY_LETTERS = bytes(i if 97 <= i <= 122 else 32 for i in range(256))  # noqa: PLR2004 - a to z
_WORDS = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"[0-9]")

_AUXILIARY = (
    r"did|do|does|is|are|was|were|will|would|has|have|had|can|could|should|shall|am|exactly"
    r"|precisely|approximately|about|might|must"
)
_UNIT = r"seconds?|minutes?|hours?|days?|nights?|weeks?|weekends?|months?|years?|decades?"
_ASKS = re.compile(
    # when, where it asks: before an auxiliary, after a verb of knowing, or alone
    r"\A\W*when\b(?!.*(?:,|\b(?:what|who|which|where|why|how|did|do|does)\b))"
    rf"|\bwhen(?:\s+(?:{_AUXILIARY})\b|'s\b|'d\b|\s*[?]|\s*\Z)"
    r"|\b(?:know|knows|tell\s+me|find\s+out|figure\s+out|wonder(?:ing)?|sure|and|since|until|by)"
    r"\s+when\b"
    rf"|\b(?:what|which)\s+(?:[a-z]+\s+)?(?:date|time(?!\s+[a-z]+ment)|season|century|birthday|weekday|{_UNIT})\b"
    rf"|\bhow\s+(?:long|recently|soon)\b|\bhow\s+many\s+(?:[a-z]+\s+)?(?:{_UNIT})\b"
    r"|\bhow\s+much\s+(?:time|later|earlier|longer)\b|\bat\s+what\s+(?:age|point)\b"
    r"|\bwhat\s+(?:was|is)\s+the\s+(?:date|time|day|year|month|deadline)\b"
    # German, Dutch, Spanish, Portuguese, French, Italian, Russian
    r"|\bwann\b|\bwanneer\b|\bwie\s+lange\b|\bhoe\s+lang\b|\bseit\s+wann\b|\bcuándo\b|\bcuando\s+fue\b"
    r"|\bcuánt[oa]s?\s+(?:tiempo|días|semanas|meses|años)\b|\bquand\b|\bcombien\s+de\s+(?:temps|jours"
    r"|semaines|mois|ans)\b|\bquando\b|\bquanto\s+tempo\b|\bда?вно\b|\bкогда\b|\bкак\s+долго\b"
    r"|\bсколько\s+(?:времени|лет|дней|недель|месяцев)\b"
    r"|什么时候|什麼時候|何时|何時|哪天|哪年|哪一天|哪一年|几点|多久|いつ|何年|何日|何月|언제|며칠"
)
_ASK_HINT = re.compile(
    r"when|what|which|how |wann|lang|cu[aá]n|quan|combien|когда|долго|сколько|вно"
    r"|[么麼何哪几多いつ언며]"
)


def word_set(low: str) -> set[str]:
    """Return the different words of letters in a lower-case text."""
    if low.isascii():
        return set(low.encode("ascii").translate(_ONLY_LETTERS).decode("ascii").split())
    return set(_WORDS.findall(low))


@functools.cache
def _clear() -> frozenset[str]:
    """Add the months, weekdays and days of the language tables, once they are needed."""
    listed = "|".join(
        form
        for language in LANGUAGES
        for form in (*language.months, *language.weekdays, *language.days)
    )
    return _CLEAR | (set(_WORDS.findall(listed)) - _UNCLEAR)


def holds_time(text: str) -> bool:
    """Tell whether a text holds any time expression: a date, clock time, weekday or duration."""
    low = text.lower()
    words = word_set(low)
    if not _clear().isdisjoint(words):
        return True
    if not _AMBIGUOUS.isdisjoint(words) and _SHAPES.search(text) is not None:
        return True
    if _DIGIT.search(text) is not None and _NUMERIC.search(text) is not None:
        return True
    return not low.isascii() and _HAN.search(low) is not None


def asks_when(question: str) -> bool:
    """Tell whether a question asks for a time: when, what date, how long, how many days.

    "When" must ask: "What did she say when we met?" asks for something else.
    """
    low = question.lower().replace("’", "'")
    return _ASK_HINT.search(low) is not None and _ASKS.search(low) is not None
