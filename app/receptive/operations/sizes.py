"""The output size of a sliding window, from shapes alone: V. Dumoulin and F. Visin, arXiv:1603.07285, 2016."""

from dataclasses import dataclass


def _added(before: int, after: int, sign: str) -> str:
    """Both paddings of an axis: 2·p where they are equal, their sum where not."""
    if before == after:
        return f"{sign} 2·{before}"
    return f"+ {before} + {after}" if sign == "+" else f"− ({before} + {after})"


@dataclass(frozen=True, slots=True)
class Axis:
    """A kernel that slides along one axis; all lengths in cells.

    Relationship 15, with p = before + after: o = floor((i + p - d (k - 1) - 1) / s) + 1.
    """

    size: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1

    @property
    def padded(self) -> int:
        """The input with its padding."""
        return self.size + self.before + self.after

    @property
    def span(self) -> int:
        """From the kernel's first cell to its last."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def output(self) -> int:
        """Places that the kernel stands at; below 1 where it does not fit."""
        return (self.padded - self.span) // self.stride + 1

    @property
    def dropped(self) -> int:
        """Cells at the end that no window reaches because of the floor."""
        return (self.padded - self.span) % self.stride

    @property
    def formula(self) -> str:
        """The size with the numbers put in."""
        top = f"{self.size} {_added(self.before, self.after, '+')} − {self.dilation}·({self.kernel} − 1) − 1"
        return f"⌊({top}) / {self.stride}⌋ + 1 = {self.output}"


@dataclass(frozen=True, slots=True)
class TransposedAxis:
    """The way back: each input cell lays its kernel down, a stride apart, and the padding is cropped off.

    Relationship 14, with a for the output padding, p = before + after and dilation as in relationship 15:
    o = s (i - 1) - p + d (k - 1) + a + 1.
    """

    size: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    output_padding: int = 0

    @property
    def whole(self) -> int:
        """The output before it is cropped."""
        return (self.size - 1) * self.stride + self.dilation * (self.kernel - 1) + 1 + self.output_padding

    @property
    def output(self) -> int:
        """The output; below 1 where the padding crops everything."""
        return self.whole - self.before - self.after

    dropped = 0

    @property
    def formula(self) -> str:
        """The size with the numbers put in."""
        crop = _added(self.before, self.after, "−")
        start = f"({self.size} − 1)·{self.stride} {crop} + {self.dilation}·({self.kernel} − 1)"
        return f"{start} + {self.output_padding} + 1 = {self.output}"


@dataclass(frozen=True, slots=True)
class PoolingAxis:
    """A pooling window along one axis, padded by as much on both ends.

    Relationship 7 with padding. With `ceil`, a last window that sticks out counts too, if it begins inside the input or
    the padding before it (the rule of torch.nn.MaxPool2d).
    """

    size: int
    window: int
    stride: int
    padding: int = 0
    ceil: bool = False

    @property
    def _range(self) -> int:
        return self.size + 2 * self.padding - self.window

    @property
    def _without(self) -> int:
        """1 where the window that the ceiling adds would begin behind the input."""
        return int(self.ceil and -(-self._range // self.stride) * self.stride >= self.size + self.padding)

    @property
    def output(self) -> int:
        """Places that the window stands at; below 1 where it does not fit."""
        steps = -(-self._range // self.stride) - self._without if self.ceil else self._range // self.stride
        return steps + 1

    @property
    def dropped(self) -> int:
        """Cells at the end that no window reaches."""
        return max(0, self._range - (self.output - 1) * self.stride)

    @property
    def formula(self) -> str:
        """The size with the numbers put in."""
        left, right = "⌈⌉" if self.ceil else "⌊⌋"
        less = " − 1" if self._without else ""
        top = f"{self.size} + 2·{self.padding} − {self.window}"
        return f"{left}({top}) / {self.stride}{right} + 1{less} = {self.output}"
