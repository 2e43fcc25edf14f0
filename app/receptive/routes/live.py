"""The socket: strokes in, frames out, always the newest and never a queue."""

import asyncio
import logging
from typing import Final

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect, WebSocketState

from convnets.catalogue import WeightsError
from convnets.why import Why
from receptive.engine.local import Engine, EngineError
from receptive.preprocessing.reading import INK, Reading
from receptive.queries.frame import View, is_vector
from receptive.queries.stroke import LiveQuestion, Stroke, StrokeError, read
from receptive.routes.inputs import is_network, unknown_layer, unknown_network
from receptive.routes.problems import RefusalError, explain, problem, reason_of, unavailable
from receptive.routes.refusal import Refusal
from receptive.schemas import Look, Problem, SocketError, Waking
from receptive.training.runs.shelf import NoSuchRunError

log = logging.getLogger(__name__)
router = APIRouter()

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
    detail = "live: a WebSocket is needed here; open it with ws:// or wss:// instead of http:// or https://"
    return Refusal(426, detail).answer({"Upgrade": "websocket"})


class Visitor:
    """One open socket: what its visitor looks at and the newest stroke that has not been answered."""

    def __init__(self, websocket: WebSocket, engine: Engine) -> None:
        self._socket = websocket
        self._engine = engine
        self._look: Look | None = None
        self._view: View | None = None
        self._reading: Reading = INK
        self._newest: Stroke | None = None
        self._asked = asyncio.Event()
        self._errors: list[SocketError] = []
        self._bad = 0
        self._told_waking = False

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
                self._hear_stroke(data)
            else:
                self._hear_text(message["text"])

    def _hear_stroke(self, data: bytes) -> None:
        try:
            self._newest = read(data)
        except StrokeError as error:
            self._complain(problem(422, str(error), "The stroke cannot be read", error.why), error.sequence)
            return
        self._bad = 0
        self._asked.set()

    def _hear_text(self, text: str) -> None:
        try:
            look = Look.model_validate_json(text, strict=True)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            self._complain(problem(422, explain(errors), "The message cannot be read", reason_of(errors)))
            return
        if not is_network(look.model):
            self._complain(unknown_network(look.model, 422).problem)
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
                await self._until_awake()
                await self._send_frame(self._look)
            except EngineError as error:
                await self._say(SocketError(problem=unavailable(error)))
            except WeightsError as error:
                title = "The network's weights cannot be used"
                await self._say(SocketError(problem=problem(503, str(error), title, error.why)))
            except (WebSocketDisconnect, RuntimeError):
                raise
            except Exception as error:
                log.error("a stroke could not be answered", exc_info=error)
                why = Why("stroke-failed", "the server failed at this stroke; its log says where")
                await self._say(SocketError(problem=problem(500, str(why), why=why)))

    async def _until_awake(self) -> None:
        if not self._engine.awake and not self._told_waking:
            self._told_waking = True
            await self._say(Waking())
        if not self._engine.awake:
            await self._engine.ready()

    async def _send_frame(self, look: Look) -> None:
        if self._view is None:
            viewed = await self._viewed(look)
            if viewed is None:
                return
            if look is self._look:
                self._view, self._reading = viewed
        stroke = self._newest
        if stroke is None or self._view is None:
            return
        frame = await self._engine.ask(LiveQuestion(self._view, stroke, self._reading))
        await self._socket.send_bytes(frame)

    async def _viewed(self, look: Look) -> tuple[View, Reading] | None:
        """The look as a view that the network has, and how that reads drawings; else a complaint is sent."""
        try:
            hosted = await self._engine.hosted(look.model)
        except NoSuchRunError as error:
            await self._refuse_look(RefusalError.of(422, error, field="model"))
            return None
        shapes = hosted.shapes
        for layer in [*look.layers, *(close.layer for close in look.closely if close.layer != "input")]:
            if layer not in shapes:
                await self._refuse_look(unknown_layer("layers", layer, look.model, shapes))
                return None
        for close in look.closely:
            shape = hosted.network.input_shape if close.layer == "input" else shapes[close.layer]
            maps = 1 if is_vector(shape) else shape[0]
            if close.map >= maps:
                await self._refuse_look(
                    RefusalError.because(
                        422,
                        "no-such-map-of-layer",
                        "closely: map {map} of {layer}; 0 to {last} are there",
                        map=close.map,
                        layer=close.layer,
                        last=maps - 1,
                    )
                )
                return None
        order = {name: place for place, name in enumerate(shapes)}
        layers = tuple(sorted(set(look.layers), key=order.__getitem__))
        closely = tuple(dict.fromkeys((close.layer, close.map) for close in look.closely))
        return View(look.model, layers, closely, look.steps), hosted.reading

    async def _refuse_look(self, refusal: RefusalError) -> None:
        self._look = None
        await self._say(SocketError(problem=refusal.problem))

    async def _say(self, message: BaseModel) -> None:
        await self._socket.send_text(message.model_dump_json())
