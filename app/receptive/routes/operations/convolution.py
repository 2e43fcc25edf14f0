"""Routes of convolution: output, matrix, spectrum, counts, separable kernels, 3-D."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.operations.counts import Layer, counts
from receptive.operations.limits import check_kernel_sides
from receptive.operations.plan import Settings, length_error, plan
from receptive.routes.operations.machinery import answered, documentation
from receptive.schemas import (
    ConvolutionAnswer,
    ConvolutionRequest,
    CountsAnswer,
    CountsRequest,
    MatrixAnswer,
    MatrixRequest,
    SeparableAnswer,
    SeparableRequest,
    SpectrumAnswer,
    SpectrumRequest,
    VolumeAnswer,
    VolumeRequest,
)
from receptive.schemas.values import Array

router = APIRouter(prefix="/convolution")

SQUARE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
SMALL = {"input": SQUARE, "kernel": [[1, 2], [3, 4]]}
SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


def settings_of(asked: MatrixRequest) -> Settings:
    """How the kernel moves."""
    return Settings(**{name: getattr(asked, name) for name in Settings.__dataclass_fields__})


def whole(asked: MatrixRequest) -> tuple[Array, Array, Array | None]:
    """Input (C, H, W), kernel (O, C / groups, kh, kw) and bias (O,). Raises OperationError."""
    kernel = asked.kernel if asked.kernel.ndim == 4 else asked.kernel[None, None]
    maps = asked.input if asked.input.ndim == 3 else asked.input[None]
    bias = None if asked.bias is None else asked.bias.reshape(-1)
    if bias is not None and len(bias) != len(kernel):
        raise length_error("bias", len(bias), len(kernel))
    return maps, kernel, bias


@router.post(
    "",
    summary="Convolve an input with a kernel",
    **documentation(
        ConvolutionRequest,
        ConvolutionAnswer,
        {
            "cross-correlation": SMALL,
            "convolution": {**SMALL, "flip": True},
            "padding and stride": {**SMALL, "padding": [1, 0, 1, 0], "stride": 2, "bias": [1]},
            "two channels": {"input": [SQUARE, SQUARE], "kernel": [[[[1]], [[-1]]]], "partials": True},
            "transposed": {"input": [[1, 2], [3, 4]], "kernel": SQUARE, "transposed": True, "stride": 2},
        },
    ),
)
async def convolution(request: Request) -> Response:
    """Compute a cross-correlation as PyTorch does, a convolution with `flip`, a transposed one with `transposed`.

    The padded input and the output may have at most 1,048,576 values each; at most 200,000,000 multiplications.
    """
    return await answered(request, ConvolutionRequest, _convolution)


def _convolution(asked: ConvolutionRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.convolution import convolve, partial_maps

    maps, kernel, bias = whole(asked)
    settings = settings_of(asked)
    arithmetic = plan(maps.shape, kernel.shape, settings)
    source, filters = torch.from_numpy(maps), torch.from_numpy(kernel)
    output = convolve(source, filters, None if bias is None else torch.from_numpy(bias), settings)
    output = output[0] if _flat(asked) else output
    rows, columns = arithmetic.rows, arithmetic.columns
    return {
        "output": output,
        "output_shape": list(output.shape),
        "parameters": kernel.size + (0 if bias is None else bias.size),
        "macs": arithmetic.macs,
        "formula": {"height": rows.formula, "width": columns.formula},
        "dropped": {"rows": rows.dropped, "columns": columns.dropped},
        "partials": partial_maps(source, filters, settings) if asked.partials else None,
    }


def _flat(asked: MatrixRequest) -> bool:
    """Whether the answer has two dimensions."""
    return asked.input.ndim == 2 and (asked.kernel.ndim == 2 or len(asked.kernel) == 1)


@router.post(
    "/matrix",
    summary="Write a convolution as a sparse matrix",
    **documentation(MatrixRequest, MatrixAnswer, {"small": SMALL, "transposed": {**SMALL, "transposed": True}}),
)
async def matrix(request: Request) -> Response:
    """Return the matrix that multiplies the flattened input, and the columns of im2col; at most 65,536 cells each."""
    return await answered(request, MatrixRequest, _matrix)


def _matrix(asked: MatrixRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.convolution import convolve
    from receptive.operations.unrolled import im2col
    from receptive.operations.unrolled import matrix as unrolled

    maps, kernel, bias = whole(asked)
    settings = settings_of(asked)
    source, filters = torch.from_numpy(maps), torch.from_numpy(kernel)
    sparse = unrolled((maps.shape[0], maps.shape[1], maps.shape[2]), filters, settings)
    output = convolve(source, filters, None if bias is None else torch.from_numpy(bias), settings)
    output = output[0] if _flat(asked) else output
    return {
        "matrix": sparse,
        "vector": source.flatten(),
        "product": sparse @ source.flatten(),
        "columns": im2col(source, filters, settings),
        "output": output,
        "output_shape": list(output.shape),
    }


@router.post(
    "/spectrum",
    summary="Compute a circular convolution by the Fourier transform",
    **documentation(SpectrumRequest, SpectrumAnswer, {"small": SMALL, "convolution": {**SMALL, "flip": True}}),
)
async def spectrum(request: Request) -> Response:
    """Return the spectra of input and kernel, their product, and the inverse transform of it."""
    return await answered(request, SpectrumRequest, _spectrum)


def _spectrum(asked: SpectrumRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.spectrum import spectra

    found = spectra(torch.from_numpy(asked.input), torch.from_numpy(asked.kernel), asked.flip, asked.dilation)
    parts = {}
    for name in ("input", "kernel", "product"):
        values = getattr(found, name)
        parts[f"{name}_spectrum_real"], parts[f"{name}_spectrum_imag"] = values.real.float(), values.imag.float()
    return {**parts, "output": found.output, "circular": found.circular, "difference": found.difference}


@router.post(
    "/counts",
    summary="Count the parameters and operations of a layer",
    **documentation(
        CountsRequest,
        CountsAnswer,
        {
            "LeNet-5's C1": {"input_shape": [1, 32, 32], "filters": 6, "kernel_size": 5},
            "through a bottleneck": {
                "input_shape": [192, 28, 28],
                "filters": 32,
                "kernel_size": 5,
                "padding": "same",
                "bottleneck": 16,
            },
        },
    ),
)
async def layer_counts(request: Request) -> Response:
    """Count parameters, connections and MACs of a layer as a convolution, locally and fully connected, and cheaper."""
    return await answered(request, CountsRequest, _counts)


def _counts(asked: CountsRequest) -> dict[str, Any]:
    layer = Layer(**{name: getattr(asked, name) for name in Layer.__dataclass_fields__})
    found = {kind: count._asdict() for kind, count in counts(layer).items()}
    rows, columns = layer.axes
    return {"output_shape": [asked.filters, rows.output, columns.output], "bottleneck": None, **found}


@router.post(
    "/separable",
    summary="Separate a kernel into a column and a row",
    **documentation(
        SeparableRequest, SeparableAnswer, {"Sobel": {"input": SQUARE, "kernel": SOBEL}, "rank two": SMALL}
    ),
)
async def separable(request: Request) -> Response:
    """Convolve by k x 1, then by 1 x k: exact for a kernel of rank one, else with the nearest kernel of rank one."""
    return await answered(request, SeparableRequest, _separable)


def _separable(asked: SeparableRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.separable import separate

    check_kernel_sides(asked.kernel.shape)
    found = separate(torch.from_numpy(asked.input), torch.from_numpy(asked.kernel))._asdict()
    macs = {"one_step": found.pop("macs_one_step"), "two_steps": found.pop("macs_two_steps")}
    return {**found, "macs": macs}


@router.post(
    "/volume",
    summary="Convolve a volume in 3-D",
    **documentation(
        VolumeRequest,
        VolumeAnswer,
        {"small": {"input": [SQUARE, SQUARE], "kernel": [[[1, 0], [0, 1]], [[0, 1], [1, 0]]], "padding": [1, 0, 0]}},
    ),
)
async def volume(request: Request) -> Response:
    """Compute a 3-D convolution of one channel, as PyTorch does."""
    return await answered(request, VolumeRequest, _volume)


def _volume(asked: VolumeRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.volume import convolve_volume

    solid, kernel = torch.from_numpy(asked.input), torch.from_numpy(asked.kernel)
    found = convolve_volume(solid, kernel, asked.bias or 0.0, asked.stride, asked.padding)
    names = ("depth", "height", "width")
    return {
        "output": found.output,
        "output_shape": list(found.output.shape),
        "parameters": asked.kernel.size + (asked.bias is not None),
        "macs": found.macs,
        "formula": {name: axis.formula for name, axis in zip(names, found.axes, strict=True)},
    }
