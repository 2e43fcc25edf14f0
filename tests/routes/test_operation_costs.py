"""The estimate by which operations are short or long."""

import numpy as np
import pytest

from receptive.routes.operations.costs import is_long
from receptive.schemas import ConvolutionRequest, InvarianceRequest, OperationRequest, PoolingRequest
from receptive.schemas.layers import ActivationRequest, ChainRequest
from receptive.schemas.operations import VolumeRequest
from receptive.schemas.values import Array


def zeros(*shape: int) -> Array:
    return np.zeros(shape, np.float32)


SHORT: list[OperationRequest] = [
    ConvolutionRequest(input=zeros(28, 28), kernel=zeros(5, 5)),
    ConvolutionRequest(input=zeros(4, 4), kernel=zeros(5, 5)),  # refused by its plan, which takes no time
    PoolingRequest(input=zeros(28, 28)),
    ActivationRequest(input=zeros(100), kind="relu"),
    ChainRequest(kind="relu", initialization="he", depth=5, width=16, batch=16),
    InvarianceRequest(input=zeros(16, 16), kernel=zeros(3, 3), motion="shift-x", positions=[0.0, 1.0]),
    VolumeRequest(input=zeros(6, 6, 6), kernel=zeros(2, 2, 2)),
]
LONG: list[OperationRequest] = [
    ConvolutionRequest(input=zeros(8, 128, 128), kernel=zeros(16, 8, 3, 3)),
    ConvolutionRequest(input=zeros(3, 3), kernel=zeros(11, 11), padding=(250, 250, 250, 250)),
    ConvolutionRequest(input=zeros(3, 3), kernel=zeros(2, 2), stride=(250, 250), transposed=True),
    PoolingRequest(input=zeros(256, 256), kernel_size=(64, 64), stride=(1, 1)),
    ActivationRequest(input=zeros(150_000), kind="relu"),
    ChainRequest(kind="relu", initialization="he", depth=50, width=256, batch=20),
    ChainRequest(kind="relu", initialization="orthogonal", depth=50, width=256, batch=1),
    InvarianceRequest(
        input=zeros(64, 64), kernel=zeros(9, 9), motion="rotate", positions=[float(k) for k in range(90)]
    ),
    VolumeRequest(input=zeros(2, 2, 2), kernel=zeros(2, 2, 2), padding=(40, 40, 40)),
]


@pytest.mark.parametrize("request_", SHORT)
def test_small_requests_are_short(request_: OperationRequest) -> None:
    assert not is_long(request_)


@pytest.mark.parametrize("request_", LONG)
def test_requests_near_their_limits_are_long(request_: OperationRequest) -> None:
    assert is_long(request_)
