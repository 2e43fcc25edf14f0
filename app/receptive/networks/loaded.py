"""A network on its device, ready for pictures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import count
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from convnets.network import Network
from convnets.trace import trace
from receptive.networks.batch import Batch, Floats
from receptive.networks.counting import multiplications
from receptive.networks.forward import Activations, Unrolled, record
from receptive.preprocessing.reading import Reading

LARGEST_BATCH: Final = 64
BATCH_COST: Final = 50_000_000  # of the pictures that pass together: a few milliseconds of one core
SHORT_COST: Final = 10_000_000  # of one picture; up to here a pass is short, about a millisecond of one core
VALUE_COST: Final = 10  # multiplications that take as long as one value that is recorded, scaled and sent

_clock = count()  # of uses, so that the network that was used least recently is known


@dataclass(frozen=True)
class Facts:
    """Facts about a network that its module does not know: from its catalogue entry, its card or its run."""

    network: Network
    reading: Reading
    mean: tuple[float, ...]  # of each channel
    std: tuple[float, ...]
    card: dict[str, Any]
    stamp: tuple[int, ...]  # of the files it was read from; another where they have changed


def choose_device(wanted: str) -> torch.device:
    """The device of this name; `auto` is CUDA where there is one, then MPS, then the CPU.

    Raises RuntimeError for a device that is not here.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "auto":
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    device = torch.device(wanted)
    if (device.type == "cuda" and not cuda) or (device.type == "mps" and not mps):
        raise RuntimeError(f"device {wanted} was asked for and is not on this machine")
    return device


def use_one_core() -> None:
    """Leave the other cores to the event loop and the decoding of pictures; holds for the calling thread.

    Passes are so short that cores would mostly wait for each other: on a busy machine, hundreds of milliseconds.
    """
    torch.set_num_threads(1)


class LoadedNetwork:
    """A network on its device, warm.

    shapes: every layer's output by name, in forward order, without the batch. cost: of one picture, in
    multiplications. size: bytes of its weights, its buffers and the activations of its largest batch.
    """

    def __init__(self, facts: Facts, module: nn.Module, device: torch.device) -> None:
        self.network, self.reading, self.card, self.stamp = facts.network, facts.reading, facts.card, facts.stamp
        self.mean, self.std = facts.mean, facts.std
        self.module = module.to(device).eval()
        self._device = device
        self._logits: Callable[[Tensor], Tensor] = getattr(module, "logits", lambda output: output)
        self._mean, self._std = _scale(facts.mean), _scale(facts.std)
        self._pass = self._shortest_pass()
        warm = self.forward([np.zeros(self.network.input_shape, np.float32)])
        self.shapes: dict[str, tuple[int, ...]] = {name: values.shape[1:] for name, values in warm.layers.items()}
        values = sum(values.size for values in warm.layers.values())
        example = torch.zeros(1, *self.network.input_shape, device=device)
        self.cost = multiplications(self.module, example) + VALUE_COST * values
        self.is_short = self.cost <= SHORT_COST
        self.batch_limit = min(max(BATCH_COST // max(self.cost, 1), 1), LARGEST_BATCH)
        held = [*self.module.parameters(), *self.module.buffers()]
        self.size = sum(value.nbytes for value in held) + 4 * values * self.batch_limit
        self.used = 0
        self.use()

    def use(self) -> None:
        """Note that the network is used now."""
        self.used = next(_clock)

    def forward(self, pictures: Sequence[Floats]) -> Batch:
        """One pass for all of them, each the input of a preparation: (H, W) or (C, H, W) from 0 to 1."""
        inputs = self._normalized(pictures)
        with torch.inference_mode():
            output, layers = self._pass(self._placed(inputs))
            logits = self._logits(output)
            probabilities = torch.softmax(logits, dim=1)
        return Batch(
            self.network,
            inputs,
            {name: _array(values) for name, values in layers.items()},
            _array(output),
            _array(logits),
            _array(probabilities),
        )

    def carried_on(self, inputs: Floats, after: Callable[[nn.Module, Tensor], Tensor]) -> Floats:
        """The logits of a pass that a query makes itself: `after` is given the module and the normalized inputs."""
        with torch.inference_mode():
            return _array(self._logits(after(self.module, self._placed(inputs))))

    @cached_property
    def parameters(self) -> dict[str, Floats]:
        """Every parameter and buffer by name."""
        return {name: _array(values) for name, values in self.module.state_dict().items()}

    @cached_property
    def layers(self) -> list[dict[str, Any]]:
        """The traced layers in forward order; tracing takes a while."""
        example = torch.zeros(1, *self.network.input_shape, device=self._device)
        return [asdict(layer) for layer in trace(self.module, example).layers]

    @cached_property
    def targets(self) -> list[list[int]] | None:
        """The bitmaps that an RBF output measures distances to, (classes, values); None for any other output."""
        targets = getattr(getattr(self.module, "output", None), "targets", None)
        return None if targets is None else targets.to("cpu", torch.int64).tolist()

    def _shortest_pass(self) -> Callable[[Tensor], tuple[Tensor, Activations]]:
        """The unrolled pass where the module can be unrolled and both agree; hooks everywhere else."""
        example = torch.linspace(-1, 1, math.prod(self.network.input_shape)).view(1, *self.network.input_shape)
        example = example.to(self._device)
        try:
            unrolled = Unrolled(self.module)
            with torch.inference_mode():
                short = unrolled(example)
        except Exception:  # noqa: BLE001  torch.fx raises many types where a forward pass depends on its data
            return lambda inputs: record(self.module, inputs)
        long = record(self.module, example)
        same = list(short[1]) == list(long[1]) and all(
            _agree(ours, theirs)
            for ours, theirs in zip((short[0], *short[1].values()), (long[0], *long[1].values()), strict=True)
        )
        return unrolled if same else lambda inputs: record(self.module, inputs)

    def _normalized(self, pictures: Sequence[Floats]) -> Floats:
        """The values that the first layer reads, (N, C, H, W)."""
        inputs = np.array(pictures, np.float32)
        if inputs.ndim == 3:  # digits have one channel
            inputs = inputs[:, None]
        if inputs.shape[1] != self.network.input_shape[0]:
            inputs = np.repeat(inputs, self.network.input_shape[0], axis=1)
        inputs -= self._mean
        inputs /= self._std
        return inputs

    def _placed(self, inputs: Floats) -> Tensor:
        tensor = torch.from_numpy(inputs)
        return tensor if self._device.type == "cpu" else tensor.to(self._device)


def _scale(values: Sequence[float]) -> Any:
    """One number for each channel, in a form that is applied fastest."""
    return np.float32(values[0]) if len(values) == 1 else np.array(values, np.float32).reshape(-1, 1, 1)


def _agree(ours: Tensor, theirs: Tensor) -> bool:
    """True if two layers differ by no more than the order of float32 additions explains."""
    return ours.shape == theirs.shape and bool((ours - theirs).abs().max() <= 1e-5 * theirs.abs().max())


def _array(values: Tensor) -> Floats:
    if values.is_cpu and values.dtype is torch.float32:
        return values.numpy()
    return values.to("cpu", torch.float32).numpy()
