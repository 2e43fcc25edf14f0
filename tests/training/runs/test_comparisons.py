"""Prepared runs: every comparison has its own, they say what their settings give, and their logs are whole."""

from itertools import islice

import numpy as np
import pytest

from receptive.training.data import datasets
from receptive.training.events import Step
from receptive.training.loop import train
from receptive.training.plan import KNOWN, plan
from receptive.training.preparation import prepare
from receptive.training.runs import journal, steps_file
from receptive.training.runs.comparisons import COMPARISONS, Comparison
from receptive.training.runs.run import Run
from receptive.training.runs.state import OVER
from receptive.training.runs.store import PREPARED_ID, SHIPPED
from receptive.training.settings import RunSettings

VARIANTS = [(comparison, variant) for comparison in COMPARISONS for variant in comparison.variants]
each = pytest.mark.parametrize(
    ("comparison", "variant"), VARIANTS, ids=[comparison.id(variant) for comparison, variant in VARIANTS]
)
MOST_BYTES = 3_000_000


def recorded(comparison: Comparison, variant: str) -> Run:
    return Run(SHIPPED / comparison.id(variant))


def test_what_is_shipped_is_what_the_comparisons_name() -> None:
    ids = [comparison.id(variant) for comparison, variant in VARIANTS]
    assert all(PREPARED_ID.fullmatch(name) for name in ids)
    assert sorted(ids) == sorted(path.name for path in SHIPPED.iterdir())
    assert len(COMPARISONS) == 11
    assert all(len(comparison.variants) > 1 for comparison in COMPARISONS)


def test_what_is_shipped_is_small_and_names_no_machine() -> None:
    files = [path for path in SHIPPED.rglob("*") if path.is_file()]
    assert {path.name for path in files} <= {
        "settings.json",
        "about.json",
        "state.json",
        "network.json",
        "events.jsonl",
        "steps.bin",
    }
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    for path in files:
        assert path.name == "steps.bin" or b"/" not in path.read_bytes()


@each
def test_settings_on_disk_are_those_in_code(comparison: Comparison, variant: str) -> None:
    run = recorded(comparison, variant)
    assert RunSettings.model_validate(run.settings) == comparison.variants[variant]
    assert run.state.process is None
    assert run.state.status in OVER


@each
def test_a_log_is_whole(comparison: Comparison, variant: str) -> None:
    run = recorded(comparison, variant)
    events = list(journal.events(run.log))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["kind"], events[-1]["kind"]) == ("started", "status")
    assert events[0]["steps"] == plan(comparison.variants[variant], KNOWN["digits"]).steps == run.state.steps
    assert (events[-1]["status"], events[-1]["reason"]) == (run.state.status, run.state.reason)
    assert steps_file.rebuilt(run.log).tobytes() == steps_file.read(run.folder / "steps.bin").tobytes()
    epochs = [event for event in events if event["kind"] == "epoch"]
    assert [epoch["epoch"] for epoch in epochs] == list(range(1, run.state.epoch + 1))
    assert epochs[-1]["layers"]
    assert run.state.last is not None
    assert run.state.last["validation_accuracy"] == epochs[-1]["validation_accuracy"]


def test_trained_again_a_run_begins_with_the_recorded_steps() -> None:
    comparison = next(each for each in COMPARISONS if each.name == "momentum")
    prepared = prepare(comparison.variants["with"], datasets.digits())
    events = train(prepared.network, prepared.source, prepared.course)
    losses = [event.loss for event in islice(events, 40) if isinstance(event, Step)]
    kept = steps_file.read(recorded(comparison, "with").folder / "steps.bin")["loss"]
    np.testing.assert_allclose(losses, kept[: len(losses)], rtol=1e-4)
    assert len(losses) > 30
