"""The front-end's types, generated from the messages' schema."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hatch_build
from receptive import schemas
from receptive.schemas import limits

SOURCES = Path(__file__).parents[1] / "static" / "src"

STATIC = Path(__file__).parents[1] / "static"


def test_the_limits_of_the_front_end_are_those_of_the_server() -> None:
    assert limits.FILE.read_text(encoding="utf-8") == limits.text(), "run `python -m receptive.schemas.limits`"


@pytest.mark.parametrize("limit", [262_144, 1_048_576, 200_000_000, 65_536, 4096])
def test_the_front_end_copies_no_limit_of_the_server(limit: int) -> None:
    number = re.compile(rf"(?<![\d_]){limit:,}(?![\d_])".replace(",", "_?"))
    sources = [path for path in SOURCES.rglob("*") if path.suffix in (".ts", ".svelte")]
    copies = [
        str(path.relative_to(SOURCES))
        for path in sources
        if not path.name.endswith(".test.ts") and path.name != "types.ts" and number.search(path.read_text("utf-8"))
    ]
    assert len(sources) > 200
    assert copies == []


def test_every_message_becomes_a_type_of_the_front_end(tmp_path: Path) -> None:
    printed = subprocess.run([sys.executable, "-m", "receptive.schemas"], capture_output=True, check=True, timeout=60)
    assert printed.stdout.decode() == schemas.schema()
    types = tmp_path / "types.ts"
    node = [str(hatch_build.node()), str(STATIC / "types.js"), str(types)]
    subprocess.run(node, input=printed.stdout, check=True, timeout=60)
    exported = set(re.findall(r"^export (?:interface|type) (\w+)", types.read_text(encoding="utf-8"), re.MULTILINE))
    messages = set(json.loads(printed.stdout)["$defs"])
    assert {"Prediction", "RunEvent", "Why"} <= messages
    assert messages - exported == set()
