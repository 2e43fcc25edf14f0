"""The floor of the socket: the same server and settings, giving back as many bytes as a frame has, and nothing else."""

import argparse

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


def application(size: int) -> Starlette:
    """An application whose socket answers every message with `size` bytes."""
    frame = bytes(size)

    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if message.get("bytes") is not None:
                    await socket.send_bytes(frame)
        except WebSocketDisconnect:
            return

    return Starlette(routes=[WebSocketRoute("/live", echo)])


def main() -> None:
    """Serve the echo on --port, answering --size bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size", type=int, required=True)
    options = parser.parse_args()
    config = uvicorn.Config(
        application(options.size),
        port=options.port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="error",
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
