"""An erasure's certificate, drawn as a panel."""

from __future__ import annotations

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mnemos import Certificate
from mnemos.serve.cli.figures import size
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import counted

#: So many ids or places are spelt out.
LISTED = 6


def certificate_panel(certificate: Certificate) -> Panel:
    """Return what was erased, from where, and whether it is proved to be gone."""
    made = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in _rows(certificate):
        made.add_row(name, Text(value))
    title, style = _verdict(certificate)
    return Panel(made, title=Text(title), title_align="left", border_style=style)


def _verdict(certificate: Certificate) -> tuple[str, str]:
    if certificate.preview:
        return "would be erased", "yellow"
    if certificate.proved:
        return "erased, and proved to be gone", "green"
    return "erased, but bytes of it are left", "red"


def _rows(certificate: Certificate) -> list[tuple[str, str]]:
    taken = ", ".join(f"{kind} {count:,}" for kind, count in certificate.rows.items() if count)
    files = ", ".join(f"{name} ({size(count)})" for name, count in certificate.files.items())
    searched = f"{files} for {counted(certificate.needles, 'byte string')}"
    rows = [
        ("items", _listed(certificate.ids)),
        ("derived", _listed(certificate.derived)),
        ("rows", taken),
        ("searched", searched if certificate.files else ""),
        ("left over", _listed(certificate.residue)),
        ("same bytes in", _listed(certificate.kept_in)),
        ("other versions", _listed(certificate.related)),
        ("file", "written anew" if certificate.rewritten else ""),
        ("event", "" if certificate.seq is None else str(certificate.seq)),
        ("head", certificate.head),
    ]
    return [(name, value) for name, value in rows if value]


def _listed(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - LISTED:,} more" if len(values) > LISTED else ""
    return ", ".join(one_line(value) for value in values[:LISTED]) + more
