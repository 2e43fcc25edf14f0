"""The OpenAPI document, and that the server holds what it says, whatever is sent to it."""

import json
import re
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    allow_header_conformance,
    content_type_conformance,
    ensure_resource_availability,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    not_a_server_error,
    object_level_authorization,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)

from receptive.routes.exchange import UPLOADS
from receptive.routes.validation import SENTENCES
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


def accepts_valid_requests(_: Any, answer: schemathesis.Response, case: schemathesis.Case[Any]) -> None:
    """Schemathesis' `positive_data_acceptance`, but for reasons that no schema can say.

    A document cannot say that a window fits into its input, that bytes are a picture with ink or that a picture is
    sent in one of two ways; a type, a bound and a choice it can.
    """
    assert case.meta is not None
    if case.meta.generation.mode.is_positive and 400 <= answer.status_code < 500:
        code = answer.json()["why"]["code"]
        assert code not in CODES_OF_A_SCHEMA, f"the document allows this, and the server answers {code}"


# JSON Schema takes 3.0 for a whole number, which settings of runs do not.
CODES_OF_A_SCHEMA = set(SENTENCES) - {"no-whole-number"}
# All checks that schemathesis has, but for the length of time, which depends on the machine.
CHECKS: list[Any] = [
    accepts_valid_requests,
    allow_header_conformance,
    content_type_conformance,
    ensure_resource_availability,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    not_a_server_error,
    object_level_authorization,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_sent_is_answered_as_documented_and_never_with_a_5xx(
    untrained: Running, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method]

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=untrained.url, checks=CHECKS, timeout=60)

    try:
        send()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE
        assert not operation.body  # without fields there is nothing to be wrong
        pytest.skip("nothing that is sent here can be wrong")


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
