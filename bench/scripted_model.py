"""A stand-in for a model: rules that answer every prompt of the recipes, in its schema.

It is no language model and knows nothing: it copies sentences, names and frequent words out of what
it is shown, and says yes where words overlap. What runs on it shows that a recipe's branch for
models works and what it costs in calls and tokens; not what a model would bring. The same request
gives the same reply.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from mnemos import Task
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat

PACKAGE = "mnemos.recipes.prompts"
NAME = "rules"
#: Characters of a sentence that is copied.
SENTENCE = 160
#: What it says of one line, of one prompt, and of many lines in short.
OF_LINE, OF_PROMPT, OF_MANY = 1, 12, 3
#: Share of a text's words from which it is about the same.
SAME = 0.5
_WORD = re.compile(r"[A-Za-zÀ-ÿ][\w'’-]{2,}")
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][a-zÀ-ÿ]+")
_END = re.compile(r"(?<=[.!?])\s+")
_STOP = """
    about all also and any are but can could did does for from get got had has have her here him his
    how its just like more much not now one our out really she should some than that the their them
    then there these they this those too very want was were what when where which who why will with
    would yes you your
"""
_COMMON = frozenset(_STOP.split())

Inputs = Mapping[str, Any]
Reply = Mapping[str, object]


class Unknown(ValueError):
    """It was asked what no recipe asks."""


def chat() -> ScriptedChat:
    """Return it as a chat that recipes can ask."""
    return ScriptedChat(reply, name=NAME)


def reply(request: ChatRequest) -> str:
    """Return the reply to one request, as JSON.

    Raises:
        Unknown: It is no prompt of a recipe.
    """
    name = next((each for each, told in prompts().items() if request.system.startswith(told)), None)
    if name is None:
        raise Unknown(f"no recipe asks: {request.system[:80]!r}")
    given: Inputs = json.loads(request.user.partition("\n")[2].rpartition("\n")[0])
    return json.dumps(REPLIES[name](given), ensure_ascii=False)


@cache
def prompts() -> dict[str, str]:
    """Return what every prompt of a recipe begins with, by name."""
    names = sorted(
        each.name.removesuffix(".md")
        for each in files(PACKAGE).iterdir()
        if each.name.endswith(".md")
    )
    return {name: Task.load(PACKAGE, name).instructions for name in names}


# -- what it can do with words


def sentences(text: str) -> list[str]:
    """Return a text's sentences, long ones cut.

    >>> sentences("Rex swam. Did he?  Yes!")
    ['Rex swam.', 'Did he?', 'Yes!']
    """
    return [each.strip()[:SENTENCE] for each in _END.split(text) if each.strip()]


def first(text: str) -> str:
    """Return the first sentence that is no question; never nothing, so that it can be cited."""
    found = sentences(text)
    return next((each for each in found if not each.endswith("?")), found[0] if found else "…")


def words(text: str) -> list[str]:
    """Return the words that tell something, in small letters.

    >>> words("We would like the harbour, and the Harbour!")
    ['harbour', 'harbour']
    """
    return [each for each in map(str.lower, _WORD.findall(text)) if each not in _COMMON]


def keywords(text: str, most: int) -> list[str]:
    """Return the most frequent words; never none."""
    return [word for word, _ in Counter(words(text)).most_common(most)] or ["talk"]


def names(text: str) -> list[str]:
    """Return capitalised words inside sentences, each once.

    >>> names("Ann met Bob in Kiel. Then Bob left.")
    ['Bob', 'Kiel']
    """
    return list(dict.fromkeys(_NAME.findall(text)))


def overlap(text: str, other: str) -> float:
    """Return which share of the smaller text's words the other has as well."""
    one, two = set(words(text)), set(words(other))
    return len(one & two) / max(1, min(len(one), len(two)))


def telling(lines: Sequence[str], most: int = OF_MANY) -> list[int]:
    """Return the places of the lines with the most words that tell something, in their order."""
    ranked = sorted(range(len(lines)), key=lambda place: -len(set(words(lines[place]))))
    return sorted(ranked[:most])


def _about(lines: Sequence[Inputs]) -> list[str]:
    return [str(each["text"]) for each in lines]


def _asserted(lines: Iterable[str]) -> list[tuple[int, str]]:
    """Return (label, first sentence) of the lines that tell something, not too many."""
    told = [(label, first(line)) for label, line in enumerate(lines, 1)]
    return [(label, text) for label, text in told if len(words(text)) > 1][:OF_PROMPT]


def _speaker(line: Inputs) -> str:
    return str(line.get("speaker") or "somebody")


# -- what it replies to each prompt


def _a_mem_note(given: Inputs) -> Reply:
    message = str(given["message"])
    near = [n for n, note in enumerate(given["notes"], 1) if overlap(message, note) >= SAME]
    own = keywords(message, 5)
    return {
        "keywords": own,
        "tags": own[:2],
        "context": first(message),
        "links": near,
        "updates": [
            {"note": n, "context": first(given["notes"][n - 1]), "tags": own[:2]} for n in near[:1]
        ],
    }


def _engram_records(given: Inputs) -> Reply:
    turns = given["turns"]
    dated = re.compile(r"\b(yesterday|today|tomorrow|last|next|\d{4}|\w+day)\b", re.IGNORECASE)
    steps = re.compile(r"\b(first|then|always|never|step|make sure|should)\b", re.IGNORECASE)

    def store(text: str) -> str:
        if steps.search(text):
            return "procedural"
        return "episodic" if dated.search(text) else "semantic"

    return {
        "records": [
            {"turn": label, "store": store(text), "text": f"{_speaker(turns[label - 1])}: {text}"}
            for label, text in _asserted(_about(turns))
        ]
    }


def _hipporag_2_keep(given: Inputs) -> Reply:
    asked = given["question"]
    return {
        "facts": [each["label"] for each in given["facts"] if overlap(asked, each["fact"]) >= SAME]
    }


def _hipporag_2_triples(given: Inputs) -> Reply:
    turns = given["turns"]
    found = []
    for label, text in _asserted(_about(turns)):
        subject = _speaker(turns[label - 1])
        things = [*names(text), *keywords(text, 2)]
        found += [
            {"turn": label, "subject": subject, "relation": "speaks of", "object": thing}
            for thing in list(dict.fromkeys(things))[:2]
        ]
    return {"triples": found}


def _lightmem_facts(given: Inputs) -> Reply:
    told = _asserted(map(str, given["turns"].values()))
    return {"facts": [{"text": text, "turns": [label]} for label, text in told]}


def _lightmem_sleep(given: Inputs) -> Reply:
    old = str(given["old"]["text"])
    newer = [str(each["text"]) for each in given["newer"]]
    if any(set(words(old)) <= set(words(each)) for each in newer):
        return {"action": "delete", "text": ""}
    if any(overlap(old, each) >= SAME for each in newer):
        return {"action": "update", "text": f"{first(old)} {first(newer[-1])}"}
    return {"action": "ignore", "text": ""}


def _mem_gas_session(given: Inputs) -> Reply:
    lines = list(map(str, given["lines"]))
    said = " ".join(first(lines[place]) for place in telling(lines))
    return {"summary": said, "keywords": keywords(" ".join(lines), 15)}


def _mem_tree_topic(given: Inputs) -> Reply:
    return {"summary": " ".join(map(first, given["messages"][:OF_MANY]))}


def _memory_bank_day(given: Inputs) -> Reply:
    lines = _about(given["lines"])
    tastes = re.compile(r"\bI(?:'m| am| love| like| hate| prefer| enjoy)\b")
    own = [place for place, line in enumerate(lines) if tastes.search(line)][:OF_MANY]
    return {
        "summary": _note(lines, telling(lines)),
        "portrait": _note(lines, own) if own else {"text": "", "lines": []},
    }


def _note(lines: Sequence[str], places: Sequence[int]) -> Reply:
    return {
        "text": " ".join(first(lines[place]) for place in places),
        "lines": [place + 1 for place in places],
    }


def _memory_bank_whole(given: Inputs) -> Reply:
    lines = _about(given["lines"])
    return {**_note(lines, telling(lines, 5))}


def _memr3_router(given: Inputs) -> Reply:
    asked, lines = str(given["question"]), _about(given["lines"])
    wanted = list(dict.fromkeys(words(asked)))
    held = {word for line in map(str, given["held"]) for word in words(line)}
    gained = [n for n, line in enumerate(lines, 1) if set(wanted) & set(words(line)) - held]
    held |= {word for n in gained for word in words(lines[n - 1])}
    left = [word for word in wanted if word not in held]
    again = bool(left) and bool(gained)
    return {
        "evidence": gained,
        "gaps": " ".join(left),
        "decision": "retrieve" if again else "answer",
        "query": " ".join(left[:15]) if again else "",
    }


def _read_agent_break(given: Inputs) -> Reply:
    shown = given["paragraphs"]
    least = min(
        given["allowed"],
        key=lambda n: overlap(str(shown.get(str(n), "")), str(shown.get(str(n + 1), ""))),
    )
    return {"after": least}


def _read_agent_gist(given: Inputs) -> Reply:
    told = list(map(str, given["paragraphs"].values()))
    return {"gist": " ".join(first(told[place]) for place in telling(told))}


def _read_agent_pages(given: Inputs) -> Reply:
    asked = str(given["question"])
    pages = {int(n): str(text) for n, text in given["pages"].items()}
    ranked = sorted(pages, key=lambda n: (-overlap(asked, pages[n]), n))
    return {"pages": ranked[:OF_MANY]}


def _scm_gate(given: Inputs) -> Reply:
    return {"needed": bool(words(str(given["question"])))}


def _scm_keep(given: Inputs) -> Reply:
    asked = str(given["question"])
    rest = [(each["line"], overlap(asked, str(each["text"]))) for each in given["lines"][1:]]
    return {
        "drop": [line for line, share in rest if not share],
        "shorten": [line for line, share in rest if 0 < share < SAME],
    }


def _scm_summary(given: Inputs) -> Reply:
    told = sentences(str(given["text"]))
    return {"text": " ".join(told[place] for place in telling(told, 2)) or "…"}


def _sgmem_write(given: Inputs) -> Reply:
    lines = _about(given["turns"])
    return {
        "summary": " ".join(first(lines[place]) for place in telling(lines)),
        "facts": [{"text": text, "turns": [label]} for label, text in _asserted(lines)],
        "insights": [],
    }


def _think_in_memory_organise(given: Inputs) -> Reply:
    held, merged = list(given["held"]), []
    for new in given["new"]:
        like = [old for old in held if overlap(str(old["text"]), str(new["text"])) >= SAME]
        if like:
            held.remove(like[0])
            text = f"{first(str(like[0]['text']))} {first(str(new['text']))}"
            merged.append({"new": new["line"], "old": like[0]["line"], "text": text})
    return {"forget": [], "merge": merged}


def _think_in_memory_thoughts(given: Inputs) -> Reply:
    lines = given["lines"]
    return {
        "thoughts": [
            {
                "line": label,
                "text": f"{_speaker(lines[label - 1])}: {text}",
                "head": _speaker(lines[label - 1]),
                "relation": "speak of",
                "tail": keywords(text, 1)[0],
                "denies": " not " in text or "n't " in text,
            }
            for label, text in _asserted(_about(lines))
        ]
    }


#: Prompt → its reply to what it is given.
def _default_facts(inputs: Inputs) -> Reply:
    """Say of each line that names its speaker what that one speaks of."""
    found = []
    for number, line in enumerate(inputs["lines"], 1):
        told = re.match(r"\d+\. \[[^]]*\] ([^:]+): (.+)", line)
        words = [] if told is None else keywords(told[2], 1)
        if told is not None and words:
            fact = {"line": number, "about": told[1], "slot": "speaks of", "value": words[0]}
            found.append({**fact, "kind": "state", "holds": True, "several": True, "since": ""})
    return {"facts": found[:12]}


REPLIES: dict[str, Callable[[Inputs], Reply]] = {
    "a-mem-note": _a_mem_note,
    "default-facts": _default_facts,
    "engram-records": _engram_records,
    "hipporag-2-keep": _hipporag_2_keep,
    "hipporag-2-triples": _hipporag_2_triples,
    "lightmem-facts": _lightmem_facts,
    "lightmem-sleep": _lightmem_sleep,
    "mem-gas-session": _mem_gas_session,
    "mem-tree-topic": _mem_tree_topic,
    "memory-bank-day": _memory_bank_day,
    "memory-bank-whole": _memory_bank_whole,
    "memr3-router": _memr3_router,
    "read-agent-break": _read_agent_break,
    "read-agent-gist": _read_agent_gist,
    "read-agent-pages": _read_agent_pages,
    "scm-gate": _scm_gate,
    "scm-keep": _scm_keep,
    "scm-summary": _scm_summary,
    "sgmem-write": _sgmem_write,
    "think-in-memory-organise": _think_in_memory_organise,
    "think-in-memory-thoughts": _think_in_memory_thoughts,
}
