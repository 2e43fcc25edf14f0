"""The torch module of a pattern, with a layer for each of its rows."""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from convnets.classifier import Classifier
from convnets.pattern import Pattern, Row, shapes


class PatternNetwork(Classifier):
    """The network of a pattern; its layers are called what the rows are. Raises PatternError."""

    def __init__(self, pattern: Pattern, image: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        rows = shapes(pattern, image, classes)
        for before, row in pairwise(rows):
            self.add_module(row.name, _layer(pattern, row, before.shape))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes) logits."""
        for layer in self.children():
            if isinstance(layer, nn.Linear):
                x = x.flatten(1)
            x = layer(x)
        return x

    def logits(self, output: Tensor) -> Tensor:
        """Scores whose softmax is the probability of each class."""
        return output

    def loss(self, output: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy."""
        return functional.cross_entropy(output, labels)


_ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def _layer(pattern: Pattern, row: Row, before: tuple[int, ...]) -> nn.Module:
    match row.kind:
        case "convolution":
            padding = pattern.kernel // 2 if pattern.padding == "same" else 0
            return nn.Conv2d(before[0], row.shape[0], pattern.kernel, padding=padding, bias=not pattern.batch_norm)
        case "batch-normalization":
            return nn.BatchNorm2d(row.shape[0])
        case "max-pooling":
            return nn.MaxPool2d(pattern.window)
        case "average-pooling":
            return nn.AvgPool2d(pattern.window)
        case "fully-connected":
            size = 1
            for side in before:
                size *= side
            return nn.Linear(size, row.shape[0])
        case "dropout":
            return nn.Dropout(pattern.dropout)
        case _:
            return _ACTIVATIONS[row.kind]()
