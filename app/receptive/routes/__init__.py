"""HTTP routes, the WebSocket, and the guard in front of them."""
