"""From picture to input: every kind of picture that a visitor may send."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from receptive.preprocessing.ink import prepare
from receptive.preprocessing.steps import Grey
from tests.preprocessing.digits import like_mnist, seven

RNG = np.random.default_rng(7)


def correlation(a: Grey, b: Grey) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def centred(grey: Grey) -> Grey:
    steps = {step.name: step.image for step in prepare(grey).steps}
    return steps["centre"]


def test_a_digit_made_as_mnist_was_passes_unchanged() -> None:
    digit = like_mnist()
    assert np.array_equal(centred(digit), digit)
    assert np.array_equal(prepare(digit).input[2:30, 2:30], digit * np.float32(1 / 255))


def test_black_on_white_gives_the_same_input_as_white_on_black() -> None:
    digit = like_mnist()
    on_white = prepare(255 - digit)
    assert on_white.paper == "light"
    assert prepare(digit).paper == "dark"
    assert np.array_equal(on_white.input, prepare(digit).input)


def test_the_steps_come_in_order_and_each_has_its_size() -> None:
    steps = prepare(seven()).steps
    assert [step.name for step in steps] == ["grey", "ink", "crop", "fit", "centre", "pad"]
    assert max(steps[3].image.shape) == 20
    assert steps[4].image.shape == (28, 28)
    assert steps[5].image.shape == (32, 32)


def test_the_input_is_the_last_step_shown() -> None:
    preparation = prepare(seven())
    assert np.array_equal(preparation.input, preparation.steps[-1].image * np.float32(1 / 255))


def test_the_crop_is_where_its_box_says() -> None:
    _, ink, crop, *_ = prepare(seven()).steps
    assert crop.box is not None
    x, y, width, height = crop.box
    assert np.array_equal(ink.image[y : y + height, x : x + width], crop.image)
    assert np.count_nonzero(ink.image) == np.count_nonzero(crop.image)


def test_the_centre_of_mass_is_at_the_centre_to_half_a_pixel() -> None:
    field = centred(seven()).astype(np.float64)
    for axis in (0, 1):
        centre = (field.sum(1 - axis) @ np.arange(28)) / field.sum()
        assert abs(centre - 14) <= 0.5


@pytest.mark.parametrize("shift", [(0, 0), (-20, 15), (18, -12)])
def test_where_the_digit_lies_does_not_matter(shift: tuple[int, int]) -> None:
    moved = np.roll(seven(), shift, axis=(0, 1))
    assert np.array_equal(centred(moved), centred(seven()))


@pytest.mark.parametrize("side", [24, 60, 112, 256, 500])
def test_a_digit_of_any_size_comes_out_the_same_size(side: int) -> None:
    assert correlation(centred(seven(side)), centred(seven())) > 0.7


def test_a_thin_line_keeps_its_aspect() -> None:
    line = np.full((112, 112), 255, np.uint8)
    line[10:100, 50:52] = 0
    fit = prepare(line).steps[3].image
    assert fit.shape == (20, 1)


def test_ink_as_dark_as_pencil_is_stretched_to_full() -> None:
    pale = (255 - (255 - seven()) * 0.3).astype(np.uint8)
    assert prepare(pale).input.max() == pytest.approx(1.0)


def test_a_tightly_cropped_scan_keeps_its_paper() -> None:
    ink = 255 - seven(160, 22)
    rows, columns = np.flatnonzero(ink.max(1)), np.flatnonzero(ink.max(0))
    cut = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]).resize((16, 16))
    scan = np.where(np.asarray(cut) > 127, 255, 0).astype(np.uint8)
    assert prepare(scan).paper == "dark"
    assert prepare(255 - scan).paper == "light"


def test_a_photo_with_shade_and_grain_gives_the_digit() -> None:
    drawn = 1 - seven(200).astype(np.float64) / 255
    photo = np.zeros((300, 260))
    photo[60:260, 30:230] = drawn
    y, x = np.mgrid[0:300, 0:260]
    paper = 210 - 60 * y / 300 - 30 * x / 260
    noisy = np.clip(paper * (1 - 0.7 * photo) + RNG.normal(0, 5, photo.shape), 0, 255).astype(np.uint8)
    preparation = prepare(noisy)
    assert preparation.paper == "light"
    assert correlation(preparation.steps[4].image, centred(seven(200))) > 0.9


@pytest.mark.parametrize("level", [0, 90, 255])
@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (112, 112), (300, 200)])
def test_a_picture_of_one_grey_is_blank(shape: tuple[int, int], level: int) -> None:
    preparation = prepare(np.full(shape, level, np.uint8))
    assert preparation.blank
    assert not preparation.input.any()


def test_grain_alone_is_blank() -> None:
    assert prepare(np.clip(RNG.normal(150, 5, (300, 300)), 0, 255).astype(np.uint8)).blank


def test_one_speck_on_a_canvas_is_blank() -> None:
    speck = np.full((112, 112), 255, np.uint8)
    speck[40, 40] = 0
    assert prepare(speck).blank


@settings(max_examples=150, deadline=None, derandomize=True)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 70), st.integers(1, 70))))
def test_any_picture_gives_a_finite_input_between_paper_and_ink(grey: Grey) -> None:
    preparation = prepare(grey)
    assert preparation.input.shape == (32, 32)
    assert preparation.input.dtype == np.float32
    assert 0 <= preparation.input.min() <= preparation.input.max() <= 1
    assert preparation.blank == (not preparation.input.any())
