"""A visitor's own drawings, kept for their browser: a data set of one's own."""

import io
import secrets
from collections.abc import Callable
from typing import Annotated, Final, TypeVar

import anyio
from fastapi import APIRouter, Path, Request
from PIL import Image
from starlette.responses import Response

from convnets.why import Why
from receptive.routes.inputs import picture_of
from receptive.routes.negotiation import JSON, as_json
from receptive.routes.problems import RefusalError, documented
from receptive.routes.runs.access import COOKIE, browser_of, drawings_of
from receptive.routes.runs.body import parse
from receptive.schemas.runs import DrawingList, DrawnFacts, NewDrawing
from receptive.training.runs.errors import unwritable

router = APIRouter(prefix="/drawings", tags=["training"])
T = TypeVar("T")

YEAR: Final = 365 * 24 * 3600  # seconds
PNG: Final = "image/png"
_ID: Final = "00001795250000000000-1a2b3c4d"
Id = Annotated[str, Path(description="an id from /drawings", max_length=64, examples=[_ID])]
_SEVEN: Final = [[255, 0, 0, 0, 255], [255, 255, 255, 0, 255], [255, 255, 0, 255, 255], [255, 255, 0, 255, 255]]
_DRAWN: Final = {"id": _ID, "label": "seven"}


def _answer(example: object) -> dict[str, object]:
    return {"description": "Successful Response", "content": {JSON: {"example": example}}}


@router.get(
    "",
    summary="Your drawings",
    response_model=DrawingList,
    responses={200: _answer({"drawings": [_DRAWN]}), **documented(503)},
)
async def drawings(request: Request) -> Response:
    """The drawings of this browser, the oldest first; the picture of each is at `/drawings/{id}.png`."""
    await request.app.state.engine.ready()

    def listed() -> list[dict[str, str]]:
        mine = drawings_of(request, browser_of(request))
        return [] if mine is None else [{"id": each.id, "label": each.label} for each in mine.list()]

    return as_json({"drawings": await anyio.to_thread.run_sync(listed)})


@router.post(
    "",
    summary="Keep a drawing",
    status_code=201,
    response_model=DrawnFacts,
    responses={201: _answer(_DRAWN), **documented(413, 415, 422, 503, 507)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": {"$ref": "#/components/schemas/NewDrawing"},
                    "examples": {"seven": {"summary": "a 7", "value": {"label": "seven", "pixels": _SEVEN}}},
                }
            },
        }
    },
)
async def keep(request: Request) -> Response:
    """A picture and its label; framed as `/predict` frames it, and kept for this browser by a cookie."""
    raw = await request.body()
    await request.app.state.engine.ready()
    browser = browser_of(request)

    def kept() -> tuple[str, dict[str, str]]:
        from receptive.training.data.drawings import DrawingError, DrawingsFullError

        new = parse(NewDrawing, raw)
        known = drawings_of(request, browser)
        name = browser if browser and known is not None else secrets.token_urlsafe(24)
        mine = known or drawings_of(request, name)
        if mine is None:
            raise RuntimeError("a browser's name that was just made up is none")
        try:
            drawing = mine.add(new.label, picture_of(new))
        except DrawingError as error:
            raise RefusalError.of(422, error) from error
        except DrawingsFullError as error:
            raise RefusalError.of(507, error) from error
        except OSError as error:
            raise unwritable(error) from error
        return name, {"id": drawing.id, "label": drawing.label}

    name, message = await anyio.to_thread.run_sync(kept)
    answer = as_json(message)
    answer.status_code = 201
    answer.set_cookie(COOKIE, name, max_age=YEAR, httponly=True, samesite="lax")
    return answer


@router.delete("", summary="Remove your drawings", status_code=204, responses=documented(503, 507))
async def clear(request: Request) -> None:
    """All of this browser's."""
    await request.app.state.engine.ready()

    def cleared() -> None:
        mine = drawings_of(request, browser_of(request))
        if mine is not None:
            try:
                mine.clear()
            except OSError as error:
                raise unwritable(error) from error

    await anyio.to_thread.run_sync(cleared)


@router.delete("/{id}", summary="Remove a drawing", status_code=204, responses=documented(404, 422, 503, 507))
async def remove(request: Request, id: Id) -> None:  # noqa: A002  the name in the address
    """One of this browser's."""
    await request.app.state.engine.ready()

    def removed() -> bool:
        mine = drawings_of(request, browser_of(request))
        try:
            return mine is not None and mine.remove(id)
        except OSError as error:
            raise unwritable(error) from error

    await _there(removed)


@router.get(
    "/{id}.png",
    summary="A drawing as a picture",
    response_class=Response,
    responses={
        200: {"content": {PNG: {}}, "description": "28 x 28 pixels, ink white on black"},
        **documented(404, 422, 503),
    },
)
async def picture(request: Request, id: Id) -> Response:  # noqa: A002
    """As the network is shown it."""
    await request.app.state.engine.ready()

    def read() -> bytes:
        mine = drawings_of(request, browser_of(request))
        drawing = None if mine is None else mine.get(id)
        buffer = io.BytesIO()
        if drawing is not None:
            Image.fromarray(drawing.pixels).save(buffer, "PNG")
        return buffer.getvalue()

    return Response(await _there(read), media_type=PNG, headers={"Cache-Control": "private, max-age=86400"})


async def _there(look: Callable[[], T]) -> T:
    """The result of a function. Raises RefusalError with 404 where that is nothing."""
    result = await anyio.to_thread.run_sync(look)
    if not result:
        why = Why("no-such-drawing", "id: this browser has no such drawing; /drawings lists those that it has")
        raise RefusalError(404, str(why), why=why)
    return result
