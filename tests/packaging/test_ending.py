"""The server that is stopped while visitors are there: it ends in a few seconds, and its log holds no traceback."""

import json
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from websockets.sync.client import connect

from tests.routes.test_live import look, stroke

ROOT = Path(__file__).parents[2]


def test_a_server_that_is_stopped_among_visitors_logs_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "receptive.cli", "serve", "--port", "0", "--no-browser", "--no-token"]
    command += ["--device", "cpu", "--runs", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = next(word for word in process.stdout.readline().split() if word.startswith("http")).rstrip("/")
        points = [[x / 10, x * x / 100] for x in range(-10, 11)]
        asked = json.dumps({"points": points, "units": 5, "steps": 2000}).encode()
        fit = urllib.request.Request(f"{url}/operations/approximation", asked, {"Content-Type": "application/json"})
        host, port = url.removeprefix("http://").split(":")
        with (
            urllib.request.urlopen(fit, timeout=60) as stream,
            connect(url.replace("http", "ws") + "/live", compression=None) as live,
            socket.create_connection((host, int(port)), timeout=60) as half,
        ):
            stream.read(1)
            live.send(look())
            live.send(stroke(1))
            live.recv(60)
            head = f"POST /predict HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            half.sendall(f"{head}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n".encode())
            assert half.recv(100).startswith(b"HTTP/1.1 100")
            half.sendall(b"{")
            process.terminate()
            _, log = process.communicate(timeout=60)
    assert "Traceback" not in log, log
