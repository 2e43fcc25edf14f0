"""The entry of a network in the catalogue: all that is known of it before torch is imported."""

from dataclasses import dataclass

DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Network:
    """A network of the catalogue. Its input is (ink - mean) / std, with ink in [0, 1] and 1 for full ink."""

    name: str
    title: str
    paper: str
    module: str  # "convnets.lenet:LeNet5": the class, without arguments, is the network
    input_shape: tuple[int, int, int]  # channels, height, width
    classes: tuple[str, ...]
    mean: float
    std: float
    parameters: int
