"""Parsing of requests and encoding of responses, shared by the routes of all operations."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import numpy as np
import orjson
from fastapi import Request
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors import SafetensorError, deserialize
from starlette.responses import Response

from receptive.operations import OperationError
from receptive.routes.inputs import wrong_media
from receptive.routes.leaving import while_connected
from receptive.routes.negotiation import JSON, SAFETENSORS, as_json, as_safetensors, wanted
from receptive.routes.operations.costs import LONG_BODY, is_long
from receptive.routes.operations.workbench import Workbench
from receptive.routes.problems import RefusalError, documented
from receptive.schemas import OperationRequest, OperationResponse
from receptive.schemas.field import LONGEST, sent

RequestT = TypeVar("RequestT", bound=OperationRequest)

# As the safetensors header names them. bfloat16 is not among them, because numpy has none.
TYPES: Final = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8",
    "U32": "<u4", "U16": "<u2", "U8": "u1",
}  # fmt: skip


async def run_operation(
    request: Request, kind: type[RequestT], operation: Callable[[RequestT], Mapping[str, Any]]
) -> Response:
    """Run an operation on a request and return the response in the format that the client accepts.

    A request is parsed in the thread for short operations, and computed there if it is short; a large body is
    parsed, and a long operation computed, in the other thread.
    """
    accept = wanted(request.headers.get("accept"))
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    workbench: Workbench = request.app.state.workbench

    def compute(message: RequestT) -> Response:
        return encode_response(operation(message), accept)

    def compute_if_short() -> Response | RequestT:
        message = parse_request(body, media, kind)
        return message if is_long(message) else compute(message)

    if len(body) > LONG_BODY:
        return await while_connected(
            request, workbench.call(lambda: compute(parse_request(body, media, kind)), long=True)
        )
    answer = await workbench.call(compute_if_short)
    if isinstance(answer, Response):
        return answer
    return await while_connected(request, workbench.call(lambda: compute(answer), long=True))


def parse_request(body: bytes, media: str, kind: type[RequestT]) -> RequestT:
    """Parse a body of this media type. Raises RefusalError."""
    if media == SAFETENSORS:
        fields = _from_safetensors(body)
    elif media == JSON or (media.startswith("application/") and media.endswith("+json")):
        fields = _from_json(body, "body")
    else:
        raise wrong_media(media, (JSON, SAFETENSORS))
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise RefusalError.invalid(error) from error


def encode_response(result: Mapping[str, Any], accept: str) -> Response:
    """Encode a result as JSON or safetensors."""
    fields = {name: _array(value) for name, value in result.items()}
    if accept == JSON:
        return as_json(fields)
    tensors = {name: value for name, value in fields.items() if isinstance(value, np.ndarray)}
    words = {name: value for name, value in fields.items() if not isinstance(value, np.ndarray)}
    return as_safetensors(tensors, {"answer": orjson.dumps(words).decode()})


def _array(value: Any) -> Any:
    """A tensor as an array; anything else as it is."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value


def _from_json(text: bytes | str, where: str) -> dict[str, Any]:
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise OperationError(
            where, "no-json", "not JSON that can be read: {error}", error=str(error)[:LONGEST]
        ) from error
    if not isinstance(fields, dict):
        raise OperationError(where, "no-object", "an object is needed; {sent} was sent", sent=sent(fields))
    return fields


def _from_safetensors(body: bytes) -> dict[str, Any]:
    """The tensors by their names, and the fields that `__metadata__.request` holds as JSON."""
    try:
        tensors = deserialize(body)  # type: ignore[no-untyped-call]
        header = orjson.loads(body[8 : 8 + int.from_bytes(body[:8], "little")])
        arrays = {name: _tensor(name, tensor) for name, tensor in tensors}
    except (SafetensorError, orjson.JSONDecodeError, ValueError) as error:
        raise RefusalError.because(
            422,
            "no-safetensors",
            "body: not a safetensors file that can be read: {error}",
            error=str(error)[:LONGEST],
        ) from error
    fields = _from_json(header.get("__metadata__", {}).get("request", "{}"), "__metadata__.request")
    for name in arrays:
        if name in fields:
            raise OperationError(
                name[:LONGEST],
                "tensor-and-field",
                "was sent as a tensor and in __metadata__.request; send one of them",
            )
    return {**fields, **arrays}


def _tensor(name: str, tensor: Mapping[str, Any]) -> NDArray[Any]:
    if tensor["dtype"] not in TYPES:
        raise OperationError(
            name[:LONGEST],
            "tensor-type",
            "values of type {type}; {known} are read here",
            type=str(tensor["dtype"]),
            known=", ".join(TYPES),
        )
    return np.frombuffer(tensor["data"], TYPES[tensor["dtype"]]).reshape(tensor["shape"])


def documentation(
    request: type[OperationRequest],
    answer: type[OperationResponse],
    examples: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The OpenAPI arguments of a route's decorator: request and response in both formats, and the refusals."""
    binary = {"type": "string", "format": "binary"}
    described = "tensors named like the fields; the other fields as JSON in `__metadata__.request`"
    body = {
        "required": True,
        "content": {
            JSON: {
                "schema": {"$ref": f"#/components/schemas/{request.__name__}"},
                "examples": {name: {"value": dict(value)} for name, value in examples.items()},
            },
            SAFETENSORS: {"schema": {**binary, "description": described}},
        },
    }
    return {
        "response_model": answer,
        "openapi_extra": {"requestBody": body},
        "responses": {200: {"content": {SAFETENSORS: {"schema": binary}}}, **documented(406, 413, 415, 422, 503)},
    }
