"""The steps of every operation's route: read the tensors, compute on the workbench, answer as JSON or safetensors."""

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
from receptive.routes.leaving import while_connected
from receptive.routes.negotiation import JSON, SAFETENSORS, as_json, as_safetensors, wanted
from receptive.routes.operations.costs import LONG_BODY, is_long
from receptive.routes.operations.workbench import Workbench
from receptive.routes.problems import RefusalError, brief, documented, explain
from receptive.schemas import Answer, Question

Asked = TypeVar("Asked", bound=Question)

# As the safetensors header names them. bfloat16 is not among them, because numpy has none.
TYPES: Final = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8",
    "U32": "<u4", "U16": "<u2", "U8": "u1",
}  # fmt: skip


async def answered(request: Request, kind: type[Asked], operation: Callable[[Asked], Mapping[str, Any]]) -> Response:
    """The operation's result for the request: its arrays and tensors go out as tensors, the rest as JSON.

    A request is read in the thread for short operations, and stays there if it is one; a large body is read, and a
    long operation computed, in the other thread.
    """
    accept = wanted(request.headers.get("accept"))
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    workbench: Workbench = request.app.state.workbench

    def compute(asked: Asked) -> Response:
        try:
            return told(operation(asked), accept)
        except OperationError as error:
            raise RefusalError(422, str(error)) from error

    def compute_if_short() -> Response | Asked:
        asked = asked_of(body, media, kind)
        return asked if is_long(asked) else compute(asked)

    if len(body) > LONG_BODY:
        return await while_connected(request, workbench.call(lambda: compute(asked_of(body, media, kind)), long=True))
    answer = await workbench.call(compute_if_short)
    if isinstance(answer, Response):
        return answer
    return await while_connected(request, workbench.call(lambda: compute(answer), long=True))


def asked_of(body: bytes, media: str, kind: type[Asked]) -> Asked:
    """The request in a body of this media type. Raises RefusalError."""
    if media == SAFETENSORS:
        fields = _from_safetensors(body)
    elif media == JSON or (media.startswith("application/") and media.endswith("+json")):
        fields = _from_json(body, "body")
    else:
        raise RefusalError(
            415, f"Content-Type: {brief(media) if media else 'none'}; {JSON} or {SAFETENSORS} is read here"
        )
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise RefusalError(422, explain(error.errors(include_url=False))) from error


def told(result: Mapping[str, Any], accept: str) -> Response:
    """The result in JSON or safetensors."""
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
        raise RefusalError(422, f"{where}: not JSON that can be read: {brief(str(error))}") from error
    if not isinstance(fields, dict):
        raise RefusalError(422, f"{where}: {brief(fields)}; an object is needed")
    return fields


def _from_safetensors(body: bytes) -> dict[str, Any]:
    """The tensors by their names, and the fields that `__metadata__.request` holds as JSON."""
    try:
        found = deserialize(body)  # type: ignore[no-untyped-call]
        header = orjson.loads(body[8 : 8 + int.from_bytes(body[:8], "little")])
        arrays = {name: _tensor(name, tensor) for name, tensor in found}
    except (SafetensorError, orjson.JSONDecodeError, ValueError) as error:
        raise RefusalError(422, f"body: no safetensors file that can be read: {brief(str(error))}") from error
    fields = _from_json(header.get("__metadata__", {}).get("request", "{}"), "__metadata__.request")
    for name in arrays:
        if name in fields:
            raise RefusalError(422, f"{brief(name)}: is a tensor and stands in __metadata__.request too")
    return {**fields, **arrays}


def _tensor(name: str, found: Mapping[str, Any]) -> NDArray[Any]:
    if found["dtype"] not in TYPES:
        raise RefusalError(422, f"{brief(name)}: values of type {found['dtype']}; {', '.join(TYPES)} are read here")
    return np.frombuffer(found["data"], TYPES[found["dtype"]]).reshape(found["shape"])


def documentation(
    request: type[Question],
    answer: type[Answer],
    examples: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """What a route's decorator is given besides its path: both bodies, both answers, and the refusals."""
    binary = {"type": "string", "format": "binary"}
    said = "tensors named like the fields; the other fields as JSON in `__metadata__.request`"
    body = {
        "required": True,
        "content": {
            JSON: {
                "schema": {"$ref": f"#/components/schemas/{request.__name__}"},
                "examples": {name: {"value": dict(value)} for name, value in examples.items()},
            },
            SAFETENSORS: {"schema": {**binary, "description": said}},
        },
    }
    return {
        "response_model": answer,
        "openapi_extra": {"requestBody": body},
        "responses": {200: {"content": {SAFETENSORS: {"schema": binary}}}, **documented(406, 413, 415, 422, 503)},
    }
