"""`receptive train` on drawn digits: weights, card, reproducible, and errors that say what is wrong."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from pydantic import ValidationError

from convnets.catalogue import CATALOGUE
from convnets.weights import card, load, weights_path
from receptive.training.data import datasets
from receptive.training.recipes.catalogue import RECIPES
from receptive.training.terminal.command import run, stages_of
from receptive.training.terminal.options import ADJUSTABLE, TrainSettings, command_of
from tests.training.digits import dataset, drawn


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with sixty drawn digits in the place of MNIST, the last twenty held out."""
    folder = tmp_path / "data"
    monkeypatch.setitem(datasets.DATASETS, "mnist", dataset(folder, drawn(60)))
    monkeypatch.setattr(datasets, "HELD_OUT", 20)
    return folder


def small(data: Path, out: Path, **changes: object) -> TrainSettings:
    values = {"epochs": 1, "batch": 10, "written": 10, "data_dir": data, "out": out, "quiet": True}
    return TrainSettings.model_validate(values | changes)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_what_is_written_loads_and_its_card_is_true(name: str, data: Path, tmp_path: Path) -> None:
    assert run(small(data, tmp_path / "out", name=name)) == 0
    about = card(name, tmp_path / "out")
    assert not load(name, folder=tmp_path / "out").training
    assert about["command"] == f"receptive train {name} --epochs 1 --batch 10 --written 10 --data-dir DIR"
    assert about["epochs"] == len(RECIPES[name])
    assert {stage["batch"] for stage in about["recipe"]} == {10}
    assert about["validation"]["pictures"] == 20
    assert about["other_writers"]["pictures"] == 1797
    assert str(tmp_path) not in json.dumps(about)
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".json", ".safetensors"]


def test_a_figure_on_what_was_held_out_is_from_before_it_joined(data: Path, tmp_path: Path) -> None:
    assert [stage.joined for stage in RECIPES["lenet5"]] == [False, True]
    assert run(small(data, tmp_path / "out", epochs=2)) == 0
    about = card("lenet5", tmp_path / "out")
    assert about["epochs"] == 4
    assert "by the weights of epoch 2, before these joined" in about["validation"]["on"]
    assert about["data"]["trained_on"].endswith("after epoch 2 all 60,000")


def test_the_same_command_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    sums = []
    for place in ("one", "two"):
        run(small(data, tmp_path / place))
        sums.append(hashlib.sha256(weights_path("lenet5", tmp_path / place).read_bytes()).hexdigest())
    assert sums[0] == sums[1]


def test_without_flags_the_recipe_is_that_of_the_shipped_weights() -> None:
    for name in CATALOGUE:
        settings = TrainSettings.model_validate({"name": name})
        assert stages_of(settings) == RECIPES[name]
        assert command_of(settings) == f"receptive train {name}"
        shipped = card(name)
        assert shipped["recipe"] == [asdict(stage) for stage in RECIPES[name]]
        assert shipped["epochs"] == sum(stage.epochs for stage in RECIPES[name])


def test_data_that_is_not_there_is_said_and_the_status_is_1(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(small(tmp_path / "nowhere", tmp_path / "out")) == 1
    assert "holds no images.gz" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_raises_and_leaves_no_half_file(data: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file in the way")
    with pytest.raises(FileExistsError):
        run(small(data, tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "a file in the way"


@pytest.mark.parametrize(
    ("field", "value"),
    [("epochs", 0), ("learning_rate", 0), ("batch", 500_000), ("seed", -1), ("averaging", 1), ("name", "alexnet")],
)
def test_settings_out_of_bounds_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as error:
        TrainSettings.model_validate({field: value})
    assert error.value.errors()[0]["loc"] == (field,)


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in TrainSettings.model_fields.values())
    assert set(ADJUSTABLE) <= set(TrainSettings.model_fields)
