"""Distorted digits stay digits, where the preprocessing would put them."""

import pytest
import torch
from torch import Tensor

from receptive.training.recipes import pens, strokes
from receptive.training.recipes.augmentation import Augmenter, Distortion

torch.set_num_threads(1)


def digits(count: int = 60) -> tuple[Tensor, Tensor, Tensor]:
    """Drawn digits as (N, 28, 28) uint8 pictures, with their distance maps, and none of them a pen's only."""
    distances, _ = strokes.written(count, seed=3)
    fine = ((3 - distances.float() / 16) / 2 + 0.5).clamp(0, 1)
    pictures = torch.nn.functional.avg_pool2d(fine, pens.FINE)
    return (pictures * 255).byte(), distances, torch.zeros(count, dtype=torch.bool)


def augmented(distortion: Distortion, plain: float, strength: float = 1.0) -> Tensor:
    augmenter = Augmenter(distortion, torch.Generator().manual_seed(5))
    return augmenter(*digits(), strength, plain)


@pytest.mark.parametrize(
    "distortion", [Distortion(pens=0, scans=0), Distortion(pens=1, scans=0), Distortion(pens=0, scans=1), Distortion()]
)
def test_a_distorted_digit_is_ink_between_0_and_1_centred_on_the_32_pixels(distortion: Distortion) -> None:
    out = augmented(distortion, plain=0.0)
    assert out.shape == (60, 1, 32, 32)
    assert out.min() >= 0
    assert out.max() <= 1
    assert (out.amax(dim=(1, 2, 3)) > 0.95).all()
    mass = out.sum(dim=(1, 2, 3))
    assert (mass > 10).all()
    assert (mass < 450).all()
    place = torch.arange(32.0)
    for axis in (2, 3):
        centre = (out.sum(dim=(1, axis)) @ place) / mass
        # An MNIST digit's centre of mass is within half a pixel of 16; the jitter adds at most 0.8.
        assert ((centre - 16).abs() < 1.8).all()


def test_a_distorted_digit_fits_the_box_that_the_preprocessing_fits_it_to() -> None:
    out = augmented(Distortion(pens=0, scans=0, scale=0), plain=0.0)[:, 0] > 0.25
    for row in out:
        ys, xs = row.nonzero(as_tuple=True)
        longer = max(int(ys.max() - ys.min()), int(xs.max() - xs.min())) + 1
        assert 18 <= longer <= 22


def test_a_plain_digit_is_only_padded() -> None:
    pictures, _, _ = digits()
    out = augmented(Distortion(), plain=1.0)
    assert torch.equal((out[:, 0, 2:-2, 2:-2] * 255).round().byte(), pictures)
    assert out[:, :, :2].sum() + out[:, :, -2:].sum() + out[..., :2].sum() + out[..., -2:].sum() == 0


def test_the_same_seed_gives_the_same_pictures() -> None:
    assert torch.equal(augmented(Distortion(), 0.1), augmented(Distortion(), 0.1))


def test_a_digit_known_by_its_distances_alone_is_drawn_with_a_pen() -> None:
    _, distances, _ = digits()
    augmenter = Augmenter(Distortion(), torch.Generator().manual_seed(5))
    nothing = torch.zeros(len(distances), 28, 28, dtype=torch.uint8)
    out = augmenter(nothing, distances, torch.ones(len(distances), dtype=torch.bool), 1.0, 1.0)
    assert (out.sum(dim=(1, 2, 3)) > 10).all()


def test_thinning_leaves_lines_one_point_wide_in_one_piece() -> None:
    shape = torch.zeros(1, 40, 40, dtype=torch.bool)
    shape[0, 5:35, 10:17] = True
    shape[0, 28:35, 10:35] = True
    line = torch.from_numpy(pens.thin(shape.numpy()))[0]
    assert (line & ~shape[0]).sum() == 0
    # An L of two legs: about as many points as the legs are long, and no row of the upright has two.
    assert 35 <= line.sum() <= 55
    assert set(line[8:27].sum(dim=1).tolist()) == {1}


def test_distances_of_a_straight_stroke_grow_one_point_a_point() -> None:
    picture = torch.zeros(1, 28, 28, dtype=torch.uint8)
    picture[0, 4:24, 12:16] = 255
    row = pens.distances(picture)[0, 28].float() / 16
    middle = int(row.argmin())
    assert 24 <= middle <= 31
    assert (row[middle : middle + 7] - torch.arange(7)).abs().max() < 0.01


def test_written_digits_are_ten_of_each_and_inside_the_canvas() -> None:
    distances, labels = strokes.written(100, seed=1)
    assert labels.bincount().tolist() == [10] * 10
    assert distances.shape == (100, 56, 56)
    ink = distances < 8
    assert ink.any(dim=2).any(dim=1).all()
    assert ink[:, 0].float().mean() < 0.02


def test_written_digits_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    assert torch.equal(strokes.written(20, seed=1)[0], strokes.written(20, seed=1)[0])
    assert not torch.equal(strokes.written(20, seed=1)[0], strokes.written(20, seed=2)[0])
