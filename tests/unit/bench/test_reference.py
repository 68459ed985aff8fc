"""The reference tells every public name, and what recipes need beside them."""

from __future__ import annotations

import re

import mnemos
from bench import reference
from mnemos.store.base import DOC


def test_every_public_name_stands_there_with_what_recipes_take() -> None:
    titles = set(re.findall(r"^#+ (\S+)$", reference.written(), re.MULTILINE))
    assert set(mnemos.__all__) <= titles
    assert {
        "Reader.items",
        "Decide.__call__",
        "Memory.fired",
        "Index.postings",
        "mnemos.recipes.base.Consolidator",
        "Consolidator.consolidate",
        "mnemos.ingest.derive.made",
        "mnemos.recall.ranked.Shares",
    } <= titles


def test_the_columns_of_documents_are_all_told() -> None:
    told = re.findall(r"^\| `(\w+)` \| `[<\w]+` \| \w.+ \|$", reference.written(), re.MULTILINE)
    assert told == list(DOC.names or ())


def test_nothing_of_one_run_stands_there() -> None:
    assert "0x" not in reference.written()


def test_what_nobody_makes_has_no_constructor() -> None:
    assert "(*args, **kwargs)" not in reference.written()
