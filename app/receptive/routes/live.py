"""The socket: strokes in, frames out, always the newest and never a queue."""

import asyncio
import logging
from math import prod
from typing import Final

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect, WebSocketState

from convnets.catalogue import CATALOGUE
from convnets.why import Why
from receptive.engine.interface import Engine
from receptive.queries.description import Describe, Description
from receptive.queries.encoding import View, is_vector
from receptive.queries.frame import Frame
from receptive.queries.query import QueryError
from receptive.queries.stroke import Stroke, StrokeError, read
from receptive.routes.inputs import is_network
from receptive.routes.problems import UNAVAILABLE, brief, explain, problem, unavailable
from receptive.routes.refusal import Refusal
from receptive.schemas import Look, Problem, SocketError, Waking
from receptive.training.runs.errors import RunError

log = logging.getLogger(__name__)
router = APIRouter()

MOST_VALUES: Final = 8_388_608  # of the layers in view, a byte each in a frame
MOST_ERRORS: Final = 20  # bad messages in a row, after which the socket is closed
POLICY_VIOLATION: Final = 1008


@router.websocket("/live")
async def live(websocket: WebSocket) -> None:
    """Answer one visitor's drawing for as long as it goes on."""
    await websocket.accept()
    await Visitor(websocket, websocket.app.state.engine).serve()


@router.get("/live", include_in_schema=False)
def unopened() -> Response:
    """The answer to a request that does not open the socket."""
    why = Why(
        "no-socket", "live: a WebSocket is needed here; open it with ws:// or wss:// instead of http:// or https://"
    )
    return Refusal(426, why).answer({"Upgrade": "websocket"})


class Visitor:
    """One open socket: the layers in its visitor's view, and the newest stroke that has not been answered."""

    def __init__(self, websocket: WebSocket, engine: Engine) -> None:
        self._socket = websocket
        self._engine = engine
        self._look: Look | None = None
        self._view: View | None = None
        self._newest: Stroke | None = None
        self._asked = asyncio.Event()
        self._errors: list[SocketError] = []
        self._bad = 0
        self._waking_sent = False

    async def serve(self) -> None:
        """Listen and answer side by side until either ends."""
        answering = asyncio.create_task(self._answer())
        listening = asyncio.create_task(self._listen())
        try:
            done, _ = await asyncio.wait((answering, listening), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error is not None and not isinstance(error, (WebSocketDisconnect, RuntimeError)):
                    log.error("the socket failed", exc_info=error)
        finally:
            answering.cancel()
            listening.cancel()
            await asyncio.gather(answering, listening, return_exceptions=True)
            if self._socket.application_state is WebSocketState.CONNECTED:
                await self._close()

    async def _close(self) -> None:
        try:
            await self._socket.close(POLICY_VIOLATION if self._bad >= MOST_ERRORS else 1011)
        except (RuntimeError, WebSocketDisconnect):
            log.debug("the socket was closed by the other side first")

    # --- listening

    async def _listen(self) -> None:
        while self._bad < MOST_ERRORS:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            data = message.get("bytes")
            if data is not None:
                self._take_stroke(data)
            else:
                self._take_text(message["text"])

    def _take_stroke(self, data: bytes) -> None:
        try:
            self._newest = read(data)
        except StrokeError as error:
            self._complain(problem(422, str(error), "The stroke cannot be read"), error.sequence)
            return
        self._bad = 0
        self._asked.set()

    def _take_text(self, text: str) -> None:
        try:
            look = Look.model_validate_json(text)
        except ValidationError as error:
            self._complain(problem(422, explain(error.errors()), "The message cannot be read"))
            return
        if not is_network(look.model):
            known = ", ".join(CATALOGUE)
            detail = f"model: {brief(look.model)} is not in the catalogue; {known} and run:<id> are"
            self._complain(problem(422, detail))
            return
        self._look, self._view = look, None
        self._asked.set()

    def _complain(self, what: Problem, sequence: int | None = None) -> None:
        self._bad += 1
        self._errors = [*self._errors[-MOST_ERRORS:], SocketError(problem=what, sequence=sequence)]
        self._asked.set()

    # --- answering

    async def _answer(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            while self._errors:
                await self._say(self._errors.pop(0))
            if self._look is None or self._bad >= MOST_ERRORS:
                if self._bad >= MOST_ERRORS:
                    return
                continue
            try:
                await self._until_ready()
                await self._send_frame(self._look)
            except UNAVAILABLE as error:
                await self._say(SocketError(problem=unavailable(error)))
            except (RunError, QueryError) as error:
                await self._refuse_look(f"model: {error}" if isinstance(error, RunError) else str(error), error.why)
            except (WebSocketDisconnect, RuntimeError):
                raise
            except Exception as error:
                log.error("a stroke could not be answered", exc_info=error)
                what = problem(500, "the server failed at this stroke; its log says where")
                await self._say(SocketError(problem=what))

    async def _until_ready(self) -> None:
        if not self._engine.is_ready and not self._waking_sent:
            self._waking_sent = True
            await self._say(Waking())
        if not self._engine.is_ready:
            await self._engine.ready()

    async def _send_frame(self, look: Look) -> None:
        if self._view is None:
            view = _viewed(look, await self._engine.ask(Describe(look.model)))
            if look is self._look:
                self._view = view
        stroke = self._newest
        if stroke is None or self._view is None:
            return
        frame = await self._engine.ask(Frame(self._view, stroke))
        await self._socket.send_bytes(frame)

    async def _refuse_look(self, detail: str, why: Why | None = None) -> None:
        self._look = None
        await self._say(SocketError(problem=problem(422, detail, why=why)))

    async def _say(self, message: BaseModel) -> None:
        await self._socket.send_text(message.model_dump_json())


def _viewed(look: Look, about: Description) -> View:
    """The look as a view that the network has. Raises QueryError."""
    for layer in [*look.layers, *(close.layer for close in look.closely if close.layer != "input")]:
        about.check_layer("layers", layer)
    for close in look.closely:
        shape = about.network.input_shape if close.layer == "input" else about.shapes[close.layer]
        maps = 1 if is_vector(shape) else shape[0]
        if close.map >= maps:
            raise QueryError(
                "no-such-map",
                "closely: map {map} of {layer} does not exist; 0 to {last} do",
                map=close.map,
                layer=close.layer,
                last=maps - 1,
            )
    values = sum(prod(about.shapes[layer]) for layer in set(look.layers))
    if values > MOST_VALUES:
        raise QueryError(
            "view-too-large",
            "layers: {count} values in view; at most {most} are sent with a frame. Look at fewer layers at once",
            count=values,
            most=MOST_VALUES,
        )
    order = {name: place for place, name in enumerate(about.shapes)}
    layers = tuple(sorted(set(look.layers), key=order.__getitem__))
    closely = tuple(dict.fromkeys((close.layer, close.map) for close in look.closely))
    return View(look.model, layers, closely, look.steps)
