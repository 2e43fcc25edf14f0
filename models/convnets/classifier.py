"""Interface of a network of the catalogue, beside its forward pass."""

from abc import abstractmethod

from torch import Tensor, nn


class Classifier(nn.Module):
    """A module whose output can be read as scores of classes, and that knows the loss it is trained with."""

    @abstractmethod
    def logits(self, output: Tensor) -> Tensor:
        """Scores, (N, classes), whose softmax is the probability of each class; from the forward pass's output."""

    @abstractmethod
    def loss(self, output: Tensor, labels: Tensor) -> Tensor:
        """The loss of a batch, a scalar; labels: (N,) int64."""
