"""A visitor's drawings are kept, framed as /predict frames them, and are a data set."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from convnets.pattern import Pattern
from receptive.preprocessing.ink import PictureError, prepare
from receptive.training.data import drawings
from receptive.training.data.drawings import DrawingError, Drawings
from receptive.training.data.pictures import DatasetError
from receptive.training.events import Epoch
from receptive.training.loop import train
from receptive.training.preparation import prepare as prepare_run
from receptive.training.settings import RunSettings

BROWSER = "a-browser-1"


def line(angle: float, size: int = 60) -> NDArray[np.uint8]:
    """A dark stroke through the middle of white paper."""
    y, x = np.mgrid[:size, :size] - size / 2
    near = (np.abs(np.cos(angle) * y - np.sin(angle) * x) < 3) & (np.hypot(x, y) < size / 3)
    return np.where(near, 0, 255).astype(np.uint8)


def png(picture: NDArray[np.uint8]) -> bytes:
    raw = io.BytesIO()
    Image.fromarray(picture).save(raw, "PNG")
    return raw.getvalue()


def test_a_drawing_is_kept_as_predict_would_see_it(tmp_path: Path) -> None:
    mine = Drawings(tmp_path, BROWSER)
    added = mine.add(" up  and down ", png(line(1.5)))
    assert added.label == "up and down"
    assert np.array_equal(np.rint(prepare(line(1.5)).input[2:-2, 2:-2] * 255), added.pixels)
    (kept,) = Drawings(tmp_path, BROWSER).list()
    assert (kept.id, kept.label) == (added.id, added.label)
    assert np.array_equal(kept.pixels, added.pixels)
    assert Drawings(tmp_path, "another-one").list() == []


def test_drawings_are_a_data_set_with_their_names_as_classes(tmp_path: Path) -> None:
    mine = Drawings(tmp_path, BROWSER)
    for label in ("10", "竖", "2", "10"):
        mine.add(label, line(len(label)))
    pictures = mine.pictures()
    assert pictures.classes == ("2", "10", "竖")
    assert pictures.labels.tolist() == [1, 2, 0, 1]
    assert pictures.images.shape == (4, 28, 28, 1)
    assert pictures.images.dtype == torch.uint8


def test_a_network_learns_to_tell_them_apart(tmp_path: Path) -> None:
    mine = Drawings(tmp_path, BROWSER)
    for number in range(8):
        mine.add("flat", line(0.1 * number / 8))
        mine.add("steep", line(1.5 + 0.1 * number / 8))
    settings = RunSettings(model=Pattern(units=()), dataset="drawings", epochs=8, batch_size=4, held_out=0.25)
    run = prepare_run(settings, mine.pictures())
    epoch = list(train(run.network, run.source, run.course))[-1]
    assert isinstance(epoch, Epoch)
    assert (epoch.held_out, epoch.errors) == (4, 0)


def test_one_can_be_removed_and_all_of_them(tmp_path: Path) -> None:
    mine = Drawings(tmp_path, BROWSER)
    first, second = mine.add("a", line(0)), mine.add("b", line(1))
    assert mine.remove(first.id)
    assert not mine.remove(first.id)
    assert [drawing.id for drawing in mine.list()] == [second.id]
    (tmp_path / "secret.png").write_bytes(b"")
    assert not mine.remove("../secret")
    assert (tmp_path / "secret.png").exists()
    mine.clear()
    assert mine.list() == []
    mine.clear()


@pytest.mark.parametrize("browser", ["", "short", "../../../etc", "a" * 65, "eight/88", "browser\n"])
def test_no_browser_names_another_folder(browser: str, tmp_path: Path) -> None:
    with pytest.raises(DrawingError, match="browser: 8 to 64"):
        Drawings(tmp_path, browser)


@pytest.mark.parametrize("label", ["", "  ", "x" * 25, "a\x00b", "\u202eabc"])
def test_a_name_is_short_and_can_be_shown(label: str, tmp_path: Path) -> None:
    with pytest.raises(DrawingError, match="label: 1 to 24 characters"):
        Drawings(tmp_path, BROWSER).add(label, line(0))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_drawing_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    mine = Drawings(tmp_path, BROWSER)
    for picture in (b"", b"text", png(np.full((50, 50), 255, np.uint8)), np.full((50, 50), 255, np.uint8)):
        with pytest.raises(PictureError):
            mine.add("a", picture)
    assert list(tmp_path.iterdir()) == []


def test_count_and_classes_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "MOST_DRAWINGS", 3)
    monkeypatch.setattr(drawings, "MOST_CLASSES", 2)
    mine = Drawings(tmp_path, BROWSER)
    mine.add("a", line(0))
    mine.add("b", line(1))
    with pytest.raises(DrawingError, match="label: 2 classes are there"):
        mine.add("c", line(2))
    mine.add("b", line(2))
    with pytest.raises(DrawingError, match="drawings: 3 are kept, which is the limit; remove some"):
        mine.add("a", line(3))


def test_the_browser_that_drew_longest_ago_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "MOST_BROWSERS", 2)
    for number, browser in enumerate(("browser-a", "browser-b", "browser-c")):
        Drawings(tmp_path, browser).add("a", line(0))
        os.utime(tmp_path / browser, (number, number))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["browser-b", "browser-c"]


def test_too_few_classes_and_none_at_all_are_said(tmp_path: Path) -> None:
    mine = Drawings(tmp_path, BROWSER)
    with pytest.raises(DatasetError, match="drawings: there are no drawings yet"):
        mine.pictures()
    mine.add("a", line(0))
    with pytest.raises(DatasetError, match=r"drawings has pictures of one class only, a: .*add a second class"):
        mine.pictures()


def test_a_damaged_file_is_left_out(tmp_path: Path) -> None:
    mine = Drawings(tmp_path, BROWSER)
    whole, cut = mine.add("a", line(0)), mine.add("b", line(1))
    path = mine.folder / f"{cut.id}.png"
    path.write_bytes(path.read_bytes()[:-30])
    (mine.folder / "x.png").write_bytes(png(line(0)))
    (mine.folder / "y.png").write_bytes(b"")
    assert [drawing.id for drawing in mine.list()] == [whole.id]
