"""Pictures that are read whole: brought to the size and colours of those learned from, every step told."""

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import torch
from PIL import Image

from receptive.preprocessing.choice import choose
from receptive.preprocessing.decoding import as_it_is
from receptive.preprocessing.framed import FramedInk
from receptive.preprocessing.photo import Photo, on_light_paper
from receptive.preprocessing.reading import INK, Reading
from receptive.training.data.pictures import Pictures, fitted
from receptive.training.runs import sources
from receptive.training.runs.store import Run
from tests.preprocessing.digits import seven

CHANCE = np.random.default_rng(7)


@pytest.mark.parametrize("learned", [(1, 28, 28), (3, 28, 28), (1, 9, 13), (3, 60, 40), (3, 32, 32)])
@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 32, 32), (3, 9, 13)])
def test_a_picture_like_those_learned_from_goes_their_way_to_the_bit(
    learned: tuple[int, int, int], shape: tuple[int, int, int]
) -> None:
    channels, height, width = learned
    pixels = CHANCE.integers(0, 256, (height, width, channels)).astype(np.uint8)
    there = fitted(Pictures(torch.from_numpy(pixels)[None], torch.zeros(1, dtype=torch.int64), ("a",)), shape)
    found = Photo(learned, shape).prepare(pixels[..., 0] if channels == 1 else pixels)
    assert found.input.dtype == np.float32
    assert np.array_equal(found.input, there[0].numpy().astype(np.float32) / np.float32(255))
    last = found.steps[-1].image
    assert np.array_equal(last.reshape(*last.shape[:2], -1).transpose(2, 0, 1), there[0].numpy())
    assert not found.blank
    assert found.paper is None


def test_only_steps_that_changed_something_are_told() -> None:
    photo = Photo((3, 40, 30), (3, 40, 30))
    names = [
        [step.name for step in photo.prepare(CHANCE.integers(0, 256, shape).astype(np.uint8)).steps]
        for shape in ((40, 30, 3), (40, 30), (50, 30, 3), (1, 1))
    ]
    assert names == [["colour"], ["grey", "colour"], ["colour", "size"], ["grey", "colour", "size"]]


def test_fashion_on_light_paper_is_turned_round_and_on_dark_paper_stays() -> None:
    fashion = Photo((1, 28, 28), (1, 32, 32), negated=True)
    dark = np.zeros((28, 28), np.uint8)
    dark[4:24, 6:20] = 200
    assert not on_light_paper(dark)
    one, other = fashion.prepare(dark), fashion.prepare(255 - dark)
    assert (one.paper, other.paper) == ("dark", "light")
    assert np.array_equal(one.input, other.input)
    assert np.array_equal(one.input[0], np.pad(dark, 2).astype(np.float32) / np.float32(255))
    assert [step.name for step in other.steps] == ["grey", "ink", "pad"]
    assert [step.name for step in fashion.prepare(np.stack([dark] * 3, axis=2)).steps][:3] == ["colour", "grey", "ink"]


@pytest.mark.parametrize(
    ("mode", "colour"),
    [("1", ()), ("L", ()), ("LA", ()), ("I;16", ()), ("P", (3,)), ("RGB", (3,)), ("RGBA", (3,)), ("CMYK", (3,))],
)
def test_what_is_grey_stays_grey_and_everything_else_has_colours(mode: str, colour: tuple[int, ...]) -> None:
    assert np.asarray(as_it_is(Image.new(mode, (5, 4)))).shape == (4, 5, *colour)


def run_of(folder: Path, dataset: str, **facts: Any) -> Run:
    (folder / "settings.json").write_bytes(orjson.dumps({"dataset": dataset}))
    rest = {"model": "pattern", "classes": ["a"], "mean": [0], "std": [1], "parameters": 0, "layers": []}
    (folder / "network.json").write_bytes(orjson.dumps({"input_shape": (1, 32, 32), **rest, **facts}))
    return Run(folder)


def reading_of(run: Run) -> Reading:
    facts, dataset = run.network, run.settings["dataset"]
    return choose(sources.reading_of(dataset), tuple(facts["input_shape"]), sources.learned_shape(dataset, facts))


def test_a_run_reads_as_its_data_set_was_made(tmp_path: Path) -> None:
    for dataset in ("digits", "mnist", "drawings"):
        assert reading_of(run_of(tmp_path, dataset)) is INK
    grey = (1, 32, 32)
    assert reading_of(run_of(tmp_path, "fashion-mnist")) == Photo((1, 28, 28), grey, negated=True)
    assert reading_of(run_of(tmp_path, "cifar10")) == Photo((3, 32, 32), grey)
    assert reading_of(run_of(tmp_path, "folder:/pets", picture_shape=(3, 20, 30))) == Photo((3, 20, 30), grey)
    assert reading_of(run_of(tmp_path, "folder:/of/an/older/version")) == Photo(grey, grey)


@pytest.mark.parametrize(
    ("side", "last"), [(28, ("centre", 28)), (30, ("pad", 30)), (24, ("resize", 24)), (20, ("resize", 20))]
)
def test_ink_for_an_input_of_another_size_is_framed_by_it_and_its_last_step_is_what_is_read(
    tmp_path: Path, side: int, last: tuple[str, int]
) -> None:
    reading = reading_of(run_of(tmp_path, "mnist", input_shape=(1, side, side)))
    assert isinstance(reading, FramedInk)
    found, framed = reading.prepare(seven()), INK.prepare(seven())
    step = found.steps[-1]
    assert (step.name, step.image.shape) == (last[0], (side, side))
    assert np.array_equal(found.input, step.image * np.float32(1 / 255))
    if side in (28, 30):
        edge = (32 - side) // 2
        assert np.array_equal(found.input, framed.input[edge:-edge, edge:-edge])
    assert reading.prepare(np.full((56, 56), 255, np.uint8)).blank
