"""The golden frame: one frame that Python writes and the browser's tests decode.

`python -m tests.queries.golden` writes it, with a few of its values as JSON, to static/src/wire.
"""

import json
from pathlib import Path

import numpy as np

from convnets.catalogue import CATALOGUE
from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.ink import prepare
from receptive.preprocessing.steps import Grey
from receptive.queries.encoding import Quantized, View, encode

WIRE = Path(__file__).parents[2] / "static" / "src" / "wire"
SEQUENCE = 7
VIEW = View("lenet5", ("c1", "s2", "c5", "output"), (("input", 0), ("s2", 1), ("c5", 0)), True)
SHAPES = {"c1": (2, 4, 3), "s2": (2, 2, 2), "c5": (5, 1, 1), "output": (10,)}


def batch() -> Batch:
    """Values that any machine works out to the same bits: multiples of 1/8."""
    layers: dict[str, Floats] = {}
    for place, (name, shape) in enumerate(SHAPES.items()):
        count = int(np.prod(shape))
        layers[name] = ((np.arange(count) * 5 % 17 - 6 + place) / 8).astype(np.float32).reshape(1, *shape)
    layers["s2"][0, 1] = 0.5  # a map of one value
    logits = layers["output"]
    probabilities = np.zeros((1, 10), np.float32)
    probabilities[0, 3], probabilities[0, 8] = 0.75, 0.25
    picture = (np.arange(32 * 32) % 9 / 8).astype(np.float32).reshape(1, 1, 32, 32)
    return Batch(CATALOGUE["lenet5"], picture, layers, logits, logits, probabilities)


def raster() -> Grey:
    """A small drawing, 24 wide and 30 high: an L that is 20 high, so that it is only moved and not scaled."""
    grey = np.full((30, 24), 255, np.uint8)
    grey[4:24, 8:10] = 0
    grey[22:24, 8:19] = 64
    return grey


def frame() -> bytes:
    """The golden frame."""
    return encode(VIEW, SEQUENCE, prepare(raster()), Quantized(batch()), 0, CATALOGUE["lenet5"].classes)


def expected() -> str:
    """The content of the frame, for whoever decodes it."""
    answer = batch()
    preparation = prepare(raster())
    content = {
        "sequence": SEQUENCE,
        "model": "lenet5",
        "label": "3",
        "probability": 0.75,
        "layers": {name: [round(float(v), 6) for v in values.ravel()] for name, values in answer.layers.items()},
        "shapes": {name: list(shape) for name, shape in SHAPES.items()},
        "probabilities": answer.probabilities[0].tolist(),
        "closely": {"input/0": answer.input.ravel().tolist()[:16], "s2/1": [0.5] * 4},
        "steps": [[step.name, *reversed(step.image.shape)] for step in preparation.steps],
        "pad": preparation.steps[-1].image.ravel().tolist(),
    }
    return json.dumps(content, indent=1) + "\n"


def write() -> None:
    """Write both files."""
    (WIRE / "golden.safetensors").write_bytes(frame())
    (WIRE / "golden.json").write_text(expected(), encoding="utf-8")


if __name__ == "__main__":
    write()
