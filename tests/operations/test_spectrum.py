"""The convolution theorem, by torch.fft and by sliding."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from receptive.operations.limits import OperationError
from receptive.operations.spectrum import spectra
from tests.operations.numbers import numbers


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.booleans(),
    st.integers(0, 99),
)
def test_the_way_through_the_spectra_is_the_circular_convolution(
    size: tuple[int, int], kernel: tuple[int, int], dilation: tuple[int, int], flip: bool, seed: int
) -> None:
    plane, weights = numbers(*size, seed=seed), numbers(*kernel, seed=seed + 1)
    if any(step * (side - 1) + 1 > length for step, side, length in zip(dilation, kernel, size, strict=True)):
        with pytest.raises(OperationError, match="kernel: the window spans"):
            spectra(plane, weights, flip, dilation)
        return
    found = spectra(plane, weights, flip, dilation)
    expected = torch.zeros(size)
    for row, col in np.ndindex(*kernel):
        shift = (row * dilation[0], col * dilation[1])
        back = shift if flip else (-shift[0], -shift[1])
        expected += weights[row, col] * plane.roll(back, (0, 1))
    assert torch.equal(found.circular, expected)
    torch.testing.assert_close(found.output, expected, rtol=1e-5, atol=1e-4)
    assert found.difference == float((found.output - expected).abs().max())


def test_spectra_are_numpys() -> None:
    plane, weights = numbers(6, 7), numbers(3, 2, seed=1)
    found = spectra(plane, weights)
    one, other = np.fft.fft2(plane.double().numpy()), np.fft.fft2(weights.double().numpy(), (6, 7))
    np.testing.assert_allclose(found.input.numpy(), one, atol=1e-12)
    np.testing.assert_allclose(found.kernel.numpy(), other, atol=1e-12)
    np.testing.assert_allclose(found.product.numpy(), one * other.conj(), atol=1e-10)
    np.testing.assert_allclose(spectra(plane, weights, flip=True).product.numpy(), one * other, atol=1e-10)


def test_dilation_that_would_take_terabytes_is_refused_at_once() -> None:
    with pytest.raises(
        OperationError, match=r"kernel: the window spans 130817x130817 cells and the input with its padding has 512x512"
    ):
        spectra(torch.zeros(512, 512), torch.zeros(512, 512), dilation=(256, 256))
