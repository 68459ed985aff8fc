"""A topic over leaves that stand for turns: what is known of it, and whose words say so.

Its item's text is what it said first, of the two leaves that founded it; its newest words are a
key. It cites the turns that either is made of, and no others, however many leaves it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mnemos.ingest.derive import derived_id, made
from mnemos.types import JSON, Item, Key, Scope

KIND = "topic"


def topic_id(recipe: str, leaves: Sequence[str]) -> str:
    """Return the id of the topic that leaves found."""
    return derived_id(recipe, KIND, leaves, 0)


def founded(leaves: Sequence[Item], text: str, *, recipe: str) -> Item:
    """Return a topic of leaves, each with its turn as first source; the text is made of all.

    It is of their owner and of no session, for leaves of others may come to it.
    """
    blank = made(text, kind=KIND, sources=leaves, recipe=recipe, now=leaves[-1].recorded_at)
    turns = tuple(dict.fromkeys(leaf.sources[0] for leaf in leaves))
    scope = Scope(user=blank.scope.user, agent=blank.scope.agent)
    return replace(blank, scope=scope, sources=turns, attrs={"by": "rules", "founders": turns})


def grown(topic: Item, central: Sequence[Item], count: int) -> Item:
    """Return a topic to which leaves have come: it waits to be summed up.

    Args:
        topic: Before.
        central: The leaves that it is to be summed up from, the most telling first.
        count: How many it holds.
    """
    about: dict[str, JSON] = {"leaves": count, "central": [leaf.id for leaf in central]}
    return replace(topic, attrs={**topic.attrs, **about, "waits": True})


def told(topic: Item, central: Sequence[Item], text: str, *, by: str) -> tuple[Item, Key]:
    """Return a topic with new words, made of these leaves, and the key that holds them.

    Args:
        by: "model": nothing waits any more; "rules": it still does.
    """
    sources = dict.fromkeys([*(leaf.sources[0] for leaf in central), *listed(topic, "founders")])
    trust = min([topic.trust, *(leaf.trust for leaf in central)])
    attrs: dict[str, JSON] = {**topic.attrs, "by": by, "waits": by != "model"}
    after = replace(topic, sources=tuple(sources), trust=trust, attrs=attrs)
    return after, Key(item=topic.id, role="summary", text=text, made_by=topic.made_by)


def listed(topic: Item, name: str) -> list[str]:
    """Return the ids that an attribute lists."""
    found = topic.attrs.get(name)
    return [str(each) for each in found] if isinstance(found, list | tuple) else []


def size(topic: Item) -> int:
    """Return how many leaves a topic holds."""
    found = topic.attrs.get("leaves")
    return found if isinstance(found, int) else 0
