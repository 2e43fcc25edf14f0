"""Drawings prepared together: each comes out as it does alone, to the bit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from receptive.preprocessing.canvas import prepare_together
from receptive.preprocessing.ink import prepare
from receptive.preprocessing.steps import Grey

SIDES = st.sampled_from([(56, 64), (112, 112), (200, 120), (256, 256)])


@st.composite
def drawings(draw: st.DrawFn, size: tuple[int, int]) -> Grey:
    """Lines on a canvas, black on white or white on black, thick or thin, sometimes grey, sometimes none."""
    height, width = size
    paper, ink = draw(st.sampled_from([(255, 0), (0, 255), (255, 90), (0, 120), (255, 250), (200, 0)]))
    picture = Image.new("L", (width, height), paper)
    point = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    for line in draw(st.lists(st.lists(point, min_size=1, max_size=6), max_size=4)):
        ImageDraw.Draw(picture).line(line, fill=ink, width=draw(st.integers(1, 40)))
    return np.asarray(picture)


@st.composite
def several(draw: st.DrawFn) -> list[Grey]:
    """Up to six drawings, of which those of one size are worked out together."""
    return [draw(drawings(draw(SIDES))) for _ in range(draw(st.integers(2, 6)))]


@settings(deadline=None, max_examples=150)
@given(several())
def test_a_drawing_comes_out_the_same_alone_and_among_others(greys: list[Grey]) -> None:
    for grey, together in zip(greys, prepare_together(greys), strict=True):
        alone = prepare(grey)
        if together is None:
            continue
        assert (together.blank, together.paper) == (alone.blank, alone.paper)
        assert np.array_equal(together.input, alone.input)
        assert [step.name for step in together.steps] == [step.name for step in alone.steps]
        for ours, theirs in zip(together.steps, alone.steps, strict=True):
            assert np.array_equal(ours.image, theirs.image)
            assert (ours.box, ours.shift) == (theirs.box, theirs.shift)


def test_canvases_of_one_size_are_worked_out_together_and_what_is_no_canvas_is_left() -> None:
    canvas = np.full((112, 112), 255, np.uint8)
    canvas[20:80, 50:60] = 0
    photo = np.tile(np.linspace(90, 200, 112).astype(np.uint8), (112, 1))
    scan = np.zeros((28, 28), np.uint8)
    found = prepare_together([canvas, photo, scan, canvas.T.copy()])
    assert [preparation is None for preparation in found] == [False, True, True, False]
