"""The Dockerfile: its files exist, and its steps lead to a healthy server, carried out in a folder without Docker."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from string import Template
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PATIENCE: Final = 180  # seconds for a step, or for a server to be healthy, on a busy machine
PRIVILEGED: Final = ("useradd", "chown")  # commands that need root: they succeed and change nothing
BUILT: Final = "static/dist"  # an image builds its own; here it is taken from the checkout, where `make test` built it

Instruction = tuple[str, str]


def instructions() -> list[Instruction]:
    """Every instruction and its arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines if line and not line.startswith("#")]


def last(name: str) -> str:
    """The arguments of the last instruction of this name."""
    return [arguments for each, arguments in instructions() if each == name][-1]


def is_ignored(path: Path) -> bool:
    """True for a path that .dockerignore keeps out of the build."""
    name = path.relative_to(ROOT).as_posix()
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    return any(fnmatch(name, pattern) or fnmatch(f"/{name}", pattern.replace("**/", "*/")) for pattern in patterns)


@dataclass
class Image:
    """A folder that stands for the file system of an image."""

    root: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def inside(self, text: str) -> str:
        """The text with the image's paths led into the folder."""
        return re.sub(r"(?<![\w.:/])/(?=(opt|src|data)\b)", f"{self.root}/", text)

    def value(self, text: str) -> str:
        """A value of ENV, with the variables that are set so far."""
        return self.inside(Template(text).substitute(self.environment))

    def carry_out(self, name: str, arguments: str) -> None:
        """One step of the build."""
        if name in ("ENV", "ARG"):
            for key, value in re.findall(r'(\w+)="?([^\s"]*)"?', arguments):
                self.environment[key] = self.value(value)
        elif name == "WORKDIR":
            self.folder = Path(self.inside(arguments))
            self.folder.mkdir(exist_ok=True)
        elif name == "COPY" and not arguments.startswith("--from"):
            *sources, target = arguments.split()
            for source in sources:
                self.copy(ROOT / source, self.folder / target)
        elif name == "RUN":
            self.run(["/bin/sh", "-euc", self.inside(arguments)])
            self.see_dependencies()

    def copy(self, source: Path, target: Path) -> None:
        """Copy what .dockerignore lets through."""

        def ignored(folder: str, names: list[str]) -> set[str]:
            paths = [Path(folder) / name for name in names]
            return {path.name for path in paths if is_ignored(path) and path != ROOT / BUILT}

        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)

    def run(self, command: Sequence[str]) -> None:
        """Run a command of the image."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    def see_dependencies(self) -> None:
        """Let an environment of the image see the packages of this one, so that nothing is downloaded."""
        for packages in self.root.glob("opt/*/lib/python*/site-packages"):
            for old in packages.glob("setuptools*"):  # which venv adds before Python 3.12, too old for torch
                shutil.rmtree(old)
            (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")


@contextmanager
def started(image: Image, command: Sequence[str]) -> Iterator[int]:
    """The port of the server that the command starts."""
    environment = {**image.environment, "RECEPTIVE_PORT": "0"}
    with subprocess.Popen(command, cwd=image.folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            link = re.search(r"http://[^/]+:(\d+)/\?token=", process.stdout.readline())
            assert link is not None
            yield int(link[1])
        finally:
            process.terminate()


def is_healthy(command: Sequence[str], environment: Mapping[str, str], port: int) -> bool:
    """The answer of the image's health check for a server on this port."""
    done = subprocess.run(
        command, env={**environment, "RECEPTIVE_PORT": str(port)}, capture_output=True, timeout=PATIENCE, check=False
    )
    return done.returncode == 0


def test_every_file_that_is_copied_exists_and_reaches_the_build() -> None:
    copied = [
        arguments.split()[:-1] for name, arguments in instructions() if name == "COPY" and "--from" not in arguments
    ]
    assert len(copied) >= 3
    for source in (source for sources in copied for source in sources):
        assert (ROOT / source).exists(), source
        assert not is_ignored(ROOT / source), source
    assert is_ignored(ROOT / BUILT)
    assert is_ignored(ROOT / "app" / "receptive" / "__pycache__")


def test_the_image_runs_as_a_user_without_rights_who_owns_the_data() -> None:
    user = last("USER")
    assert user not in ("", "root", "0")
    assert any(name == "RUN" and f"useradd --create-home {user}" in text for name, text in instructions())
    assert any(name == "RUN" and f"chown {user} {last('VOLUME')}" in text for name, text in instructions())


def test_everything_is_installed_in_the_tested_versions() -> None:
    installs = [text for name, text in instructions() if name == "RUN" and "pip install" in text]
    assert len(installs) == 2
    assert all("--constraint constraints.txt" in text for text in installs)


@pytest.mark.skipif(sys.platform == "win32", reason="the steps are those of a Linux image: they need a shell")
def test_the_steps_lead_to_a_server_that_the_health_check_finds_healthy(tmp_path: Path) -> None:
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name in PRIVILEGED:
        (stubs / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (stubs / name).chmod(0o755)
    python = Path(sys.executable).parent
    image = Image(tmp_path, tmp_path, {"PATH": f"{stubs}:{python}:{os.environ['PATH']}", "HOME": str(tmp_path)})
    (tmp_path / "opt").mkdir()
    # Offline: pip fails where constraints.txt names other versions than those that the tests run with.
    image.environment |= {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "CI": "true"}
    for name, arguments in instructions():
        image.carry_out(name, arguments)
    check = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    assert not is_healthy(check, image.environment, 9)  # the port of the discard protocol
    command = [*json.loads(last("ENTRYPOINT")), "--device", "cpu"]
    assert shutil.which(command[0], path=image.environment["PATH"]) == str(tmp_path / "opt/receptive/bin/receptive")
    with started(image, command) as port:
        healthy = (is_healthy(check, image.environment, port) for _ in range(PATIENCE))  # each waits four seconds
        assert any(healthy)
    assert (tmp_path / "data").is_dir()
