"""JSON of large arrays: written in pieces, and byte for byte what orjson writes in one go."""

from typing import Any

import numpy as np
import orjson
import pytest

from receptive.routes.negotiation import LONGEST_PIECE, as_json

RANDOM = np.random.default_rng(3)
LARGE = RANDOM.normal(size=3 * LONGEST_PIECE + 5).astype(np.float32)


@pytest.mark.parametrize(
    "content",
    [
        {"values": LARGE},
        {"values": LARGE[: 3 * LONGEST_PIECE].reshape(3, -1)},
        {"values": LARGE[: LONGEST_PIECE + 100].reshape(4, -1).T},
        {"layers": [{"name": "a", "values": np.full((3, 128, 129), np.nan, np.float32)}, {"name": "b", "values": [1]}]},
        {"nested": {"values": np.arange(2 * LONGEST_PIECE, dtype=np.int64)}, "small": np.zeros((2, 0), np.float32)},
        [1, 2, 3],
        [{"name": "lenet5"}],
    ],
)
def test_pieces_are_the_whole(content: Any) -> None:
    def contiguous(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: contiguous(each) for name, each in value.items()}
        if isinstance(value, list):
            return [contiguous(each) for each in value]
        return np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value

    assert as_json(content).body == orjson.dumps(contiguous(content), option=orjson.OPT_SERIALIZE_NUMPY)
