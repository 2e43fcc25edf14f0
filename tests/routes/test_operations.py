"""The route of every operation: both kinds of body and response, refusals, and a thread of its own."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load, save

from receptive.server import create
from receptive.settings import Settings
from tests.serving import Running

SAFETENSORS = "application/vnd.safetensors"
DOCUMENT = create(Settings()).openapi()
SMALL = {"input": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "kernel": [[1, 2], [3, 4]]}


def documented() -> list[tuple[str, str, dict[str, Any]]]:
    """Every example of convolution and pooling in the document."""
    result = []
    for path, methods in DOCUMENT["paths"].items():
        if path.startswith(("/operations/convolution", "/operations/pooling")):
            content = methods["post"]["requestBody"]["content"]
            assert set(content) == {"application/json", SAFETENSORS}
            result += [
                (path, name, example["value"]) for name, example in content["application/json"]["examples"].items()
            ]
    return result


@pytest.fixture(scope="module")
def client(untrained: Running) -> Iterator[httpx2.Client]:
    """Asks the server."""
    with httpx2.Client(base_url=untrained.url, timeout=60) as asking:
        yield asking


def packed(fields: dict[str, Any], dtype: type[np.generic] = np.float32) -> bytes:
    """The same request as safetensors: nested lists become tensors."""
    tensors = {
        name: np.array(value, dtype)
        for name, value in fields.items()
        if name in ("input", "kernel", "bias", "coefficient", "upstream")
    }
    words = {name: value for name, value in fields.items() if name not in tensors}
    return save(tensors, {"request": json.dumps(words)})


def unpacked(answer: httpx2.Response) -> dict[str, Any]:
    """An answer in safetensors as it would be in JSON."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == SAFETENSORS
    header = json.loads(answer.content[8 : 8 + int.from_bytes(answer.content[:8], "little")])
    words = json.loads(header["__metadata__"]["answer"])
    return {**words, **{name: value.tolist() for name, value in load(answer.content).items()}}


@pytest.mark.parametrize(
    ("path", "name", "fields"), documented(), ids=[f"{at}: {name}" for at, name, _ in documented()]
)
def test_json_and_safetensors_ask_and_answer_the_same(
    client: httpx2.Client, path: str, name: str, fields: dict[str, Any]
) -> None:
    url = path
    plain = client.post(url, json=fields)
    assert plain.status_code == 200, plain.text
    assert plain.headers["content-type"] == "application/json"
    assert plain.headers["vary"] == "Accept"
    body, sent = packed(fields), {"Content-Type": SAFETENSORS}
    assert client.post(url, content=body, headers=sent).json() == plain.json()
    binary = unpacked(client.post(url, content=body, headers={**sent, "Accept": SAFETENSORS}))
    said = plain.json()
    assert binary.keys() == said.keys()
    for key, value in said.items():
        if isinstance(value, list) and key != "output_shape":
            assert np.array_equal(np.array(binary[key], np.float32), np.array(value, np.float32)), key
        else:
            assert binary[key] == value, key


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64, np.int32, np.uint8])
def test_tensors_of_every_usual_type_are_read(client: httpx2.Client, dtype: type[np.generic]) -> None:
    answer = client.post("/operations/convolution", content=packed(SMALL, dtype), headers={"Content-Type": SAFETENSORS})
    assert answer.json()["output"] == [[37, 47], [67, 77]]


def test_a_photo_comes_back_as_it_would_from_torch(client: httpx2.Client, tmp_path: Any) -> None:
    import torch

    photo = np.random.default_rng(0).random((3, 256, 256), np.float32)
    kernel = np.random.default_rng(1).random((2, 3, 5, 5), np.float32)
    body = save({"input": photo, "kernel": kernel}, {"request": json.dumps({"padding": "same"})})
    headers = {"Content-Type": SAFETENSORS, "Accept": SAFETENSORS}
    answer = client.post("/operations/convolution", content=body, headers=headers)
    (tmp_path / "answer").write_bytes(answer.content)
    with safe_open(tmp_path / "answer", "pt") as file:
        words = json.loads(file.metadata()["answer"])
        result = file.get_tensor("output")
    expected = torch.nn.functional.conv2d(torch.from_numpy(photo)[None], torch.from_numpy(kernel), padding="same")[0]
    torch.testing.assert_close(result, expected)
    assert words["output_shape"] == [2, 256, 256]
    assert words["macs"] == 2 * 256 * 256 * 3 * 25


# --- bodies that are none


def refused(answer: httpx2.Response, status: int = 422) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    return str(problem["detail"])


def header_only(header: dict[str, Any], data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


FOUR = {"shape": [1, 1], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    ("media", "body", "said"),
    [
        ("application/json", b"", "body: not JSON that can be read"),
        ("application/json", b"{", "body: not JSON that can be read"),
        ("application/json", b'{"input": NaN}', "body: not JSON that can be read"),
        ("application/json", b"[" * 15, "body: not JSON that can be read"),
        ("application/json", b"[1]", "body: an object is needed; [1] was sent"),
        ("application/json", b"{}", "input: this field is required. kernel: this field is required"),
        (SAFETENSORS, b"", "body: not a safetensors file that can be read"),
        (SAFETENSORS, b"\xff" * 40, "body: not a safetensors file that can be read"),
        (SAFETENSORS, packed(SMALL)[:-1], "body: not a safetensors file that can be read"),
        (SAFETENSORS, header_only({"input": {"dtype": "F32", "shape": [10**9], "data_offsets": [0, 4 * 10**9]}}),
         "body: not a safetensors file that can be read"),
        (SAFETENSORS, header_only({"input": {"dtype": "I32", **FOUR}, "__metadata__": {"request": "[]"}}, bytes(4)),
         "__metadata__.request: an object is needed; [] was sent"),
        (SAFETENSORS, header_only({"input": {"dtype": "F32", **FOUR}, "__metadata__": {"request": "{"}}, bytes(4)),
         "__metadata__.request: not JSON that can be read"),
        (SAFETENSORS, header_only({"input": {"dtype": "BF16", "shape": [1, 2], "data_offsets": [0, 4]}}, bytes(4)),
         "input: values of type BF16; F64, F32"),
        (SAFETENSORS, save({"input": np.ones((1, 1), np.float32)}, {"request": '{"input": 1}'}),
         "input: was sent as a tensor and in __metadata__.request"),
        (SAFETENSORS, save({"input": np.full((2, 2), np.nan, np.float32), "kernel": np.ones((1, 1), np.float32)}),
         "input: the value at [0, 0] is nan; finite numbers from -1e+09 to 1e+09 are allowed"),
        (SAFETENSORS, save({"input": np.ones((2, 2), np.bool_), "kernel": np.ones((1, 1), np.float32)}),
         "input: values of type BOOL; F64, F32"),
        (SAFETENSORS, save({"input": np.ones((2, 2), np.float32), "kernel": np.ones(3, np.float32)}),
         "kernel: 1 dimensions; [rows][columns] | [n][channels][rows][columns] is needed"),
        (SAFETENSORS, save({"input": np.ones((2, 0), np.float32), "kernel": np.ones((1, 1), np.float32)}),
         "input: 0 values; 1 to 262,144 are allowed"),
        (SAFETENSORS, save({"input": np.ones((1024, 1024), np.uint8), "kernel": np.ones((1, 1), np.float32)}),
         "input: 1,048,576 values; 1 to 262,144 are allowed"),
        (SAFETENSORS, save({"stranger": np.ones(1, np.float32)}), "stranger: there is no such field"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused_with_the_reason(
    client: httpx2.Client, media: str, body: bytes, said: str
) -> None:
    answer = client.post("/operations/convolution", content=body, headers={"Content-Type": media})
    assert said in refused(answer)


def test_a_broken_file_of_tensors_is_refused_or_read_but_never_fails(client: httpx2.Client) -> None:
    whole = packed(SMALL)

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=200), st.integers(0, 400))
    def send(noise: bytes, at: int) -> None:
        for body in (noise, whole[:at] + noise + whole[at + len(noise) :]):
            answer = client.post("/operations/convolution", content=body, headers={"Content-Type": SAFETENSORS})
            assert answer.status_code in (200, 422)

    send()


def test_other_media_are_refused_by_name(client: httpx2.Client) -> None:
    url = "/operations/pooling"
    said = refused(client.post(url, content=b"1", headers={"Content-Type": "text/csv"}), 415)
    assert said == 'Content-Type: application/json, application/vnd.safetensors is read here; "text/csv" was sent'
    assert "none is not read here; send application/json" in refused(client.post(url, content=b"1"), 415)
    said = refused(client.post(url, json={"input": [[1]]}, headers={"Accept": "image/png"}), 406)
    assert said == 'Accept: application/json, application/vnd.safetensors can be had here; "image/png" was sent'


# --- the thread


def test_neither_pages_nor_the_network_wait_for_an_operation(untrained: Running, client: httpx2.Client) -> None:
    """While the workbench is busy, what needs it waits and everything else is answered."""
    workbench = untrained.app.state.workbench
    busy, release = threading.Event(), threading.Event()

    def long() -> str:
        busy.set()
        assert release.wait(60)
        return threading.current_thread().name

    held = workbench._short.submit(long)
    assert busy.wait(60)
    answers: list[int] = []
    url = "/operations/convolution"
    waiting = threading.Thread(target=lambda: answers.append(client.post(url, json=SMALL).status_code))
    waiting.start()
    try:
        seven = {"pixels": [[255, 0, 0, 0, 255], [255, 255, 255, 0, 255], [255, 255, 0, 255, 255]]}
        assert client.get("/models").status_code == 200
        assert client.post("/predict", json=seven).status_code == 200
        assert not answers
    finally:
        release.set()
    waiting.join(60)
    assert answers == [200]
    assert held.result().startswith("short operations")


def test_a_short_operation_does_not_wait_for_long_ones(untrained: Running, client: httpx2.Client) -> None:
    workbench = untrained.app.state.workbench
    busy, release = threading.Event(), threading.Event()

    def long() -> None:
        busy.set()
        assert release.wait(60)

    held = workbench._long.submit(long)
    assert busy.wait(60)
    deep = {"kind": "relu", "initialization": "he", "depth": 50, "width": 128, "batch": 64}
    answers: list[int] = []
    waiting = threading.Thread(
        target=lambda: answers.append(client.post("/operations/activation/chain", json=deep).status_code)
    )
    waiting.start()
    try:
        assert client.post("/operations/convolution", json=SMALL).status_code == 200
        assert not answers
    finally:
        release.set()
    waiting.join(60)
    held.result()
    assert answers == [200]


def test_the_application_is_made_without_torch() -> None:
    """The first page comes before torch: no door may bring it."""
    code = "import sys; from receptive.server import create; from receptive.settings import Settings; "
    code += "create(Settings()).openapi(); "
    subprocess.run([sys.executable, "-c", code + "assert 'torch' not in sys.modules"], check=True, timeout=120)
