"""Which way a date points that does not say: "on Friday" after "we met" or after "see you".

English only. Cues are looked for in the clause of the date, and if it has none in the sentence.
"""

from __future__ import annotations

import re
from typing import Literal

Direction = Literal["ahead", "back"]

_REACH = 120  # characters around a date in which its verb is looked for
_NEAR = 64  # characters before it in which a preposition is
_WORD = re.compile(r"[a-z]{2}|'ll")
_BREAK = re.compile(r"[!?\n]|\.(?![\w])(?<!\bmr\.)(?<!\bdr\.)(?<!\bms\.)(?<!\bmrs\.)")
_CLAUSE = re.compile(r"[,;:()—–]|\s-\s|\b(?:and|but|so|because|while|though|although|since i)\b")

# Words of which one anywhere in the sentence speaks of the future.
_FUTURE_WORDS = r"""
    will|won't|shall|should|going to|gonna|next|upcoming|coming|tomorrow|tonight|plans?|planned
    |planning|soon|about to|let's|can't wait|cannot wait|looking forward|scheduled|rescheduled
    |postponed|deadlines?|due|(?:need|needs|want|wants|hope|hopes|have|has|'ve|got|must) to|gotta
    |hoping|must|would (?:like|love)|remind|don't forget|see you|see ya|free on|available on
    |starts?|begins?|ends|expires?|i'd like|i'd love|signed up|registered|enrolled|make it
    |comes|visits|returns|are you|arrives|departs|kicks off|runs out|opens on|closes on
    |supposed to|until then|shall we|can (?:you|we|i)|could (?:you|we)|save the date
"""
# What someone does or is about to do: "we fly", "I'm moving".
_DOES = r"""
    leave|fly|depart|arrive|travel|return|finish|move|graduate|turn|go|come|have|run|work|play
"""
_DOING = r"""
    going|flying|moving|leaving|meeting|visiting|starting|beginning|coming|having|taking|seeing
    |getting|hosting|throwing|playing|running|performing|driving|travell?ing|attending|returning
    |staying|presenting|launching|opening|closing|releasing|giving|joining|heading|celebrating
    |arriving|competing|marrying|turning|graduating|organi[sz]ing|holding|ending|picking|bringing
    |catching|retiring|marrying|teaching|speaking|cooking|dropping|finishing|hiking|swapping|selling
"""
_BOOKED = r"(?:re-?)?book(?:ed)?|reserved?|scheduled?|arranged?|set"
# What is mostly spoken of before it happens; a verb in the past outweighs it.
_EVENTS = r"""
    appointments?|meetings?|flights?|birthday|tickets?|dinner|lunch|brunch|breakfast|exams?
    |interview|wedding|check-?up|lease|rent|reservation|booking|call|party|conference|concert
    |reminder|kick-?off|presentation|delivery|surgery|invited to|(?:have|has|'ve got) (?:an?|my|our
    |the|another|no|two|some)
"""
_PAST_WORDS = r"""
    was|wasn't|were|weren't|did|didn't|had|hadn't|went|met|saw|(?<!'ve )(?<!have )(?<!has )got|came
    |took|gave|made|bought|found|told|said|felt|left|lost|won|ate|ran|drove|flew|wrote|read out
    |heard|began|started|brought|caught|taught|thought|spent|sent|slept|spoke|swam|wore|broke
    |fell|knew|held|kept|sold|sang|drank|chose|became|built|grew|paid|rode|woke|forgot|hung|stood
    |been|done|seen|gone|taken|given|just got
"""
_PARTICIPLE = r"""
    (?<!'m )(?<!'re )(?<!'s )(?<!\bam )(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bget )(?<!\bgetting )
    \b(?!(?:need|feed|speed|indeed|hundred|excited|tired|scared|worried|thrilled|interested
    |supposed|planned|scheduled|rescheduled|postponed|booked|reserved|arranged|exceed|proceed
    |succeed|pumped|stoked|signed up|registered|enrolled|(?:wanted|hoped|needed|decided|agreed
    |promised|invited|expected|wished|entered|asked) (?:for|to|me|us))\b)[a-z]{2,}ed\b
"""


def _any(table: str) -> str:
    """Join the lines of a table into one alternation."""
    return "".join(line.strip() for line in table.strip().splitlines())


_DAY_NAME = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
_FUTURE = re.compile(
    rf"(?<![\w'])(?:{_any(_FUTURE_WORDS)})\b|'ll\b|'ve to\b"
    rf"|(?<!did )(?<!\w)(?:i|we|they|you)\s+(?:{_any(_DOES)})\b"
    rf"|(?:'m|'re|'s|\bam|\bis|\bare)\s+(?:not\s+|also\s+|finally\s+|all\s+|both\s+)?(?:{_any(_DOING)})\b"
    rf"|\b(?:{_BOOKED})\b[^.!?]{{0,60}}\bfor\b"
    r"|\btickets?\s+(?:for|to)\b"
    r"|\b(?:is|are|'s|'re)\s+(?:planned|set|scheduled|booked|reserved|due|closed|open)\b"
)
_EVENT = re.compile(rf"(?<!\w)(?:{_any(_EVENTS)})\b")
_PAST = re.compile(rf"(?<!\w)(?:{_any(_PAST_WORDS)})(?!\w)|{_any(_PARTICIPLE)}")
# What is no past in spite of its verb: "got tickets for", "got moved".
_NO_PAST = re.compile(
    r"\b(?:got|bought|have got|scored|ordered|found)\s+(?=[^.!?]{0,30}\btickets?\s+(?:for|to)\b)"
    r"|\b(?:got|was|were|been|had)\s+(?=(?:moved|rescheduled|postponed|pushed|delayed|scheduled"
    r"|booked)\b)|\b(?:moved|pushed|delayed)\s+(?:back|forward)?\b(?=[^.!?]{0,12}$)"
)
# What points ahead when the date stands right behind it.
_RIGHT_AHEAD = re.compile(
    r"(?:\b(?:moved|changed|pushed|shifted|delayed|postponed|rescheduled|brought)"
    r"(?:\s+(?:back|forward|up|again))?(?:\s+(?:to|till|until|for)|\s*[:—–-])"
    r"|(?<!\bit)(?:\b(?:is|are|isn't|aren't)|'s|'re)(?:\s+(?:now|only|not|still|actually|back))?"
    r"(?:\s+at\s+[\w:.]{1,5}(?:\s+[ap]m)?)?(?:\s+(?:on|in|for))?"
    r"|\bit(?:'s|\s+is)(?:\s+now)?\s+on)"
    rf"\s+(?:the\s+)?{_DAY_NAME}\Z"
)
_BY = re.compile(
    r"\b(?:by|until|till)\s+(?:the\s+)?(?:(?:very\s+)?(?:end|start|beginning|middle)\s+of\s+"
    r"|(?:early|mid|late)[\s-]+|the\s+)?\Z"
)
_SINCE = re.compile(r"\bsince\s+(?:about\s+|around\s+|the\s+|early\s+|late\s+|mid-?\s*)*\Z")
# A habit is no day, and a year of birth is none of the last.
_NEVER = re.compile(
    r"\b(?:every|weekly|monthly|yearly|annually|usually|normally|always|typically|born"
    r"|each (?:day|week|month|year|time)|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b"
    r"|\beach\s+\Z"
)
_PLAIN_PAST = re.compile(r"\b(?:did|was|were|went|had)\b")


def looks_ahead(low: str, start: int, end: int) -> bool:
    """Tell whether the sentence around a span speaks of the future; if unclear, it does not."""
    before, after = _sentence(low, start, end)
    if _WORD.search(before) is None and _WORD.search(after) is None:
        return False
    if _RIGHT_AHEAD.search(before, max(0, len(before) - _NEAR)) is not None:
        return _PLAIN_PAST.search(_NO_PAST.sub(" ", before)) is None
    if _BY.search(before, max(0, len(before) - _NEAR)) is not None:
        return _PLAIN_PAST.search(before) is None
    sentence = f"{before} {after}"
    return _FUTURE.search(sentence) is not None and _PLAIN_PAST.search(sentence) is None


def direction(low: str, start: int, end: int) -> Direction | None:
    """Tell which way a date without a year points, or None where the sentence leaves it open."""
    before, after = _sentence(low, start, end)
    sentence = f"{before} {after}"
    if _NEVER.search(sentence) is not None:
        return None
    if _SINCE.search(before) is not None:
        return "back"
    if _RIGHT_AHEAD.search(before, max(0, len(before) - _NEAR)) is not None:
        return "ahead"
    opening = _CLAUSE.search(after)
    clause = f"{_CLAUSE.split(before)[-1]} {after[: opening.start()] if opening else after}"
    due = _BY.search(before, max(0, len(before) - _NEAR)) is not None
    for part in (clause, sentence):
        words = _NO_PAST.sub(" ", part)
        past = _PAST.search(words) is not None
        ahead = _FUTURE.search(words) is not None
        if past or ahead:
            return None if past and (ahead or due) else "back" if past else "ahead"
        if due:
            return "ahead"
    return "ahead" if _EVENT.search(sentence) is not None else None


def _sentence(low: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a span within its sentence."""
    after = low[end : end + _REACH]
    ending = _BREAK.search(after)
    before = _BREAK.split(low[max(0, start - _REACH) : start])[-1]
    return before, after[: ending.start()] if ending else after
