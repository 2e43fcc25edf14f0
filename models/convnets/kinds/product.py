"""Matrix products of two tensors."""

from typing import ClassVar

from convnets.kinds.kind import Call, Extent, Functions, Kind, Maps, Modules, Terms, Unit
from convnets.kinds.reach import Reach


class MatrixProduct(Kind):
    """Rows of one tensor times columns of another."""

    name = "matrix-product"
    modules: ClassVar[Modules] = ()
    functions: ClassVar[Functions] = dict.fromkeys(("matmul", "mm", "bmm"), "input other")
    maps: ClassVar[Maps] = "all"

    def macs(self, call: Call) -> int:
        """A product for each value of a row."""
        return call.units * int(call["input"].shape[-1])

    def connections(self, call: Call) -> int:
        """One for each product."""
        return self.macs(call)

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """Not known: what rows and columns mean is the network's."""
        return None

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The row and the column."""
        left, right = call["input"].detach(), call["other"].detach()
        if left.ndim < 2 or right.ndim < 2:
            return super().terms(call, unit)
        axes = call.output.ndim
        *before, row, column = (0, *unit)
        left = left.expand(*call.output.shape[:-2], *left.shape[-2:]) if axes > 2 else left
        right = right.expand(*call.output.shape[:-2], *right.shape[-2:]) if axes > 2 else right
        return Terms(left[(*before, row)], right[(*before, slice(None), column)])


KINDS = (MatrixProduct(),)
