"""Networks for tests, made in place: their sources hold a module instead of files."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

from convnets.network import Network
from receptive.networks.loaded import Facts, LoadedNetwork
from receptive.preprocessing.reading import INK

SIDE = 32


def entry(name: str, shape: tuple[int, int, int] = (1, SIDE, SIDE), classes: int = 3) -> Network:
    names = tuple("abcdefghij"[:classes])
    return Network(
        name=name, title=name, paper="", module="", input_shape=shape, classes=names, mean=0.0, std=1.0, parameters=0
    )


def loaded(name: str, module: nn.Module, shape: tuple[int, int, int] = (1, SIDE, SIDE)) -> LoadedNetwork:
    scale = (0.0,) * shape[0], (1.0,) * shape[0]
    return LoadedNetwork(Facts(entry(name, shape), INK, *scale, {}, (1,)), module, torch.device("cpu"))


@dataclass
class MadeSource:
    """A source whose network is made by a function; `there` and `stamp` may be changed."""

    name: str
    make: Callable[[], nn.Module]
    shape: tuple[int, int, int] = (1, SIDE, SIDE)
    size: int = 0
    stamp: tuple[int, ...] = (1,)
    is_there: bool = True
    opened: list[str] = field(default_factory=list)

    def open(self, device: torch.device) -> LoadedNetwork:
        self.opened.append(self.name)
        scale = (0.0,) * self.shape[0], (1.0,) * self.shape[0]
        return LoadedNetwork(Facts(entry(self.name, self.shape), INK, *scale, {}, self.stamp), self.make(), device)


def linear(width: int = 3) -> nn.Module:
    """Short: a thousand multiplications for each class."""
    return nn.Sequential(nn.Flatten(), nn.Linear(SIDE * SIDE, width))


def wide(channels: int = 128) -> nn.Module:
    """Long: several convolutions of all 32x32 places, more multiplications than a short pass has."""
    layers: list[nn.Module] = [nn.Conv2d(1, channels, 3, padding=1)]
    for _ in range(3):
        layers += [nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 3))
