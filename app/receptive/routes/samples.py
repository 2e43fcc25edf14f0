"""Real handwritten digits, drawn large and smooth from the UCI set, and two photos; both as scikit-learn has them."""

import io
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from fastapi import APIRouter, Response
from numpy.typing import NDArray
from PIL import Image

from receptive.routes.problems import RefusalError, documented
from receptive.schemas import PhotoRow, SampleRow
from receptive.schemas.field import sent
from receptive.training.data import bundled

router = APIRouter(tags=["samples"])

# Rows of digits.csv.gz, three of each class, written by different people.
TRAY: Final = (
    *(101, 458, 1545), *(107, 1308, 1426), *(340, 927, 1417), *(347, 708, 1202), *(124, 746, 1095),
    *(365, 822, 1787), *(481, 968, 1773), *(480, 949, 1432), *(370, 814, 1538), *(251, 491, 1676),
)  # fmt: skip
SOURCE: Final = "UCI optical recognition of handwritten digits (Alpaydin and Kaynak, 1998), as scikit-learn has it"
SIDE: Final = 112  # pixels, as the canvas sends them


@router.get("/samples", summary="The tray of handwritten digits")
def samples() -> list[SampleRow]:
    """Real digits by several writers; each one's picture is at `/samples/{id}.png`."""
    return [SampleRow(id=place, label=str(_values()[row, 64]), source=SOURCE) for place, row in enumerate(TRAY)]


@router.get(
    "/samples/{sample}.png",
    summary="One handwritten digit as a picture",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "112 x 112 pixels, black ink on white"},
        **documented(404, 422, 503),
    },
)
def sample(sample: int) -> Response:
    """A picture to draw on, or to send to `/predict`."""
    if not 0 <= sample < len(TRAY):
        raise RefusalError.because(
            404, "no-such-sample", "sample: {sample}; 0 to {last} are in the tray", sample=sample, last=len(TRAY) - 1
        )
    return Response(_png(sample), media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


class Photo(NamedTuple):
    """A photo of scikit-learn's."""

    file: str
    left: int  # where the square begins that is shown
    source: str


PHOTOS: Final = {
    "china": Photo("china.jpg", 10, "danielbuechele, flickr.com/photos/danielbuechele/6061409035, CC BY 2.0, cropped"),
    "flower": Photo("flower.jpg", 94, "vultilion, flickr.com/photos/vultilion/6056698931, CC BY 2.0, cropped"),
}
PHOTO_SIDE: Final = 256  # pixels


@router.get("/samples/photos", summary="Photos to try the operations on")
def photos() -> list[PhotoRow]:
    """Each one's picture is at `/samples/photos/{name}.png`."""
    side = PHOTO_SIDE
    return [PhotoRow(name=name, width=side, height=side, source=photo.source) for name, photo in PHOTOS.items()]


@router.get(
    "/samples/photos/{name}.png",
    summary="One photo as a picture",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "256 x 256 pixels, RGB"},
        **documented(404, 422, 503),
    },
)
def photo(name: str) -> Response:
    """A square of the photo."""
    if name not in PHOTOS:
        raise RefusalError.because(
            404, "no-such-photo", "name: {sent} is no photo; {known} are", sent=sent(name), known=", ".join(PHOTOS)
        )
    return Response(_photo(name), media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@cache
def _photo(name: str) -> bytes:
    photo = PHOTOS[name]
    with Image.open(_folder() / "images" / photo.file) as picture:
        side = picture.height
        square = picture.convert("RGB").crop((photo.left, 0, photo.left + side, side))
    buffer = io.BytesIO()
    square.resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _folder() -> Path:
    """The folder of scikit-learn's data. Raises RefusalError."""
    try:
        return bundled.folder()
    except ModuleNotFoundError as error:
        raise RefusalError.because(
            503, "no-samples", "samples: the digits and photos are not on this server: {error}", error=str(error)
        ) from error


@cache
def _values() -> NDArray[np.uint8]:
    """(1797, 65): 8x8 values of 0 to 16, then the label."""
    return bundled.digits(_folder())


def drawn(row: int) -> NDArray[np.uint8]:
    """One row of the file as a drawing, (112, 112), 0 ink to 255 paper."""
    values = np.pad(_values()[row, :64].reshape(8, 8).astype(np.float32) / 16, 1)  # so that ends of lines are round
    large = np.asarray(Image.fromarray(values).resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    edge = np.clip((large - 0.48) / 0.16, 0, 1)  # where the line ends: values are the share of each cell that is ink
    smooth = edge * edge * (3 - 2 * edge)
    return np.rint(255 * (1 - smooth)).astype(np.uint8)


@cache
def _png(place: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(drawn(TRAY[place])).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
