"""What a write did, told in one line."""

from __future__ import annotations

from mnemos import Receipt
from mnemos.serve.cli.output import Output


def tell(output: Output, receipt: Receipt, done: str) -> None:
    """Print a receipt.

    Args:
        output: Where to.
        receipt: Of the write.
        done: What was done to the items, as in "3 items forgotten".
    """
    if output.as_json:
        output.document(receipt)
    elif not output.quiet:
        output.show(f"{counted(len(receipt.added), 'item')} {done}{_aside(receipt)}")


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: "1 item", "2,000 items"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _aside(receipt: Receipt) -> str:
    known = f", {len(receipt.existing):,} were so already" if receipt.existing else ""
    return f"{known} (event {receipt.seq})"
