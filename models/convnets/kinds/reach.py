"""The cells of a map that one unit reads, along one axis."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Mode = Literal["zeros", "reflect", "replicate", "circular"]


@dataclass(frozen=True)
class Slide:
    """A sliding window: unit u reads the cells u * stride - padding + dilation * i for every i below `kernel`."""

    kernel: int = 1
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    mode: Mode = "zeros"  # the cells that stand in for those outside the map

    def cells(self, unit: int, size: int) -> Iterable[int]:
        """The cells of a map of `size` that the unit reads."""
        start = unit * self.stride - self.padding
        cells = range(start, start + self.kernel * self.dilation, self.dilation)
        if self.mode == "zeros":
            return [cell for cell in cells if 0 <= cell < size]
        return [self._within(cell, size) for cell in cells]

    def _within(self, cell: int, size: int) -> int:
        match self.mode:
            case "circular":
                return cell % size
            case "reflect":
                cell = abs(cell)
                return cell if cell < size else 2 * (size - 1) - cell
            case _:
                return min(max(cell, 0), size - 1)


@dataclass(frozen=True)
class Table:
    """The cells of each unit one by one, where they follow no stride."""

    units: tuple[range, ...]

    def cells(self, unit: int, size: int) -> Iterable[int]:
        """The cells that the unit reads; `size` is that of the map."""
        return self.units[unit]


Axis = Slide | Table
Reach = tuple[Axis, Axis]  # rows and columns
SAME: Reach = (Slide(), Slide())


def whole(size: int, units: int = 1) -> Table:
    """Every unit reads every cell."""
    return Table((range(size),) * units)


def expanded(before: int, after: int) -> Axis:
    """An axis whose single cell is read by every unit, or where every unit reads its own."""
    return whole(1, after) if before == 1 and after > 1 else Slide()


def fitted(cells: list[int], size: int) -> Axis:
    """The axis on which unit u reads `cells[u]` alone, -1 for none: a window of one cell where it slides evenly."""
    pairs = [(unit, cell) for unit, cell in enumerate(cells) if cell >= 0]
    steps = {b[1] - a[1] for a, b in pairwise(pairs) if b[0] == a[0] + 1}
    stride = steps.pop() if len(steps) == 1 else 1
    if pairs and not steps and stride > 0:
        slide = Slide(1, stride, pairs[0][0] * stride - pairs[0][1])
        if all(list(slide.cells(unit, size)) == [cell] * (cell >= 0) for unit, cell in enumerate(cells)):
            return slide
    return Table(tuple(range(cell, cell + 1) if cell >= 0 else range(0) for cell in cells))
