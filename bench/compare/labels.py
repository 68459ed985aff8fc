"""Put names beside the points of a scatter plot so that none lies on another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

#: How far from a point's rim a place for its name is looked for, in points.
GAPS = range(3, 150, 5)
DIRECTIONS = 16
PADDING_PX = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point that gets its name.

    Args:
        x: In the units of the axis.
        y: In the units of the axis.
        radius: Of what is drawn there, in points.
    """

    name: str
    x: float
    y: float
    radius: float
    bold: bool


def place(axes: Axes, points: Sequence[Point]) -> list[Bbox]:
    """Write each name at the nearest free place, with a thin line to its point if that is far.

    The figure has to be laid out already.

    Returns:
        The boxes of the names with some room around them, in pixels, in the order given.
    """
    inside = axes.get_window_extent()
    taken = [_marker(axes, point) for point in points]
    found: list[Bbox] = []
    for point in points:
        text = axes.annotate(
            point.name,
            (point.x, point.y),
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=9,
            fontweight="bold" if point.bold else "normal",
            ha="center",
            va="center",
            arrowprops={"arrowstyle": "-", "color": "#888888", "linewidth": 0.7},
        )
        if text.arrow_patch is not None:  # its box is the name's alone
            text.arrow_patch.set_visible(False)
        pixels = axes.figure.dpi / 72
        middle = text.get_window_extent().padded(PADDING_PX)
        spot = _spot(middle, point.radius, pixels, inside, taken)
        text.xyann = (spot.right, spot.up)
        if text.arrow_patch is not None:
            text.arrow_patch.set_visible(spot.gap > 2 * GAPS.step)
        box = spot.box(middle, pixels)
        taken.append(box)
        found.append(box)
    return found


def _marker(axes: Axes, point: Point) -> Bbox:
    x, y = axes.transData.transform((point.x, point.y))
    radius = point.radius * axes.figure.dpi / 72
    return Bbox.from_extents(x - radius, y - radius, x + radius, y + radius)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Where a name could stand: its middle's way from its point, in points."""

    gap: int
    right: float
    up: float

    def box(self, middle: Bbox, pixels: float) -> Bbox:
        return middle.translated(self.right * pixels, self.up * pixels)


def _spot(middle: Bbox, radius: float, pixels: float, inside: Bbox, taken: Sequence[Bbox]) -> _Spot:
    """Return the nearest free spot; the last one if none is free."""
    for spot in _spots(radius, middle.width / 2 / pixels):
        box = spot.box(middle, pixels)
        if _within(box, inside) and not any(box.overlaps(other) for other in taken):
            break
    return spot


def _spots(radius: float, half: float) -> Iterator[_Spot]:
    """Yield spots, nearest first, to the right before elsewhere."""
    for gap in GAPS:
        for step in range(DIRECTIONS):
            angle = 2 * math.pi * step / DIRECTIONS
            yield _Spot(
                gap=gap,
                right=math.cos(angle) * (radius + gap + half),
                up=math.sin(angle) * (radius + gap + 5),
            )


def _within(box: Bbox, outer: Bbox) -> bool:
    return bool(
        box.x0 >= outer.x0 and box.x1 <= outer.x1 and box.y0 >= outer.y0 and box.y1 <= outer.y1
    )
