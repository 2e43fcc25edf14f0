"""Networks written by hand, small and large, for tests of traces and kinds."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class Chain(nn.Sequential):
    """Modules in a row, typed."""

    def forward(self, x: Tensor) -> Tensor:
        for part in self:
            x = part(x)
        return x


def alexnet() -> nn.Module:
    """The features of A. Krizhevsky's second AlexNet (2014)."""
    return Chain(
        nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(inplace=True),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(inplace=True),
        nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
        nn.AdaptiveAvgPool2d(6), nn.Flatten(), nn.Dropout(), nn.Linear(256 * 36, 1000),
    )  # fmt: skip


def vgg16() -> nn.Module:
    """The features of VGG-16, with fewer maps."""
    layers: list[nn.Module] = []
    maps = 3
    for width in (8, 8, 0, 16, 16, 0, 16, 16, 16, 0, 32, 32, 32, 0, 32, 32, 32, 0):
        layers += [nn.Conv2d(maps, width, 3, padding=1), nn.ReLU()] if width else [nn.MaxPool2d(2)]
        maps = width or maps
    return Chain(*layers)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 and a shortcut; the stride in the first 1x1, as in the paper, or in the 3x3, as in torchvision."""

    def __init__(self, maps: int, width: int, stride: int = 1, *, paper: bool) -> None:
        super().__init__()
        first, second = (stride, 1) if paper else (1, stride)
        self.conv1, self.bn1 = nn.Conv2d(maps, width, 1, first, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, second, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride > 1 or maps != 4 * width:
            self.downsample = Chain(nn.Conv2d(maps, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y += x if self.downsample is None else self.downsample(x)
        out: Tensor = self.relu(y)
        return out


class ResNet(nn.Module):
    """ResNet-50 for (3, 4, 6, 3), ResNet-152 for (3, 8, 36, 3)."""

    def __init__(self, blocks: Sequence[int], width: int = 64, *, paper: bool = False) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        self.relu, self.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        maps = width
        for stage, count in enumerate(blocks):
            size = width * 2**stage
            parts = []
            for block in range(count):
                parts.append(Bottleneck(maps, size, 2 if stage and not block else 1, paper=paper))
                maps = 4 * size
            self.add_module(f"layer{stage + 1}", Chain(*parts))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(maps, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in range(1, 5):
            x = self.get_submodule(f"layer{stage}")(x)
        out: Tensor = self.fc(torch.flatten(self.avgpool(x), 1))
        return out


class Skip(nn.Module):
    """A strided stem, two paths of different depth added, a function, a concatenation, a flattening in between."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.wide = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=2, bias=False)
        self.head = nn.Linear(8 * 4 * 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = functional.relu(x + self.wide(x))
        x = torch.cat((x, x), dim=1)
        x = functional.max_pool2d(x, 2)
        out: Tensor = self.head(x.flatten(1))
        return out


class Inception(nn.Module):
    """Four branches of different windows side by side, joined by concatenation."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.three = nn.Conv2d(2, 2, 1), nn.Conv2d(2, 3, (3, 1), padding=(1, 0))
        self.five, self.pool = nn.Conv2d(2, 2, 5, padding=2), nn.MaxPool2d(3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)


class Twice(nn.Module):
    """One convolution, used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(self.conv(x))
        return out


class ShuffleUnit(nn.Module):
    """ShuffleNet V2: half of the maps pass, the others are convolved, and the halves are shuffled."""

    def __init__(self) -> None:
        super().__init__()
        self.reduce, self.depth = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 3, padding=1, groups=4)

    def forward(self, x: Tensor) -> Tensor:
        left, right = x.chunk(2, dim=1)
        x = torch.cat((left, self.depth(self.reduce(right))), dim=1)
        count, maps, height, width = x.shape
        x = x.view(count, 2, maps // 2, height, width).transpose(1, 2).contiguous()
        return x.view(count, maps, height, width)


class TwoHeads(nn.Module):
    """Two outputs, and a third one while it is trained."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.auxiliary = nn.Conv2d(1, 4, 3), nn.Linear(4, 2)
        self.classes, self.boxes = nn.Linear(4, 3), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        x = self.body(x).mean((2, 3))
        heads = (self.classes(x), self.boxes(x))
        return (*heads, self.auxiliary(x)) if self.training else heads


class InPlace(nn.Module):
    """In-place functions and modules behind layers whose outputs are used again."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 2, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.first(x))
        y: Tensor = self.second(x)
        y += x
        return y.relu_()


class Excitation(nn.Module):
    """Squeeze and excitation: every map times a number that the whole map decides."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.down, self.up = nn.Conv2d(1, 4, 3), nn.Linear(4, 2), nn.Linear(2, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        gate = torch.sigmoid(self.up(functional.relu(self.down(functional.adaptive_avg_pool2d(x, 1).flatten(1)))))
        return x * gate[:, :, None, None]


class UNet(nn.Module):
    """Down by pooling and by a stride, up by interpolation and by a transposed convolution, joined on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 3, 3, stride=2, padding=1)
        self.up1 = nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1, output_padding=1)
        self.up2, self.last = nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(2, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = self.down1(x)
        b = functional.max_pool2d(a, 2)
        c = self.up1(self.down2(b))
        out: Tensor = self.last(self.up2(c + b) + functional.interpolate(b, scale_factor=2) + a)
        return out


class Padded(nn.Module):
    """Borders of their own: zeros on two sides, reflection, a slice, and a window that may reach outside."""

    def __init__(self) -> None:
        super().__init__()
        self.pad, self.conv = nn.ReflectionPad2d(2), nn.Conv2d(1, 2, 3, stride=2)
        self.same = nn.Conv2d(2, 2, 4, padding="same", dilation=2)
        self.pool = nn.AvgPool2d(3, 2, ceil_mode=True, count_include_pad=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(functional.pad(self.pad(x), (0, 1, 0, 1)))
        out: Tensor = self.pool(self.same(x)[:, :, 1:, ::2])
        return out


class Choosing(nn.Module):
    """Where it goes depends on the values of its input."""

    def __init__(self) -> None:
        super().__init__()
        self.light, self.dark = nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 5)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.light(x) if x.mean() > 0.5 else self.dark(x)
        return out


class Swish(nn.Module):
    """A module without parts that torch does not know."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(x)


class Pair(nn.Module):
    """Two pictures in."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Conv2d(1, 2, 3), nn.Conv2d(1, 2, 3)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.maximum(self.left(x), self.right(y))


SMALL: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "skip": (Skip(), (1, 16, 16)),
    "inception": (Inception(), (2, 9, 7)),
    "twice": (Twice(), (1, 8, 8)),
    "shuffle": (ShuffleUnit(), (8, 6, 6)),
    "heads": (TwoHeads(), (1, 8, 8)),
    "in-place": (InPlace(), (1, 8, 8)),
    "excitation": (Excitation(), (1, 8, 8)),
    "u-net": (UNet(), (1, 16, 16)),
    "padded": (Padded(), (1, 13, 12)),
    "choosing": (Choosing(), (1, 9, 9)),
    "resnet": (ResNet((1, 1, 1, 1), 4), (3, 64, 64)),
    "oblong": (Chain(nn.Conv2d(1, 2, (1, 3)), nn.ReLU(), nn.Conv2d(2, 1, (5, 1), (2, 1), dilation=(1, 2))), (1, 12, 9)),
}
