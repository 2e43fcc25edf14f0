"""The facts of LeNet-5 that the exhibits start with are those of its trace."""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from convnets.catalogue import CATALOGUE, DEFAULT, build
from convnets.trace import trace

KNOWN = Path(__file__).parents[2] / "static" / "src" / "scene" / "lenet5.json"


def test_the_usual_network_is_known_as_it_is_traced() -> None:
    known = json.loads(KNOWN.read_text(encoding="utf-8"))
    network = CATALOGUE[DEFAULT]
    facts = [known[name] for name in ("name", "title", "classes", "input_shape")]
    assert facts == [network.name, network.title, list(network.classes), list(network.input_shape)]
    layers = trace(build(DEFAULT), torch.zeros(1, *network.input_shape)).without_reshapes()
    traced = [asdict(layer) for layer in layers]
    assert len(known["layers"]) == len(traced)
    for layer, row in zip(known["layers"], traced, strict=True):
        assert layer == {name: list(row[name]) if isinstance(row[name], tuple) else row[name] for name in layer}
