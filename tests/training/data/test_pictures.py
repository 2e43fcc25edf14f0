"""Pictures: divided class by class, made fewer evenly, fitted to a network, and never of one class only."""

from pathlib import Path

import pytest
import torch

from receptive.training.data.datasets import digits, load
from receptive.training.data.pictures import DatasetError, Pictures, checked, fitted, statistics
from tests.training.digits import dataset, drawn


def pictures(labels: list[int], height: int = 4, width: int = 4, channels: int = 1) -> Pictures:
    shape = (len(labels), height, width, channels)
    images = torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    return Pictures(images, torch.tensor(labels), ("a", "b", "c"))


def test_the_held_out_are_the_last_of_every_class() -> None:
    kept, held_out = pictures([0, 0, 0, 0, 1, 1, 1, 1, 2]).divided(0.25)
    assert kept.labels.tolist() == [0, 0, 0, 1, 1, 1, 2]
    assert held_out.labels.tolist() == [0, 1]
    assert torch.equal(held_out.images[0], pictures([0, 0, 0, 0, 1, 1, 1, 1, 2]).images[3])


def test_holding_out_nothing_keeps_everything() -> None:
    kept, held_out = pictures([0, 1, 2]).divided(0.0)
    assert (len(kept), len(held_out)) == (3, 0)


def test_fewer_are_as_many_of_each_class() -> None:
    some = pictures([0] * 6 + [1] * 5 + [2]).fewer(7)
    assert some.labels.tolist() == [0, 0, 0, 1, 1, 1, 2]
    assert len(pictures([0, 1]).fewer(99)) == 2


def test_slightly_smaller_pictures_get_a_border_and_lose_nothing() -> None:
    small = drawn(10)
    framed = fitted(small, (1, 32, 32))
    assert torch.equal(framed[:, 0, 2:-2, 2:-2], small.images[..., 0])
    assert int(framed.sum()) == int(small.images.sum())


def test_other_sizes_are_resized_as_a_whole_and_a_flat_picture_stays_flat() -> None:
    flat = Pictures(torch.full((3, 8, 6, 1), 77, dtype=torch.uint8), torch.tensor([0, 1, 2]), ("a", "b", "c"))
    assert torch.equal(fitted(flat, (3, 32, 32)), torch.full((3, 3, 32, 32), 77, dtype=torch.uint8))
    assert torch.equal(fitted(flat, (1, 4, 3)), torch.full((3, 1, 4, 3), 77, dtype=torch.uint8))


def test_colour_becomes_luma_where_a_network_reads_one_channel() -> None:
    colours = torch.tensor([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], dtype=torch.uint8)
    four = Pictures(colours[:, None, None].expand(4, 32, 32, 3), torch.tensor([0, 1, 0, 1]), ("a", "b"))
    assert fitted(four, (1, 32, 32))[:, 0, 0, 0].tolist() == [76, 150, 29, 255]


def test_statistics_are_those_of_torch() -> None:
    images = torch.randint(0, 256, (5, 3, 7, 7), dtype=torch.uint8)
    means, deviations = statistics(images)
    real = images.double() / 255
    assert means == pytest.approx(real.mean(dim=(0, 2, 3)).tolist())
    assert deviations == pytest.approx(real.std(dim=(0, 2, 3), correction=0).tolist())
    assert statistics(torch.zeros(2, 1, 3, 3, dtype=torch.uint8))[1] == (1 / 255,)  # nothing to divide by


def test_one_class_only_is_an_error_that_names_it() -> None:
    with pytest.raises(DatasetError, match="pictures of one class only, b"):
        checked(pictures([1, 1]), "the folder")


def test_idx_files_of_one_class_or_of_unequal_length_are_errors(tmp_path: Path) -> None:
    ones = drawn(20).some(torch.arange(20) % 10 == 1)
    with pytest.raises(DatasetError, match="one class only, 1"):
        load(dataset(tmp_path / "one", ones), tmp_path / "one")
    unequal = Pictures(drawn(20).images, drawn(10).labels, drawn(10).classes)
    with pytest.raises(DatasetError, match=r"\[20, 28, 28, 1\] pictures do not go with \[10\] labels"):
        load(dataset(tmp_path / "two", unequal), tmp_path / "two")


def test_labels_beyond_the_classes_are_an_error() -> None:
    with pytest.raises(DatasetError, match="label 3, but only 3 classes"):
        checked(pictures([0, 3]), "the folder")


def test_the_digits_in_the_box_are_framed_as_mnist_is() -> None:
    found = digits()
    assert found.images.shape == (1797, 28, 28, 1)
    assert found.labels.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    ink = found.images[..., 0].float()
    edge = torch.ones(28, 28, dtype=torch.bool)
    edge[2:-2, 2:-2] = False
    assert ink[:, edge].mean() < 0.01 * ink.mean()
    place = torch.arange(28.0) + 0.5
    for axis in (1, 2):
        centre = (ink.sum(dim=axis) @ place) / ink.sum(dim=(1, 2))
        assert ((centre - 14).abs() < 1.5).all()
