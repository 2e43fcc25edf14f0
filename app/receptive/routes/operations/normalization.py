"""Route of local response normalization and batch normalization."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.operations.limits import OperationError
from receptive.routes.operations.endpoint import documentation, run_operation
from receptive.schemas.layers import NormalizationAnswer, NormalizationRequest
from receptive.schemas.values import Array

router = APIRouter(prefix="/normalization")

OWN: Final = {
    "local-response": ("size", "alpha", "beta", "k", "convention"),
    "batch": ("training", "momentum", "eps", "weight", "bias", "running_mean", "running_variance"),
}

_MAPS = [[[1, 2], [3, 4]], [[0, 1], [1, 0]], [[-1, -2], [2, 1]]]


@router.post(
    "",
    summary="Normalize feature maps",
    **documentation(
        NormalizationRequest,
        NormalizationAnswer,
        {
            "AlexNet": {"input": _MAPS, "kind": "local-response"},
            "torch": {"input": _MAPS, "kind": "local-response", "alpha": 5e-4, "convention": "torch"},
            "batch": {"input": _MAPS, "kind": "batch", "momentum": 0.1},
        },
    ),
)
async def normalization(request: Request) -> Response:
    """Apply local response normalization across channels, as in AlexNet, or batch normalization.

    AlexNet's alpha multiplies the sum of squares; PyTorch divides its alpha by n first. `convention` chooses between
    them, and the answer gives alpha in both.
    """
    return await run_operation(request, NormalizationRequest, _normalization)


def _normalization(request: NormalizationRequest) -> dict[str, Any]:
    for kind, fields in OWN.items():
        for field in fields:
            if kind != request.kind and field in request.model_fields_set:
                raise OperationError(
                    field,
                    "field-of-other-kind",
                    "is a setting of {kind} normalization, and {chosen} was chosen; leave it out",
                    kind=kind,
                    chosen=request.kind,
                )
    channels = request.input.shape[-3]
    if request.map is not None and request.map >= channels:
        raise OperationError(
            "map",
            "map-out-of-range",
            "{map}; the maps are numbered from 0 to {last}",
            map=request.map,
            last=channels - 1,
        )
    import torch

    from receptive.operations.normalization import histogram

    maps = torch.from_numpy(request.input)
    output, facts = _across_maps(request, maps) if request.kind == "local-response" else _across_batch(request, maps)
    shown = slice(None) if request.map is None else slice(request.map, request.map + 1)
    counted = [histogram(values[..., shown, :, :], request.bins) for values in (maps, output)]
    before, after = (
        {**each._asdict(), "edges": each.edges.tolist(), "counts": each.counts.long().tolist()} for each in counted
    )
    response = {"output": output, "output_shape": list(output.shape), **facts, "before": before, "after": after}
    return {**dict.fromkeys(NormalizationAnswer.model_fields), **response}


def _across_maps(request: NormalizationRequest, maps: Any) -> tuple[Any, dict[str, Any]]:
    from receptive.operations.normalization import local_response

    result = local_response(maps, request.size, request.alpha, request.beta, request.k, request.convention)
    return result.output, {"divisor": result.divisor, "alpha": {"paper": result.alpha, "torch": result.torch_alpha}}


def _across_batch(request: NormalizationRequest, maps: Any) -> tuple[Any, dict[str, Any]]:
    import torch

    from receptive.operations.normalization import batch_normalized

    def tensor(values: Array | None) -> Any:
        return None if values is None else torch.from_numpy(values)

    names = ("running_mean", "running_variance", "weight", "bias")
    given = {name: tensor(getattr(request, name)) for name in names}
    settings = {name: getattr(request, name) for name in ("training", "momentum", "eps")}
    result = batch_normalized(maps, **given, **settings)._asdict()
    return result.pop("output"), result
