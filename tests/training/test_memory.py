"""A run that does not fit is refused before it begins, with what would fit."""

import re
from pathlib import Path

import pytest
import torch

from convnets.catalogue import build
from convnets.pattern import Pattern, shapes
from convnets.patterned import PatternNetwork
from receptive.training import memory, preparation
from receptive.training.memory import TooLargeError, answers_of, available, check
from receptive.training.preparation import prepare
from receptive.training.schedules import Schedule, planned
from receptive.training.settings import RunSettings
from tests.training.digits import drawn

SHAPE = (1, 32, 32)


def test_the_answers_of_all_layers_are_counted_and_nothing_is_changed() -> None:
    pattern = Pattern(batch_norm=True, dropout=0.5)
    network = PatternNetwork(pattern, (3, 16, 16), 5)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.get_rng_state()
    rows = shapes(pattern, (3, 16, 16), 5)[1:]
    assert answers_of(network, (3, 16, 16)) == sum(int(torch.tensor(row.shape).prod()) for row in rows)
    assert network.training
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert not any(layer._forward_hooks for layer in network.modules())


def test_a_batch_that_does_not_fit_is_refused_with_one_that_does() -> None:
    network = build("lenet5")
    check(network, SHAPE, 60_000, False, None)
    check(network, SHAPE, 128, True, 2**30)
    with pytest.raises(TooLargeError, match=r"steps of 60,000 pictures need about .* and 1\.0 GiB are free") as error:
        check(network, SHAPE, 60_000, False, 2**30)
    found = re.search(r"take ([\d,]+) or fewer", str(error.value))
    assert found
    fits = int(found[1].replace(",", ""))
    assert 1000 < fits < 60_000
    check(network, SHAPE, fits, False, 2**30)
    with pytest.raises(TooLargeError):
        check(network, SHAPE, int(fits * 1.1), False, 2**30)
    with pytest.raises(TooLargeError, match="take a smaller network"):
        check(network, SHAPE, 1, False, 2**20)


def test_a_run_is_checked_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "available", lambda: 30 * 2**20)
    with pytest.raises(TooLargeError, match="take a smaller network or smaller pictures"):
        prepare(RunSettings(model=Pattern(channels=(64,), pooling="none", units=(64,))), drawn(40))
    prepare(RunSettings(model=Pattern(channels=(2,))), drawn(40))


def test_what_is_free_is_what_the_system_and_the_group_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = available()
    assert found is None or found > 2**20
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    monkeypatch.setattr(memory, "SYSTEM", tmp_path / "meminfo")
    (tmp_path / "meminfo").write_text("MemTotal: 900 kB\nMemAvailable:    500 kB\n")
    assert available() == 500 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("4000\n")
    (tmp_path / "memory.stat").write_text("anon 900\nfile 3100\ninactive_file 2000\nactive_file 1000\n")
    assert available() == 500 * 1024
    (tmp_path / "memory.max").write_text("5000\n")
    assert available() == 4000


def test_what_is_prepared_knows_its_data_and_its_rates() -> None:
    schedule = Schedule(kind="one-cycle")
    run = prepare(RunSettings(epochs=3, batch_size=20, schedule=schedule), drawn(60))
    assert run.classes == tuple("0123456789")
    assert run.input_shape == SHAPE
    assert run.planned == planned(schedule, 1e-3, 9, 3)
