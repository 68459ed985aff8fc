"""The words of time in German, Spanish, French, Russian, Chinese and Japanese, one table each.

Only what people say most: dates with month names, weekdays, and "yesterday", "last week",
"two days ago" with their like. To add a language is to add a table. Alternatives are parted by |,
a blank stands for any white space.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The words of time of one language, in lower case.

    Args:
        months: January first.
        weekdays: Monday first.
        days: Word → days from today.
        units: Forms → unit, for "two days ago".
        phrases: Forms → (unit, shift), for "last week" and its like.
        ago: What stands before and after "N units" to mean "ago".
        of: What may stand between a day, a month and a year: a pattern.
        before_month: What must stand before a month alone.
        last: What makes a weekday the latest one when it stands beside it.
        following: The same for the next one.
        numbers: Word → value.
        beside: Where set, ``days`` count only in texts that hold one of these words too.
    """

    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    days: Mapping[str, int]
    units: Mapping[str, str]
    phrases: Mapping[str, tuple[str, int]]
    ago: tuple[str, str]
    of: str
    before_month: str
    last: str
    following: str
    numbers: Mapping[str, int]
    beside: str = ""


GERMAN = Language(
    months=("januar|jänner", "februar", "märz", "april", "mai", "juni", "juli", "august",
            "september", "oktober", "november", "dezember"),
    weekdays=("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag|sonnabend",
              "sonntag"),
    days={"vorgestern": -2, "gestern": -1, "heute": 0, "übermorgen": 2},
    units={"tagen|tag": "day", "wochen|woche": "week", "monaten|monat": "month",
           "jahren|jahr": "year"},
    phrases={"letzte woche|letzter woche|vorige woche": ("week", -1),
             "nächste woche|nächster woche": ("week", 1), "letzten monat": ("month", -1),
             "nächsten monat": ("month", 1), "letztes jahr|letzten jahr": ("year", -1),
             "nächstes jahr|nächsten jahr": ("year", 1),
             "letztes wochenende|letzten wochenende": ("weekend", -1)},
    ago=("vor", ""),
    of=r"\.?\s+",
    before_month="im|seit|letzten|bis|anfang|mitte|ende",
    last="letzten|vergangenen|vorigen",
    following="nächsten|kommenden",
    numbers={"einem": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6},
)  # fmt: skip
SPANISH = Language(
    months=("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
            "septiembre|setiembre", "octubre", "noviembre", "diciembre"),
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    days={"anteayer": -2, "ayer": -1, "anoche": -1, "hoy": 0},
    units={"días|día": "day", "semanas|semana": "week", "meses|mes": "month", "años|año": "year"},
    phrases={"semana pasada": ("week", -1), "próxima semana|semana que viene": ("week", 1),
             "mes pasado": ("month", -1), "próximo mes|mes que viene": ("month", 1),
             "año pasado": ("year", -1), "próximo año|año que viene": ("year", 1),
             "fin de semana pasado": ("weekend", -1)},
    ago=("hace", ""),
    of=r"\s+(?:de\s+|del\s+)?",
    before_month="en|desde|hasta",
    last="pasado",
    following="próximo|que viene",
    numbers={"un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6},
)  # fmt: skip
FRENCH = Language(
    months=("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
            "septembre", "octobre", "novembre", "décembre"),
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    days={"avant-hier": -2, "aujourd'hui": 0, "après-demain": 2, "hier": -1, "demain": 1},
    units={"jours|jour": "day", "semaines|semaine": "week", "mois": "month", "ans|an": "year"},
    phrases={"semaine dernière|semaine passée": ("week", -1), "semaine prochaine": ("week", 1),
             "mois dernier": ("month", -1), "mois prochain": ("month", 1),
             "année dernière|an dernier": ("year", -1), "année prochaine": ("year", 1),
             "week-end dernier": ("weekend", -1)},
    ago=("il y a", ""),
    of=r"(?:er)?\s+",
    before_month="en|depuis",
    last="dernier|passé",
    following="prochain",
    numbers={"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6},
    beside="je j tu il elle nous vous ils elles on le la les un une est ai a et ce",
)  # fmt: skip
RUSSIAN = Language(
    months=("января|январе|январь", "февраля|феврале|февраль", "марта|марте|март",
            "апреля|апреле|апрель", "мая|мае|май", "июня|июне|июнь", "июля|июле|июль",
            "августа|августе|август", "сентября|сентябре|сентябрь", "октября|октябре|октябрь",
            "ноября|ноябре|ноябрь", "декабря|декабре|декабрь"),
    weekdays=("понедельник", "вторник", "среду|среда", "четверг", "пятницу|пятница",
              "субботу|суббота", "воскресенье"),
    days={"позавчера": -2, "вчера": -1, "сегодня": 0, "послезавтра": 2, "завтра": 1},
    units={"день|дня|дней": "day", "неделю|недели|недель": "week", "месяц|месяца|месяцев": "month",
           "год|года|лет": "year"},
    phrases={"прошлой неделе": ("week", -1), "следующей неделе": ("week", 1),
             "прошлом месяце": ("month", -1), "следующем месяце": ("month", 1),
             "прошлом году": ("year", -1), "следующем году": ("year", 1),
             "прошлые выходные": ("weekend", -1)},
    ago=("", "назад"),
    of=r"\s+",
    before_month="в|с|до",
    last="прошлый|прошлую|прошлое",
    following="следующий|следующую|следующее",
    numbers={"один": 1, "одну": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5},
)  # fmt: skip

LANGUAGES = (GERMAN, SPANISH, FRENCH, RUSSIAN)

# Chinese and Japanese: phrase → (unit, shift).
HAN_PHRASES = {
    "大前天": ("day", -3), "前天": ("day", -2), "一昨日": ("day", -2), "おととい": ("day", -2),
    "昨天": ("day", -1), "昨日": ("day", -1), "昨晚": ("day", -1), "きのう": ("day", -1),
    "今天": ("day", 0), "今日": ("day", 0), "明天": ("day", 1), "明日": ("day", 1),
    "后天": ("day", 2), "後天": ("day", 2), "明後日": ("day", 2),
    "上周": ("week", -1), "上週": ("week", -1), "上个星期": ("week", -1), "先週": ("week", -1),
    "下周": ("week", 1), "下週": ("week", 1), "来週": ("week", 1),
    "上个月": ("month", -1), "上個月": ("month", -1), "先月": ("month", -1),
    "下个月": ("month", 1), "下個月": ("month", 1), "来月": ("month", 1),
    "去年": ("year", -1), "昨年": ("year", -1), "今年": ("year", 0),
    "明年": ("year", 1), "来年": ("year", 1), "前年": ("year", -2),
}  # fmt: skip
