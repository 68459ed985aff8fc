"""Text becomes folded tokens: the surface forms under which words are stored and looked up.

``words`` gives them as they are compared (no accents), ``marked_words`` keeps the accents for the
stemmers, which need them. Folding is width and compatibility folding (NFKC), case folding (ß → ss)
and taking off combining accents in Latin, Greek and Cyrillic (é → e, ё → е). The Cyrillic letters
й ї ў ѓ ќ keep theirs: they are letters of their own, and Russian endings hang on й. Optional vowel
points of Hebrew and Arabic go too; the marks of all other scripts (Devanagari …) are letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from mnemos.text.stopwords import is_function_character

_LONGEST_KEPT = 8_192  # characters of a text whose tokens are kept ready
MAX_TOKEN = 64  # longer than any word; what is longer is a blob, and its head identifies it

# Scripts written without spaces between words (Thai, Lao, Myanmar, Khmer), and Hangul jamo, Kana,
# Han and Hangul: runs of them become overlapping pairs of characters.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1100-\u11ff\u1780-\u17d3"
    "\u3005-\u3007\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff"
    "\uff66-\uff9f\uffa1-\uffdc\U00020000-\U000323af"
)
# Combining marks, which Python's \w leaves out, in the scripts that need them inside words.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a"
    "\u07a6-\u07b0\u0900-\u0963\u0971-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc"
    "\u0ec8-\u0ece\u0f18-\u0f19\u0f35-\u0f39\u0f3e-\u0f84\u0f86-\u0fbc\u102b-\u103e\u1056-\u1059"
    "\u135d-\u135f\u1712-\u1714\u17b4-\u17d3\u180b-\u180d\u1ab0-\u1ac0\u1dc0-\u1dff\u20d0-\u20f0"
    "\u3099\u309a\ufe20-\ufe2f"
)

# A shape is anything that a plain split at punctuation would tear apart: user_id, a.b, x/y, a@b,
# 1,000, camelCase, JSONParser, C++, C#. One leading character class keeps the scan fast.
_SHAPE = re.compile(
    r"[A-Z._/@\\,+#]"
    r"(?:(?<=[a-z][A-Z])|(?<=[A-Z]{2})[a-z]{2}"
    r"|(?<=[._/@\\])(?:(?<=[A-Za-z0-9].)[A-Za-z0-9]|(?<=_)|(?<=/)/)"
    r"|(?<=[0-9],)[0-9]|(?<=[A-Za-z]\+)\+|(?<=[A-Za-z]#)|(?<=[/\\.])[A-Za-z0-9]+[/\\.])"
)
# Lower case for letters, digits and apostrophes as they are, blanks for the rest.
_FOLD_ASCII = bytes(
    ord(character.lower()) if character.isalnum() or character == "'" else 32
    for character in map(chr, range(128))
).ljust(256)
_OTHER_PUNCTUATION = re.compile(rf"[^\x00-\x7f\w{_MARKS}]+")
_THOUSANDS = re.compile(r"(?<![\d,.])(\d{1,3}(?:,\d{3})+)(?!\d)")
# 12.500,00 and 42,5: how most of Europe writes 12,500.00 and 42.5.
_DOTTED = re.compile(r"(?<![\d.,])([1-9]\d{0,2}(?:\.\d{3})+)(,\d+)?(?![\d.,]*\d)")
_COMMA = re.compile(r"(?<![\d.,])(\d+),(\d{1,2})(?![\d.,]*\d)")
_ROUND = re.compile(r"(?<![\d.])(\d+)\.0{1,2}(?![\d.]*\d)")
# Numbers that people group as they like: phones, accounts, ISBNs, addresses of network cards.
_GROUPS = re.compile(r"[0-9][ ()/:-]{1,2}[0-9A-Fa-f]")
_GROUPED = re.compile(
    r"(?<![\w.,:/-])(?:[A-Z]{2}[0-9]{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?"
    r"|(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}"
    r"|[+(]?[0-9][0-9()]*(?:[ /-]{1,2}\(?[0-9]+\)?){1,7})(?![\w])"
)
_GROUPED_DIGITS = 9  # fewer are dates, scores and prices
_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{0,15}://|www\.)[^\s<>\"'`(){}\[\]|]+")
_PIECE = re.compile(rf"(?:\b[A-Za-z]:(?=[\\/]))?(?:[\w{_MARKS}./@\\+#~'-])+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*(?:'[^\W\d_]+)*")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z]{2})|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_CAMEL = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]{2}")
_LETTER_SIGN = re.compile(r"(?<![^\W_])[A-Za-z](?:\+\+|#)")
_DECIMAL = re.compile(r"\d+\.\d+")
_DIGIT = re.compile(r"[0-9]")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_RUN = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_UNSPACED_CHARACTER = re.compile(rf"[{_UNSPACED}]")
_ACCENT = re.compile(
    "(?<![иу])\u0306|(?<!і)\u0308|(?<![гк])\u0301|[\u0300\u0302-\u0305\u0307\u0309-\u036f"
    "\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u0652\u0670]"
)
# Latin letters that Unicode does not decompose, as people without the key type them.
_PLAIN_LETTERS = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe"})
_SCHEMES = frozenset({"http", "https", "www", "ftp", "mailto", "file"})
_CONTRACTIONS = {
    "won't": ["will", "not"],
    "can't": ["can", "not"],
    "shan't": ["shall", "not"],
    "ain't": ["is", "not"],
    "let's": ["let", "us"],
    "y'all": ["you", "all"],
}
_CLITICS = {"s": "", "re": "are", "ve": "have", "ll": "will", "d": "would", "m": "am"}

Fold = Callable[[str], str]


def words(text: str) -> list[str]:
    """Return the folded tokens of a text, in order, with repeats.

    A token with inner structure (URL, e-mail, path, dotted or underscored or camelCase name, C++)
    comes whole and is followed by its parts. Contractions are taken apart ("don't": do, not) and a
    possessive 's is dropped. Tokens are cut to 64 characters.
    """
    return list(_read(text, _fold))


def marked_words(text: str) -> list[str]:
    """Return the same tokens as ``words``, with the accents still on them."""
    return list(_read(text, _fold_case))


def strip_accents(word: str) -> str:
    """Take the combining accents off a folded word: é → e; й and Indic vowel signs stay."""
    if word.isascii():
        return word
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", word.translate(_PLAIN_LETTERS)))
    return unicodedata.normalize("NFC", bare)


def _read(text: str, fold: Fold) -> tuple[str, ...]:
    """Return the tokens of a text: recipes, likeness and index read the same one in a row."""
    if len(text) > _LONGEST_KEPT:
        return tuple(_words(text, fold))
    return _of_word(text, fold) if len(text) <= MAX_TOKEN else _of_text(text, fold)


@lru_cache(maxsize=256)  # the turns of a few sessions, some MB at most
def _of_text(text: str, fold: Fold) -> tuple[str, ...]:
    return tuple(_words(text, fold))


@lru_cache(maxsize=8_192)
def _of_word(text: str, fold: Fold) -> tuple[str, ...]:
    return tuple(_words(text, fold))


def _words(text: str, fold: Fold) -> list[str]:
    if _GROUPS.search(text) is not None:
        return _split(text, fold) + _ungrouped(text)
    return _split(text, fold)


def _ungrouped(text: str) -> list[str]:
    """Return the long numbers of a text without what parts their groups: +49 170 555 → 49170555.

    >>> _ungrouped("DE02 1203 0000, (030) 555-0199, on 2025-11-07")
    ['de0212030000', '0305550199']
    """
    joined = ("".join(filter(str.isalnum, match[0])) for match in _GROUPED.finditer(text))
    return [each.lower()[:MAX_TOKEN] for each in joined if len(each) >= _GROUPED_DIGITS]


def _split(text: str, fold: Fold) -> list[str]:
    if text.isascii():
        if _SHAPE.search(text) is None:
            return _plain(text)
    else:
        text = _OTHER_PUNCTUATION.sub(" ", text.replace("’", "'"))
        if text.isascii() and _SHAPE.search(text) is None:
            return _plain(text)
    found: list[str] = []
    for chunk in text.split():
        if chunk.isascii() and _SHAPE.search(chunk) is None:
            found += _plain(chunk)
        else:
            found += _shaped(chunk, fold)
    return found


def _plain(text: str) -> list[str]:
    """Split ASCII text without shapes: the path that most chat turns take."""
    found = text.encode("ascii").translate(_FOLD_ASCII).decode("ascii").split()
    if "'" in text:
        torn, found = found, []
        for word in torn:
            if "'" in word:
                found += _uncontracted(word)
            else:
                found.append(word)
    if len(text) > MAX_TOKEN and max(map(len, found), default=0) > MAX_TOKEN:
        return [word[:MAX_TOKEN] for word in found]
    return found


def _uncontracted(word: str) -> list[str]:
    """Take a word with apostrophes apart: don't → do not, Ada's → ada, l'amour → l amour."""
    word = word[:MAX_TOKEN].strip("'")
    known = _CONTRACTIONS.get(word)
    if known is not None:
        return known
    head, _, tail = word.rpartition("'")
    if head and tail in _CLITICS:
        rest = _uncontracted(head) if "'" in head else [head]
        return [*rest, _CLITICS[tail]] if _CLITICS[tail] else rest
    if tail == "t" and head.endswith("n") and len(head) > 1:
        return [head[:-1], "not"]
    if head == "o":  # O'Brien, o'clock
        return ["o" + tail]
    return [part for part in word.split("'") if part]


def _shaped(chunk: str, fold: Fold) -> list[str]:
    """Split a whitespace-free chunk that holds a URL, path, identifier, number or other script."""
    if "," in chunk:
        chunk = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), chunk)
    found = _amounts(chunk) if _DIGIT.search(chunk) is not None else []
    rest = 0
    if "://" in chunk or "www." in chunk:
        for match in _URL.finditer(chunk):
            found += _pieces(chunk[rest : match.start()], fold)
            url = match[0].rstrip(".,;:!?*_")
            found.append(fold(url))
            found += [part for part in _parts(url, fold) if part not in _SCHEMES]
            rest = match.end()
    found += _pieces(chunk[rest:], fold)
    return found


def _amounts(chunk: str) -> list[str]:
    """Return the amounts that a chunk also stands for: 12.500,00 → 12500; 42,5 → 42.5."""
    found = [match[1].replace(".", "") for match in _DOTTED.finditer(chunk)]
    found += [f"{match[1]}.{match[2]}" for match in _COMMA.finditer(chunk)]
    return found + [match[1] for match in _ROUND.finditer(chunk)]


def _pieces(chunk: str, fold: Fold) -> list[str]:
    found: list[str] = []
    for match in _PIECE.finditer(chunk):
        piece = match[0].strip("'@-").rstrip("./\\~")
        if piece:
            found += _piece(piece, fold)
    return found


def _piece(piece: str, fold: Fold) -> list[str]:
    """Give one piece whole, when its shape means something, and then its parts."""
    if _DECIMAL.fullmatch(piece):
        return [fold(piece)]
    if _ACRONYM.fullmatch(piece):
        joined = _folded(piece.replace(".", ""), fold)
        return _folded(piece, fold) + joined
    if _means_something(piece):
        parts = _parts(piece, fold)
        whole = _folded(piece, fold)
        return parts if parts == whole else whole + parts
    if "-" in piece or "/" in piece or "\\" in piece:
        return [
            word for inner in re.split(r"[-/\\]+", piece) if inner for word in _piece(inner, fold)
        ]
    found = [fold(sign) for sign in _LETTER_SIGN.findall(piece)]
    return found + _parts(piece, fold)


def _means_something(piece: str) -> bool:
    """Tell an e-mail, path, file name or dotted or underscored name from words joined by - or /."""
    if "@" in piece:
        return _MAIL.fullmatch(piece) is not None
    slashes = piece.count("/") + piece.count("\\")
    if slashes:
        return slashes > 1 or piece[0] in "/~." or "." in piece or "_" in piece
    return "." in piece.strip(".") or "_" in piece.strip("_") or piece[:2] == "__"


def _parts(piece: str, fold: Fold) -> list[str]:
    """Split at everything that is no letter or digit, and camelCase humps beside their whole."""
    found: list[str] = []
    for word in _WORD.findall(piece):
        if "'" in word:
            for inner in _uncontracted(fold(word)):
                found += _leaf(inner, fold)
            continue
        found += _leaf(word, fold)
        if _CAMEL.search(word) is not None:
            humps = _HUMP.findall(word)
            if len(humps) > 1:
                found += [fold(hump) for hump in humps]
    return found


def _leaf(word: str, fold: Fold) -> list[str]:
    """Fold one run of letters and digits; scripts without spaces become character pairs."""
    if word.isascii():
        return [fold(word)]
    if _UNSPACED_CHARACTER.search(word) is None:
        return _folded(word, fold)
    found: list[str] = []
    for run in _RUN.findall(word):
        if _UNSPACED_CHARACTER.match(run) is None:
            found += _folded(run, fold)
            continue
        whole = unicodedata.normalize("NFKC", run)
        found += [whole[i : i + 2] for i in range(len(whole) - 1)] or [whole]
        if len(whole) > 1:
            found += [one for one in whole if _is_word(one)]
    return found


def _is_word(character: str) -> bool:
    """Tell a Han character that is a word by itself, or most of one: 狗, 猫."""
    return "\u3400" <= character <= "\u9fff" and not is_function_character(character)


def _folded(word: str, fold: Fold) -> list[str]:
    """Fold a word that may vanish (a lone tatweel) or grow a space: U+037A is " ι" under NFKC."""
    folded = fold(word)
    return [folded] if folded else []


def _fold_case(word: str) -> str:
    if word.isascii():
        return word[:MAX_TOKEN].lower()
    cut = unicodedata.normalize("NFKC", word[:MAX_TOKEN]).casefold()
    return unicodedata.normalize("NFKC", cut).replace(" ", "")[:MAX_TOKEN]


def _fold(word: str) -> str:
    if word.isascii():
        return word[:MAX_TOKEN].lower()
    return strip_accents(_fold_case(word))[:MAX_TOKEN]
