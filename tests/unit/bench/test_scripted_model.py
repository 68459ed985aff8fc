"""The scripted model answers every prompt of every recipe, in its schema, always alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench import scripted_model
from mnemos import ChatRequest, Decider, Task
from mnemos.context.degrade import Less
from mnemos.ingest.facts.listed import Reply
from mnemos.ingest.notes import Note
from mnemos.ingest.order import Organised
from mnemos.ingest.stated import Triples
from mnemos.ingest.statements import Facts
from mnemos.recipes import (
    a_mem,
    engram,
    hipporag_2,
    lightmem,
    mem_gas,
    mem_tree,
    memory_bank,
    memr3,
    read_agent,
    scm,
    sgmem,
    think_in_memory,
)

#: Prompt → what its reply is read as.
SCHEMAS: dict[str, type[Any]] = {
    "a-mem-note": a_mem.Analysis,
    "default-facts": Reply,
    "engram-records": engram.Records,
    "hipporag-2-keep": hipporag_2.Kept,
    "hipporag-2-triples": Triples,
    "lightmem-facts": Facts,
    "lightmem-sleep": lightmem.Verdict,
    "mem-gas-session": mem_gas.Digest,
    "mem-tree-topic": mem_tree.Summed,
    "memory-bank-day": memory_bank.Day,
    "memory-bank-whole": Note,
    "memr3-router": memr3.Route,
    "read-agent-break": read_agent.Pause,
    "read-agent-gist": read_agent.Gist,
    "read-agent-pages": read_agent.Choice,
    "scm-gate": scm.Gate,
    "scm-keep": Less,
    "scm-summary": scm.Short,
    "sgmem-write": sgmem.Written,
    "think-in-memory-organise": Organised,
    "think-in-memory-thoughts": think_in_memory.Thoughts,
}


def test_there_is_a_reply_to_every_prompt_and_to_no_other() -> None:
    assert set(scripted_model.REPLIES) == set(scripted_model.prompts()) == set(SCHEMAS)


@pytest.mark.parametrize("prompt", SCHEMAS)
def test_every_prompt_is_answered_in_its_schema(prompt: str) -> None:
    task = Task.load(scripted_model.PACKAGE, prompt)
    decide = Decider(scripted_model.chat())
    for example in task.examples:
        first, again = (
            decide(task, example.input, SCHEMAS[prompt], lambda: pytest.fail("fell back"))
            for _ in range(2)
        )
        assert first == again
    assert {one.branch for one in decide.decisions} == {"model"}


def test_what_no_recipe_asks_is_refused() -> None:
    with pytest.raises(scripted_model.Unknown, match="no recipe asks: 'Sing!'"):
        scripted_model.reply(ChatRequest(system="Sing!", user=json.dumps({})))
