"""Routes of convolution: output, matrix, spectrum, counts, separable kernels, 3-D."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.operations.counts import Layer, counts
from receptive.operations.limits import check_kernel_sides
from receptive.operations.plan import Settings, length_error, plan
from receptive.routes.operations.endpoint import documentation, run_operation
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


def settings_of(request: MatrixRequest) -> Settings:
    """The stride, padding and dilation of a request."""
    return Settings(**{name: getattr(request, name) for name in Settings.__dataclass_fields__})


def whole(request: MatrixRequest) -> tuple[Array, Array, Array | None]:
    """Input (C, H, W), kernel (O, C / groups, kh, kw) and bias (O,). Raises OperationError."""
    kernel = request.kernel if request.kernel.ndim == 4 else request.kernel[None, None]
    maps = request.input if request.input.ndim == 3 else request.input[None]
    bias = None if request.bias is None else request.bias.reshape(-1)
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
    return await run_operation(request, ConvolutionRequest, _convolution)


def _convolution(request: ConvolutionRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.convolution import convolve, partial_maps

    maps, kernel, bias = whole(request)
    settings = settings_of(request)
    arithmetic = plan(maps.shape, kernel.shape, settings)
    source, filters = torch.from_numpy(maps), torch.from_numpy(kernel)
    output = convolve(source, filters, None if bias is None else torch.from_numpy(bias), settings)
    output = output[0] if _flat(request) else output
    rows, columns = arithmetic.rows, arithmetic.columns
    return {
        "output": output,
        "output_shape": list(output.shape),
        "parameters": kernel.size + (0 if bias is None else bias.size),
        "macs": arithmetic.macs,
        "formula": {"height": rows.formula, "width": columns.formula},
        "dropped": {"rows": rows.dropped, "columns": columns.dropped},
        "partials": partial_maps(source, filters, settings) if request.partials else None,
    }


def _flat(request: MatrixRequest) -> bool:
    """True if the output has two dimensions."""
    return request.input.ndim == 2 and (request.kernel.ndim == 2 or len(request.kernel) == 1)


@router.post(
    "/matrix",
    summary="Write a convolution as a sparse matrix",
    **documentation(MatrixRequest, MatrixAnswer, {"small": SMALL, "transposed": {**SMALL, "transposed": True}}),
)
async def matrix(request: Request) -> Response:
    """Return the matrix that multiplies the flattened input, and the columns of im2col; at most 65,536 cells each."""
    return await run_operation(request, MatrixRequest, _matrix)


def _matrix(request: MatrixRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.convolution import convolve
    from receptive.operations.unrolled import im2col
    from receptive.operations.unrolled import matrix as unrolled

    maps, kernel, bias = whole(request)
    settings = settings_of(request)
    source, filters = torch.from_numpy(maps), torch.from_numpy(kernel)
    sparse = unrolled((maps.shape[0], maps.shape[1], maps.shape[2]), filters, settings)
    output = convolve(source, filters, None if bias is None else torch.from_numpy(bias), settings)
    output = output[0] if _flat(request) else output
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
    return await run_operation(request, SpectrumRequest, _spectrum)


def _spectrum(request: SpectrumRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.spectrum import spectra

    result = spectra(torch.from_numpy(request.input), torch.from_numpy(request.kernel), request.flip, request.dilation)
    parts = {}
    for name in ("input", "kernel", "product"):
        values = getattr(result, name)
        parts[f"{name}_spectrum_real"], parts[f"{name}_spectrum_imag"] = values.real.float(), values.imag.float()
    return {**parts, "output": result.output, "circular": result.circular, "difference": result.difference}


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
    return await run_operation(request, CountsRequest, _counts)


def _counts(request: CountsRequest) -> dict[str, Any]:
    layer = Layer(**{name: getattr(request, name) for name in Layer.__dataclass_fields__})
    result = {kind: count._asdict() for kind, count in counts(layer).items()}
    rows, columns = layer.axes
    return {"output_shape": [request.filters, rows.output, columns.output], "bottleneck": None, **result}


@router.post(
    "/separable",
    summary="Separate a kernel into a column and a row",
    **documentation(
        SeparableRequest, SeparableAnswer, {"Sobel": {"input": SQUARE, "kernel": SOBEL}, "rank two": SMALL}
    ),
)
async def separable(request: Request) -> Response:
    """Convolve by k x 1, then by 1 x k: exact for a kernel of rank one, else with the nearest kernel of rank one."""
    return await run_operation(request, SeparableRequest, _separable)


def _separable(request: SeparableRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.separable import separate

    check_kernel_sides(request.kernel.shape)
    result = separate(torch.from_numpy(request.input), torch.from_numpy(request.kernel))._asdict()
    macs = {"one_step": result.pop("macs_one_step"), "two_steps": result.pop("macs_two_steps")}
    return {**result, "macs": macs}


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
    return await run_operation(request, VolumeRequest, _volume)


def _volume(request: VolumeRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.volume import convolve_volume

    solid, kernel = torch.from_numpy(request.input), torch.from_numpy(request.kernel)
    result = convolve_volume(solid, kernel, request.bias or 0.0, request.stride, request.padding)
    names = ("depth", "height", "width")
    return {
        "output": result.output,
        "output_shape": list(result.output.shape),
        "parameters": request.kernel.size + (request.bias is not None),
        "macs": result.macs,
        "formula": {name: axis.formula for name, axis in zip(names, result.axes, strict=True)},
    }
