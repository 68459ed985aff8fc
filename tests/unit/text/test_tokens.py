"""What text is split into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.text.tokens import MAX_TOKEN, marked_words, strip_accents, words

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("I don't know", ["i", "do", "not", "know"]),
        ("I can’t and won't", ["i", "can", "not", "and", "will", "not"]),
        ("Ada's kids' toys", ["ada", "kids", "toys"]),
        ("She'd've gone", ["she", "would", "have", "gone"]),
        ("O'Brien at 5 o'clock", ["obrien", "at", "5", "oclock"]),
        ("l'amour", ["l", "amour"]),
        ("well-being", ["well", "being"]),
        ("he/she", ["he", "she"]),
        ("", []),
        (" \t\n", []),
        ("...", []),
    ],
)
def test_words_of_plain_text(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,000", ["1000"]),
        ("$1,234.50", ["1234.50"]),
        ("3.14", ["3.14"]),
        ("v1.2.3", ["v1.2.3", "v1", "2", "3"]),
        ("C++ or C#", ["c++", "c", "or", "c#", "c"]),
        ("user_id", ["user_id", "user", "id"]),
        ("getUserId()", ["getuserid", "get", "user", "id"]),
        ("JSONParser", ["jsonparser", "json", "parser"]),
        ("TVs", ["tvs"]),
        ("ada@example.org.", ["ada@example.org", "ada", "example", "org"]),
        ("src/app/my-file.py,", ["src/app/my-file.py", "src", "app", "my", "file", "py"]),
        ("/etc/hosts", ["/etc/hosts", "etc", "hosts"]),
        (r"C:\Users\ada", [r"c:\users\ada", "c", "users", "ada"]),
        ("U.S.", ["u.s", "us"]),
        ("node.js", ["node.js", "node", "js"]),
        ("#tag @ada", ["tag", "ada"]),
    ],
)
def test_shapes_come_whole_and_then_in_parts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CAFÉ cafe\u0301", ["cafe", "cafe"]),
        ("Straße", ["strasse"]),
        ("Ёлка за\u0301мок", ["елка", "замок"]),
        ("мой", ["мой"]),
        ("ＡＢＣ １２", ["abc", "12"]),
        ("ΟΔΟΣ Ελλάδα", ["οδοσ", "ελλαδα"]),
        ("हिन्दी", ["हिन्दी"]),
        ("東京都", ["東京", "京都", "東", "京"]),
        ("東", ["東"]),
        ("2023年5月", ["2023", "年", "5", "月"]),
        ("안녕하세요", ["안녕", "녕하", "하세", "세요"]),
        ("ｶﾞｷﾞ", ["ガギ"]),
        ("“user_id”—naïve", ["user_id", "user", "id", "naive"]),
        ("🎉 party 🎉", ["party"]),
    ],
)
def test_words_of_other_scripts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_marked_words_keep_accents() -> None:
    assert marked_words("Canción Straße") == ["canción", "strasse"]


def test_accents_come_off_but_short_i_stays() -> None:
    assert strip_accents("éàñ ёй") == "ean ей"


@given(ANY_TEXT)
def test_any_text_gives_bounded_tokens_without_blanks(text: str) -> None:
    for word in words(text) + marked_words(text):
        assert 0 < len(word) <= MAX_TOKEN
        assert not any(character.isspace() for character in word)


@given(st.text("abc'’.,_/@:#+-A1é東 ", max_size=80))
def test_shapes_of_any_kind_never_raise(text: str) -> None:
    assert all(words(text))


@given(ANY_TEXT)
def test_folding_is_blind_to_case_in_ascii(text: str) -> None:
    plain = "".join(character for character in text if character.isascii() and character.isalpha())
    assert words(plain.lower()) == words(plain.upper())


@pytest.mark.parametrize(
    "unit",
    ["a", "a.", "a-", "'a", "東", "a@", "\u0301\u0323", "://a", "a_", "aB", "1,", "é", "/", "www."],
)
def test_a_million_characters_take_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert isinstance(words(text), list)  # quadratic, it would not end


def test_nul_and_lone_surrogates_separate_or_pass() -> None:
    assert words("a\x00b \ud800 c") == ["a", "b", "c"]


def test_a_url_is_found_whole_and_by_its_host_words() -> None:
    found = words("see https://www.example.org/a?b=1.")
    assert found == ["see", "https://www.example.org/a?b=1", "example", "org", "a", "b", "1"]
