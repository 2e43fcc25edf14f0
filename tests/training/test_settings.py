"""The settings of a run are known at once, and within bounds."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from receptive.training.settings import Augmentation, RunSettings


def test_settings_are_known_without_torch() -> None:
    loaded = (
        "import sys; import receptive.training.settings; print(sorted({'torch', 'numpy', 'PIL'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_settings_survive_json() -> None:
    settings = RunSettings(augmentation=Augmentation(shift=0.5), initialization="he", dataset="drawings")
    assert RunSettings.model_validate_json(settings.model_dump_json()) == settings
    assert settings.augmentation.any
    assert not RunSettings().augmentation.any


@pytest.mark.parametrize("field", list(Augmentation.model_fields))
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_strength_is_from_0_to_1(field: str, value: float) -> None:
    with pytest.raises(ValidationError) as error:
        Augmentation.model_validate({field: value})
    assert error.value.errors()[0]["loc"] == (field,)
