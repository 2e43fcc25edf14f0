"""The catalogue, the shipped weights and their cards, and weights that are missing or damaged."""

import hashlib
import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from convnets.catalogue import CATALOGUE, DEFAULT, build
from convnets.weights import WEIGHTS, WeightsError, card, load, weights_path

NAMES = list(CATALOGUE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in WEIGHTS.glob("*.*"):
        shutil.copy(path, tmp_path)
    return tmp_path


def stamp(folder: Path, name: str) -> None:
    """Make the card's sha256 that of the file, as if these had been the shipped weights."""
    path = weights_path(name, folder)
    content = json.loads(path.with_suffix(".json").read_text())
    content["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".json").write_text(json.dumps(content))


def test_the_catalogue_is_known_without_torch() -> None:
    code = "import sys, convnets.catalogue as c; assert c.DEFAULT in c.CATALOGUE; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_weights_are_those_of_their_card(name: str) -> None:
    about = card(name)
    assert hashlib.sha256(weights_path(name).read_bytes()).hexdigest() == about["sha256"]
    assert about["parameters"] == CATALOGUE[name].parameters
    network = load(name)
    assert sum(value.numel() for value in network.parameters()) == about["parameters"]
    assert not network.training


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_how_the_weights_came_about(name: str) -> None:
    about = card(name)
    for key in ("data", "recipe", "seed", "epochs", "validation", "other_writers", "command", "torch"):
        assert about[key], key
    assert about["command"].startswith(f"receptive train {name}")
    assert about["validation"]["pictures"] == 10_000
    assert about["validation"]["error_percent"] == round(about["validation"]["errors"] / 100, 2)


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_networks_read_other_writers_as_their_card_says(name: str) -> None:
    from receptive.training.data.other_writers import guesses, other_writers

    torch.set_num_threads(1)
    pictures = other_writers()
    about = CATALOGUE[name]
    errors = int((guesses(load(name), pictures.ink, about.mean, about.std) != pictures.labels).sum())
    # Another processor may round one borderline picture the other way.
    assert abs(errors - card(name)["other_writers"]["errors"]) <= 2


@pytest.mark.parametrize("name", NAMES)
def test_what_the_catalogue_says_of_a_network_is_what_is_built(name: str) -> None:
    about = CATALOGUE[name]
    network = build(name).eval()
    assert sum(value.numel() for value in network.parameters()) == about.parameters
    scores = network.logits(network(torch.zeros(3, *about.input_shape)))
    assert scores.shape == (3, len(about.classes))


def test_the_1998_input_runs_from_minus_a_tenth_to_1175() -> None:
    about = CATALOGUE["lenet5-1998"]
    assert (0 - about.mean) / about.std == pytest.approx(-0.1)
    assert (1 - about.mean) / about.std == pytest.approx(1.175)


def test_missing_weights_are_named_with_what_to_do(folder: Path) -> None:
    weights_path(DEFAULT, folder).unlink()
    with pytest.raises(WeightsError, match=r"lenet5\.safetensors cannot be read .*receptive train lenet5 --out"):
        load(DEFAULT, folder=folder)


def test_a_missing_card_is_named(folder: Path) -> None:
    weights_path(DEFAULT, folder).with_suffix(".json").unlink()
    with pytest.raises(WeightsError, match=r"lenet5\.json is missing"):
        load(DEFAULT, folder=folder)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"sha256": 3}', "\xff\xfe"])
def test_a_card_that_is_none_is_named(folder: Path, text: str) -> None:
    weights_path(DEFAULT, folder).with_suffix(".json").write_bytes(text.encode("latin-1"))
    with pytest.raises(WeightsError, match=r"lenet5\.json"):
        card(DEFAULT, folder)


def test_one_flipped_bit_is_found_and_both_sums_are_said(folder: Path) -> None:
    path = weights_path(DEFAULT, folder)
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(WeightsError) as error:
        load(DEFAULT, folder=folder)
    assert hashlib.sha256(raw).hexdigest() in str(error.value)
    assert card(DEFAULT, folder)["sha256"] in str(error.value)


def test_truncated_weights_are_refused_even_with_their_own_sum(folder: Path) -> None:
    path = weights_path(DEFAULT, folder)
    path.write_bytes(path.read_bytes()[:1000])
    stamp(folder, DEFAULT)
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load(DEFAULT, folder=folder)


def test_weights_of_another_shape_are_refused_with_both_shapes(folder: Path) -> None:
    path = weights_path(DEFAULT, folder)
    tensors = load_file(path)
    tensors["c1.weight"] = torch.zeros(6, 1, 3, 3)
    save_file(tensors, path)
    stamp(folder, DEFAULT)
    with pytest.raises(WeightsError, match=r"holds \[6, 1, 3, 3\] for c1.weight, and lenet5 has \[6, 1, 5, 5\]"):
        load(DEFAULT, folder=folder)


def test_weights_of_the_other_network_are_refused(folder: Path) -> None:
    shutil.copy(weights_path("lenet5-1998", folder), weights_path(DEFAULT, folder))
    stamp(folder, DEFAULT)
    with pytest.raises(WeightsError, match=r"holds nothing for|expects nothing|for c3\.weight"):
        load(DEFAULT, folder=folder)


def test_a_folder_with_the_weights_name_is_a_weights_error(folder: Path) -> None:
    path = weights_path(DEFAULT, folder)
    path.unlink()
    path.mkdir()
    with pytest.raises(WeightsError, match="cannot be read"):
        load(DEFAULT, folder=folder)


TINY = '''
"""A network of colours."""

from torch import nn

from convnets.classifier import Classifier
from convnets.network import Network


class Tiny(Classifier):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.conv(x).relu().mean((2, 3)))

    def logits(self, output):
        return output

    def loss(self, output, labels):
        return nn.functional.cross_entropy(output, labels)


NETWORKS = (
    Network(
        name="tiny",
        title="A throwaway network",
        paper="none",
        module="convnets.tiny:Tiny",
        input_shape=(3, 8, 8),
        classes=("day", "night"),
        mean=0.5,
        std=0.25,
        parameters=122,
    ),
)
'''
SERVED = """
import json, sys
from pathlib import Path
import convnets
convnets.__path__.append(sys.argv[1])
import httpx2
from convnets.weights import weights_path
from tests.serving import make_weights, running
folder = make_weights(Path(sys.argv[2]))
card = weights_path("tiny", folder).with_suffix(".json")
card.write_text(json.dumps({**json.loads(card.read_text()), "mean": [0.1, 0.2, 0.3], "std": [0.5, 0.5, 0.25]}))
with running(folder) as server, httpx2.Client(base_url=server.url, timeout=120) as client:
    assert [network["name"] for network in client.get("/models").json()] == ["lenet5", "lenet5-1998", "tiny"]
    assert "A throwaway network" in client.get("/").text
    detail = client.get("/models/tiny").json()
    assert [(row["name"], row["kind"]) for row in detail["layers"]] == [
        ("conv", "convolution"), ("relu", "relu"), ("mean", "global-average-pooling"), ("fc", "linear"),
    ]
    assert (detail["means"], detail["reading"]) == ([0.1, 0.2, 0.3], "photo")
    pixels = [[column * 10 for column in range(16)] for _ in range(16)]
    answer = client.post("/predict", json={"model": "tiny", "pixels": pixels, "top_k": 2}).json()
    assert {row["label"] for row in answer["top"]} == {"day", "night"}
"""


def test_a_network_is_one_file_and_its_weights(tmp_path: Path) -> None:
    package, weights = tmp_path / "package", tmp_path / "weights"
    package.mkdir()
    weights.mkdir()
    (package / "tiny.py").write_text(TINY, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", SERVED, str(package), str(weights)], check=True, cwd=Path(__file__).parents[2]
    )


def test_entries_are_read_without_running_their_file(tmp_path: Path) -> None:
    (tmp_path / "tiny.py").write_text("raise SystemExit('run')\n" + TINY, encoding="utf-8")
    code = (
        "import sys, convnets; convnets.__path__.append(sys.argv[1]); from convnets.catalogue import CATALOGUE; "
        "assert CATALOGUE['tiny'].input_shape == (3, 8, 8); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_entry_that_is_read_is_the_one_that_its_file_makes(name: str) -> None:
    module = importlib.import_module(CATALOGUE[name].module.split(":")[0])
    assert CATALOGUE[name] in module.NETWORKS
