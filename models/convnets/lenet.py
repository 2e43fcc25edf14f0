"""LeNet-5, as published in 1998 and as it is taught today.

LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", Proceedings of the
IEEE 86(11), 1998: section II.B for the layers, section II.C for the loss, appendix A for the squashing function.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from convnets.classifier import Classifier
from convnets.layers import EuclideanRBF, PartialConvolution, Squash, Subsampling, map_loss
from convnets.network import Network

# Table I: the maps of S2 that each of the 16 maps of C3 reads.
TABLE_I: tuple[tuple[int, ...], ...] = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip

# Ten digits on a 7x12 grid, in the manner of figure 3: what F6 is to look like, row by row, +1 for ink.
_DRAWN = """
..###.. ...##.. .#####. ####### ....##. ####### ..####. ####### ..###.. .#####.
.#...#. ..###.. ##...## .....## ...###. ##..... .##...# ####### .##.##. ##...##
##...## .####.. #.....# ....##. ..####. ##..... ##..... .....## ##...## #.....#
##...## ...##.. ......# ...##.. ..#.##. ##..... ##..... .....#. ##...## #.....#
##...## ...##.. .....## ..####. .##.##. ######. ##..... ....##. .##.##. #.....#
##...## ...##.. ....##. .....## .#..##. ##...## ##.###. ....#.. ..###.. ##...##
##...## ...##.. ...##.. ......# ##..##. ......# ###..## ...##.. .##.##. .######
##...## ...##.. ..##... ......# ####### ......# ##....# ...##.. ##...## ......#
##...## ...##.. .##.... ......# ....##. ......# ##....# ..##... #.....# ......#
##...## ...##.. ##..... #.....# ....##. #.....# ##....# ..##... #.....# .....##
.#...#. ...##.. ##..... ##...## ....##. ##...## .##..## ..##... ##...## ....##.
..###.. .###### ####### .#####. ....##. .#####. ..####. ..##... .#####. .####..
"""


def _bitmaps() -> Tensor:
    rows = [line.split() for line in _DRAWN.split("\n") if line]
    return torch.tensor([[[1.0 if dot == "#" else -1.0 for dot in row[digit]] for row in rows] for digit in range(10)])


BITMAPS = _bitmaps()  # (10, 12, 7)


class LeNet5(Classifier):
    """The network of today's courses: every C3 map reads every S2 map, ReLU, max pooling, a linear output."""

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.c1_relu = nn.ReLU()
        self.s2 = nn.MaxPool2d(2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c3_relu = nn.ReLU()
        self.s4 = nn.MaxPool2d(2)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.c5_relu = nn.ReLU()
        self.f6 = nn.Linear(120, 84)
        self.f6_relu = nn.ReLU()
        self.output = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 1, 32, 32) -> (N, 10) logits."""
        x = self.c1_relu(self.c1(x))  # (N, 1, 32, 32) -> (N, 6, 28, 28)
        x = self.s2(x)  # -> (N, 6, 14, 14)
        x = self.c3_relu(self.c3(x))  # -> (N, 16, 10, 10)
        x = self.s4(x)  # -> (N, 16, 5, 5)
        x = self.c5_relu(self.c5(x))  # -> (N, 120, 1, 1)
        x = self.f6_relu(self.f6(x.flatten(1)))  # -> (N, 84)
        return self.output(x)  # type: ignore[no-any-return]  # -> (N, 10)

    def logits(self, output: Tensor) -> Tensor:
        """Scores whose softmax is the probability of each digit."""
        return output

    def loss(self, output: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy."""
        return functional.cross_entropy(output, labels)


class LeNet5Of1998(Classifier):
    """The network of section II.B: 60,000 trainable parameters, 340,908 connections."""

    # The constant j of equation 9, which the paper leaves open.
    j = 3.0

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.c1_squash = Squash()
        self.s2 = Subsampling(6)
        self.s2_squash = Squash()
        self.c3 = PartialConvolution(6, TABLE_I, 5)
        self.c3_squash = Squash()
        self.s4 = Subsampling(16)
        self.s4_squash = Squash()
        self.c5 = nn.Conv2d(16, 120, 5)
        self.c5_squash = Squash()
        self.f6 = nn.Linear(120, 84)
        self.f6_squash = Squash()
        self.output = EuclideanRBF(BITMAPS.flatten(1))
        for layer in (self.c1, self.c5, self.f6):
            _initialize(layer)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 1, 32, 32) -> (N, 10) penalties: squared distances to the digits' bitmaps."""
        x = self.c1_squash(self.c1(x))  # (N, 1, 32, 32) -> (N, 6, 28, 28)
        x = self.s2_squash(self.s2(x))  # -> (N, 6, 14, 14)
        x = self.c3_squash(self.c3(x))  # -> (N, 16, 10, 10)
        x = self.s4_squash(self.s4(x))  # -> (N, 16, 5, 5)
        x = self.c5_squash(self.c5(x))  # -> (N, 120, 1, 1)
        x = self.f6_squash(self.f6(x.flatten(1)))  # -> (N, 84)
        return self.output(x)  # type: ignore[no-any-return]  # -> (N, 10) squared distances

    def logits(self, output: Tensor) -> Tensor:
        """Scores whose softmax is the probability of each digit: the nearer the bitmap, the higher."""
        return -output

    def loss(self, output: Tensor, labels: Tensor) -> Tensor:
        """Equation 9."""
        return map_loss(output, labels, self.j)


def _initialize(layer: nn.Conv2d | nn.Linear) -> None:
    """Uniform within 2.4 / fan-in, as the paper starts its weights (appendix A)."""
    bound = 2.4 / layer.weight[0].numel()
    nn.init.uniform_(layer.weight, -bound, bound)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


NETWORKS = (
    Network(
        name="lenet5",
        title="LeNet-5 (today)",
        paper=(
            'Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document Recognition", '
            "Proceedings of the IEEE 86(11), 1998"
        ),
        module="convnets.lenet:LeNet5",
        input_shape=(1, 32, 32),
        classes=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
        mean=0.1307,
        std=0.3081,
        parameters=61_706,
    ),
    Network(
        name="lenet5-1998",
        title="LeNet-5 (1998)",
        paper=(
            'Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document Recognition", '
            "Proceedings of the IEEE 86(11), 1998"
        ),
        module="convnets.lenet:LeNet5Of1998",
        input_shape=(1, 32, 32),
        classes=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
        mean=0.0784313725490196,  # 0.1 / 1.275: the paper's background is -0.1 and its ink 1.175 (section II.B)
        std=0.784313725490196,  # 1 / 1.275
        parameters=60_000,
    ),
)
