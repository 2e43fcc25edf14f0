"""Early stopping: the best epoch so far, and the end of a run that gets no better."""

import math
from dataclasses import dataclass

from torch import Tensor, nn

from convnets.why import Why
from receptive.training.evaluation import Evaluation


@dataclass(frozen=True)
class Patience:
    """The rule by which a run that no longer improves ends."""

    epochs: int | None = None  # without a new best; None never ends it
    metric: str = "validation-loss"  # or validation-accuracy, or loss
    restore: bool = False  # whether the network ends with the weights of its best epoch


class Best:
    """The best epoch up to now."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.epoch = 0
        self.value = math.inf
        self.weights: dict[str, Tensor] | None = None

    def improved(self, epoch: int, loss: float, evaluation: Evaluation, weights: dict[str, Tensor]) -> bool:
        """True if this epoch is the best so far; its weights are kept if they are to be restored."""
        value = self._value(loss, evaluation)
        if self.epoch and value >= self.value:
            return False
        self.epoch, self.value = epoch, value
        if self.patience.restore:
            self.weights = weights
        return True

    def is_over(self, epoch: int) -> bool:
        """True once too many epochs have passed since the best."""
        return self.patience.epochs is not None and epoch - self.epoch >= self.patience.epochs

    def why(self, epoch: int) -> Why:
        """Why the run is over."""
        metric = self.patience.metric.replace("-", " ")
        return Why(
            "stopped-early",
            "stopped early in epoch {epoch}: the {metric} has not improved in the {count} epochs since epoch {best}",
            {"epoch": epoch, "metric": metric, "count": epoch - self.epoch, "best": self.epoch},
        )

    def bring_back(self, network: nn.Module) -> None:
        """The best weights into the network, if they were kept."""
        if self.weights is not None:
            network.load_state_dict(self.weights)

    def _value(self, loss: float, evaluation: Evaluation) -> float:
        """The watched value, lower is better; the training loss where nothing is held out."""
        if self.patience.metric == "validation-accuracy" and evaluation.accuracy is not None:
            return -evaluation.accuracy
        if self.patience.metric == "loss" or evaluation.loss is None:
            return loss
        return evaluation.loss
