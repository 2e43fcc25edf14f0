"""The bytes of a frame: safetensors, float32 tensors first, then uint8 with a range per map."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import orjson
from numpy.typing import NDArray

from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.steps import Preparation

Shape = tuple[int, ...]

LEAST_SPREAD = np.float32(1e-30)  # of a map that is the same everywhere: nothing to divide by


@dataclass(frozen=True, slots=True)
class View:
    """The layers that one visitor has in view; equal views share their plans."""

    network: str
    layers: tuple[str, ...]
    closely: tuple[tuple[str, int], ...] = ()
    steps: bool = False


def is_vector(shape: Shape) -> bool:
    """True for a layer's output (without the batch) that is painted as one row: (N,), or N maps of a single unit."""
    return len(shape) != 3 or shape[1] == shape[2] == 1


def map_count(shape: Shape) -> int:
    """Number of maps that a layer is painted as."""
    return 1 if is_vector(shape) else shape[0]


class Plan:
    """Places of the maps of some layers in one long row of values, and their entries in a header."""

    def __init__(self, shapes: Sequence[tuple[str, Shape]]) -> None:
        self.layers = [name for name, _ in shapes]
        sizes: list[int] = []
        self.entries: list[tuple[str, list[int], int, int]] = []  # name, shape, values, maps
        for name, shape in shapes:
            values, maps = int(np.prod(shape)), map_count(shape)
            self.entries.append((name, [values] if is_vector(shape) else list(shape), values, maps))
            sizes += [values // maps] * maps
        self.sizes = np.array(sizes, np.intp)
        self.starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp) if sizes else np.zeros(0, np.intp)
        self.maps = len(sizes)


@np.errstate(invalid="ignore", over="ignore")  # values that have overflowed are shown as they are
def quantize(plan: Plan, batch: Batch) -> tuple[Floats, NDArray[np.uint8]]:
    """Every map's (minimum, maximum), (N, maps, 2), and its values between them as 0 to 255, (N, values)."""
    count = len(batch)
    if not plan.maps:
        return np.zeros((count, 0, 2), np.float32), np.zeros((count, 0), np.uint8)
    row = np.concatenate([batch.layers[name].reshape(count, -1) for name in plan.layers], axis=1)
    ranges = np.empty((count, plan.maps, 2), np.float32)
    np.minimum.reduceat(row, plan.starts, axis=1, out=ranges[:, :, 0])
    np.maximum.reduceat(row, plan.starts, axis=1, out=ranges[:, :, 1])
    low = ranges[:, :, 0]
    spread = ranges[:, :, 1] - low
    scale = np.float32(255) / np.maximum(spread, LEAST_SPREAD)
    row -= np.repeat(low - spread * np.float32(0.5 / 255), plan.sizes, axis=1)  # half a level, so that it rounds
    row *= np.repeat(scale, plan.sizes, axis=1)
    return ranges, row.astype(np.uint8)


@lru_cache(maxsize=256)
def plan_of(shapes: tuple[tuple[str, Shape], ...]) -> Plan:
    """The plan for layers of these names and shapes."""
    return Plan(shapes)


class Quantized:
    """A batch's layers as bytes, computed once for each set of layers that someone has in view."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._done: dict[tuple[str, ...], tuple[Plan, Floats, NDArray[np.uint8]]] = {}

    @classmethod
    def once(cls, batch: Batch) -> "Quantized":
        """The one object for all queries that are answered from this batch."""
        if batch.shared is None:
            batch.shared = cls(batch)
        quantized: Quantized = batch.shared
        return quantized

    def of(self, layers: tuple[str, ...]) -> tuple[Plan, Floats, NDArray[np.uint8]]:
        """The plan, ranges and values for these layers."""
        done = self._done.get(layers)
        if done is None:
            plan = plan_of(tuple((name, self.batch.layers[name].shape[1:]) for name in layers))
            done = self._done[layers] = (plan, *quantize(plan, self.batch))
        return done


def encode(
    view: View, sequence: int, preparation: Preparation, quantized: Quantized | None, row: int, classes: Sequence[str]
) -> bytes:
    """The frame that answers one stroke; `quantized` is None for a blank picture."""
    facts: dict[str, object] = {
        "sequence": sequence,
        "model": view.network,
        "blank": preparation.blank,
        "paper": preparation.paper,
        "label": None,
        "index": None,
        "probability": None,
        "steps": [],
    }
    entries: list[str] = []
    chunks: list[bytes] = []
    offset = 0
    if quantized is not None:
        probabilities = quantized.batch.probabilities[row]
        index = int(probabilities.argmax())
        facts |= {"label": classes[index], "index": index, "probability": float(probabilities[index])}
        entries, chunks, offset = _activations(view, quantized, row)
    if view.steps:
        taken_steps = []
        taken: Counter[str] = Counter()
        for step in preparation.steps:
            height, width = step.image.shape[:2]
            taken[step.name] += 1
            name = step.name if taken[step.name] == 1 else f"{step.name}:{taken[step.name]}"
            entries.append(_entry(f"step.{name}", "U8", step.image.shape, offset, offset + step.image.size))
            chunks.append(step.image.tobytes())
            offset += step.image.size
            taken_steps.append(step_facts(step.name, width, height, step.box, step.shift))
        facts["steps"] = taken_steps
    inner = orjson.dumps(orjson.dumps(facts).decode()).decode()
    header = f'{{"__metadata__":{{"frame":{inner}}}{"," if entries else ""}{",".join(entries)}}}'.encode()
    header += b" " * (-len(header) % 8)
    return b"".join((len(header).to_bytes(8, "little"), header, *chunks))


def step_facts(
    name: str, width: int, height: int, box: tuple[int, int, int, int] | None, shift: tuple[int, int] | None
) -> dict[str, object]:
    """One step as `schemas.StepFacts` has it."""
    place = None if box is None else {"x": box[0], "y": box[1], "width": box[2], "height": box[3]}
    return {"name": name, "width": width, "height": height, "box": place, "shift": shift}


def _activations(view: View, quantized: Quantized, row: int) -> tuple[list[str], list[bytes], int]:
    """The tensors of the layers in view: header entries, buffers, and their length together."""
    batch = quantized.batch
    _, ranges, values = quantized.of(view.layers)
    close = [_close_up(batch, layer, place, row) for layer, place in view.closely]
    heads, length = _heads(view, batch, tuple(array.shape for array in close))
    chunks = [
        batch.logits[row].tobytes(),
        batch.probabilities[row].tobytes(),
        batch.scores[row].tobytes(),
        ranges[row].tobytes(),
        *(array.tobytes() for array in close),
        values[row].tobytes(),
    ]
    return [heads] if heads else [], chunks, length


def _close_up(batch: Batch, layer: str, place: int, row: int) -> Floats:
    values: Floats = batch.input[row] if layer == "input" else batch.layers[layer][row]
    close: Floats = values.ravel() if is_vector(values.shape) else values[place]
    return close


def _heads(view: View, batch: Batch, close: tuple[Shape, ...]) -> tuple[str, int]:
    shapes = tuple((name, batch.layers[name].shape[1:]) for name in view.layers)
    return _cached_heads(shapes, batch.scores.shape[1], tuple(zip(view.closely, close, strict=True)))


@lru_cache(maxsize=1024)
def _cached_heads(
    shapes: tuple[tuple[str, Shape], ...], classes: int, close: tuple[tuple[tuple[str, int], Shape], ...]
) -> tuple[str, int]:
    plan = plan_of(shapes)
    entries: list[str] = []
    offset = 0

    def enter(name: str, kind: str, shape: Sequence[int], size: int) -> None:
        nonlocal offset
        entries.append(_entry(name, kind, shape, offset, offset + size))
        offset += size

    for name in ("logits", "probabilities", "scores"):
        enter(name, "F32", (classes,), 4 * classes)
    for name, _, _, maps in plan.entries:
        enter(f"{name}.range", "F32", (maps, 2), 8 * maps)
    for (name, place), shape in close:
        enter(f"{name}/{place}", "F32", shape, 4 * int(np.prod(shape)))
    for name, painted, values, _ in plan.entries:
        enter(name, "U8", painted, values)
    return ",".join(entries), offset


def _entry(name: str, kind: str, shape: Sequence[int], start: int, end: int) -> str:
    sides = ",".join(map(str, shape))
    return f'"{name}":{{"dtype":"{kind}","shape":[{sides}],"data_offsets":[{start},{end}]}}'
