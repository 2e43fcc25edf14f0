"""Bodies in JSON, parsed beside the event loop; the guard has bounded them while they arrived."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class SettingsRoute(APIRoute):
    """A route whose body is a few settings: checked in a thread before FastAPI reads it on the event loop."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with the check before it."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle
        kind: Any = self.body_field.field_info.annotation

        async def checked(request: Request) -> Response:
            raw = await request.body()
            await anyio.to_thread.run_sync(parse, kind, raw)
            return await handle(request)

        return checked


def parse(kind: type[Model], raw: bytes) -> Model:
    """The message in a body; text and truth values are not taken for numbers.

    Raises RequestValidationError.
    """
    try:
        return kind.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error
