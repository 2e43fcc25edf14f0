"""From the bytes of an image file to its pixels: PNG, JPEG and WebP, bounded before anything is decoded."""

import io
import warnings
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from convnets.why import ExplainedError

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MOST_PIXELS: Final = 25_000_000
WORKING_SIDE: Final = 512  # pixels; a digit needs no more, and every step after this one is bounded by it


class PictureError(ExplainedError, ValueError):
    """An image that cannot be read; the text has the reason and what is allowed."""

    title = "The image cannot be read"


class PictureTooLargeError(PictureError):
    """An image with more pixels than are allowed."""

    title = "The image has too many pixels"


class PictureUnsupportedError(PictureError):
    """Bytes that are no PNG, JPEG or WebP."""

    title = "The image is in no format that is read here"


def decode(data: bytes) -> NDArray[np.uint8]:
    """The grey values of an image file, (H, W), 0 black to 255 white, upright, alpha over white, the first frame.

    Larger pictures are reduced, so that neither side is longer than `WORKING_SIDE`. Raises `PictureError`.
    """
    return _decoded(data, _grey)


def decode_as_it_is(data: bytes) -> NDArray[np.uint8]:
    """The same, and (H, W, 3) for a picture that has colours. Raises `PictureError`."""
    return _decoded(data, as_it_is)


def _decoded(data: bytes, read: Callable[[Image.Image], Image.Image]) -> NDArray[np.uint8]:
    if not data:
        raise PictureUnsupportedError("picture-empty", "image: 0 bytes were sent; send a PNG, JPEG or WebP file")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.filterwarnings("ignore", category=UserWarning)  # damaged EXIF or palettes: the pixels decide
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return _upright(image, read)
        except PictureError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise PictureTooLargeError(
                "picture-bomb", "image: more than {most} pixels, which is the limit", most=MOST_PIXELS
            ) from error
        except UnidentifiedImageError as error:
            raise PictureUnsupportedError(
                "picture-unknown",
                "image: {bytes} bytes that are no PNG, JPEG or WebP file; send one of these",
                bytes=len(data),
            ) from error
        except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, ArithmeticError) as error:
            raise PictureError(
                "picture-damaged", "image: the file is damaged or cut short after {bytes} bytes", bytes=len(data)
            ) from error
        except Exception as error:  # a codec's own error class: the file is at fault, whatever it is called
            raise PictureError(
                "picture-undecodable", "image: the file cannot be decoded ({error})", error=type(error).__name__
            ) from error


def _upright(image: Image.Image, read: Callable[[Image.Image], Image.Image]) -> NDArray[np.uint8]:
    width, height = image.size
    if width < 1 or height < 1:
        raise PictureError(
            "picture-without-pixels",
            "image: {width} x {height} pixels; at least 1 x 1 is needed",
            width=width,
            height=height,
        )
    if width * height > MOST_PIXELS:
        raise PictureTooLargeError(
            "picture-too-large",
            "image: {width} x {height} = {pixels} pixels; at most {most} are allowed",
            width=width,
            height=height,
            pixels=width * height,
            most=MOST_PIXELS,
        )
    image.draft("RGB", (2 * WORKING_SIDE, 2 * WORKING_SIDE))  # a large JPEG is decoded at a fraction of its size
    image.load()
    factor = max(image.size) // (2 * WORKING_SIDE)
    pixels = read(image)
    if factor > 1:
        pixels = pixels.reduce(factor)
    if max(pixels.size) > WORKING_SIDE:
        pixels.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    orientation = image.getexif().get(0x0112, 1)
    if orientation in _TURNS:
        pixels = pixels.transpose(_TURNS[orientation])
    return np.array(pixels, dtype=np.uint8)


_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _grey(image: Image.Image) -> Image.Image:
    """Any mode as 8-bit grey, transparent parts over white paper."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits per pixel, of which the upper eight are kept
        deep = np.asarray(image, dtype=np.float64)
        scale = 255.0 / 65535.0 if image.mode.startswith("I") else 1.0
        return Image.fromarray(np.clip(np.rint(deep * scale), 0, 255).astype(np.uint8))
    if "A" in image.mode or "a" in image.mode or "transparency" in image.info:
        painted = image.convert("RGBA")
        paper = Image.new("RGBA", painted.size, (255, 255, 255, 255))
        return Image.alpha_composite(paper, painted).convert("L")
    if image.mode == "CMYK":
        return image.convert("RGB").convert("L")
    return image.convert("L")


def as_it_is(image: Image.Image) -> Image.Image:
    """An image as networks learn from it: 8-bit grey if it is grey, else RGB, transparent parts over white."""
    if image.mode == "I;16":
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    grey = image.mode in ("1", "L", "LA")
    if image.has_transparency_data:
        painted = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", painted.size, "white"), painted)
    return image.convert("L" if grey else "RGB")
