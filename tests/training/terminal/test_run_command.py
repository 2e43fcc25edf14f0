"""`receptive train NAME --dataset …`: flags become settings, a run becomes weights and a card that is true."""

import argparse
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from convnets.pattern import Pattern
from convnets.patterned import PatternNetwork
from convnets.weights import card, load
from receptive import flags
from receptive.training.data import datasets
from receptive.training.data.pictures import Pictures
from receptive.training.events import Epoch
from receptive.training.loop import train
from receptive.training.plan import PlanError
from receptive.training.preparation import prepare
from receptive.training.settings import Augmentation, EarlyStopping, RunSettings
from receptive.training.terminal.command import run
from receptive.training.terminal.options import OF_A_PATTERN, OF_A_RUN, TrainSettings, command_of, run_settings
from tests.training.digits import drawn

PICTURES = drawn(60)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Pictures:
    """Sixty drawn digits in the place of those in the box."""
    monkeypatch.setattr(datasets, "digits", lambda: PICTURES)
    return PICTURES


def told(*words: str) -> TrainSettings:
    """The settings that the command line gives."""
    parser = argparse.ArgumentParser()
    flags.add(parser, TrainSettings, positional="name")
    return flags.read(TrainSettings, parser.parse_args(words), {})


def small(out: Path, *words: str) -> TrainSettings:
    return told("lenet5", "--dataset", "digits", "--epochs", "2", "--batch", "16", "--quiet", "--out", str(out), *words)


def test_every_flag_reaches_its_setting() -> None:
    line = (
        "pattern --dataset folder:a --held-out 0.3 --subset 50 --epochs 7 --batch all --seed 3 --optimizer nesterov "
        "--learning-rate 0.2 --momentum 0.7 --schedule step --factor 0.9 --every 2 --lowest 0.1 --warm-up 0.05 "
        "--weight-decay 0.01 --l1 0.02 --decay-factor 0.03 --label-smoothing 0.1 --clip 5 --loss mean-squared-error "
        "--patience 4 --metric loss --keep-last --channels 4,8 --convolutions 2 --kernel 5 --padding none "
        "--pooling average --window 3 --units 20,10 --activation tanh --batch-norm --dropout 0.4 "
        "--initialization he --augment shift=0.5,flip"
    )
    settings = run_settings(told(*line.split()))
    assert settings.model == Pattern(
        channels=(4, 8), convolutions=2, kernel=5, padding="none", pooling="average", window=3,
        units=(20, 10), activation="tanh", batch_norm=True, dropout=0.4,
    )  # fmt: skip
    dumped = settings.model_dump(exclude={"model"})
    assert dumped == {
        "dataset": "folder:a", "held_out": 0.3, "subset": 50, "epochs": 7, "batch_size": "all", "seed": 3,
        "optimizer": "nesterov", "learning_rate": 0.2, "momentum": 0.7, "weight_decay": 0.01, "l1": 0.02,
        "schedule": {"kind": "step", "factor": 0.9, "every": 2, "lowest": 0.1, "warm_up": 0.05},
        "decay_factor": 0.03, "dropout": None, "label_smoothing": 0.1, "clip": 5.0, "loss": "mean-squared-error",
        "early_stopping": {"metric": "loss", "patience": 4, "restore_best": False}, "threads": 1,
        "initialization": "he", "augmentation": Augmentation(shift=0.5, flip=1).model_dump(), "snapshots": 60,
    }  # fmt: skip
    asked = {word.removeprefix("--").replace("-", "_") for word in line.split() if word.startswith("--")}
    assert asked == {*OF_A_RUN, *OF_A_PATTERN}


def test_without_flags_a_run_has_its_defaults() -> None:
    assert run_settings(told("lenet5", "--dataset", "digits")) == RunSettings()
    assert run_settings(told("pattern", "--dataset", "digits")) == RunSettings(model=Pattern())
    none = run_settings(told("pattern", "--dataset", "digits", "--channels", "", "--units", ""))
    assert none.model == Pattern(channels=(), units=())


def test_the_command_on_the_card_does_the_same_again(box: Pictures, tmp_path: Path) -> None:
    settings = small(tmp_path, "--optimizer", "momentum", "--schedule", "cosine", "--learning-rate", "0.02")
    assert run(settings) == 0
    written = card("lenet5", tmp_path)["command"].removeprefix("receptive train ").split()
    assert run_settings(told(*written)) == run_settings(settings)
    assert "folder:DIR" in command_of(told("pattern", "--dataset", "folder:/home/someone"))


def test_what_is_written_loads_and_its_card_is_true(box: Pictures, tmp_path: Path) -> None:
    settings = small(tmp_path)
    assert run(settings) == 0
    about = card("lenet5", tmp_path)
    prepared = prepare(run_settings(settings), PICTURES)
    epochs = [event for event in train(prepared.network, prepared.source, prepared.course) if isinstance(event, Epoch)]
    network = load("lenet5", folder=tmp_path)
    assert all(torch.equal(epochs[-1].weights[key], value) for key, value in network.state_dict().items())
    assert about["history"][-1]["loss"] == epochs[-1].loss
    assert about["validation"]["errors"] == epochs[-1].errors
    assert about["validation"]["on"] == "the last 20 % of every class, never trained on"
    assert RunSettings.model_validate(about["settings"]) == run_settings(settings)
    assert (about["data"]["trained_on"], about["data"]["held_out"]) == (50, 10)
    assert (about["epochs"], about["kept_epoch"]) == (2, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lenet5.json", "lenet5.safetensors"]


def test_the_same_command_gives_the_same_bytes(box: Pictures, tmp_path: Path) -> None:
    sums = []
    for place in ("one", "two"):
        run(small(tmp_path / place))
        sums.append(hashlib.sha256((tmp_path / place / "lenet5.safetensors").read_bytes()).hexdigest())
    assert sums[0] == sums[1]


def test_a_pattern_learns_a_folder_and_its_card_names_no_place(tmp_path: Path) -> None:
    from PIL import Image

    for number, name in enumerate(("bright", "dark", "grey")):
        (tmp_path / "shades" / name).mkdir(parents=True)
        for count in range(6):
            Image.new("RGB", (9, 7), (90 * number + count,) * 3).save(tmp_path / "shades" / name / f"{count}.png")
    words = ("--epochs", "3", "--channels", "2", "--units", "4", "--quiet", "--out", str(tmp_path / "out"))
    assert run(told("pattern", "--dataset", f"folder:{tmp_path / 'shades'}", *words)) == 0
    about = json.loads((tmp_path / "out" / "pattern.json").read_text())
    assert about["data"]["name"] == "folder:shades"
    assert about["data"]["classes"] == ["bright", "dark", "grey"]
    assert str(tmp_path) not in json.dumps(about)
    from safetensors.torch import load_file

    network = PatternNetwork(Pattern.model_validate(about["settings"]["model"]), (3, 7, 9), 3)
    network.load_state_dict(load_file(tmp_path / "out" / "pattern.safetensors"))


def test_stopping_early_keeps_the_best_weights_and_says_so(box: Pictures, tmp_path: Path) -> None:
    words = ("--epochs", "300", "--learning-rate", "0.01", "--patience", "2")
    assert run(told("lenet5", "--dataset", "digits", "--quiet", "--out", str(tmp_path), *words)) == 0
    about = card("lenet5", tmp_path)
    losses = [epoch["validation_loss"] for epoch in about["history"]]
    assert about["kept_epoch"] == 1 + losses.index(min(losses)) == about["epochs"] - 2
    assert "has not improved in the 2 epochs" in about["stopped"]
    assert about["validation"]["on"].endswith("by which the kept epoch was chosen")


def test_a_diverged_run_has_the_status_1_and_says_why(
    box: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(small(tmp_path, "--optimizer", "sgd", "--learning-rate", "900", "--weight-decay", "1")) == 1
    assert "the run diverged in epoch 1: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lenet5 --optimizer sgd", "--optimizer: goes with --dataset"),
        ("lenet5 --keep-last", "--keep-last: goes with --dataset"),
        ("lenet5 --batch all", "--batch: at most 1,024 without --dataset, not all"),
        ("lenet5 --dataset digits --batch none", "--batch: a whole number from 1 to 100,000, or all, not 'none'"),
        ("pattern", "NAME: a pattern has no recipe; give --dataset"),
        ("lenet5 --dataset digits --averaging 0.9", "--averaging: is a recipe's"),
        ("lenet5 --dataset digits --kernel 3", "--kernel: is a pattern's; lenet5 has its own layers"),
        ("lenet5 --dataset digits --metric loss", "--metric: is about stopping early; give --patience too"),
    ],
)
def test_flags_that_do_not_go_together_are_refused_by_name(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        told(*line.split())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "--dataset cats",
            "--dataset: a data set is needed: digits, mnist, fashion-mnist, cifar10, drawings or folder:PATH",
        ),
        ("--dataset digits --optimizer best", "--optimizer: Input should be 'sgd', 'momentum', 'nesterov'"),
        ("--dataset digits --schedule up", "--schedule: Input should be 'constant', 'step'"),
        ("--dataset digits --patience 0", "--patience: Input should be greater than or equal to 1, not '0'"),
        ("--dataset digits --l1 nan", "--l1: Input should be a finite number, not 'nan'"),
        ("--dataset digits --channels 4,x --units 0", "--channels: Input should be a valid integer"),
        ("--dataset digits --kernel 99", "--kernel: Input should be less than or equal to 11, not '99'"),
        ("--dataset digits --augment shift=2", "--augment: shift: Input should be less than or equal to 1, not '2'"),
        ("--dataset digits --augment spin=1", "--augment: spin is none of shift, rotate"),
        ("--dataset digits --initialization one", "--initialization: Input should be 'default', 'xavier'"),
        ("--dataset digits --held-out 0 --patience 3", "early_stopping: what is watched needs"),
        ("--dataset digits --optimizer nesterov --momentum 0", "momentum: nesterov looks ahead"),
        ("--dataset digits --loss own --label-smoothing 0.1", "label_smoothing: the network's own loss"),
    ],
)
def test_settings_out_of_bounds_are_refused_with_flag_limit_and_value(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        run_settings(told("pattern", *line.split()))


def test_a_network_that_has_no_dropout_says_so(box: Pictures, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no dropout layer"):
        run(small(tmp_path, "--dropout", "0.5"))
    assert list(tmp_path.iterdir()) == []


def test_every_setting_says_what_it_is() -> None:
    models: list[Any] = [TrainSettings, RunSettings, EarlyStopping, Augmentation]
    assert all(field.description for model in models for field in model.model_fields.values())


def test_every_training_command_of_the_documentation_is_possible() -> None:
    document = (Path(__file__).parents[3] / "docs" / "training.md").read_text(encoding="utf-8")
    lines = re.findall(r"\$ \S*receptive train (?!NAME)(.*)", document)
    assert len(lines) >= 3
    for line in lines:
        assert run_settings(told(*line.split())).epochs >= 1
