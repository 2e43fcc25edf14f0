"""A network that is loaded and warm, and what it says of a batch of pictures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from convnets.catalogue import Network
from convnets.trace import trace
from receptive.engine.local import Batch
from receptive.networks.forward import PLAIN_BATCH, Activations, PlainKernels, Unrolled, hear
from receptive.preprocessing.reading import INK, Reading

Floats = NDArray[np.float32]


def choose_device(wanted: str) -> torch.device:
    """`auto` is CUDA where there is one, then MPS, then the CPU. Raises RuntimeError for a device that is not here."""
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "auto":
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    device = torch.device(wanted)
    if (device.type == "cuda" and not cuda) or (device.type == "mps" and not mps):
        raise RuntimeError(f"device {wanted} was asked for and is not on this machine")
    return device


def use_one_core() -> None:
    """Leave the other cores to the event loop and the pictures.

    Passes are so short that cores would mostly wait for each other: on a busy machine, hundreds of milliseconds.
    """
    torch.set_num_threads(1)


class Hosted:
    """A network on its device, ready for pictures."""

    reading: Reading = INK

    def __init__(self, network: Network, module: nn.Module, device: torch.device, card: dict[str, Any]) -> None:
        self.network = network
        self.card = card
        self.module = module.to(device).eval()
        self._device = device
        self._logits: Callable[[Tensor], Tensor] = getattr(module, "logits", lambda output: output)
        self._mean, self._contrast = np.float32(network.mean), np.float32(1 / network.std)
        self._pass = self._shortest_pass()
        warm = self.look_at([np.zeros(network.input_shape[1:], np.float32)])
        self.look_at([np.zeros(network.input_shape[1:], np.float32)] * (PLAIN_BATCH + 1))
        self.parameters = {name: _array(values) for name, values in self.module.state_dict().items()}
        self.shapes: dict[str, tuple[int, ...]] = {name: values.shape[1:] for name, values in warm.layers.items()}

    def _shortest_pass(self) -> Callable[[Tensor], tuple[Tensor, Activations]]:
        """The unrolled pass where the module can be unrolled and it agrees; hooks everywhere else."""
        example = torch.linspace(-1, 1, math.prod(self.network.input_shape)).view(1, *self.network.input_shape)
        example = example.to(self._device)
        try:
            unrolled = Unrolled(self.module)
            with torch.inference_mode():
                short = unrolled(example)
        except Exception:  # noqa: BLE001  torch.fx says in many ways that a forward pass depends on its data
            return lambda pictures: hear(self.module, pictures)
        long = hear(self.module, example)
        same = list(short[1]) == list(long[1]) and all(
            _agree(ours, theirs)
            for ours, theirs in zip((short[0], *short[1].values()), (long[0], *long[1].values()), strict=True)
        )
        return unrolled if same else lambda pictures: hear(self.module, pictures)

    def look_at(self, pictures: Sequence[Floats]) -> Batch:
        """One pass for all of them, each the input of a preparation."""
        network = self.network
        inputs = self._inputs(pictures)
        plain = self._device.type == "cpu" and len(inputs) <= PLAIN_BATCH
        with torch.inference_mode(), PlainKernels(plain):
            output, heard = self._pass(self._placed(inputs))
            logits = self._logits(output)
            probabilities = torch.softmax(logits, dim=1)
        return Batch(
            network,
            inputs,
            {name: _array(values) for name, values in heard.items()},
            _array(output),
            _array(logits),
            _array(probabilities),
        )

    def _inputs(self, pictures: Sequence[Floats]) -> Floats:
        """What the first layer reads, (N, C, H, W)."""
        inputs = np.array(pictures, np.float32)[:, None]
        inputs -= self._mean
        inputs *= self._contrast
        return inputs

    def _placed(self, inputs: Floats) -> Tensor:
        tensor = torch.from_numpy(inputs)
        return tensor if self._device.type == "cpu" else tensor.to(self._device)

    @cached_property
    def layers(self) -> list[dict[str, Any]]:
        """The layers as they were traced, in forward order. To be asked for in the engine's thread."""
        example = torch.zeros(1, *self.network.input_shape, device=self._device)
        return [asdict(layer) for layer in trace(self.module, example).layers]

    @property
    def scale(self) -> tuple[list[float], list[float]]:
        """Mean and standard deviation of each channel, by which the input is shifted and divided."""
        return [self.network.mean], [self.network.std]

    @property
    def kinds(self) -> dict[str, str]:
        """What each layer is, by its name."""
        return {layer["name"]: layer["kind"] for layer in self.layers}

    @cached_property
    def targets(self) -> list[list[int]] | None:
        """The bitmaps that an RBF output measures distances to, (classes, values); None for any other output."""
        found = getattr(getattr(self.module, "output", None), "targets", None)
        return None if found is None else found.to("cpu", torch.int64).tolist()


def _agree(ours: Tensor, theirs: Tensor) -> bool:
    """Whether two layers differ by no more than what the order of float32 additions explains."""
    return ours.shape == theirs.shape and bool((ours - theirs).abs().max() <= 1e-5 * theirs.abs().max())


def _array(values: Tensor) -> Floats:
    if values.is_cpu and values.dtype is torch.float32:
        return values.numpy()
    return values.to("cpu", torch.float32).numpy()
