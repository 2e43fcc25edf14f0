"""The wheel and the sdist: what they hold, and that what they install runs in any folder."""

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import venv
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from receptive import __version__

ROOT: Final = Path(__file__).parent.parent.parent
PATIENCE: Final = 180  # seconds for a server, a training or an answer on a busy machine
# Names that machine-learning repositories use, and modules that shadow PyTorch's own imports.
COMMON: Final = ("app.py", "models.py", "torch_utils.py", "static/__init__.py", "templates/__init__.py")
SHADOWING: Final = ("models/__init__.py", "numpy.py", "random.py", "pathlib.py", "sklearn.py", "torch/__init__.py")
WEB: Final = {"fastapi", "starlette", "uvicorn", "jinja2", "websockets"}
CALM: Final = {name: value for name, value in os.environ.items() if not name.startswith(("RECEPTIVE_", "PYTHON"))} | {
    "CI": "true"
}

MODEL: Final = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(1, 4, 3)
        self.head = nn.Linear(4 * 6 * 6, 10)

    def forward(self, x):
        return self.head(self.features(x).relu().flatten(1))
"""
SCRIPT: Final = """
import torch
from convnets.trace import trace
from models import Net

assert trace(Net(), torch.zeros(1, 1, 8, 8)).layers
import app, receptive
assert "site-packages" in receptive.__file__, receptive.__file__
assert app.__file__.startswith({folder!r}), app.__file__
"""


@dataclass(frozen=True)
class Installed:
    """A virtual environment that holds the wheel, and the dependencies of the environment that runs the tests."""

    scripts: Path

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.scripts / f"python{sysconfig.get_config_var('EXE') or ''}"

    @property
    def receptive(self) -> Path:
        """The command."""
        return self.scripts / f"receptive{sysconfig.get_config_var('EXE') or ''}"

    def run(self, *command: str | Path, folder: Path, **environment: str) -> str:
        """The output of a command that succeeds in a folder."""
        done = subprocess.run(
            command,
            cwd=folder,
            env={**CALM, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def serving(self, folder: Path, **environment: str) -> Iterator["Visitor"]:
        """A server that `receptive serve` starts in a folder, and a visitor who has followed its link."""
        command: list[str | Path] = [
            self.receptive,
            "serve",
            "--port",
            "0",
            "--no-browser",
            "--device",
            "cpu",
            "--runs",
            folder / "kept",
        ]
        with subprocess.Popen(
            command, cwd=folder, env={**CALM, **environment}, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                link = re.search(r"http://\S+", process.stdout.readline())
                assert link is not None
                yield Visitor(link[0])
            finally:
                process.terminate()


class Visitor:
    """A client that keeps the cookie which the server's link sets."""

    def __init__(self, link: str) -> None:
        self._server = link.partition("?")[0].rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.page = self._read(link)

    def get(self, path: str) -> bytes:
        """The body at a path."""
        return self._read(self._server + path)

    def post(self, path: str, message: object) -> Any:
        """The JSON that answers a JSON message."""
        body = json.dumps(message).encode()
        headers = {"Content-Type": "application/json"}
        return json.loads(self._read(urllib.request.Request(self._server + path, body, headers)))

    def _read(self, request: str | urllib.request.Request) -> bytes:
        with self._opener.open(request, timeout=PATIENCE) as answer:
            body: bytes = answer.read()
            return body


def build(kind: str, source: Path, out: Path) -> Path:
    """A wheel or an sdist of a source tree."""
    flags = ["--no-isolation", "--skip-dependency-check", "--outdir", str(out), str(source)]
    command = [sys.executable, "-m", "build", f"--{kind}", *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.iterdir()
    return made


def contents(wheel: Path) -> Mapping[str, bytes]:
    """The files of a wheel, without the list of itself that each wheel carries."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in a fresh environment."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    paths = {name: sysconfig.get_path(name, "venv", {"base": str(home)}) for name in ("purelib", "scripts")}
    installed = Installed(Path(paths["scripts"]))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(installed.python)]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True, timeout=PATIENCE)
    # A line with a path adds that folder alone, not the .pth files in it: the editable install stays out of sight.
    dependencies = Path(paths["purelib"]) / "dependencies.pth"
    dependencies.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return installed


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder whose modules fail when anything imports them."""
    for name in (*COMMON, *SHADOWING):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"raise SystemExit('{name} was imported')\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a model of its own in `models/`, beside an `app.py`, a `static/` and a `torch_utils.py`."""
    for name in (*COMMON, "models/__init__.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(MODEL if name.startswith("models/") else "", encoding="utf-8")
    return tmp_path


def test_a_wheel_installs_the_two_packages_and_nothing_else(wheel: Path) -> None:
    assert {name.partition("/")[0] for name in contents(wheel)} == {
        "receptive",
        "convnets",
        f"receptive-{__version__}.dist-info",
    }


def test_a_wheel_from_the_sdist_has_the_same_files(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    source = tmp_path / sdist.name.removesuffix(".tar.gz")
    assert contents(build("wheel", source, tmp_path / "wheel")) == contents(wheel)


def test_the_version_is_printed_in_a_folder_whose_modules_fail(installed: Installed, hostile: Path) -> None:
    expected = f"receptive {__version__}\n"
    assert installed.run(installed.receptive, "--version", folder=hostile) == expected
    assert installed.run(installed.python, "-m", "receptive", "--version", folder=hostile) == expected
    assert installed.run(installed.python, "-m", "receptive.cli", "--version", folder=hostile) == expected


@pytest.mark.parametrize("module", ["receptive.schemas", "receptive.training.runs.worker"])
def test_every_module_that_python_starts_keeps_the_folders_own_out(
    installed: Installed, hostile: Path, module: str
) -> None:
    for name in ("typing", "json", "argparse", "pydantic"):
        (hostile / f"{name}.py").write_text(f"raise SystemExit('{name} was imported')\n", encoding="utf-8")
    installed.run(installed.python, "-m", module, folder=hostile)


def test_a_program_that_imports_receptive_keeps_its_own_folder(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "__init__.py").write_text("import receptive\n", encoding="utf-8")
    (tmp_path / "program" / "__main__.py").write_text("import beside\nprint(beside.NAME)\n", encoding="utf-8")
    (tmp_path / "beside.py").write_text("NAME = 'beside'\n", encoding="utf-8")
    assert installed.run(installed.python, "-m", "program", folder=tmp_path) == "beside\n"


def test_a_network_is_trained_in_a_folder_whose_modules_fail(installed: Installed, hostile: Path) -> None:
    train = ["train", "lenet5", "--dataset", "digits", "--subset", "200", "--epochs", "1"]
    assert "epoch 1: loss" in installed.run(installed.receptive, *train, folder=hostile)
    assert (hostile / "weights" / "lenet5.safetensors").is_file()


def test_pages_models_and_a_run_are_served_in_a_folder_whose_modules_fail(installed: Installed, hostile: Path) -> None:
    with installed.serving(hostile) as visitor:
        files = re.findall(rb'(?:src|href)="(/static/[^"]+)"', visitor.page)
        assert {name.rpartition(b".")[2] for name in files} >= {b"js", b"css"}
        for name in files:
            assert visitor.get(name.decode())
        assert {row["name"] for row in json.loads(visitor.get("/models"))} >= {"lenet5"}
        drawn = [[0] * 28 for _ in range(28)]
        for row in range(5, 23):
            drawn[row][13:16] = [255] * 3
        assert visitor.post("/predict", {"pixels": drawn})["label"] == "1"
        run = visitor.post("/runs", {"dataset": "digits", "subset": 200, "epochs": 1})["id"]
        visitor.get(f"/runs/{run}/events")  # ends with the run
        state = json.loads(visitor.get(f"/runs/{run}"))
        assert state["status"] == "finished", state
        assert visitor.post("/predict", {"pixels": drawn, "model": f"run:{run}"})["model"] == f"run:{run}"


def test_a_path_that_names_a_folder_with_an_app_of_its_own_changes_nothing(
    installed: Installed, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (project / "app.py").write_text("raise SystemExit('app.py was imported')\n", encoding="utf-8")
    with installed.serving(elsewhere, PYTHONPATH=str(project)) as visitor:
        assert b'id="app"' in visitor.page
        assert json.loads(visitor.get("/models/lenet5"))["name"] == "lenet5"


def test_a_model_of_ones_own_is_traced_beside_models_of_the_same_names(installed: Installed, project: Path) -> None:
    script = project / "script.py"
    script.write_text(SCRIPT.format(folder=str(project)), encoding="utf-8")
    installed.run(installed.python, script, folder=project)


@pytest.mark.parametrize("package", ["convnets", "receptive.operations"])
def test_a_package_without_the_web_imports_no_web_framework(installed: Installed, package: str, tmp_path: Path) -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({package!r})\n"
        "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(module.name)\n"
        f"print(sorted({WEB!r} & set(sys.modules)))\n"
    )
    assert installed.run(installed.python, "-c", code, folder=tmp_path) == "[]\n"
