"""Image files as they come: whole, damaged, odd and hostile."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from receptive.preprocessing.decoding import (
    WORKING_SIDE,
    PictureError,
    PictureTooLargeError,
    PictureUnsupportedError,
    decode,
)
from tests.preprocessing.digits import Grey, seven


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims this size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def close(a: Grey, b: Grey, tolerance: int) -> bool:
    return a.shape == b.shape and int(np.abs(a.astype(int) - b.astype(int)).max()) <= tolerance


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA"])
def test_a_png_of_any_mode_gives_its_grey_values(mode: str) -> None:
    picture = Image.fromarray(np.where(seven() > 127, 255, 0).astype(np.uint8))
    assert close(decode(saved(picture.convert(mode))), np.asarray(picture), 0)


@pytest.mark.parametrize(("kind", "options"), [("JPEG", {"quality": 95}), ("WEBP", {"lossless": True})])
def test_jpeg_and_webp_are_read(kind: str, options: dict[str, object]) -> None:
    assert close(decode(saved(Image.fromarray(seven()), kind, **options)), seven(), 30)


def test_sixteen_bits_are_read_as_eight() -> None:
    deep = Image.fromarray(seven().astype(np.uint16) * 257)
    assert close(decode(saved(deep)), seven(), 1)


def test_cmyk_is_read() -> None:
    assert close(decode(saved(Image.fromarray(seven()).convert("CMYK"), "JPEG", quality=95)), seven(), 40)


def test_what_is_transparent_is_paper() -> None:
    ink = np.zeros((20, 20, 4), np.uint8)
    ink[5:15, 8:12, 3] = 255
    grey = decode(saved(Image.fromarray(ink)))
    assert grey[0, 0] == 255
    assert grey[10, 10] == 0


def test_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.fromarray(np.full((8, 8), level, np.uint8)) for level in (10, 200)]
    data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert close(decode(data), np.full((8, 8), 10, np.uint8), 1)


@pytest.mark.parametrize(("orientation", "turns"), [(3, 2), (6, 3), (8, 1)])
def test_a_photo_is_turned_as_its_camera_said(orientation: int, turns: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(seven()), "PNG", exif=exif.tobytes())
    assert np.array_equal(decode(data), np.rot90(seven(), turns))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_reduced(kind: str) -> None:
    grey = decode(saved(Image.new("L", (3000, 1500), 255), kind))
    assert max(grey.shape) <= WORKING_SIDE
    assert grey.shape[1] / grey.shape[0] == pytest.approx(2, rel=0.02)


def test_one_pixel_is_a_picture() -> None:
    assert decode(saved(Image.new("L", (1, 1), 77))).tolist() == [[77]]


@pytest.mark.parametrize("size", [(50_000, 50_000), (25_000, 1_001), (2_000_000, 500)])
def test_too_many_pixels_are_refused_by_the_header_alone(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooLargeError, match=r"(at most|more than) 25,000,000"):
        decode(png_header(*size))


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", saved(Image.new("L", (4, 4)), "GIF")]
)
def test_what_is_no_png_jpeg_or_webp_is_refused(data: bytes) -> None:
    with pytest.raises(PictureUnsupportedError, match="PNG, JPEG or WebP"):
        decode(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_is_cut_short_is_refused(kind: str, share: float) -> None:
    data = saved(Image.fromarray(seven(200)), kind)
    with pytest.raises(PictureError):
        decode(data[: int(len(data) * share)])


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_byte_is_read_or_refused_and_nothing_else(kind: str, place: int, value: int) -> None:
    data = bytearray(saved(Image.fromarray(seven(64)), kind))
    data[place % len(data)] = value
    try:
        grey = decode(bytes(data))
    except PictureError:
        return
    assert grey.dtype == np.uint8
    assert max(grey.shape) <= WORKING_SIDE
