"""Bodies in JSON, bounded before they are parsed, and parsed beside the event loop."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import anyio
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from convnets.why import Why
from receptive.routes.negotiation import JSON
from receptive.routes.problems import RefusalError, brief

Model = TypeVar("Model", bound=BaseModel)

LARGEST_SETTINGS: Final = 2**16  # bytes
MOST_NAMES: Final = 5000
MOST_VALUES: Final = 300_000  # a little more than a picture of 512 x 512 has


class SettingsRoute(APIRoute):
    """A route whose body is a few settings: checked in a thread before FastAPI reads it on the event loop."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with the check before it."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle
        kind: Any = self.body_field.field_info.annotation

        async def checked(request: Request) -> Response:
            raw = await read_body(request, LARGEST_SETTINGS)
            await anyio.to_thread.run_sync(parse, kind, raw)
            return await handle(_ReadRequest(request.scope, request.receive, raw))

        return checked


class _ReadRequest(Request):
    """A request whose body has been read."""

    def __init__(self, scope: Any, receive: Any, raw: bytes) -> None:
        super().__init__(scope, receive)
        self._raw = raw

    async def body(self) -> bytes:
        return self._raw


async def read_body(request: Request, largest: int) -> bytes:
    """The bytes of a JSON body. Raises RefusalError for another media type and for more than `largest` bytes."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON and not (media.startswith("application/") and media.endswith("+json")):
        why = Why(
            "body-not-json",
            "Content-Type: {media} was sent; send the request as application/json",
            {"media": brief(media) if media else "none"},
        )
        raise RefusalError(415, str(why), why=why)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            why = Why(
                "body-too-long",
                "body: more than {most} bytes were sent, which is the limit of this request; send less",
                {"most": largest},
            )
            raise RefusalError(413, str(why), why=why)
        parts.append(part)
    return b"".join(parts)


def parse(kind: type[Model], raw: bytes) -> Model:
    """The message in a body; text and truth values are not taken for numbers.

    Raises RequestValidationError, and RefusalError for a body with more names or values than any request has.
    """
    if raw.count(b":") + raw.count(b"[") > MOST_NAMES or raw.count(b",") > MOST_VALUES:
        why = Why(
            "body-too-complex",
            "body: more than {names} names and lists, or more than {values} values, were sent, which is the limit; "
            "send less",
            {"names": MOST_NAMES, "values": MOST_VALUES},
        )
        raise RefusalError(413, str(why), why=why)
    try:
        return kind.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error
