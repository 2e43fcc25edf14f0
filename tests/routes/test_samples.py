"""The tray of real digits, that the shipped networks read them, and the photos."""

import io

import httpx2
import numpy as np
import pytest
import torch
from PIL import Image

from convnets import catalogue, weights
from receptive.networks.opening import open_catalogue
from receptive.preprocessing.ink import prepare
from receptive.routes import samples
from tests.serving import Running


def test_the_tray_has_three_of_every_class_and_no_picture_twice() -> None:
    labels = [row.label for row in samples.samples()]
    assert sorted(labels) == sorted("0123456789" * 3)
    assert len(set(samples.TRAY)) == len(labels)


@pytest.mark.parametrize("name", sorted(catalogue.CATALOGUE))
def test_the_shipped_network_reads_the_tray(name: str) -> None:
    network = open_catalogue(name, weights.WEIGHTS, torch.device("cpu"))
    batch = network.forward([prepare(samples.drawn(row)).input for row in samples.TRAY])
    labels = np.array([int(row.label) for row in samples.samples()])
    assert np.count_nonzero(batch.probabilities.argmax(1) == labels) >= 29


def test_every_photo_is_a_square_of_colours_with_its_photographer(untrained: Running) -> None:
    rows = httpx2.get(f"{untrained.url}/samples/photos").json()
    assert [row["name"] for row in rows] == ["china", "flower"]
    seen = set()
    for row in rows:
        assert "CC BY 2.0" in row["source"]
        answer = httpx2.get(f"{untrained.url}/samples/photos/{row['name']}.png")
        assert answer.headers["content-type"] == "image/png"
        picture = Image.open(io.BytesIO(answer.content))
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        assert picture.size == (row["width"], row["height"]) == (256, 256)
        red, green, blue = np.asarray(picture).reshape(-1, 3).T
        assert not np.array_equal(red, green)
        assert not np.array_equal(green, blue)
        seen.add(answer.content)
    assert len(seen) == 2


def test_an_unknown_photo_is_refused_with_those_that_are_known(untrained: Running) -> None:
    answer = httpx2.get(f"{untrained.url}/samples/photos/cat.png")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "name: 'cat' is no photo; china, flower are"
