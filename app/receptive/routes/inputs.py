"""Parsing of requests that carry a picture, as multipart or JSON."""

import asyncio
import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Final, TypeVar

import numpy as np
from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from convnets.catalogue import CATALOGUE, DEFAULT
from convnets.why import Why
from receptive.engine.interface import Engine
from receptive.networks.opening import RUN
from receptive.preprocessing.reading import INK, Pixels, Reading
from receptive.preprocessing.steps import Preparation
from receptive.queries.description import Describe, Description
from receptive.queries.query import Query
from receptive.routes.bounds import LARGEST_BODY
from receptive.routes.leaving import while_connected
from receptive.routes.problems import RefusalError
from receptive.schemas import Box, InputFacts, Picture, StepFacts
from receptive.schemas.field import LONGEST, sent
from receptive.schemas.inference import Drawable
from receptive.training.runs.store import NoSuchRunError

RequestT = TypeVar("RequestT", bound=Picture)
T = TypeVar("T")

LONGEST_FIELD: Final = 4096  # bytes of a form field that is not the image
DATA_URL: Final = re.compile(r"data:[a-z0-9.+/-]*(;[a-z0-9=._-]+)*;base64,", re.ASCII | re.IGNORECASE)


async def parse_request(
    request: Request, kind: type[RequestT], query: Mapping[str, Any], pool: Executor
) -> tuple[RequestT, Any]:
    """Parse the request and prepare its picture. Fields of the body override those of the query string."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    extra = {name: value for name, value in query.items() if value is not None}
    if media == "multipart/form-data":
        data, fields = await _form(request)
        message = _checked(kind, {**extra, **fields, "image": ""})
    elif media == "application/json" or (media.startswith("application/") and media.endswith("+json")):
        data = None
        message = await in_pool(pool, lambda raw: _read_json(kind, raw, extra), await request.body())
    else:
        raise wrong_media(media, ("multipart/form-data", "application/json"))
    if message.model is not None and not is_network(message.model):
        raise unknown_network(message.model, 422)
    reading = (await described(request.app.state.engine, network_of(message))).reading
    return message, await in_pool(pool, _prepared, reading, message, data)


def _prepared(reading: Reading, message: Picture, data: bytes | None) -> Preparation:
    """data: the uploaded file; None where the picture is in the message. Raises PictureError and RefusalError."""
    return reading.prepare(picture_of(message, reading) if data is None else reading.decode(data))


def wrong_media(media: str, allowed: Sequence[str]) -> RefusalError:
    """The refusal of a body whose media type is not supported."""
    return RefusalError.because(
        415,
        "wrong-content-type",
        "Content-Type: {allowed} is read here; {sent} was sent",
        allowed=", ".join(allowed),
        sent=sent(media),
    )


def unknown_network(name: str, status: int) -> RefusalError:
    """The refusal of a name that is not in the catalogue."""
    return RefusalError.because(
        status,
        "no-such-network",
        "model: {sent} is not in the catalogue; {known} and run:<id> are",
        field="model",
        sent=sent(name),
        known=", ".join(CATALOGUE),
    )


def is_network(name: str) -> bool:
    """True for a name of the catalogue, and for one that looks like a run's."""
    return name in CATALOGUE or name.startswith(RUN)


async def described(engine: Engine, name: str, status: int = 422) -> Description:
    """The description of a network. Raises RefusalError with this status for a run that is not there."""
    try:
        return await engine.ask(Describe(name))
    except NoSuchRunError as error:
        raise RefusalError.of(status, error, field="model") from error


async def run_query(request: Request, about: Description, query: Query[T]) -> T:
    """Run a query and return its result; a long query is cancelled when its client disconnects. Raises LeftError."""
    result = request.app.state.engine.ask(query)
    if about.is_short and not query.is_long:
        return await result  # type: ignore[no-any-return]
    return await while_connected(request, result)


def network_of(message: Picture) -> str:
    """The name of the network in the request; the default network if there is none."""
    return message.model or DEFAULT


def refuse_blank(preparation: Preparation) -> None:
    """Refuse a picture without ink. Raises RefusalError."""
    if preparation.blank:
        why = Why("blank", "image: no ink was found; a digit on paper of another brightness is needed")
        raise RefusalError(422, str(why), "Blank", why=why)


def facts(preparation: Preparation) -> InputFacts:
    """The preparation in words."""
    height, width = preparation.steps[0].image.shape[:2]
    steps = [
        StepFacts(
            name=step.name,
            width=step.image.shape[1],
            height=step.image.shape[0],
            box=None if step.box is None else Box(**step.box._asdict()),
            shift=step.shift,
        )
        for step in preparation.steps
    ]
    return InputFacts(width=width, height=height, paper=preparation.paper, steps=steps)


async def in_pool(pool: Executor, function: Callable[..., T], *arguments: Any) -> T:
    """The result of a function, run beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(pool, function, *arguments)


# --- multipart


class _Parser(MultiPartParser):
    """Keeps what is uploaded in memory: the guard has bounded it, and a disk can be full."""

    spool_max_size = LARGEST_BODY + 1


async def _form(request: Request) -> tuple[bytes, dict[str, Any]]:
    """The uploaded file's bytes and the other fields."""
    try:
        parser = _Parser(request.headers, request.stream(), max_files=1, max_fields=80, max_part_size=LONGEST_FIELD)
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise RefusalError.because(
            422,
            "no-form",
            "body: not a form that can be read ({error}); send the picture as `image`",
            error=str(getattr(error, "message", error))[:LONGEST],
        ) from error
    try:
        image = form.get("image")
        if not isinstance(image, UploadFile):
            raise RefusalError.because(
                422,
                "no-file",
                "image: a file is needed in this field; the fields {sent} were sent, none with a file in `image`",
                sent=sent(list(form)),
            )
        data = await image.read()
        fields: dict[str, Any] = {}
        for name in form:
            if name != "image":
                values = [value for value in form.getlist(name) if isinstance(value, str)]
                fields[name] = _split(values) if name == "layers" else values[-1] if values else ""
        return data, fields
    finally:
        await form.close()


def _split(values: list[str]) -> list[str]:
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


def layers_in_query(values: list[str] | None) -> list[str] | None:
    """`?layers=c1,c3` and `?layers=c1&layers=c3` mean the same."""
    return None if values is None else _split(values)


# --- JSON


def _read_json(kind: type[RequestT], raw: bytes, extra: Mapping[str, Any]) -> RequestT:
    try:
        message = kind.model_validate_json(raw, strict=True)
        missing = {name: value for name, value in extra.items() if getattr(message, name) is None}
        return message.model_copy(update=missing)
    except ValidationError as error:
        raise RefusalError.invalid(error) from error


def _checked(kind: type[RequestT], fields: Mapping[str, Any]) -> RequestT:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise RefusalError.invalid(error) from error


def picture_of(message: Drawable, reading: Reading = INK) -> Pixels:
    """The picture that was sent as JSON. Raises PictureError and RefusalError."""
    if message.pixels is not None:
        largest = max(max(row) for row in message.pixels)
        if 0 < largest <= 1:
            raise RefusalError.because(
                422,
                "pixels-too-dark",
                "pixels: the largest is {largest}; they count from 0 to 255, so send 255 times these",
                largest=f"{largest:g}",
            )
        return np.rint(np.array(message.pixels, np.float64)).astype(np.uint8)
    text = message.image or ""
    head = DATA_URL.match(text[:200])
    if text[:5].lower() == "data:" and head is None:
        raise RefusalError.because(
            422,
            "no-data-url",
            "image: a data URL has to be base64, as data:image/png;base64,…; {sent} was sent",
            sent=sent(text[:LONGEST]),
        )
    try:
        data = base64.b64decode("".join(text[head.end() if head else 0 :].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusalError.because(
            422, "no-base-sixty-four", "image: {count} characters that are not base64", count=len(text)
        ) from error
    return reading.decode(data)
