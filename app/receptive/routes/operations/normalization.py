"""Route of local response normalization and batch normalization."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.operations.limits import OperationError
from receptive.routes.operations.machinery import answered, documentation
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
    return await answered(request, NormalizationRequest, _normalization)


def _normalization(asked: NormalizationRequest) -> dict[str, Any]:
    for kind, fields in OWN.items():
        for field in fields:
            if kind != asked.kind and field in asked.model_fields_set:
                raise OperationError(
                    field,
                    "field-of-other-kind",
                    "is a setting of {kind} normalization, and {chosen} was chosen; leave it out",
                    kind=kind,
                    chosen=asked.kind,
                )
    channels = asked.input.shape[-3]
    if asked.map is not None and asked.map >= channels:
        raise OperationError(
            "map", "map-out-of-range", "{map}; the maps are numbered from 0 to {last}", map=asked.map, last=channels - 1
        )
    import torch

    from receptive.operations.normalization import histogram

    maps = torch.from_numpy(asked.input)
    output, facts = _across_maps(asked, maps) if asked.kind == "local-response" else _across_batch(asked, maps)
    shown = slice(None) if asked.map is None else slice(asked.map, asked.map + 1)
    counted = [histogram(values[..., shown, :, :], asked.bins) for values in (maps, output)]
    before, after = (
        {**each._asdict(), "edges": each.edges.tolist(), "counts": each.counts.long().tolist()} for each in counted
    )
    said = {"output": output, "output_shape": list(output.shape), **facts, "before": before, "after": after}
    return {**dict.fromkeys(NormalizationAnswer.model_fields), **said}


def _across_maps(asked: NormalizationRequest, maps: Any) -> tuple[Any, dict[str, Any]]:
    from receptive.operations.normalization import local_response

    found = local_response(maps, asked.size, asked.alpha, asked.beta, asked.k, asked.convention)
    return found.output, {"divisor": found.divisor, "alpha": {"paper": found.alpha, "torch": found.torch_alpha}}


def _across_batch(asked: NormalizationRequest, maps: Any) -> tuple[Any, dict[str, Any]]:
    import torch

    from receptive.operations.normalization import batch_normalized

    def tensor(values: Array | None) -> Any:
        return None if values is None else torch.from_numpy(values)

    names = ("running_mean", "running_variance", "weight", "bias")
    given = {name: tensor(getattr(asked, name)) for name in names}
    settings = {name: getattr(asked, name) for name in ("training", "momentum", "eps")}
    found = batch_normalized(maps, **given, **settings)._asdict()
    return found.pop("output"), found
