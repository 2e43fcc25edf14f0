"""Augmentation of a batch: nothing at strength 0, the exact thing where it can be said exactly."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from torch import Tensor

from receptive.preprocessing.pixels import GREY
from receptive.training import transforms
from receptive.training.preparation import prepare
from receptive.training.settings import Augmentation, RunSettings
from receptive.training.transforms import (
    BENDS,
    KINDS,
    augmented,
    elastic,
    recoloured,
    sheet,
    thickened,
    turning,
    warped,
)
from tests.training.digits import drawn

torch.set_num_threads(1)


def batch(count: int = 12, channels: int = 1, height: int = 16, width: int = 20) -> Tensor:
    return torch.rand(count, channels, height, width, generator=torch.Generator().manual_seed(7))


def changed(pictures: Tensor, **strengths: float) -> Tensor:
    before = pictures.clone()
    out = augmented(pictures, Augmentation(**strengths), torch.Generator().manual_seed(1))
    assert torch.equal(pictures, before)
    return out


def still(count: int) -> tuple[Tensor, Tensor]:
    """The matrix and the offset that change nothing."""
    return torch.eye(2).expand(count, 2, 2), torch.zeros(count, 2)


def test_no_strength_changes_nothing_and_draws_nothing() -> None:
    generator = torch.Generator().manual_seed(1)
    before = generator.get_state()
    assert torch.equal(augmented(batch(), Augmentation(), generator), batch())
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_shape_and_range_and_is_decided_by_the_seed(kind: str, channels: int) -> None:
    pictures = batch(channels=channels)
    out = changed(pictures, **{kind: 1.0})
    assert out.shape == pictures.shape
    assert out.dtype == pictures.dtype
    assert out.min() >= 0
    assert out.max() <= 1
    assert torch.equal(out, changed(pictures, **{kind: 1.0}))
    if kind == "flip":
        assert torch.equal(out, pictures.flip(3))
    elif kind == "colour" and channels == 1:
        assert torch.equal(out, pictures)
    else:
        assert not torch.equal(out, pictures)
        other = augmented(pictures, Augmentation(**{kind: 1.0}), torch.Generator().manual_seed(2))
        assert not torch.equal(out, other)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"crop", "flip", "erase"}))
def test_a_small_strength_changes_little(kind: str) -> None:
    smooth = torch.from_numpy(ndimage.gaussian_filter(batch(channels=3, height=32, width=32).numpy(), (0, 0, 4, 4)))
    little, much = (changed(smooth, **{kind: strength})[..., 6:-6, 6:-6] for strength in (1e-3, 1.0))
    middle = smooth[..., 6:-6, 6:-6]
    assert 0 < (little - middle).abs().max() < 2e-3
    assert (much - middle).abs().max() > 5 * (little - middle).abs().max()


@settings(max_examples=30, deadline=None)
@given(st.integers(-8, 8), st.integers(-8, 8), st.integers(9, 20), st.integers(9, 20))
def test_a_shift_by_whole_pixels_is_a_roll_with_zeros(across: int, down: int, height: int, width: int) -> None:
    pictures = batch(2, 3, height, width)
    matrix, _ = still(2)
    moved = warped(pictures, matrix, torch.tensor([[-across, -down]] * 2, dtype=torch.float32))
    rolled = pictures.roll((down, across), dims=(2, 3))
    rows, columns = torch.arange(height) - down, torch.arange(width) - across
    inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
    assert torch.allclose(moved, rolled * inside, atol=1e-5)


@pytest.mark.parametrize("quarter", [-1, 0, 1, 2])
def test_a_quarter_turn_is_rot90(quarter: int) -> None:
    pictures = batch(height=16, width=16)
    out = warped(pictures, turning(torch.full((12,), 90.0 * quarter)), still(12)[1])
    assert torch.allclose(out, pictures.rot90(quarter, (2, 3)), atol=1e-5)


def test_enlarging_to_the_double_reads_every_half_pixel() -> None:
    pictures = batch(height=16, width=16)
    matrix, offset = still(12)
    out = warped(pictures, matrix / 2, offset)
    expected = torch.nn.functional.interpolate(pictures, scale_factor=2, mode="bilinear", align_corners=False)
    assert torch.allclose(out, expected[..., 8:24, 8:24], atol=1e-5)


def test_a_displacement_is_in_pixels() -> None:
    pictures = batch()
    displacement = torch.zeros(12, 2, 16, 20)
    displacement[:, 0] = 2
    displacement[:, 1, 8:] = -1
    out = warped(pictures, *still(12), displacement)
    assert torch.allclose(out[:, :, 2:8, :-2], pictures[:, :, 2:8, 2:], atol=1e-5)
    assert torch.allclose(out[:, :, 8:, :-2], pictures[:, :, 7:-1, 2:], atol=1e-5)


def test_no_pixel_is_moved_further_than_the_strength_allows() -> None:
    point = torch.zeros(200, 1, 33, 33)
    point[:, :, 16, 16] = 1
    out = changed(point, shift=0.5)
    place = torch.arange(33.0) - 16
    for axis in (2, 3):
        centre = (out.sum(dim=(1, axis)) @ place) / out.sum(dim=(1, 2, 3))
        assert centre.abs().max() <= 0.5 * transforms.SHIFT * 33 + 1e-4
        assert centre.abs().max() > 0.9 * 0.5 * transforms.SHIFT * 33


def test_turns_zooms_and_slants_go_as_far_as_they_should() -> None:
    point = torch.zeros(400, 1, 65, 65)
    point[:, :, 22:25, 31:34] = 1  # nine pixels above the centre
    place = torch.arange(65.0) - 32

    def centres(**strengths: float) -> tuple[Tensor, Tensor]:
        out = changed(point, **strengths)
        mass = out.sum(dim=(1, 2, 3))
        return (out.sum(dim=(1, 2)) @ place) / mass, (out.sum(dim=(1, 3)) @ place) / mass

    across, down = centres(rotate=1.0)
    degrees = torch.atan2(across.abs(), -down) * 180 / math.pi
    assert 43 < degrees.max() < 45.5
    across, down = centres(scale=1.0)
    assert across.abs().max() < 0.01
    assert -13.6 < down.min() < -13
    assert -6.3 < down.max() < -5.9
    across, down = centres(shear=1.0)
    assert 4.2 < across.abs().max() < 4.6
    assert (down + 9).abs().max() < 0.05


def test_elastic_displacements_are_those_of_simard_et_al() -> None:
    noise = transforms._drawn_field((300, 2, 29, 29), torch.Generator().manual_seed(3))
    assert noise.min() >= -1
    assert noise.max() < 1
    assert noise.var() == pytest.approx(1 / 3, rel=0.01)
    field = elastic(noise, 1.0)
    theirs = 34 * ndimage.gaussian_filter(noise.numpy(), (0, 0, 4, 4), mode="constant", truncate=8)
    assert np.allclose(field.numpy(), theirs, atol=2e-3)
    middle = field[:, :, 12:17, 12:17]
    assert middle.std() == pytest.approx(34 / math.sqrt(3) / (2 * 4 * math.sqrt(math.pi)), rel=0.05)
    # On a picture of twice the side, everything is twice as far.
    large = elastic(transforms._drawn_field((300, 2, 58, 58), torch.Generator().manual_seed(3)), 1.0)
    assert large[:, :, 24:34, 24:34].std() == pytest.approx(2 * float(middle.std()), rel=0.1)


def test_a_flip_is_of_the_share_that_the_strength_says() -> None:
    pictures = batch(1000)
    out = changed(pictures, flip=0.3)
    mirrored = (out == pictures.flip(3)).flatten(1).all(dim=1)
    kept = (out == pictures).flatten(1).all(dim=1)
    assert (mirrored ^ kept).all()
    assert 250 < mirrored.sum() < 350


def test_a_crop_is_a_window_of_the_framed_picture() -> None:
    pictures = batch(300, height=16, width=24)
    out = changed(pictures, crop=1.0)
    framed = torch.nn.functional.pad(pictures, (3, 3, 2, 2))
    places = set()
    for before, after in zip(framed, out, strict=True):
        found = [
            (down, across)
            for down in range(5)
            for across in range(7)
            if torch.equal(before[:, down : down + 16, across : across + 24], after)
        ]
        assert len(found) == 1
        places.add(found[0])
    assert len(places) == 35


def test_thickened_is_grey_dilation_and_thinned_its_opposite() -> None:
    pictures = batch()
    expected = [ndimage.grey_dilation(picture[0].numpy(), size=(3, 3), mode="nearest") for picture in pictures]
    assert np.array_equal(thickened(pictures)[:, 0].numpy(), np.stack(expected))
    out = changed(pictures, stroke=1.0)
    thick = thickened(pictures)
    thin = -thickened(-pictures)
    assert ((out >= thin - 1e-6) & (out <= thick + 1e-6)).all()
    more = (out >= pictures - 1e-6).flatten(1).all(dim=1)
    less = (out <= pictures + 1e-6).flatten(1).all(dim=1)
    assert (more ^ less).all()
    assert 0 < more.sum() < 12


def test_an_erased_rectangle_is_one_rectangle_of_zeros() -> None:
    pictures = batch(200, channels=3) * 0.9 + 0.1
    out = changed(pictures, erase=0.5)
    gone = out == 0
    assert torch.equal(out.masked_fill(gone, 1), pictures.masked_fill(gone, 1))
    assert torch.equal(gone.all(dim=1), gone.any(dim=1))
    assert 70 < gone.flatten(1).any(dim=1).sum() < 130
    for mask in gone[:, 0]:
        rows, columns = mask.any(dim=1), mask.any(dim=0)
        assert torch.equal(mask, rows[:, None] & columns)
        if mask.any():
            assert 3 <= rows.sum() <= 9
            assert 4 <= columns.sum() <= 11


def test_light_is_a_line_through_brightness_and_contrast() -> None:
    pictures = batch(300, channels=3) * 0.2 + 0.4  # nothing is cut
    out = changed(pictures, light=0.5)
    before, after = (values.flatten(1) - values.flatten(1).mean(dim=1, keepdim=True) for values in (pictures, out))
    slope = (before * after).sum(dim=1) / before.square().sum(dim=1)
    assert torch.allclose(after, slope[:, None] * before, atol=1e-5)
    assert 0.75 <= slope.min() < 0.8
    assert 1.2 < slope.max() <= 1.2501
    assert 0.18 < (out - pictures).mean(dim=(1, 2, 3)).abs().max() <= 0.2001


def test_a_third_of_a_turn_of_the_hue_moves_red_to_green_to_blue() -> None:
    matrix = recoloured(torch.tensor([120.0]), torch.ones(1))[0]
    assert torch.allclose(matrix, torch.eye(3).roll(1, dims=0), atol=1e-6)


def test_grey_stays_grey_and_no_saturation_leaves_luma() -> None:
    grey = batch().expand(-1, 3, -1, -1)
    assert torch.allclose(changed(grey, colour=1.0), grey, atol=1e-5)
    pictures = batch(1, 3).flatten(2)
    luma = (pictures * torch.tensor(GREY)[:, None]).sum(dim=1, keepdim=True)
    assert torch.allclose(recoloured(torch.zeros(1), torch.zeros(1)) @ pictures, luma.expand(-1, 3, -1), atol=1e-6)


def test_grain_has_the_deviation_that_the_strength_says() -> None:
    out = changed(torch.full((50, 1, 16, 16), 0.5), noise=0.4)
    assert out.std() == pytest.approx(0.4 * transforms.GRAIN, rel=0.05)
    assert out.mean() == pytest.approx(0.5, abs=0.01)


def test_a_feed_changes_what_is_learned_from_by_seed_and_epoch_and_nothing_else() -> None:
    pictures = drawn(60)
    plain = prepare(RunSettings(batch_size=7), pictures).source
    settings = RunSettings(batch_size=7, augmentation=Augmentation(shift=0.5, noise=0.3))
    source, again = prepare(settings, pictures).source, prepare(settings, pictures).source
    for (inputs, labels), (others, theirs) in zip(plain.held_out_batches(), source.held_out_batches(), strict=True):
        assert torch.equal(inputs, others)
        assert torch.equal(labels, theirs)
    epochs = [list(which.batches(epoch)) for which, epoch in ((source, 3), (again, 3), (source, 4), (plain, 3))]
    images, names = ([torch.cat([batch[part] for batch in epoch]) for epoch in epochs] for part in (0, 1))
    assert torch.equal(images[0], images[1])
    assert not torch.equal(images[0], images[2])
    assert not torch.equal(images[0], images[3])
    assert torch.equal(names[0], names[3])  # in the order of the run without
    assert source.train_on[0].dtype == torch.uint8


def test_switching_one_kind_on_leaves_what_the_others_do() -> None:
    pictures = batch()
    assert torch.equal(changed(pictures, crop=0.7, flip=1.0), changed(pictures, crop=0.7).flip(3))
    shifted = changed(torch.ones(12, 1, 16, 20), shift=0.4)
    assert torch.equal(changed(torch.ones(12, 1, 16, 20), shift=0.4, stroke=1e-9).gt(0.5), shifted.gt(0.5))


def test_all_kinds_together_stay_within_the_range() -> None:
    out = changed(batch(channels=3), **dict.fromkeys(KINDS, 1.0))
    assert torch.isfinite(out).all()
    assert out.min() >= 0
    assert out.max() <= 1
    assert set(BENDS) < set(KINDS)


def test_the_sheet_shows_one_picture_a_row_untouched_at_its_left() -> None:
    pictures = drawn(40)
    out = sheet(pictures, Augmentation(rotate=0.5, noise=0.2), 1, 10, 6)
    assert out.shape == (10, 6, 28, 28, 1)
    assert out.dtype == torch.uint8
    assert torch.equal(out[:, 0], pictures.fewer(10).images)
    assert all((out[:, column] != out[:, 0]).any() for column in range(1, 6))
    assert torch.equal(out, sheet(pictures, Augmentation(rotate=0.5, noise=0.2), 1, 10, 6))
    assert torch.equal(sheet(pictures, Augmentation(), 1, 3, 4)[:, 3], out[:3, 0])
    assert sheet(pictures, Augmentation(flip=1), 1, 50, 1).shape == (50, 1, 28, 28, 1)
