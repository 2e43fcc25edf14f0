"""The arithmetic of one value of a layer: inputs times weights, added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from convnets.why import ExplainedError
from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.steps import Preparation
from receptive.queries.query import Query, QueryError, no_such_layer, passed, prepared

if TYPE_CHECKING:
    from convnets.kinds.kind import Terms
    from receptive.networks.loaded import LoadedNetwork

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The terms of one value: sum = products + bias, value = function(sum). The three arrays have one shape."""

    kind: str
    reads: tuple[str, ...]  # the layers that it reads
    inputs: Values
    weights: Values
    products: Values
    bias: float
    sum: float
    function: str | None  # None: the sum is the value
    value: float
    maps: tuple[int, ...] | None  # input maps along the first axis
    first: tuple[int, ...] | None  # cell at which the window begins; negative inside padding
    step: tuple[int, ...] | None  # distance between the window's cells
    epsilon: float | None
    facts: Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Explain(Query[Explanation]):
    """One prepared picture, and the place of a value in a layer's output; 0 for the axes that it does not have."""

    is_long: ClassVar[bool] = True

    network: str
    input: Floats
    layer: str
    map: int
    row: int = 0
    column: int = 0

    @classmethod
    def prepare_batch(cls, queries: Sequence[Self], network: "LoadedNetwork") -> list[Preparation]:
        """The pictures, which were prepared before."""
        return [prepared(query.input) for query in queries]

    def answer(
        self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int
    ) -> Explanation:
        """The terms. Raises QueryError for a layer or a value that is not there, and where no kind knows the terms."""
        import torch

        from convnets.trace import explain

        traced = {layer["name"]: layer for layer in network.layers}
        if self.layer not in traced:
            raise no_such_layer("layer", self.layer, self.network, traced)
        layer = traced[self.layer]
        unit = self._unit(layer["output_shape"])
        inputs = torch.from_numpy(passed(batch).input[row : row + 1])
        try:
            terms = explain(network.module, inputs, self.layer, unit)
        except ExplainedError as error:
            raise QueryError(error.why.code, error.why.sentence, **error.why.values) from error
        return _explanation(layer, terms)

    def _unit(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The place of the value in an output of this shape. Raises QueryError for one outside it."""
        if not 1 <= len(shape) <= 3:
            raise QueryError(
                "no-maps",
                "layer: the output of {layer} has {axes} axes; a value is named by map, row and column, so name a "
                "layer with 1 to 3",
                layer=self.layer,
                axes=len(shape),
            )
        height, width = (1, 1, *shape[1:])[-2:]
        for field, place, size in (
            ("map", self.map, shape[0]),
            ("row", self.row, height),
            ("column", self.column, width),
        ):
            if not 0 <= place < size:
                raise QueryError(
                    "value-outside",
                    "{field}: {sent} is outside {layer}; 0 to {last} exist",
                    field=field,
                    layer=self.layer,
                    sent=place,
                    last=size - 1,
                )
        return {1: (self.map,), 2: (self.map, self.column), 3: (self.map, self.row, self.column)}[len(shape)]


def _explanation(layer: Mapping[str, Any], terms: "Terms") -> Explanation:
    """The terms as arrays and numbers, without torch."""
    return Explanation(
        kind=layer["kind"],
        reads=tuple(layer["inputs"]),
        inputs=terms.inputs.numpy(),
        weights=terms.weights.numpy(),
        products=terms.products.numpy(),
        bias=terms.bias,
        sum=terms.sum,
        function=terms.function,
        value=terms.value,
        maps=terms.maps,
        first=terms.first,
        step=terms.step,
        epsilon=layer["epsilon"],
        facts={name: values.numpy() for name, values in terms.facts.items()},
    )
