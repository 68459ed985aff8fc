"""Tokens become terms: without function words, and stemmed, so that "hikes" finds "hiking"."""

from __future__ import annotations

import threading

import Stemmer  # type: ignore[import-not-found]  # PyStemmer ships no types

from mnemos.errors import InputError
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
    structure and scripts without spaces pass as they are. One instance serves many threads.

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
        self._stopwords = stopwords(language)
        self._restored = _RESTORED.get(language, ())
        # The stemmer's own cache is off: ours also holds stop words and stripped stems.
        self._stemmer = None if language == "none" else Stemmer.Stemmer(language, 0)
        self._lock = threading.Lock()  # a Snowball stemmer works in one shared buffer
        self._terms: dict[str, str] = {}  # word → term; empty for a stop word

    def terms(self, text: str) -> list[str]:
        """Return the terms of a text in order, with repeats."""
        cache = self._terms
        found = []
        for word in marked_words(text):
            term = cache.get(word)
            if term is None:
                term = self._learn(word)
            if term:
                found.append(term)
        return found

    def query_terms(self, question: str) -> list[str]:
        """Return each term of a question once, in first-seen order.

        A question of nothing but function words keeps them: "Who are you?" still has terms.
        """
        found = list(dict.fromkeys(self.terms(question)))
        if found:
            return found
        stems = (self._stem(word) for word in marked_words(question))
        return list(dict.fromkeys(stem for stem in stems if stem))

    def _learn(self, word: str) -> str:
        term = "" if strip_accents(word) in self._stopwords else self._stem(word)
        if len(self._terms) >= MAX_CACHED:
            self._terms.clear()
        self._terms[word] = term
        return term

    def _stem(self, word: str) -> str:
        if self._stemmer is None or not word.isalpha():
            return strip_accents(word)
        if word.isascii():
            for bare, accented in self._restored:
                if word.endswith(bare):
                    word = word[: -len(bare)] + accented
                    break
        with self._lock:
            stem = self._stemmer.stemWord(word)
        return strip_accents(stem) or strip_accents(word)
