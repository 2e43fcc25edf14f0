"""The floor of the socket: the same server and settings, giving back as many bytes as a frame has, and nothing else.

With `--passes` it also asks the network, as a script would, about one and the same picture, and throws the answer away.
"""

import argparse
from collections.abc import Callable

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


def application(size: int, before: Callable[[], object]) -> Starlette:
    """An application whose socket answers every message with `size` bytes, after having done something `before`."""
    frame = bytes(size)

    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if message.get("bytes") is not None:
                    before()
                    await socket.send_bytes(frame)
        except WebSocketDisconnect:
            return

    return Starlette(routes=[WebSocketRoute("/live", echo)])


def nothing() -> None:
    """The work of the echo before it answers."""


def plain_pass() -> Callable[[], object]:
    """One pass of the default network, as it comes."""
    import torch  # which the echo alone does without

    from convnets import catalogue, weights

    torch.set_num_threads(1)
    network, picture = weights.load(catalogue.DEFAULT).eval(), torch.zeros(1, 1, 32, 32)

    @torch.inference_mode()
    def ask() -> None:
        network(picture)

    ask()
    return ask


def main() -> None:
    """Serve the echo on --port, answering --size bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--passes", action="store_true")
    options = parser.parse_args()
    config = uvicorn.Config(
        application(options.size, plain_pass() if options.passes else nothing),
        port=options.port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="error",
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
