"""The documents: their calls give the output that they print, their trees, links and targets exist."""

import json
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from receptive import __version__, flags
from receptive.settings import Settings
from receptive.training.terminal.command import TrainSettings

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")))
}
BLOCKS = [block for text in DOCUMENTS.values() for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL)]
CALLS = list(
    dict.fromkeys(call for block in BLOCKS for call in re.findall(r"\$ (curl[^\n]*)\n((?:[^$`\n][^\n]*\n)*)", block))
)
TREES = {
    name: tree
    for name, text in DOCUMENTS.items()
    for tree in re.findall(r"```\n(models/ .*?)```", text, re.DOTALL)
}  # fmt: skip
RUN = re.compile(r"\d{8}-\d{6}-lenet5-[0-9a-f]{4}")
PATIENCE = 180  # seconds for a run of the documents on a busy machine
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def rounded(text: str) -> str:
    """The text with its fractions to two places: what differs below that is the machine's."""
    return NUMBER.sub(lambda number: f"{float(number[0]):.2f}", text).replace("-0.00", "0.00")


@cache
def trained(server: str) -> str:
    """The id of a run that the server has trained, as the documents begin one."""
    begin = next(shlex.split(call) for call, _ in CALLS if call.endswith("localhost:8000/runs"))
    begin[-1] = f"{server}/runs"
    run = str(json.loads(subprocess.run(begin, capture_output=True, check=True, timeout=PATIENCE).stdout)["id"])
    subprocess.run(["curl", "-sN", f"{server}/runs/{run}/events"], capture_output=True, check=True, timeout=PATIENCE)
    return run


def headings(text: str) -> set[str]:
    """The anchors of a document's headings, as GitHub writes them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_the_documents_show_calls_and_trees() -> None:
    assert len([output for _, output in CALLS if output]) >= 10
    assert set(TREES) == {"README.md", "docs/architecture.md"}


@pytest.mark.parametrize(("call", "output"), CALLS, ids=[call[:70] for call, _ in CALLS])
def test_a_call_gives_the_output_that_is_printed(call: str, output: str, server: str, tmp_path: Path) -> None:
    output = RUN.sub("…", output)
    if RUN.search(call):
        call = RUN.sub(trained(server), call)
    words = [word.replace("localhost:8000", server.removeprefix("http://")) for word in shlex.split(call)]
    if "-o" in words:
        words[words.index("-o") + 1] = str(tmp_path / "answer")
    printed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    place = 0
    for piece in rounded(output.strip()).split("…"):
        at = rounded(printed).find(piece, place)
        assert at >= 0, f"{piece!r} is not in {printed!r}"
        place = at + len(piece)


def test_the_program_blurs_a_photo(server: str) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENTS["docs/rest.md"], re.DOTALL)
    shown = "; print(blurred.shape, 0 < blurred.min() < blurred.max() < 1)"
    program = program.replace("http://localhost:8000", server).rstrip().replace("  # (1, 256, 256)", shown)
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout == "(1, 256, 256) True\n"


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_every_entry_of_a_tree_exists_and_is_explained(tree: str) -> None:
    folder = ""
    for line in tree.splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else name
        path = ROOT / (folder + name if line.startswith(" ") else name)
        assert path.is_dir(), path
        assert len(line.split()) > 1, line


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file_and_a_heading(name: str) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", DOCUMENTS[name], flags=re.DOTALL)
    for target in re.findall(r"\]\((?!http)([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.is_file(), target
        if anchor:
            assert anchor in headings(path.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_target_of_make_exists(name: str) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"(?:\$ |`)make ([a-z]+)", DOCUMENTS[name])) <= set(targets)


def test_the_citation_is_of_this_version() -> None:
    import yaml

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    assert {"cff-version", "message", "title", "authors", "license"} <= set(citation)


def test_the_workflow_runs_make_test_on_three_systems_and_two_versions_of_python() -> None:
    import yaml

    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert {name.partition("-")[0] for name in job["strategy"]["matrix"]["os"]} == {"ubuntu", "macos", "windows"}
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert any("make test" in step.get("run", "") for step in job["steps"])


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS) - {"CHANGELOG.md"}))
def test_every_flag_and_variable_exists(name: str) -> None:
    fields = {
        flags.flag(key, field) for model in (Settings, TrainSettings) for key, field in model.model_fields.items()
    }
    variables = {flags.PREFIX + flag.replace("-", "_").upper() for flag in fields}
    text = re.sub(r"^\$ (?:curl|docker|PATH).*$", "", DOCUMENTS[name], flags=re.MULTILINE)
    named = set(re.findall(r"(?<![\w-])--([a-z][a-z0-9-]+)", text)) - {"help"}
    assert named <= fields
    assert set(re.findall(r"RECEPTIVE_[A-Z_]+", text)) <= variables
