"""Gradio and LitServe serving the same network, where they are installed."""

import asyncio
import importlib.util
import sys
import time
from collections.abc import Iterator

import httpx2

from bench.rasters import picture_png
from bench.report import Row
from bench.rest import calls
from bench.servers import ROOT, Server, free_port, receptive, running

GRADIO_HOME = ROOT / ".venv-gradio"  # its versions are not ours

GRADIO = """
import sys, gradio, numpy, torch
from receptive.preprocessing.ink import decode, prepare
from convnets.catalogue import CATALOGUE
from convnets.weights import load
model, network = load("lenet5"), CATALOGUE["lenet5"]
def predict(picture):
    step = prepare(numpy.asarray(picture.convert("L")))
    with torch.inference_mode():
        logits = model((torch.from_numpy(step.input)[None, None] - network.mean) / network.std)[0]
    return {str(i): float(p) for i, p in enumerate(logits.softmax(0))}
gradio.Interface(predict, gradio.Image(type="pil"), gradio.Label(), api_name="predict").launch(
    server_port=int(sys.argv[1]), quiet=True)
"""

LITSERVE = """
import sys, litserve, torch
from receptive.preprocessing.ink import decode, prepare
from convnets.catalogue import CATALOGUE
from convnets.weights import load
class LeNet(litserve.LitAPI):
    def setup(self, device):
        self.model, self.network = load("lenet5"), CATALOGUE["lenet5"]
    def decode_request(self, request):
        picture = prepare(decode(request["image"].file.read())).input
        return (torch.from_numpy(picture)[None] - self.network.mean) / self.network.std
    def batch(self, inputs):
        return torch.stack(inputs)
    def predict(self, batch):
        with torch.inference_mode():
            return self.model(batch).softmax(1)
    def unbatch(self, output):
        return list(output)
    def encode_response(self, output):
        return {"probabilities": output.tolist()}
if __name__ == "__main__":
    api = LeNet(max_batch_size=32, batch_timeout=0.0)
    litserve.LitServer(api, accelerator="cpu").run(port=int(sys.argv[1]), generate_client_file=False, log_level="error")
"""


async def gradio_calls(server: Server, clients: int, count: int) -> tuple[float, float]:
    """Gradio's own REST protocol: post the picture's data URL, then read the result's event stream."""
    import base64

    url = "data:image/png;base64," + base64.b64encode(picture_png()).decode()
    body = {"data": [{"url": url, "meta": {"_type": "gradio.FileData"}}]}
    latencies: list[float] = []
    remaining = iter(range(count))

    async def client() -> None:
        async with httpx2.AsyncClient(base_url=server.url, timeout=60) as http:
            for _ in remaining:
                begun = time.perf_counter()
                event = (await http.post("/gradio_api/call/predict", json=body)).json()["event_id"]
                answer = await http.get(f"/gradio_api/call/predict/{event}")
                assert "complete" in answer.text, answer.text
                latencies.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return count / (time.perf_counter() - begun), 1000 * sorted(latencies)[len(latencies) // 2]


def measure() -> Iterator[Row]:
    """The label of one picture, one client and thirty, by each that is installed; ours last, in the same run."""
    results: list[tuple[str, float, tuple[float, float], tuple[float, float]]] = []
    if any(GRADIO_HOME.glob("lib/python*/site-packages/gradio")):
        port = free_port()
        with running(["-c", GRADIO, str(port)], port, python=GRADIO_HOME / "bin" / "python") as server:
            alone = asyncio.run(gradio_calls(server, 1, 60))
            results.append(("Gradio", server.started, alone, asyncio.run(gradio_calls(server, 30, 150))))
    if importlib.util.find_spec("litserve"):
        from pathlib import Path
        from tempfile import TemporaryDirectory

        port = free_port()
        with TemporaryDirectory() as folder:
            script = Path(folder) / "serve.py"  # LitServe starts workers, which import the script again
            script.write_text(f"import sys; sys.path.insert(0, {str(Path.cwd())!r})\n" + LITSERVE)
            with running([str(script), str(port)], port, "/health") as server:
                alone = asyncio.run(calls(server, "/predict", "application/json", 1, 200))
                many = asyncio.run(calls(server, "/predict", "application/json", 30, 600))
                results.append(("LitServe", server.started, alone, many))
    with receptive() as server:
        alone = asyncio.run(calls(server, "/predict", "application/json", 1, 200))
        many = asyncio.run(calls(server, "/predict", "application/json", 30, 600))
        ours = (alone, many)
        results.append(("Receptive", server.started, alone, many))
    for name, started, alone, many in results:
        yield Row(
            "peers",
            f"{name}: label of one picture, 1 / 30 clients; first answer after start",
            f"{alone[1]:.1f} / {many[1]:.1f} ms; {alone[0]:,.0f} / {many[0]:,.0f} a second; {started:.1f} s",
            f"Receptive {ours[0][1]:.1f} ms",
            alone[1] / ours[0][1],
        )
    if len(results) == 1:
        print("Gradio and LitServe are not installed here: make bench installs them", file=sys.stderr)
