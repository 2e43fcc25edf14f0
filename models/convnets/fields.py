"""Receptive fields: the pixels of the input that a unit sees, by a formula and, exactly, cell by cell.

The formula is that of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
Distill 2019. Of several inputs the field is the union.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from convnets.kinds.kind import Extent
from convnets.kinds.reach import Axis, Reach, Slide
from convnets.layer import Rectangle


@dataclass(frozen=True)
class Span:
    """Along one axis: the pixels that the first unit sees, and the distance to those of the next unit.

    jump is None where there is one unit only.
    """

    start: int = 0
    size: int = 1
    jump: int | None = 1

    def through(self, axis: Axis) -> "Span | None":
        """The receptive field of a unit along this axis; None where the sizes of the units' fields differ."""
        if isinstance(axis, Slide):
            if self.jump is None:
                return self
            reach = axis.dilation * (axis.kernel - 1) * self.jump
            return Span(self.start - axis.padding * self.jump, self.size + reach, self.jump * axis.stride)
        if len(axis.units) > 1 or not axis.units[0]:
            return None
        (cells,), jump = axis.units, self.jump or 0
        return Span(self.start + cells[0] * jump, self.size + (cells[-1] - cells[0]) * jump, None)


Field = tuple[Span | None, Span | None]  # rows and columns
UNSEEN: Field = (None, None)


def through(field: Field, reach: Reach | None) -> Field:
    """The receptive field through a layer with one input."""
    if reach is None:
        return UNSEEN
    rows, columns = (None if span is None else span.through(axis) for span, axis in zip(field, reach, strict=True))
    return rows, columns


def union(fields: Sequence[Field]) -> Field:
    """The union of the receptive fields through all inputs; None where their jumps differ."""
    rows, columns = (_joined(spans) for spans in zip(*fields, strict=True))
    return rows, columns


def _joined(spans: Sequence[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    if len(known) < len(spans) or len({span.jump for span in known}) > 1:
        return None
    start, end = min(span.start for span in known), max(span.start + span.size for span in known)
    return Span(start, end - start, known[0].jump)


def extent_after(before: Extent, reach: Reach | None, shape: Sequence[int]) -> Extent | None:
    """Rows and columns of an output of this shape (without the batch); a vector keeps those that it came from."""
    if len(shape) >= 3:
        return shape[-2], shape[-1]
    if reach is None:
        return None
    rows, columns = (
        size if axis == Slide() else shape[-1] if isinstance(axis, Slide) else len(axis.units)
        for size, axis in zip(before, reach, strict=True)
    )
    return rows, columns


@dataclass(frozen=True)
class Link:
    """One input of a layer: its name, its rows and columns, and the cells of it that each unit reads."""

    name: str
    extent: Extent | None
    reach: Reach | None


def window(links: dict[str, list[Link]], layer: str, row: int, column: int, pixels: str) -> Rectangle | None:
    """The pixels of the input called `pixels` that a unit sees, padding cut off; None where that is not known, or none.

    `links` has the layers in the order of computation. Cells are followed back through every branch, so that the
    rectangle is the smallest that holds all pixels which take part.
    """
    cells: dict[str, tuple[set[int], set[int]]] = {layer: ({row}, {column})}
    for name in reversed(links):
        if name not in cells:
            continue
        units = cells.pop(name)
        for link in links[name]:
            if link.reach is None or link.extent is None:
                return None
            rows, columns = (
                {cell for unit in along for cell in axis.cells(unit, size)}
                for along, axis, size in zip(units, link.reach, link.extent, strict=True)
            )
            if rows and columns:  # else padding alone is read
                known = cells.setdefault(link.name, (set(), set()))
                known[0].update(rows)
                known[1].update(columns)
    if pixels not in cells:
        return None
    rows, columns = cells[pixels]
    return Rectangle(min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)
