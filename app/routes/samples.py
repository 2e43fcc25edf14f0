"""Real handwritten digits for the tray: scikit-learn's copy of the UCI optical digits, drawn large and smooth."""

import gzip
import importlib.util
import io
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from fastapi import APIRouter, Response
from numpy.typing import NDArray
from PIL import Image

from app.routes.problems import RefusalError, documented
from app.schemas import SampleRow

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
        raise RefusalError(404, f"sample: {sample}; 0 to {len(TRAY) - 1} are in the tray")
    return Response(_png(sample), media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@cache
def _values() -> NDArray[np.uint8]:
    """(1797, 65): 8x8 values of 0 to 16, then the label. The file is read without importing scikit-learn."""
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        raise RefusalError(503, "samples: scikit-learn, whose digits these are, is not installed")
    path = Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(path, "rt", encoding="ascii") as lines:
        return np.loadtxt(lines, delimiter=",", dtype=np.uint8)


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
