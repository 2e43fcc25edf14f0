"""Dropout on one layer of a network: many draws for one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from receptive.networks.batch import Batch, Floats
from receptive.operations.limits import check_arithmetic
from receptive.preprocessing.steps import Preparation
from receptive.queries.query import Query, no_such_layer, passed, prepared

if TYPE_CHECKING:
    from torch import Tensor, nn

    from receptive.networks.loaded import LoadedNetwork


@dataclass(frozen=True, slots=True)
class Draws:
    """The first draw's mask at work, and the logits of all draws beside the answer without dropout."""

    before: Floats  # the layer's values
    mask: Floats
    after: Floats
    scale: float
    logits: Floats  # (draws, classes)
    probabilities: Floats  # (draws, classes)
    evaluated: Floats  # (classes,)
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drop(Query[Draws]):
    """One prepared picture, and the masks that are drawn for one layer."""

    is_long: ClassVar[bool] = True

    network: str
    input: Floats
    layer: str
    rate: float
    seed: int
    draws: int
    whole_channels: bool
    training: bool

    @classmethod
    def prepare_batch(cls, queries: Sequence[Self], network: "LoadedNetwork") -> list[Preparation]:
        """The pictures, which were prepared before."""
        return [prepared(query.input) for query in queries]

    def answer(self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int) -> Draws:
        """Every draw carried on to the output. Raises QueryError and OperationError."""
        import torch

        from receptive.operations.dropout import masks, scale, scaled

        self._check(network)
        plain = passed(batch)
        shape, factor = network.shapes[self.layer], scale(self.rate, self.training)
        drawn = masks(shape, self.rate, self.seed, self.draws, self.whole_channels)
        drawn = drawn if self.training else torch.ones_like(drawn)
        source = plain.input[row : row + 1]
        logits = torch.cat(
            [torch.from_numpy(self._logits(network, source, some, factor)) for some in drawn.split(network.batch_limit)]
        )
        before = torch.from_numpy(plain.layers[self.layer][row])
        return Draws(
            before.numpy(),
            drawn[0].contiguous().numpy(),
            scaled(before, drawn[0], factor).numpy(),
            factor,
            logits.numpy(),
            torch.softmax(logits, dim=1).numpy(),
            plain.probabilities[row],
            plain.network.classes,
        )

    def _check(self, network: "LoadedNetwork") -> None:
        """Refuse a layer that is not there, and too many multiplications behind it."""
        if self.layer not in network.shapes:
            raise no_such_layer("layer", self.layer, self.network, network.shapes)
        macs = sum(row["macs"] for row in _behind(network.layers, self.layer))
        check_arithmetic(macs * self.draws, "draws")

    def _logits(self, network: "LoadedNetwork", source: Floats, masks: "Tensor", factor: float) -> Floats:
        """(draws, classes)."""
        from receptive.operations.dropout import carried_on

        def after(module: "nn.Module", inputs: "Tensor") -> "Tensor":
            return carried_on(module, inputs, self.layer, masks, factor)

        return network.carried_on(source, after)


def _behind(layers: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The layers that are computed for every draw: those up to the named one are computed once."""
    names = [layer["name"] for layer in layers]
    return layers[names.index(name) + 1 :] if name in names else layers
