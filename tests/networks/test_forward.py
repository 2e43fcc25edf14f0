"""The forward pass that records every layer, by hooks and unrolled."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from convnets import catalogue
from receptive.networks.forward import Unrolled, record
from receptive.networks.loaded import Facts, LoadedNetwork, choose_device
from receptive.preprocessing.reading import INK

torch.set_num_threads(1)
NAMES = sorted(catalogue.CATALOGUE)


def network(name: str) -> nn.Module:
    torch.manual_seed(3)
    return catalogue.build(name).eval()


def pictures(count: int) -> Tensor:
    return torch.rand(count, 1, 32, 32, generator=torch.Generator().manual_seed(count))


def loaded(name: str) -> LoadedNetwork:
    entry = catalogue.CATALOGUE[name]
    facts = Facts(entry, INK, (entry.mean,), (entry.std,), {}, ())
    return LoadedNetwork(facts, network(name), torch.device("cpu"))


def hooks(module: nn.Module) -> int:
    return sum(len(child._forward_hooks) for child in module.modules())


class Failing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        self.first(x)
        raise RuntimeError("this network fails")


class Rewriting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x))  # type: ignore[no-any-return]


class Deciding(nn.Module):
    """Where it goes depends on its data, which cannot be unrolled."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.first(x) if x.sum() > 0 else self.second(x)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_recorded_in_forward_order(name: str) -> None:
    module = network(name)
    _, layers = record(module, pictures(1))
    assert list(layers) == [layer for layer, _ in module.named_children()]


def test_hooks_are_gone_after_a_pass_and_after_a_failure() -> None:
    module = network("lenet5")
    record(module, pictures(1))
    assert hooks(module) == 0
    failing = Failing()
    with pytest.raises(RuntimeError, match="this network fails"):
        record(failing, torch.rand(1, 4))
    assert hooks(failing) == 0


def test_a_recorded_output_is_not_rewritten_by_the_layer_after_it() -> None:
    module = Rewriting()
    x = torch.randn(8, 4)
    _, layers = record(module, x)
    assert torch.equal(layers["first"], torch.nn.functional.linear(x, module.first.weight, module.first.bias))
    assert layers["first"].min() < 0 <= layers["second"].min()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [1, 3])
def test_the_unrolled_pass_agrees_with_the_hooks(name: str, count: int) -> None:
    module = network(name)
    output, layers = record(module, pictures(count))
    with torch.inference_mode():
        short_output, short = Unrolled(module)(pictures(count))
    torch.testing.assert_close(short_output, output, rtol=1e-6, atol=1e-6)
    assert list(short) == list(layers)
    for layer in layers:
        torch.testing.assert_close(short[layer], layers[layer], rtol=1e-6, atol=1e-6)


class Shapes(nn.Module):
    """Layers at the edges of what is computed in a shorter way."""

    def __init__(self) -> None:
        super().__init__()
        self.halved = nn.MaxPool2d(2)
        self.overlapped = nn.MaxPool2d(3, 2)
        self.strided = nn.Conv2d(2, 4, 2, stride=2, bias=False)
        self.grouped = nn.Conv2d(4, 4, 1, groups=2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 2, 11, 10) -> (N, 4, 1, 1): an odd row is left over, the last convolutions see one place only."""
        return self.grouped(self.strided(self.overlapped(self.halved(x))))  # type: ignore[no-any-return]


@pytest.mark.parametrize("count", [3, 40])
def test_odd_sides_strides_and_single_places_unroll_to_the_same(count: int) -> None:
    module = Shapes().eval()
    x = torch.randn(count, 2, 11, 10)
    x[0, 0, 4, 4] = torch.nan
    _, layers = record(module, x)
    with torch.inference_mode():
        _, short = Unrolled(module)(x)
    assert short["strided"].shape == (count, 4, 1, 1)
    for layer in layers:
        torch.testing.assert_close(short[layer], layers[layer], rtol=1e-6, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("module", [Rewriting(), Deciding()])
def test_what_cannot_be_unrolled_says_so(module: nn.Module) -> None:
    with pytest.raises(Exception, match=r"in-place|control flow"):
        Unrolled(module)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_and_a_single_picture_agree(name: str) -> None:
    host = loaded(name)
    inks = list(pictures(24)[:, 0].numpy())
    together = host.forward(inks)
    for row, ink in enumerate(inks):
        alone = host.forward([ink])
        for layer, values in alone.layers.items():
            np.testing.assert_allclose(together.layers[layer][row], values[0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(together.probabilities[row], alone.probabilities[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_loaded_network_computes_what_its_module_computes(name: str) -> None:
    module = network(name)
    known = catalogue.CATALOGUE[name]
    ink = pictures(1)[0, 0]
    batch = loaded(name).forward([ink.numpy()])
    with torch.inference_mode():
        output = module(((ink - known.mean) / known.std)[None, None])
        logits = module.logits(output)  # type: ignore[operator]
    np.testing.assert_allclose(batch.scores, output.numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(batch.probabilities, torch.softmax(logits, 1).numpy(), rtol=1e-5, atol=1e-6)
    assert batch.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_a_device_that_is_not_here_is_named() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with pytest.raises(RuntimeError, match="cuda was asked for"):
        choose_device("cuda")
    assert choose_device("auto").type in ("cpu", "mps")
