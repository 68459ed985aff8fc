"""Tokens become terms: without function words, and stemmed, so that "hikes" finds "hiking"."""

from __future__ import annotations

import threading

import Stemmer  # type: ignore[import-not-found]  # PyStemmer ships no types

from mnemos.errors import InputError
from mnemos.text import german, languages
from mnemos.text.stopwords import stopwords
from mnemos.text.tokens import marked_words, strip_accents

MAX_CACHED = 65_536  # words a language uses daily, several times over; about 10 MB

# Endings whose accents the stemmers need and hurried typists leave out.
_RESTORED: dict[str, tuple[tuple[str, str], ...]] = {
    "portuguese": (("cao", "ção"), ("coes", "ções"), ("sao", "são"), ("soes", "sões")),
    "spanish": (("cion", "ción"), ("sion", "sión")),
}


class Analyzer:
    """Turns texts and questions into the terms that the lexical index holds.

    Stemming goes over the accented word and the accents come off the stem, so "información" and
    "informacion" give one term. Only words of letters are stemmed; numbers, names with inner
    structure and scripts without spaces pass as they are. A text that is plainly in another
    language (see ``languages``) is stemmed in that. One instance serves many threads.

    Args:
        language: A Snowball language; "none" neither stems nor drops function words.

    Raises:
        InputError: There is no stemmer for this language.
    """

    def __init__(self, language: str = "english") -> None:
        known = sorted(Stemmer.algorithms())
        if language != "none" and language not in known:
            raise InputError(
                f"no stemmer for language {language!r}; known are none, {', '.join(known)}"
            )
        self.language = language
        self._latin = languages.latin(language)
        self._cyrillic = languages.cyrillic(language)
        self._stemming: dict[str, _Stemming] = {}

    def terms(self, *texts: str) -> list[str]:
        """Return the terms of a text, or of several read as one, in order, with repeats."""
        words = [word for text in texts for word in marked_words(text)]
        return self._in(self._stemmed_in(words)).terms(words)

    def stemmed_in(self, text: str) -> str:
        """Return the language in which the Latin words of a text are stemmed, for ``terms_in``."""
        return self._stemmed_in(marked_words(text))

    def terms_in(self, language: str, text: str) -> list[str]:
        """Return the terms of a text, or of a part of one, that is known to be in a language."""
        return self._in(language).terms(marked_words(text))

    def query_terms(self, question: str) -> list[str]:
        """Return each term of a question once, in first-seen order.

        A question of nothing but function words keeps them: "Who are you?" still has terms.
        """
        return list(self.query_forms(question))

    def query_forms(self, question: str) -> dict[str, tuple[str, ...]]:
        """Return the terms of a question, each with what else the same words may stand as.

        A question in another language than the memory's is stemmed in its own; but a short turn
        may not have shown its language, and stands in the index as the memory's language stems it.
        """
        words = marked_words(question)
        own, home = self._in(self._stemmed_in(words)), self._in(self._latin)
        stems = {word: own.term(word) for word in words}
        if not any(stems.values()):
            stems = {word: own.stem(word) for word in words}
        found: dict[str, tuple[str, ...]] = {}
        for word, stem in stems.items():
            if stem:
                others = found.get(stem, ())
                other = home.stem(word)
                found[stem] = others if other in {stem, *others} else (*others, other)
        return found

    def spoken(self, text: str) -> str:
        """Return the language that a text is in: its own if it shows, else the memory's."""
        words = marked_words(text)
        if self.language != "none" and 2 * sum(map(languages.is_cyrillic, words)) > len(words):
            return self._cyrillic
        return self._stemmed_in(words)

    def _stemmed_in(self, words: list[str]) -> str:
        if self.language == "none":
            return "none"
        plain = words if "".join(words).isascii() else [strip_accents(word) for word in words]
        return languages.spoken(plain, self._latin)

    def _in(self, language: str) -> _Stemming:
        if language not in self._stemming:
            other = "none" if self.language == "none" else self._cyrillic
            self._stemming[language] = _Stemming(language, other)
        return self._stemming[language]


class _Stemming:
    """Words of one Latin language, and those in Cyrillic letters between them, become terms."""

    def __init__(self, language: str, cyrillic: str) -> None:
        self._latin = _Language(language)
        self._cyrillic = _Language(cyrillic)
        self._terms: dict[str, str] = {}  # word → term; empty for a stop word

    def terms(self, words: list[str]) -> list[str]:
        cache = self._terms
        found = []
        for word in words:
            term = cache.get(word)
            if term is None:
                term = self.term(word)
            if term:
                found.append(term)
        return found

    def term(self, word: str) -> str:
        language = self._of(word)
        term = "" if strip_accents(word) in language.stopwords else language.stem(word)
        if len(self._terms) >= MAX_CACHED:
            self._terms.clear()
        self._terms[word] = term
        return term

    def stem(self, word: str) -> str:
        return self._of(word).stem(word)

    def _of(self, word: str) -> _Language:
        return self._cyrillic if languages.is_cyrillic(word) else self._latin


class _Language:
    """The stemmer and the function words of one language."""

    def __init__(self, language: str) -> None:
        self.stopwords = stopwords(language)
        self._restored = _RESTORED.get(language, ())
        # The stemmer's own cache is off: ours also holds stop words and stripped stems.
        self._stemmer = None if language == "none" else Stemmer.Stemmer(language, 0)
        self._lock = threading.Lock()  # a Snowball stemmer works in one shared buffer
        self._german = language == "german"

    def stem(self, word: str) -> str:
        if self._stemmer is None or not word.isalpha():
            return strip_accents(word)
        if self._german:
            return strip_accents(german.stem(word))
        if word.isascii():
            for bare, accented in self._restored:
                if word.endswith(bare):
                    word = word[: -len(bare)] + accented
                    break
        with self._lock:
            stem = self._stemmer.stemWord(word)
        return strip_accents(stem) or strip_accents(word)
