"""Data folders of a package: inside it where it was installed from a wheel, beside its source root in a checkout."""

from importlib.util import find_spec
from pathlib import Path


def data_folder(package: str, name: str) -> Path:
    """The data folder `name` of a package, such as ("convnets", "weights").

    A wheel holds it inside the package. In a checkout it lies one level above the package (`models/weights` for
    `models/convnets`) or two (`templates` for `app/receptive`).
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed")
    inside = Path(spec.origin).parent
    places = [above / name for above in (inside, *inside.parents[:2])]
    return next((place for place in places if place.is_dir()), places[0])
