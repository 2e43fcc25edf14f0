"""Frames: what the stock library reads of them, and how near the painted values are."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

from convnets.catalogue import CATALOGUE
from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.ink import prepare
from receptive.preprocessing.photo import Photo
from receptive.queries.encoding import Quantized, View, encode, plan_of, quantize
from receptive.schemas import FrameHeader
from tests.preprocessing.digits import seven
from tests.queries import golden


def said(frame: bytes) -> FrameHeader:
    length = int.from_bytes(frame[:8], "little")
    return FrameHeader.model_validate_json(json.loads(frame[8 : 8 + length])["__metadata__"]["frame"])


def batch_of(layers: dict[str, Floats]) -> Batch:
    count = len(next(iter(layers.values())))
    scores = np.zeros((count, 10), np.float32)
    picture = np.zeros((count, 1, 32, 32), np.float32)
    return Batch(CATALOGUE["lenet5"], picture, layers, scores, scores, scores + np.float32(0.1))


def test_the_golden_frame_is_what_python_writes_today() -> None:
    assert (golden.WIRE / "golden.safetensors").read_bytes() == golden.frame()
    assert (golden.WIRE / "golden.json").read_text(encoding="utf-8") == golden.expected()


def test_the_stock_library_reads_every_tensor_of_a_frame() -> None:
    tensors = load(golden.frame())
    answer = golden.batch()
    assert tensors["c1"].shape == (2, 4, 3)
    assert tensors["c1.range"].shape == (2, 2)
    assert tensors["c5"].shape == (5,)
    assert tensors["c5.range"].shape == (1, 2)
    np.testing.assert_array_equal(tensors["input/0"], answer.input[0, 0])
    np.testing.assert_array_equal(tensors["s2/1"], answer.layers["s2"][0, 1])
    np.testing.assert_array_equal(tensors["c5/0"], answer.layers["c5"].ravel())
    np.testing.assert_array_equal(tensors["scores"], answer.scores[0])
    for step in prepare(golden.raster()).steps:
        np.testing.assert_array_equal(tensors[f"step.{step.name}"], step.image)


def test_the_header_in_words_is_as_the_schema_has_it() -> None:
    header = said(golden.frame())
    assert (header.sequence, header.model, header.label, header.index) == (7, "lenet5", "3", 3)
    assert header.probability == 0.75
    assert [step.name for step in header.steps] == ["grey", "ink", "crop", "fit", "centre", "pad"]


def test_float32_tensors_are_aligned() -> None:
    frame = golden.frame()
    length = int.from_bytes(frame[:8], "little")
    header = json.loads(frame[8 : 8 + length])
    assert length % 8 == 0
    assert all(entry["data_offsets"][0] % 4 == 0 for entry in header.values() if entry.get("dtype") == "F32")


def test_a_blank_drawing_has_steps_and_no_guess() -> None:
    blank = np.full((112, 112), 255, np.uint8)
    frame = encode(View("lenet5", ("c1",), (), True), 4, prepare(blank), None, 0, CATALOGUE["lenet5"].classes)
    header = said(frame)
    assert header.blank
    assert header.label is None
    assert set(load(frame)) == {"step.grey", "step.ink"}


def test_a_view_of_nothing_still_carries_the_scores() -> None:
    view = View("lenet5", ())
    frame = encode(view, 1, prepare(seven()), Quantized(golden.batch()), 0, CATALOGUE["lenet5"].classes)
    assert set(load(frame)) == {"logits", "probabilities", "scores"}


def test_a_step_that_is_taken_twice_has_its_own_tensor_each_time() -> None:
    photo = Photo((3, 9, 7), (1, 9, 7)).prepare(np.arange(63, dtype=np.uint8).reshape(9, 7))
    frame = encode(View("lenet5", (), (), True), 1, photo, None, 0, ())
    tensors = load(frame)
    assert [step.name for step in said(frame).steps] == ["grey", "colour", "grey"]
    for name, step in zip(("step.grey", "step.colour", "step.grey:2"), photo.steps, strict=True):
        np.testing.assert_array_equal(tensors[name], step.image)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1e-6, 1.0, 1e6]),
)
def test_a_painted_value_is_within_half_a_step_of_the_real_one(
    count: int, shapes: list[tuple[int, int, int]], seed: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    layers = {f"l{k}": (rng.normal(size=(count, *s)) * scale).astype(np.float32) for k, s in enumerate(shapes)}
    plan = plan_of(tuple((name, values.shape[1:]) for name, values in layers.items()))
    ranges, painted = quantize(plan, batch_of(layers))
    low, high = (np.repeat(ranges[:, :, end], plan.sizes, axis=1) for end in (0, 1))
    spread = high - low
    shown = low + painted / np.float32(255) * spread
    real = np.concatenate([values.reshape(count, -1) for values in layers.values()], axis=1)
    assert np.all(np.abs(shown - real) <= spread / 510 + np.abs(real) * 1e-5 + 1e-12)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_network_that_has_burst_is_still_shown(value: float) -> None:
    layers = {"c1": np.full((1, 2, 3, 3), value, np.float32)}
    view = View("lenet5", ("c1",))
    frame = encode(view, 1, prepare(seven()), Quantized(batch_of(layers)), 0, CATALOGUE["lenet5"].classes)
    assert load(frame)["c1"].shape == (2, 3, 3)
