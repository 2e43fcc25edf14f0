"""A run's network prepares pictures as its training pictures were; its answers are those of the network by hand."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import load
from safetensors.torch import load_file
from torch.nn import functional
from websockets.sync.client import connect

from convnets.catalogue import build
from convnets.pattern import Pattern
from convnets.patterned import PatternNetwork
from tests.routes.test_live import stroke
from tests.routes.test_runs import PATIENCE, begun, over, until
from tests.serving import Running, running

PATTERN = {"channels": [3], "window": 4, "units": [5]}
SIZE = (14, 10)  # of the colour pictures, width and height
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def lab(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(weights, runs=tmp_path_factory.mktemp("runs")) as server:
        yield server


@pytest.fixture(scope="module")
def client(lab: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=lab.url, timeout=PATIENCE) as client:
        yield client


def folder_of(place: Path, mode: str, size: tuple[int, int]) -> Path:
    """Twelve pictures of each of three classes: noise in which one colour or brightness prevails."""
    chance = np.random.default_rng(5)
    for number, name in enumerate(("bark", "leaf", "sky")):
        (place / name).mkdir(parents=True)
        for count in range(12):
            pixels = chance.integers(0, 120, (size[1], size[0], 3)).astype(np.uint8)
            pixels[..., number] += 100
            Image.fromarray(pixels).convert(mode).save(place / name / f"{count}.png")
    return place


def trained(client: httpx2.Client, folder: Path, **settings: Any) -> str:
    run = begun(client, dataset=f"folder:{folder}", epochs=1, batch_size=6, learning_rate=0.01, **settings)
    assert until(client, run, over)["status"] == "finished"
    return run


@pytest.fixture(scope="module")
def colours(client: httpx2.Client, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = folder_of(tmp_path_factory.mktemp("colours") / "nature", "RGB", SIZE)
    return trained(client, folder, model=PATTERN), folder


def by_hand(lab: Running, run: str, pixels: Pixels) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The input and the probabilities for pixels (H, W, C) of the input's size."""
    place = lab.app.state.queue.store.folder / run
    facts = json.loads((place / "network.json").read_text())
    model = json.loads((place / "settings.json").read_text())["model"]
    network: Any = build(model) if isinstance(model, str) else None
    network = network or PatternNetwork(Pattern.model_validate(model), tuple(facts["input_shape"]), 3)
    network.load_state_dict(load_file(place / "best.safetensors"))
    mean, std = (torch.tensor(facts[name])[:, None, None] for name in ("mean", "std"))
    values = (torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255 - mean) / std
    with torch.no_grad():
        said = functional.softmax(network.eval().logits(network(values[None])), dim=1)[0]
    return values.numpy(), said.numpy()


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    images = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()
    smaller = functional.interpolate(images, (height, width), mode="bilinear", antialias=True)
    found: Pixels = smaller.round().byte()[0].permute(1, 2, 0).numpy()
    return found


def file_of(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def steps_of(answer: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(step["name"], step["width"], step["height"]) for step in answer["input"]["steps"]]


def check(lab: Running, client: httpx2.Client, run: str, sent: bytes, pixels: Pixels) -> dict[str, Any]:
    """REST says what the network says by hand of these pixels; the answer."""
    values, probabilities = by_hand(lab, run, pixels)
    answer = client.post("/predict?top_k=3", files={"image": sent}, data={"model": f"run:{run}"})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    for one in told["top"]:
        assert one["probability"] == pytest.approx(probabilities[one["index"]], abs=1e-6)
    assert told["index"] == probabilities.argmax()
    accept = {"Accept": "application/vnd.safetensors"}
    tensors = client.post("/activations", files={"image": sent}, data={"model": f"run:{run}"}, headers=accept)
    assert np.array_equal(load(tensors.content)["input"], values)
    return told


def test_a_picture_that_was_learned_from_is_shown_as_it_was(
    lab: Running, client: httpx2.Client, colours: tuple[str, Path]
) -> None:
    run, folder = colours
    labels = set()
    for path in sorted(folder.rglob("*.png")):
        told = check(lab, client, run, path.read_bytes(), np.asarray(Image.open(path)))
        assert steps_of(told) == [("colour", *SIZE)]
        assert (told["input"]["paper"], told["input"]["width"]) == (None, SIZE[0])
        labels.add(told["label"])
    assert labels <= {"bark", "leaf", "sky"}


def test_a_picture_of_another_size_turned_and_transparent_is_brought_to_theirs(
    lab: Running, client: httpx2.Client, colours: tuple[str, Path]
) -> None:
    run, _ = colours
    pixels = np.random.default_rng(1).integers(0, 256, (30, 50, 4)).astype(np.uint8)
    turned = Image.Exif()
    turned[0x0112] = 6
    sent = file_of(Image.fromarray(pixels), exif=turned)
    share = pixels[..., 3:].astype(np.float64) / 255
    white = np.rint(pixels[..., :3] * share + 255 * (1 - share)).astype(np.uint8)
    upright = np.rot90(white, -1)
    seen = np.asarray(
        Image.alpha_composite(Image.new("RGBA", (50, 30), "white"), Image.fromarray(pixels)).convert("RGB")
    )
    assert np.abs(seen.astype(int) - white).max() <= 1
    told = check(lab, client, run, sent, resized(np.rot90(seen, -1), *SIZE))
    assert steps_of(told) == [("colour", upright.shape[1], upright.shape[0]), ("size", *SIZE)]


def test_a_grey_picture_has_three_equal_channels(
    lab: Running, client: httpx2.Client, colours: tuple[str, Path]
) -> None:
    run, _ = colours
    grey = np.random.default_rng(2).integers(0, 256, (SIZE[1], SIZE[0])).astype(np.uint8)
    told = check(lab, client, run, file_of(Image.fromarray(grey)), np.repeat(grey[..., None], 3, axis=2))
    assert steps_of(told) == [("grey", *SIZE), ("colour", *SIZE)]
    as_json = client.post("/predict", json={"pixels": grey.tolist(), "model": f"run:{run}", "top_k": 3}).json()
    assert (as_json["top"], as_json["input"]) == (told["top"], told["input"])


def test_a_white_sheet_is_a_picture_too(lab: Running, client: httpx2.Client, colours: tuple[str, Path]) -> None:
    white = np.full((SIZE[1], SIZE[0], 3), 255, np.uint8)
    check(lab, client, colours[0], file_of(Image.fromarray(white)), white)


def test_a_drawing_over_the_socket_is_seen_as_it_is(
    lab: Running, client: httpx2.Client, colours: tuple[str, Path]
) -> None:
    run, _ = colours
    drawn = np.full((56, 56), 255, np.uint8)
    drawn[10:40, 20:30] = 0
    _, probabilities = by_hand(lab, run, resized(np.repeat(drawn[..., None], 3, axis=2), *SIZE))
    with connect(lab.live, compression=None) as live:
        live.send(json.dumps({"type": "look", "model": f"run:{run}", "layers": ["conv1_1"], "steps": True}))
        live.send(stroke(1, drawn))
        frame = live.recv(PATIENCE)
        assert isinstance(frame, bytes)
        tensors = load(frame)
    assert tensors["probabilities"] == pytest.approx(probabilities, abs=1e-6)
    assert tensors["step.grey"].tobytes() == drawn.tobytes()
    assert tensors["step.size"].shape == (SIZE[1], SIZE[0], 3)


def test_a_network_of_the_catalogue_that_learned_from_colours_sees_their_luma_framed_as_they_were(
    lab: Running, client: httpx2.Client, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "nature", "RGB", (28, 28))
    run = trained(client, folder, model="lenet5")
    pixels = np.random.default_rng(3).integers(0, 256, (28, 28, 3)).astype(np.uint8)
    luma = np.rint(pixels @ LUMA).astype(np.uint8)
    told = check(lab, client, run, file_of(Image.fromarray(pixels)), np.pad(luma, 2)[..., None])
    assert steps_of(told) == [("colour", 28, 28), ("grey", 28, 28), ("pad", 32, 32)]
    assert told["input"]["steps"][-1]["box"] == {"x": 2, "y": 2, "width": 28, "height": 28}


def test_grey_photos_are_not_taken_for_ink_on_paper(lab: Running, client: httpx2.Client, tmp_path: Path) -> None:
    run = trained(client, folder_of(tmp_path / "nature", "L", SIZE), model=PATTERN)
    photo = np.full((SIZE[1], SIZE[0]), 230, np.uint8)
    photo[3:7, 4:9] = 20
    told = check(lab, client, run, file_of(Image.fromarray(photo)), photo[..., None])
    assert (steps_of(told), told["input"]["paper"]) == ([("grey", *SIZE)], None)
    coloured = np.stack([photo, photo // 2, photo // 3], axis=2)
    luma = np.rint(coloured @ LUMA).astype(np.uint8)
    check(lab, client, run, file_of(Image.fromarray(coloured)), luma[..., None])


@pytest.mark.parametrize(
    ("sent", "status"), [(b"", 415), (b"no picture", 415), (b"\x89PNG\r\n\x1a\n torn", 415), (None, 422)]
)
def test_what_cannot_be_read_is_a_problem_for_a_run_as_for_any_network(
    client: httpx2.Client, colours: tuple[str, Path], sent: bytes | None, status: int
) -> None:
    data = file_of(Image.effect_noise((60, 60), 90))[:900] if sent is None else sent
    answer = client.post("/predict", files={"image": data}, data={"model": f"run:{colours[0]}"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"].startswith("image: ")


def test_a_run_that_is_not_there_is_a_problem(client: httpx2.Client) -> None:
    sent = file_of(Image.new("RGB", (9, 9)))
    for name in ("run:20261121-084501-lenet5-7f3a", "run:", "run:x:y:z"):
        answer = client.post("/predict", files={"image": sent}, data={"model": name})
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith("model: ")


def test_a_run_says_how_its_input_is_scaled_and_what_0_and_1_are(
    lab: Running, client: httpx2.Client, colours: tuple[str, Path]
) -> None:
    run, _ = colours
    facts = json.loads((lab.app.state.queue.store.folder / run / "network.json").read_text())
    told = client.get(f"/models/run:{run}").json()
    assert told["means"] == pytest.approx(facts["mean"])
    assert told["stds"] == pytest.approx(facts["std"])
    assert told["mean"] == pytest.approx(np.mean(facts["mean"]))
    assert told["reading"] == "photo"
    shipped = client.get("/models/lenet5").json()
    assert (shipped["means"], shipped["stds"]) == ([shipped["mean"]], [shipped["std"]])
    assert shipped["reading"] == "ink"
