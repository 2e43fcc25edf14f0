"""The kernels of short and of long passes: each result depends on the pass alone, not on what runs beside it."""

import threading

import pytest
import torch
from torch import nn

from receptive.networks.kernels import PLAIN, LongPass, StoppedError

CONVOLUTIONS = [
    nn.Conv2d(3, 8, 3),
    nn.Conv2d(4, 8, 3, padding=1, stride=2, groups=2),
    nn.Conv2d(4, 4, (1, 5), dilation=(1, 2), bias=False),
    nn.Conv2d(3, 2, 3, padding="same"),
    nn.Conv2d(3, 2, 3, padding=1, padding_mode="reflect"),
]


@pytest.mark.parametrize("layer", CONVOLUTIONS)
def test_a_long_pass_computes_the_same_convolution(layer: nn.Conv2d) -> None:
    x = torch.randn(2, layer.in_channels, 12, 14)
    with torch.inference_mode():
        expected = layer(x)
        with LongPass():
            torch.testing.assert_close(layer(x), expected, rtol=1e-5, atol=1e-5)


def test_gradients_flow_through_a_long_pass() -> None:
    layer = nn.Conv2d(1, 1, 2)
    with LongPass():
        layer(torch.ones(1, 1, 2, 2)).sum().backward()
    assert layer.weight.grad is not None
    assert torch.equal(layer.weight.grad, torch.ones(1, 1, 2, 2))


def test_the_switch_is_set_while_anybody_holds_it() -> None:
    before = torch._C._get_mkldnn_enabled()
    PLAIN.hold()
    PLAIN.hold()
    assert not torch._C._get_mkldnn_enabled()
    PLAIN.release()
    assert not torch._C._get_mkldnn_enabled()
    PLAIN.release()
    assert torch._C._get_mkldnn_enabled() == before


def test_short_and_long_passes_side_by_side_give_what_they_give_alone() -> None:
    torch.manual_seed(1)
    layer = nn.Conv2d(6, 16, 5)
    x = torch.randn(1, 6, 40, 40)
    PLAIN.hold()
    try:
        with torch.inference_mode():
            short = layer(x)
            with LongPass():
                long = layer(x)
        different: list[str] = []
        together = threading.Barrier(2)

        def passes(expected: torch.Tensor, name: str, is_long: bool) -> None:
            together.wait()
            with torch.inference_mode():
                for _ in range(200):
                    if is_long:
                        with LongPass():
                            got = layer(x)
                    else:
                        got = layer(x)
                    if not torch.equal(got, expected):
                        different.append(name)

        threads = [
            threading.Thread(target=passes, args=each) for each in ((short, "short", False), (long, "long", True))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert different == []
    finally:
        PLAIN.release()


def test_a_long_pass_stops_before_the_next_call() -> None:
    calls = 0

    def stop() -> bool:
        nonlocal calls
        calls += 1
        return calls > 3

    network = nn.Sequential(*(nn.ReLU() for _ in range(10)))
    outputs: list[int] = []
    for place, layer in enumerate(network):
        layer.register_forward_hook(lambda *_, place=place: outputs.append(place))
    with pytest.raises(StoppedError), LongPass(stop):
        network(torch.zeros(1))
    assert len(outputs) < 10
