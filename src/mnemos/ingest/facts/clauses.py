"""A turn becomes clauses that may state something: no questions, quotations, wishes, fiction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from mnemos.ingest.facts.verbs import FORMS
from mnemos.text.sentences import is_question, sentences
from mnemos.text.time_words import word_set

MOST_CHARS = 6_000  # of a turn; what is longer is a pasted document
MOST_SENTENCE = 400  # characters; a longer one is no talk
QUOTED = "\x01"  # stands for each character of a quotation, so that spans stay true

Span = tuple[int, int]


class Token(NamedTuple):
    """A word, clitic or mark, with its place in the turn."""

    text: str
    low: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One statement, or what looks like one.

    Args:
        tokens: Its words and marks.
        span: Which characters of the turn it is, [from, to).
        sentence: Those of its sentence.
        first: Whether it opens its sentence.
        opener: What led into it and was taken off: "sorry", "actually", "yes" …, in lower case.
        carried: Whether it goes on with the subject of the clause before: "… and comes by tram".
    """

    tokens: tuple[Token, ...]
    span: Span
    sentence: Span
    first: bool
    opener: str = ""
    carried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A turn's clauses that state something.

    Args:
        clauses: In order.
        masked: The turn's text with quotations blanked, character for character.
        jest: Whether the turn takes back in jest what its speaker said just before.
    """

    clauses: tuple[Clause, ...] = ()
    masked: str = ""
    jest: bool = False


_TOKEN = re.compile(
    r"\x01+|n't\b|'(?:m|re|ve|ll|d|s)\b|(?=[^\W_]++(?<=n)'t\b)[^\W_]+(?=n't\b)"
    r"|[€$£¥]?\d+(?:[.,:]\d+)*%?"
    r"|[^\W_]+(?:[-&][^\W_]+|'(?!(?:s|m|re|ve|ll|d)\b)[^\W\d_]+)*|[^\w\s]"
)
_QUOTES = re.compile(
    r"```[\s\S]*?(?:```|\Z)"
    r"|\"[^\"\n]*(?:\"|$)|“[^”\n]*(?:”|$)|„[^“”\n]*(?:[“”]|$)|«[^»\n]*(?:»|$)"
    r"|(?<![\w'])'(?=[A-Z])[^'\n]{2,}(?:'\w[^'\n]*)*'(?=[\s.,!?;:)]|$)|^>.*$|`[^`\n]*`",
    re.MULTILINE,
)
#: What stands behind is somebody's text and no statement: "Translate this: …".
_PASTED = re.compile(
    r"\b(?:write|rewrite|rephrase|translate|proofread|correct|edit|improve|summari[sz]e|check|fix)\b"
    r"[^.!?:\n]{0,80}:(?=\s)",
    re.IGNORECASE,
)
_FICTION = re.compile(
    r"\bin (?:my|the|our|this|her|his) (?:\w+ )?(?:novel|story|book|dreams?|game|fan ?fic\w*"
    r"|screenplay"
    r"|script|campaign|role-?play|rpg|film|movie|simulation|sketch|skit|musical|comic|series|show"
    r"|poem|song|lyrics|play)\b|\b(?:imagine|pretend\w*|role-?play\w*|hypothetically|fictional"
    r"|suppose|supposing|let's say|what if|once upon a time|for the sake of argument)\b"
    r"|\bmy (?:character|protagonist|persona|avatar|costume|elf|wizard|paladin)\b"
    r"|\bin (?:another|a parallel|an alternate) (?:life|world|universe)\b"
    r"|\bin my (?:dreams|next life|past life|previous life)\b|\bdressed (?:up )?as\b"
    r"|\b(?:just|only|i'm|totally) (?:kidding|joking)\b|\bj/?k\b|\bas a joke\b|\bapril fool"
    r"|\bkidding!|/s\b|\bthe narrator\b|\bi (?:dreamt|dreamed)\b|\bact as\b|\byou are (?:a|an)\b"
    r"|\bwrite (?:me )?(?:a|an|the) (?:\w+ ){0,3}(?:story|poem|song|novel|scene|letter|essay|script"
    r"|dialogue|monologue)\b"
)
_TONIGHT = re.compile(r"\b(?:tonight|for halloween|at the party)\b[^.!?]{0,20}\bi(?:'m| am) an?\b")
_TONIGHT_WORDS = frozenset({"tonight", "halloween", "party"})
_JEST = re.compile(
    r"^\W*(?:just |only |i'm |i was |haha,? |lol,? )*(?:kidding|joking|jk)\b"
    r"|\b(?:joking|jokes|kidding) (?:aside|apart)\b|^\W*j/?k\b|^\W*lol,? (?:no|jk)\b"
)
#: One of them stands wherever the patterns match.
_JEST_WORDS = frozenset("kidding joking jokes jk k lol".split())  # noqa: SIM905
_FICTION_WORDS = frozenset(
    """
    novel story book dream dreams game fan fanfic fanfiction screenplay script campaign role
    roleplay rpg film movie simulation sketch skit musical comic series show poem song lyrics play
    imagine pretend pretending hypothetically fictional suppose supposing say if upon sake character
    protagonist persona avatar costume elf wizard paladin life world universe dressed kidding joking
    jk k joke april s narrator dreamt dreamed act you write
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_SARCASM = re.compile(
    r"^\W*(?:(?:oh|yeah|ah|ha),? )+(?:sure|great|joy|right|wonderful|fantastic|of course|yeah"
    r"|brilliant|perfect)\b|\bi (?:just|simply) (?:love|adore) (?:it when|how|when|\w+ing)\b"
    r"|\byeah,? right\b|\bbest day of my life\b|\bas if\b"
)
_SARCASM_WORDS = frozenset("oh yeah ah ha love adore if best".split())  # noqa: SIM905
_OPENS_UNREAL = re.compile(
    r"^\W*(?:(?:and|but|so|well|oh|yes|no|ok|okay|sure)\W+)*(?:if|unless|whether|imagine|suppose"
    r"|supposing|say i|should (?:i|we|the|my|he|she|they|it)|had (?:i|we|he|she|they)|were (?:i|we)"
    r"|once|assuming|provided|in case|until|when(?:ever)? (?:i|we|you)|what if|wish|let's|let me"
    r"|maybe|perhaps|possibly|probably|please(?! (?:remember|note|call me))|would|could|why|how"
    r"|what|who|where)\b"
)
_UNREAL = re.compile(
    r"\b(?:if|unless|whether|wish|as though|maybe|perhaps|possibly|probably|might|hopefully|would"
    r"|could|should|supposed to|thinking (?:of|about)|considering|dream(?:ing)? of|pretend\w*"
    r"|hope|hoping|wonder\w*|imagine|tempted|almost|nearly|not sure|unsure|apparently|seems?"
    r"|allegedly|rumou?r\w*)\b|\b(?:i|we|he|she|they)'d\b(?! (?:been|had|lived|worked|booked))"
)
# "Bob says …", "I think …": what follows is no statement of the speaker's.
_REPORT = re.compile(
    r"\b(?:say|says|said|saying|tell|tells|told|claim|claims|claimed|think|thinks|thought|believe"
    r"|believes|believed|reckons?|heard|guess(?! what)|assume|assumes|assumed|doubt|insists?"
    r"|insisted|swears?|swore|jokes?|joked|quotes?|quoted|goes ,"
    r"|(?:he|she|they|i) (?:was|is|were|am) like|'s like,|according to"
    r"|asked (?:me|us|him|her|if)|wrote"
    r"|writes|calls me|they call me|feel like|feels like|means that|accus\w+|expects?|wants? me)\b"
)
_SPLIT = re.compile(
    r"(?=[\s;,.:()–—…])(?:"  # nearly every letter fails here already
    r"\s*;\s*|\s+[–—-]+\s+|\s*[–—]\s*|\s*\.\.\.\s*|\s*…\s*|(?<=\w):\s+|\s*[()]\s*"
    r"|,?\s+(?:and then|and so|and|but|so|because|cause|while|though|although|whereas|yet|plus)\s+"
    r"(?=(?:(?:now|then|also|today|these days|nowadays|currently|at the moment|right now"
    r"|(?:since|from|as of) [\w ]{2,20}?),?\s+)?"
    r"(?:i|i'm|we|my|our|he|she|they|it|his|her|that's|there)\b)"
    r"|,\s+(?=(?:if|in case|unless|though|when|whenever|as long as)\s)"
    r"|,?\s+(?=(?:now|then|today|these days|nowadays|currently)\s+(?:i|we|he|she|it|my|our)\b)"
    r"|,\s+(?:only that|except that|just that|now that)\s+(?=(?:i|we|my)\b)"
    r"|,\s+(?=(?:i|we|he|she|my|our|it|they|mine)(?:'|\s))"
    r"|,?\s+(?:and|but|while|though|whereas)\s+(?=[A-Z]\w+(?:'s|\s+(?:is|has|was|lives|works"
    r"|got)\b)))",
    re.IGNORECASE,
)
_NAME_VERB = re.compile(
    r",\s+(?=[A-Z]\w+(?: from \w+| \w+)?\s+(?:is|has|lives|works|drives|rides|got|plays|owns)\b)"
)
_CARRY = re.compile(
    r",?\s+(?:and|but)\s+(?:now\s+|then\s+|also\s+|already\s+|recently\s+|just\s+)?(?=([a-z]+)\b)"
)
_CONTRAST = re.compile(r"\b(?:but|while|whereas|though)\W*(?:now |these days )?\Z")
_ASKS_AFTER = re.compile(
    r"(?:,| -| –|;) (?:so |and |but )?(?:can|could|would|will|do|does|did|what|how|why|where"
    r"|who|which"
    r"|any|should|is there|are there|shall|may) \b"
)
_OWN_START = re.compile(r"\W*(?:(?:hi|hey|hello|ok|so|well|and|also)\W+)*(?:i|my|we|our)\b")
_LEADS = re.compile(
    r"(?:from|since|as of|starting|beginning|in|on|last|this|next|after|before|at|during|over|by"
    r"|with|without|for|two|three|a|one|yesterday|earlier)\s(?:[\w'-]+\s){0,5}?[\w'-]+,?\s"
    r"(?=(?:i|we|he|she|my|our)(?:\s|'))",
    re.IGNORECASE,
)
_OPENERS = re.compile(
    r"(?:(?:yes|yeah|yep|yup|no|nope|nah|well|so|actually|oh|ah|hm+|hey|hi|hello|ok|okay|right"
    r"|sorry"
    r"|oops|wait|sure|thanks|thank you|honestly|fyi|btw|by the way|update|news|anyway|also|and|but"
    r"|look|listen|correction|turns out|in fact|fun fact|confession|as you know|to be honest|indeed"
    r"|good news|bad news|big news|great news|as for me|for me|personally|in life|in real life"
    r"|unfortunately|sadly|luckily|finally|great|cool|wow|haha|lol|absolutely|definitely|exactly"
    r"|of course|me|guess what|for the record|just so you know|note that|please remember that"
    r"|please note that|remember that|remember,|remember|you know|i mean|after all|besides"
    r"|my bad|scratch that|strike that|new chapter|plot twist|truth is|long story short"
    r"|i'm happy to say|without it|these days|nowadays|currently|at the moment|right now|now|then"
    r"|today|as of (?:now|today|this (?:week|month|year))|for now|since then|as always|still"
    r"|in the end|instead|again|that(?= i\b)|all right|please remember|please note)(?:\b|"
    r"(?<=,))[\s,.:!–—-]*)+",
    re.IGNORECASE,
)


def quotes(text: str) -> list[Span]:
    """Return the quotations of a text, marks included."""
    return [match.span() for match in _QUOTES.finditer(text[:MOST_CHARS]) if len(match[0]) > 2]  # noqa: PLR2004


def cut(text: str) -> Cut:
    """Return the clauses of a turn that may state a fact."""
    text = text[:MOST_CHARS]
    masked = _QUOTES.sub(lambda match: QUOTED * len(match[0]), text).replace("’", "'")
    pasted = _PASTED.search(masked) if ":" in masked else None
    if pasted is not None:
        masked = masked[: pasted.end()] + QUOTED * (len(masked) - pasted.end())
    low = masked.lower()
    if len(low) != len(masked):  # a few letters grow when lowered
        low = "".join(one.lower() if len(one.lower()) == 1 else one for one in masked)
    words = word_set(low)
    jest = not _JEST_WORDS.isdisjoint(words) and _JEST.search(low) is not None
    unreal = not _FICTION_WORDS.isdisjoint(words) and not jest and _FICTION.search(low) is not None
    unreal |= not _TONIGHT_WORDS.isdisjoint(words) and _TONIGHT.search(low) is not None
    unreal |= not _SARCASM_WORDS.isdisjoint(words) and _SARCASM.search(low) is not None
    if unreal:
        return Cut(masked=masked)
    found: list[Clause] = []
    for start, stop in sentences(masked):
        if stop - start > MOST_SENTENCE:
            continue
        asks = is_question(masked[start:stop])
        end = _told(low, start, stop) if asks else stop
        if end > start and _OPENS_UNREAL.match(low, start, end) is None:
            _clauses(masked, low, (start, end), found)
    return Cut(clauses=tuple(found), masked=masked, jest=jest)


def _told(low: str, start: int, end: int) -> int:
    """Return where the statement ends that leads to a question: "I'm new here, can you …?"."""
    match = _ASKS_AFTER.search(low, start, end)
    told = match is not None and _OWN_START.match(low, start, end) is not None
    return match.start() if match is not None and told else start


def _clauses(masked: str, low: str, sentence: Span, found: list[Clause]) -> None:
    """Add a sentence's clauses, up to the first that is unreal or reports another's words."""
    first, reported = True, False
    for start, end, carried in _pieces(masked, sentence):
        if _UNREAL.search(low, start, end) is not None:
            if carried or first:
                first = False
                continue
            break
        if _REPORT.search(low, start, end) is not None:
            reported = True
            continue
        if reported and not (
            _CONTRAST.search(low[max(sentence[0], start - 16) : start]) is not None
            and _OWN_START.match(low, start, end) is not None
        ):
            continue
        reported = False
        opening = _OPENERS.match(low, start, end)
        body = start if opening is None else opening.end()
        leading = _LEADS.match(low, body, end)
        body = body if leading is None else leading.end()
        opener = "" if opening is None else opening[0]
        tokens = tokenise(masked, (body, end))
        if tokens or opener:
            found.append(
                Clause(
                    tokens=tokens,
                    span=(start, end),
                    sentence=sentence,
                    first=first,
                    opener=opener.strip(),
                    carried=carried,
                )
            )
        first = False


def _pieces(masked: str, sentence: Span) -> list[tuple[int, int, bool]]:
    """Cut a sentence where a new subject, or a new verb of the same subject, begins."""
    start, end = sentence
    cuts = [(match.start(), match.end(), False) for match in _SPLIT.finditer(masked, start, end)]
    cuts += [(one.start(), one.end(), False) for one in _NAME_VERB.finditer(masked, start, end)]
    for match in _CARRY.finditer(masked, start, end):
        form = FORMS.get(match[1].lower())
        if form is not None and (form.third or form.past or form.base):
            cuts.append((match.start(), match.end(), True))
    pieces: list[tuple[int, int, bool]] = []
    carried = False
    for cut_start, cut_end, carries in sorted(cuts):
        if cut_start < start or (not carries and _is_pair(masked, start, cut_start, cut_end)):
            continue
        if cut_start > start:
            pieces.append((start, cut_start, carried))
        start, carried = cut_end, carries
    if start < end:
        pieces.append((start, end, carried))
    return pieces


def _is_pair(masked: str, start: int, cut_start: int, cut_end: int) -> bool:
    """Tell whether what is cut is "Ilya and I": two people, and no clause before the "and"."""
    before = masked[start:cut_start].split()
    return bool(
        len(before) == 1
        and before[0][:1].isupper()
        and "and" in masked[cut_start:cut_end].lower()
        and masked[cut_end : cut_end + 2] in {"I ", "my", "hi", "he"}
    )


def tokenise(text: str, span: Span) -> tuple[Token, ...]:
    """Return words, clitics ("n't", "'m") and marks of a span."""
    return tuple(
        Token(match[0], match[0].lower(), match.start(), match.end())
        for match in _TOKEN.finditer(text, *span)
    )
