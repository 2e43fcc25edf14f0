"""A folder of images is a data set; one that is not says why."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from receptive.training.data.datasets import obtain
from receptive.training.data.folders import load
from receptive.training.data.pictures import DatasetError


def save(path: Path, value: int, mode: str = "L", size: tuple[int, int] = (6, 4)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode == "L" else (value, 0, 255 - value, 128)[: len(mode)]).save(path)


def test_sub_folders_are_the_classes_and_their_images_the_pictures(tmp_path: Path) -> None:
    for number, name in enumerate(("cat/10.png", "cat/2.PNG", "dog/1.jpg", "dog/notes.txt", ".git/1.png")):
        path = tmp_path / name
        if path.suffix == ".txt":
            path.write_text("not an image")
        else:
            save(path, number)
    found = obtain(f"folder:{tmp_path}")
    assert found.classes == ("cat", "dog")
    assert found.labels.tolist() == [0, 0, 1]
    assert found.images.shape == (3, 4, 6, 1)
    assert found.images[:2, 0, 0, 0].tolist() == [1, 0]  # 2 comes before 10


def test_one_image_in_colour_makes_all_of_them_so(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", 7)
    save(tmp_path / "b" / "1.png", 200, "RGB")
    found = load(tmp_path)
    assert found.images.shape == (2, 4, 6, 3)
    assert found.images[0, 0, 0].tolist() == [7, 7, 7]
    assert found.images[1, 0, 0].tolist() == [200, 0, 55]


def test_a_transparent_image_lies_on_white(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", 0, "RGBA")
    save(tmp_path / "b" / "1.png", 0)
    assert load(tmp_path).images[0, 0, 0].tolist() == [127, 127, 255]


def test_an_image_lies_as_its_exif_data_says(tmp_path: Path) -> None:
    save(tmp_path / "b" / "1.jpg", 0, size=(4, 6))
    (tmp_path / "a").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.fromarray(np.zeros((4, 6), np.uint8)).save(tmp_path / "a" / "1.jpg", exif=exif)
    assert load(tmp_path).images.shape == (2, 6, 4, 1)


def test_images_of_two_sizes_are_an_error_that_names_both(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", 0)
    save(tmp_path / "b" / "1.png", 0, size=(5, 4))
    with pytest.raises(DatasetError, match=r"b.1\.png is 5 x 4 pixels, .*a.1\.png is 6 x 4: all images need one size"):
        load(tmp_path)


def test_one_class_is_not_enough(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", 0)
    with pytest.raises(DatasetError, match="holds 1 sub-folders"):
        load(tmp_path)


def test_a_class_without_images_is_an_error_that_names_it(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", 0)
    (tmp_path / "b").mkdir()
    with pytest.raises(DatasetError, match="b holds no image"):
        load(tmp_path)


def test_a_damaged_image_is_an_error_that_names_it(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", 0, size=(64, 64))
    save(tmp_path / "b" / "1.png", 0, size=(64, 64))
    raw = (tmp_path / "b" / "1.png").read_bytes()
    (tmp_path / "b" / "1.png").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(DatasetError, match=r"b.1\.png cannot be read as an image"):
        load(tmp_path)


def test_a_large_image_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", 0, size=(257, 1))
    save(tmp_path / "b" / "1.png", 0)
    with pytest.raises(DatasetError, match="257 x 1 pixels; at most 256"):
        load(tmp_path)


def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere is no folder"):
        obtain(f"folder:{tmp_path / 'nowhere'}")


def test_a_folder_that_cannot_be_read_is_an_error_that_says_why(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read: File name too long; name another"):
        obtain(f"folder:{tmp_path / ('a' * 5000)}")


def test_a_grey_image_of_16_bits_keeps_its_brightness(tmp_path: Path) -> None:
    save(tmp_path / "b" / "1.png", 0)
    (tmp_path / "a").mkdir()
    Image.fromarray(np.full((4, 6), 0x80FF, np.uint16)).save(tmp_path / "a" / "1.png")
    found = load(tmp_path)
    assert found.images.shape == (2, 4, 6, 1)
    assert torch.equal(found.images[0], torch.full((4, 6, 1), 0x80, dtype=torch.uint8))
