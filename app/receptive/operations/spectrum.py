"""The convolution theorem: the product of two spectra is the spectrum of the circular convolution."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from receptive.operations.convolution import turned
from receptive.operations.limits import check_arithmetic, span_error


class Spectra(NamedTuple):
    """Both ways to a circular convolution; spectra are complex, (H, W), frequency zero first, as of torch.fft.fft2."""

    input: Tensor
    kernel: Tensor
    product: Tensor
    output: Tensor  # (H, W), the product's way back
    circular: Tensor  # (H, W), without any spectrum
    difference: float  # the largest between the two


def spectra(plane: Tensor, kernel: Tensor, flip: bool = False, dilation: tuple[int, int] = (1, 1)) -> Spectra:
    """(H, W) and (kh, kw), whose first value lies on the first of the input. All places are modulo H and W.

    Cross-correlation, y[i, j] = sum x[i + a, j + b] k[a, b], multiplies with the kernel's conjugate spectrum;
    convolution (`flip`), y[i, j] = sum x[i - a, j - b] k[a, b], with the spectrum itself. The transforms are computed
    in float64. Raises OperationError for a kernel that is larger than the input.
    """
    height, width = plane.shape
    tall, wide = (step * (side - 1) + 1 for step, side in zip(dilation, kernel.shape, strict=True))
    if tall > height or wide > width:
        raise span_error("kernel", (tall, wide), (height, width))
    check_arithmetic(plane.numel() * kernel.numel(), "kernel")
    laid = plane.new_zeros(height, width, dtype=torch.float64)
    laid[: tall : dilation[0], : wide : dilation[1]] = kernel
    of_input, of_kernel = torch.fft.fft2(plane.double()), torch.fft.fft2(laid)
    product = of_input * (of_kernel if flip else of_kernel.conj())
    output = torch.fft.ifft2(product).real.float()
    around = circular(plane, kernel, flip, dilation)
    return Spectra(of_input, of_kernel, product, output, around, float((output - around).abs().max()))


def circular(plane: Tensor, kernel: Tensor, flip: bool, dilation: tuple[int, int]) -> Tensor:
    """The same by torch.nn.functional.conv2d on an input that goes on at its other side; (H, W)."""
    down, across = (step * (side - 1) for step, side in zip(dilation, kernel.shape, strict=True))
    around = F.pad(plane[None, None], (across, 0, down, 0) if flip else (0, across, 0, down), "circular")
    return F.conv2d(around, (turned(kernel) if flip else kernel)[None, None], dilation=dilation)[0, 0]
