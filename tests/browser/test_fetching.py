"""A data set that is not here: its size is said, it is fetched with a bar, given up, fetched again, learned from."""

import json
import re
import socketserver
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
import torch
from playwright.sync_api import Page, expect

from convnets.network import DIGITS
from receptive.training.data import datasets, fetching
from receptive.training.data.datasets import Dataset
from receptive.training.data.fetching import cache_folder
from receptive.training.data.pictures import Pictures
from tests.browser.conftest import Open
from tests.serving import running
from tests.training.digits import dataset

PIECE: Final = 2**10  # bytes that are sent at once
PAUSE: Final = 0.1  # seconds between two pieces: more than half a minute for all of them
PICTURES: Final = 600
PATIENCE: Final = 120_000  # milliseconds for a run on a busy machine

# What the process that trains is started as: it looks for the same small files.
WORKER: Final = """
import json, sys
from receptive.training.data import datasets
from receptive.training.runs import worker
from receptive.training.data.fetching import File
given = json.loads({about!r})
files = [File(**given[name]) for name in ("images", "labels")]
datasets.DATASETS["mnist"] = datasets.Dataset("mnist", *files, tuple(given["addresses"]))
sys.exit(worker.main(sys.argv[1:]))
"""


@contextmanager
def held_back(folder: Path, rest: threading.Event) -> Iterator[str]:
    """The folder's files over HTTP: a piece at a time, and the rest at once when it may come."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raw = (folder / self.path.strip("/")).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            try:
                for start in range(0, len(raw), PIECE):
                    self.wfile.write(raw[start : start + PIECE])
                    rest.wait(PAUSE)
            except ConnectionError:
                return  # it was given up

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            rest.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def rest() -> threading.Event:
    """Set when the rest of a file may come at once."""
    return threading.Event()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: threading.Event) -> Iterator[Dataset]:
    """A data set called mnist of a few pictures that say nothing, which is nowhere but on that server."""
    torch.manual_seed(1)
    images = torch.randint(0, 256, (PICTURES, 28, 28, 1), dtype=torch.uint8)
    pictures = Pictures(images, torch.arange(PICTURES) % 10, DIGITS)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(fetching, "CHUNK", PIECE)
    with held_back(tmp_path / "there", rest) as address:
        found = replace(dataset(tmp_path / "there", pictures, address), name="mnist")
        monkeypatch.setitem(datasets.DATASETS, "mnist", found)
        yield found


@pytest.fixture
def lab(small: Dataset, weights: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that knows this data set, and whose trainers do."""
    about = {"images": small.images.__dict__, "labels": small.labels.__dict__, "addresses": small.addresses}
    begin = subprocess.Popen

    def begun(command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        if "receptive.training.runs.worker" in command:
            arguments = command[command.index("receptive.training.runs.worker") + 1 :]
            command = [sys.executable, "-c", WORKER.format(about=json.dumps(about)), *arguments]
        return begin(command, **options)

    monkeypatch.setattr(subprocess, "Popen", begun)
    with running(weights) as server:
        urllib.request.urlopen(f"{server.url}/models/lenet5", timeout=PATIENCE / 1000).read()
        yield server.url


def at(open_page: Open, lab: str, server: str, lang: str = "en") -> Page:
    """The lab where MNIST is chosen."""
    query = urlencode({"settings": json.dumps({"dataset": "mnist", "epochs": 1}), "lang": lang})
    page = open_page("/train", lang).page
    page.goto(f"{lab}/train?{query}")
    page.get_by_test_id("part-data").locator("summary").click()
    return page


def kept() -> list[str]:
    """The files in the cache, whole or half."""
    folder = cache_folder() / "mnist"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_it_is_fetched_given_up_fetched_again_and_learned_from(
    open_page: Open, lab: str, server: str, small: Dataset, rest: threading.Event
) -> None:
    page = at(open_page, lab, server)
    whole = small.images.size + small.labels.size
    fetch, bar = page.get_by_test_id("fetch"), page.get_by_role("progressbar", name="Fetching the data set")
    expect(fetch).to_have_text(f"Fetch {round(whole / 1000)} KB, once")
    fetch.click()
    page.wait_for_function("bar => bar.value > 0 && bar.value < bar.max", arg=bar.element_handle())
    assert bar.evaluate("bar => bar.max") == whole
    expect(page.get_by_text(re.compile(r"^\d+ KB / \d+ KB$"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(bar).to_have_count(0)
    fetch.click()  # at once: the one that was given up makes room
    page.wait_for_function("bar => bar.value > 0 && bar.value < bar.max", arg=bar.element_handle())
    assert small.images.name not in kept()
    rest.set()
    expect(page.get_by_text("held out and only judged on")).to_be_visible()
    assert kept() == sorted([small.images.name, small.labels.name])
    page.get_by_test_id("train").click()
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "finished", timeout=PATIENCE)
    (run,) = json.load(urllib.request.urlopen(f"{lab}/runs", timeout=PATIENCE / 1000))["runs"]
    assert (run["settings"]["dataset"], run["epoch"]) == ("mnist", 1)
    curve = json.load(urllib.request.urlopen(f"{lab}/runs/{run['id']}/curve", timeout=PATIENCE / 1000))
    assert curve["started"]["pictures"] + curve["started"]["held_out"] == PICTURES


@pytest.mark.parametrize(("lang", "words"), [("en", "could not be downloaded whole"), ("zh", "下载不完整或已损坏")])
def test_what_comes_with_another_checksum_is_not_kept_and_the_page_says_so(
    open_page: Open,
    lab: str,
    server: str,
    small: Dataset,
    rest: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    words: str,
) -> None:
    rest.set()
    monkeypatch.setitem(datasets.DATASETS, "mnist", replace(small, images=replace(small.images, md5="0" * 32)))
    page = at(open_page, lab, server, lang)
    page.get_by_test_id("fetch").click()
    problem = page.get_by_test_id("fetch-problem")
    expect(problem).to_contain_text(words)
    expect(problem).to_contain_text("0" * 32)
    assert small.addresses[0] in (problem.text_content() or "")
    expect(page.get_by_test_id("fetch")).to_be_enabled()
    assert kept() == []
