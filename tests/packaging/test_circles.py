"""The check of `make lint` that finds import circles in the front-end."""

import subprocess
from pathlib import Path

import pytest

import hatch_build

CHECK = Path(__file__).parents[2] / "static" / "circles.js"


def circles(folder: Path, **files: str) -> subprocess.CompletedProcess[str]:
    """The check on a folder with these files; `__` stands for a dot in a name."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    command = [str(hatch_build.node()), str(CHECK), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "back",
    [
        "import { a } from './a';",
        "import type { A } from './a';",
        "export { a } from './a';",
        "const a = await import('./a');",
        "let x: import('./a').A;",
    ],
)
def test_a_circle_is_found_whatever_form_its_imports_have(tmp_path: Path, back: str) -> None:
    done = circles(tmp_path, a__ts="import B from './b.svelte';", b__svelte=f'<script lang="ts">{back}</script>')
    assert done.returncode == 1
    assert done.stderr == "Import circle: a.ts -> b.svelte -> a.ts\n"


def test_files_that_share_an_import_are_no_circle(tmp_path: Path) -> None:
    done = circles(
        tmp_path,
        a__ts="import './b.svelte';import './c.svelte'",
        b__svelte__ts="import './c.svelte';",
        c__svelte="<p>Text from './a'</p>",
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_import_of_a_file_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    done = circles(tmp_path, a__ts="import './gone';")
    assert done.returncode != 0
    assert "imports ./gone, which does not exist" in done.stderr
