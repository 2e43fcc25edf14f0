"""What the README says is so: its calls give its output, its tree is the tree, its settings exist."""

import json
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
CALLS = [call for block in BLOCKS for call in re.findall(r"\$ (curl[^\n]*)\n((?:[^$`\n][^\n]*\n)*)", block)]
RUN = re.compile(r"\d{8}-\d{6}-lenet5-[0-9a-f]{4}")
PATIENCE = 180  # seconds for a run of the README on a busy machine
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def rounded(text: str) -> str:
    """The text with its fractions to two places: what differs below that is the machine's."""
    return NUMBER.sub(lambda number: f"{float(number[0]):.2f}", text).replace("-0.00", "0.00")


@cache
def trained(server: str) -> str:
    """The id of a run that the server has trained, as the README begins one."""
    begin = next(shlex.split(call) for call, _ in CALLS if call.endswith("localhost:8000/runs"))
    begin[-1] = f"{server}/runs"
    run = str(json.loads(subprocess.run(begin, capture_output=True, check=True, timeout=PATIENCE).stdout)["id"])
    subprocess.run(["curl", "-sN", f"{server}/runs/{run}/events"], capture_output=True, check=True, timeout=PATIENCE)
    return run


def test_the_readme_shows_calls() -> None:
    assert len([output for _, output in CALLS if output]) >= 4


@pytest.mark.parametrize(("call", "output"), CALLS, ids=[call[:70] for call, _ in CALLS])
def test_a_call_of_the_readme_gives_its_output(call: str, output: str, server: str, tmp_path: Path) -> None:
    output = RUN.sub("…", output)
    if RUN.search(call):
        call = RUN.sub(trained(server), call)
    words = [word.replace("localhost:8000", server.removeprefix("http://")) for word in shlex.split(call)]
    if "-o" in words:
        words[words.index("-o") + 1] = str(tmp_path / "answer")
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    place = 0
    for piece in rounded(output.strip()).split("…"):
        found = rounded(said).find(piece, place)
        assert found >= 0, f"{piece!r} is not in {said!r}"
        place = found + len(piece)


def test_the_program_of_the_readme_blurs_a_photo(server: str) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    said = "; print(blurred.shape, 0 < blurred.min() < blurred.max() < 1)"
    program = program.replace("http://localhost:8000", server).rstrip().replace("  # (1, 256, 256)", said)
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout == "(1, 256, 256) True\n"


def test_every_entry_of_the_tree_exists() -> None:
    found = re.search(r"## What lies where\n\n```\n(.*?)```", README, re.DOTALL)
    assert found is not None
    folder = ""
    for line in found[1].splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else name
        path = ROOT / (folder + name if line.startswith(" ") else name)
        assert path.exists(), path
        assert len(line.split()) > 2, line


def test_every_picture_and_file_that_is_linked_exists() -> None:
    for target in re.findall(r"\]\((?!http|#)([^)]+)\)", README):
        assert (ROOT / target).is_file(), target
