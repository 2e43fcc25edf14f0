"""The front-end's types, generated from the messages' schema."""

import json
import re
import subprocess
import sys
from pathlib import Path

import hatch_build
from receptive import schemas

STATIC = Path(__file__).parents[1] / "static"


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
