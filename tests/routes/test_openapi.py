"""The OpenAPI document, and that the server holds what it says, whatever is sent to it."""

import json
import re
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import (
    allow_header_conformance,
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from receptive.routes.exchange import UPLOADS
from receptive.server import create
from receptive.settings import Settings
from tests.serving import Running

DOCUMENT = create(Settings()).openapi()
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]


@schemathesis.serializer("application/vnd.safetensors")
def any_bytes(_: Any, value: Any) -> bytes:
    """Whatever is drawn for a file, which is hardly ever a file of tensors."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody watches the curves being fitted here, no run begins and nothing is fetched."""
    monkeypatch.setattr("receptive.training.runs.queue.Queue._next", lambda _: None)
    monkeypatch.setattr("receptive.training.runs.queue.Queue.warm", lambda _: None)
    monkeypatch.setattr("receptive.routes.datasets.Fetching.run", lambda _: None)
    monkeypatch.setattr("receptive.routes.operations.approximation.BETWEEN", 0.0)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_sent_is_answered_as_documented_and_never_with_a_5xx(
    untrained: Running, method: str, path: str
) -> None:
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method]
    checks: list[Any] = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        unsupported_method,
        allow_header_conformance,
    ]

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=untrained.url, checks=checks, timeout=60)

    send()


def test_every_route_says_what_it_does_and_every_refusal_is_a_problem(untrained: Running) -> None:
    document = httpx2.get(f"{untrained.url}/openapi.json").json()
    assert {"/predict", "/activations", "/models", "/models/{name}", "/models/{name}/weights/{parameter}"} <= set(
        document["paths"]
    )
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")):
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_every_operation_documents_what_the_guard_refuses() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            statuses = {"400", "401", "403", "408", "421", "431"} | ({"413", "415"} if method != "get" else set())
            assert statuses <= set(operation["responses"]), (method, path)


def test_a_method_that_is_not_allowed_is_answered_with_all_that_are(untrained: Running) -> None:
    for path, methods in DOCUMENT["paths"].items():
        expected = {method.upper() for method in methods}
        for method in {"HEAD", "PUT", "OPTIONS", "TRACE"}:
            answer = httpx2.request(method, untrained.url + path)
            assert answer.status_code == 405, (method, path)
            allowed = set(answer.headers["allow"].split(", "))
            assert expected <= allowed, (method, path)
            assert method not in allowed
    for method in ("POST", "DELETE", "OPTIONS"):
        answer = httpx2.request(method, f"{untrained.url}/static/nothing.js")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert httpx2.request(method, f"{untrained.url}/learn").headers["allow"] == "GET, HEAD"


def test_uploads_are_read_where_the_document_says_so_and_nowhere_else() -> None:
    documented = {
        path
        for path, methods in DOCUMENT["paths"].items()
        for operation in methods.values()
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    }
    assert documented == UPLOADS


def test_everything_that_the_document_speaks_of_is_in_it() -> None:
    said = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert said <= set(DOCUMENT["components"]["schemas"])
    assert {"Problem", "PredictRequest", "ConvolutionRequest"} <= said


@pytest.mark.parametrize("path", ["/predict", "/activations", "/explain"])
def test_both_ways_of_sending_a_picture_are_documented_and_the_example_works(untrained: Running, path: str) -> None:
    document = httpx2.get(f"{untrained.url}/openapi.json").json()
    content = document["paths"][path]["post"]["requestBody"]["content"]
    assert set(content) == {"multipart/form-data", "application/json"}
    for example in content["application/json"]["examples"].values():
        assert httpx2.post(untrained.url + path, json=example["value"]).status_code == 200
