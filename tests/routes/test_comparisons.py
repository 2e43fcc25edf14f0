"""Prepared runs over REST: they are listed apart, can be read like any run, and cannot be changed."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from receptive.training.runs import journal
from receptive.training.runs.comparisons import COMPARISONS
from receptive.training.runs.store import SHIPPED
from tests.routes.test_runs import listened
from tests.serving import running

RUN = COMPARISONS[0].id("all")


@pytest.fixture(scope="module")
def client(weights: Path) -> Iterator[httpx2.Client]:
    with running(weights) as server, httpx2.Client(base_url=server.url, timeout=60) as client:
        yield client


def test_comparisons_name_runs_that_can_be_asked(client: httpx2.Client) -> None:
    found = client.get("/comparisons").json()["comparisons"]
    assert [comparison["name"] for comparison in found] == [comparison.name for comparison in COMPARISONS]
    for variant in (variant for comparison in found for variant in comparison["variants"]):
        run = client.get(f"/runs/{variant['run']}").json()
        assert run["settings"] == variant["settings"]
        assert run["status"] in ("finished", "failed")


def test_the_list_of_runs_is_the_visitors_alone(client: httpx2.Client) -> None:
    assert client.get("/runs").json() == {"runs": []}


def test_a_prepared_run_is_streamed_and_drawn_like_any_other(client: httpx2.Client) -> None:
    assert listened(client, RUN) == list(journal.events(SHIPPED / RUN / "events.jsonl"))
    last = journal.last_seq(SHIPPED / RUN / "events.jsonl")
    assert client.get(f"/runs/{RUN}/events", params={"after": last}).status_code == 204
    curve = client.get(f"/runs/{RUN}/curve").json()
    assert curve["steps"] == client.get(f"/runs/{RUN}").json()["step"]
    assert curve["snapshots"] == []
    assert client.get(f"/runs/{RUN}/download").status_code == 200


@pytest.mark.parametrize(("method", "path"), [("PATCH", ""), ("DELETE", ""), ("POST", "/stop"), ("POST", "/continue")])
def test_a_prepared_run_is_not_changed(client: httpx2.Client, method: str, path: str) -> None:
    answer = client.request(method, f"/runs/{RUN}{path}", json={"name": "mine"} if method == "PATCH" else None)
    assert answer.status_code == 409
    assert "train it yourself" in answer.json()["detail"]
    assert (SHIPPED / RUN / "about.json").exists()


@pytest.mark.parametrize("name", ["prepared", "prepared-", "prepared-nothing", "prepared-..", "prepared-" + "a" * 40])
def test_a_name_that_is_no_prepared_run_is_not_found(client: httpx2.Client, name: str) -> None:
    assert client.get(f"/runs/{name}").status_code in (404, 422)


def test_a_prepared_run_has_no_weights_and_says_so(client: httpx2.Client) -> None:
    answer = client.get(f"/models/run:{RUN}")
    assert answer.status_code == 404
    assert "train it yourself" in answer.json()["detail"]
