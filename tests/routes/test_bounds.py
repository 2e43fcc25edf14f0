"""The bodies of requests: bounded in length, time, names, values and depth before anything is parsed."""

import json
import logging
import socket

import httpx2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from safetensors.numpy import save

from receptive.routes import bounds
from receptive.routes.bounds import LARGEST_BODY
from receptive.schemas import PredictRequest
from tests.routes.raw import until
from tests.serving import Running


def json_of(count: int, part: str = '"a{}":1') -> bytes:
    return b"{" + b",".join(part.format(number).encode() for number in range(count)) + b"}"


MANY = {"json-too-many-lists", "json-too-many-values", "body-too-large"}
JSON_ROUTES = ["/runs", "/runs/plan", "/runs/augmentation", "/drawings", "/predict", "/operations/convolution"]


@pytest.mark.parametrize("path", JSON_ROUTES)
@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (json_of(900_000), {"json-too-many-names", "body-too-large"}),
        (json_of(5001), {"json-too-many-names", "body-too-large"}),
        (b'{"pixels":[' + 400_000 * b"[]," + b"[]]}", MANY),
        (b'{"pixels":[[' + 1_000_000 * b"1," + b"1]]}", {"json-too-many-values", "body-too-large"}),
        (b'{"pixels":' + 17 * b"[" + 17 * b"]" + b"}", {"json-too-deep"}),
        (30_000 * b'{"a":', {"json-too-deep", "body-too-large", "json-too-many-names"}),
        (b'["' + 5_000_000 * b'","' + b'"]', {"json-too-many-names", "body-too-large"}),
    ],
    ids=["names", "a name too many", "lists", "values", "depth", "objects", "strings"],
)  # fmt: skip
def test_json_of_more_than_any_request_needs_is_refused_before_it_is_parsed(
    untrained: Running, path: str, body: bytes, codes: set[str]
) -> None:
    for sent in (body, iter([body[: len(body) // 2], body[len(body) // 2 :]])):
        headers = {"Content-Type": "application/json"}
        answer = httpx2.post(untrained.url + path, content=sent, headers=headers, timeout=60)
        assert answer.status_code == 413
        assert answer.json()["why"]["code"] in codes


def test_the_header_of_a_safetensors_file_is_bounded_like_json(untrained: Running) -> None:
    header = b'{"__metadata__":{"request":"' + 6000 * b'\\"a\\":1,' + b'"}}'
    headers = {"Content-Type": "application/vnd.safetensors"}
    body = len(header).to_bytes(8, "little") + header
    answer = httpx2.post(f"{untrained.url}/operations/convolution", content=body, headers=headers)
    assert answer.json()["why"]["code"] == "json-too-many-names"


def test_more_lists_than_a_parser_reads_at_once_go_into_a_file_of_tensors(untrained: Running) -> None:
    headers = {"Content-Type": "application/json"}
    for values in (b"", b"1"):
        body = b'{"input":[' + 65_536 * (b"[" + values + b"],") + b'[1]],"kernel":[[1]]}'
        answer = httpx2.post(f"{untrained.url}/operations/convolution", content=body, headers=headers, timeout=60)
        assert answer.status_code == 413
        assert answer.json()["why"] == {"code": "json-too-many-lists", "values": {"most": 65_536}}
    file = save({"input": np.full((1, 262_144, 1), 0.5, np.float32), "kernel": np.ones((1, 1, 1, 1), np.float32)})
    headers = {"Content-Type": "application/vnd.safetensors", "Accept": "application/vnd.safetensors"}
    answer = httpx2.post(f"{untrained.url}/operations/convolution", content=file, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text


def test_the_largest_that_is_allowed_passes(untrained: Running) -> None:
    pixels = [[200.5] * 256 + [0] * 256] * 512
    assert httpx2.post(f"{untrained.url}/predict", json={"pixels": pixels}, timeout=60).status_code == 200
    tensor = {"input": [[[1.25] * 512] * 512], "kernel": [[1]]}
    assert httpx2.post(f"{untrained.url}/operations/convolution", json=tensor, timeout=60).status_code == 200
    column = {"input": [[0.5] * 4] * 65_500, "kernel": [[1]]}
    assert httpx2.post(f"{untrained.url}/operations/convolution", json=column, timeout=60).status_code == 200
    note = {"note": 1000 * '[{"x": 1}, ' + 100 * "\\", "epochs": 0}
    assert httpx2.post(f"{untrained.url}/runs", json=note, timeout=60).status_code == 422


def test_a_quarter_of_a_million_wrong_values_are_one_error() -> None:
    body = json.dumps({"pixels": [["a"] * 512] * 512})
    with pytest.raises(ValidationError) as error:
        PredictRequest.model_validate_json(body)
    assert error.value.error_count() == 1


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    ),
    size=st.integers(1, 40),
    ascii_only=st.booleans(),
)
def test_names_lists_and_values_are_counted_outside_strings_however_the_body_is_cut(
    value: object, size: int, ascii_only: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    body = bounds.JsonBody(bounds.Limits(len(text), 10_000, 10_000, 10_000))
    depth = deepest(value)
    refused = [body.read(text[start : start + size]) for start in range(0, len(text), size)]
    assert any(refused) == (depth > bounds.DEEPEST)
    if depth <= bounds.DEEPEST:
        assert body._counts == counted(value)


def deepest(value: object) -> int:
    if isinstance(value, (list, dict)):
        return 1 + max(map(deepest, value.values() if isinstance(value, dict) else value), default=0)
    return 0


def counted(value: object) -> dict[str, int]:
    total = {"names": 0, "values": 0, "lists": 0}
    if isinstance(value, (list, dict)):
        inner = list(value.values() if isinstance(value, dict) else value)
        total = {"names": len(value) * isinstance(value, dict), "values": max(0, len(value) - 1), "lists": 1}
        for each in map(counted, inner):
            total = {name: total[name] + each[name] for name in total}
    return total


def test_who_leaves_in_the_middle_of_a_body_leaves_no_traceback(
    untrained: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for path in ("/predict", "/operations/convolution", "/runs", "/drawings"):
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{untrained.port}\r\nContent-Type: application/json\r\n"
            with socket.create_connection(("127.0.0.1", untrained.port), timeout=30) as connection:
                connection.sendall((head + "Content-Length: 1000\r\n\r\n{").encode())
        until(lambda: sum("the client left" in record.message for record in caplog.records) >= 2)
        assert httpx2.get(f"{untrained.url}/models").status_code == 200
    assert not [record for record in caplog.records if record.exc_info]


def test_a_body_of_100_mb_is_refused_before_it_is_read(untrained: Running) -> None:
    head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{untrained.port}\r\nContent-Type: application/json\r\n"
    head += "Content-Length: 104857600\r\n\r\n"
    with socket.create_connection(("127.0.0.1", untrained.port), timeout=30) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(4096)
    assert b"413" in answer.split(b"\r\n")[0]
    assert f"{LARGEST_BODY:,}".encode() in answer


def test_a_client_that_sends_100_mb_all_the_same_reads_the_refusal(untrained: Running) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    for kind, start in (("application/json", b""), ("multipart/form-data; boundary=x", form)):
        headers = {"Content-Type": kind}
        for content in (start + b"0" * 100 * 2**20, (start, *([b"0" * 2**20] * 100))):
            answer = httpx2.post(f"{untrained.url}/predict", content=content, headers=headers, timeout=60)
            assert answer.status_code == 413
            assert json.loads(answer.text)["status"] == 413


def test_who_is_refused_early_reads_the_refusal_too(untrained: Running) -> None:
    body = (b"0" * 2**20 for _ in range(11))
    answer = httpx2.post(f"{untrained.url}/predict", content=body, headers={"Content-Type": "text/plain"}, timeout=60)
    assert answer.status_code == 415


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(
    untrained: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receptive.routes.exchange.LONGEST_BODY_TIME", 0.3)
    monkeypatch.setattr("receptive.routes.exchange.LONGEST_DRAIN", 0.1)
    head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{untrained.port}\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", untrained.port), timeout=30) as connection:
        connection.sendall((head + "Content-Length: 1000\r\n\r\n{").encode())
        assert b"408" in connection.recv(4096).split(b"\r\n")[0]


def test_others_are_answered_while_one_sends_slowly(untrained: Running) -> None:
    head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{untrained.port}\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", untrained.port), timeout=30) as connection:
        connection.sendall(head.encode())
        assert httpx2.get(f"{untrained.url}/models", timeout=10).status_code == 200
