"""What is generated in the documents is up to date, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

from bench.documents import PARTS, ROOT, written

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("document", PARTS)
def test_generated_parts_are_as_the_sources_say(document: str) -> None:
    assert (ROOT / document).read_text(encoding="utf-8") == written(document), "run `make docs`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [
        link for link in links if "://" not in link and not (document.parent / link).exists()
    ]
    assert missing == []
