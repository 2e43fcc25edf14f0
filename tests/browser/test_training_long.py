"""A long run in a real browser: it is its curve, down to single steps and single epochs where they are looked at."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from receptive.training.runs import steps_file
from receptive.training.runs.journal import Journal
from receptive.training.runs.store import RunStore
from receptive.training.settings import RunSettings
from tests.browser.conftest import Open, until
from tests.browser.test_training import legend
from tests.serving import running

STEPS: Final = 30_000
PER_EPOCH: Final = 1000


def loss(step: int) -> float:
    """Falls slowly, and from every step to the next by leaps that no outline has."""
    return 2 * math.exp(-step / 9000) + (step * 7919 % 101) / 1000


def write(runs: Path) -> str:
    """The run's folder; its id."""
    run = RunStore(runs).create(RunSettings(epochs=STEPS // PER_EPOCH).model_dump(mode="json"))
    figures = {"loss": 1.0, "accuracy": 0.5, "validation_loss": 0.7, "validation_accuracy": 0.6, "best": True}
    pace = {"images_per_second": 1.0, "seconds_left": 0.0, "memory": None}
    started = {"time": "", "pictures": 10, "held_out": 10, "parameters": 1, "classes": ["a", "b"], "layers": []}
    length = {"steps": STEPS, "per_epoch": PER_EPOCH, "epochs": STEPS // PER_EPOCH}
    with Journal(run.log) as log, (run.folder / "steps.bin").open("wb") as file:
        log.write("started", {**started, **length, "planned": [(1, 0.1), (STEPS, 0.1)]})
        for first in range(1, STEPS, 100):
            losses = np.array([loss(step) for step in range(first, first + 100)], np.float32)
            same = {name: np.full(100, 0.5, np.float32) for name in ("accuracy", "rate", "gradient")}
            epoch = 1 + first // PER_EPOCH
            event: dict[str, Any] = {"first": first, "epoch": epoch, "loss": losses, **same, "seconds": first / 100 + 1}
            file.write(steps_file.batch(event, first / 100).tobytes())
            log.write("steps", event)
            if (first + 99) % PER_EPOCH == 0:
                told = {"epoch": epoch, "step": first + 99, "seconds": first / 100 + 1, **figures, **pace}
                log.write("epoch", {**told, "confusion": [[epoch, 0], [40 - epoch, 3]], "layers": []})
        log.write("status", {"status": "finished", "reason": "", "why": None, "best_epoch": 1})
    run.change(status="finished", steps=STEPS, step=STEPS, epoch=STEPS // PER_EPOCH, seconds=STEPS / 100)
    return run.id


@pytest.fixture(scope="module")
def kept(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server and the run on its store."""
    runs = tmp_path_factory.mktemp("long")
    name = write(runs)
    with running(weights, runs=str(runs)) as server:
        yield server.url, name


def opened(open_page: Open, kept: tuple[str, str], **attributes: str) -> tuple[Page, list[str]]:
    """The lab with this run, and what it asks of it."""
    url, name = kept
    page = open_page("/train").page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{url}/train?{urlencode({'run': name, **attributes})}")
    expect(page.get_by_test_id("step")).to_have_text(f"{STEPS:,} of {STEPS:,}")
    return page, asked


def test_it_is_drawn_without_its_log_and_read_to_the_last_step(open_page: Open, kept: tuple[str, str]) -> None:
    page, asked = opened(open_page, kept, smoothing="0")
    assert float(legend(page, kept[1], "loss")) == pytest.approx(loss(STEPS), abs=6e-5)
    assert float(legend(page, kept[1], "validation-loss")) == 0.7
    events = page.request.get(f"{kept[0]}/runs/{kept[1]}/events", headers={"Last-Event-ID": "1000000"})
    assert events.status == 204
    assert sum("/curve" in url for url in asked) == 1


def test_single_steps_are_there_where_they_are_zoomed_into(open_page: Open, kept: tuple[str, str]) -> None:
    page, asked = opened(open_page, kept, smoothing="0")
    plot = page.get_by_test_id("plot-loss").get_by_role("slider")
    plot.focus()
    for _ in range(10):
        page.keyboard.press("+")
    expect(page.get_by_test_id("whole")).to_be_visible()
    until(page, lambda: any("/steps?from=" in url for url in asked))
    page.keyboard.press("Home")
    for _ in range(12):
        at = math.floor(float(plot.get_attribute("aria-valuenow") or "nan"))
        expect(plot).to_have_attribute("aria-valuetext", re.compile(rf"training {loss(at):.4f},"))
        page.keyboard.press("ArrowRight")
    page.get_by_test_id("whole").click()
    expect(page.get_by_test_id("whole")).to_have_count(0)


def test_the_thick_line_is_the_mean_of_all_steps(open_page: Open, kept: tuple[str, str]) -> None:
    page, _ = opened(open_page, kept)
    for weight in (0.6, 0.58):
        expect(page.get_by_label("Smoothing")).to_have_value(str(weight))
        mean = steps_file.running_mean(np.array([loss(step) for step in range(1, STEPS + 1)], np.float32), weight)[-1]
        read = page.get_by_test_id(f"legend-{kept[1]}").get_by_test_id("read-loss")
        expect(read).to_have_text(f"{mean:.4f}")
        page.get_by_label("Smoothing").press("ArrowLeft")


def test_the_matrix_of_every_epoch_is_had_where_it_is_looked_at(open_page: Open, kept: tuple[str, str]) -> None:
    page, _ = opened(open_page, kept, view="confusion")
    matrix, slider = page.get_by_test_id("confusion"), page.get_by_test_id("confusion-player-slider")
    expect(matrix).to_contain_text("After epoch 30 of 30")
    slider.focus()
    for key, epoch in (("Home", 1), ("ArrowRight", 2), ("End", 30)):
        page.keyboard.press(key)
        expect(matrix).to_contain_text(f"After epoch {epoch} of 30")
        expect(matrix.get_by_text(str(40 - epoch), exact=True)).to_be_visible()
