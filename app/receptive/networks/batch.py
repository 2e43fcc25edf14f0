"""The values of one forward pass over several pictures, without torch."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convnets.network import Network

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Batch:
    """The output and every layer's values for N pictures; each array has one row per picture."""

    network: Network
    input: Floats  # (N, C, H, W), normalized: the values that the first layer reads
    layers: dict[str, Floats]  # by name, in forward order; (N, ...)
    scores: Floats  # (N, classes), the network's raw output
    logits: Floats  # (N, classes)
    probabilities: Floats  # (N, classes)
    shared: Any = None  # work that the queries of one batch share: done once for all of them

    def __len__(self) -> int:
        return len(self.input)
