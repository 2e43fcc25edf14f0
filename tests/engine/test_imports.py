"""The order of the packages: nothing below imports what stands above it, types included."""

import ast
from pathlib import Path

import pytest

RECEPTIVE = Path(__file__).parents[2] / "app" / "receptive"
WEB = {"fastapi", "starlette", "uvicorn", "sse_starlette", "websockets", "jinja2"}
ABOVE = {
    "preprocessing": {"networks", "queries", "engine", "training", "routes", "operations"},
    "operations": {"preprocessing", "networks", "queries", "engine", "training", "routes"},
    "networks": {"queries", "engine", "training", "routes"},
    "queries": {"engine", "training", "routes"},
    "engine": {"training", "routes"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("package", sorted(ABOVE))
def test_a_package_imports_nothing_from_above_and_no_web_framework(package: str) -> None:
    files = sorted((RECEPTIVE / package).rglob("*.py"))
    assert files
    for path in files:
        for name in imported(path):
            assert name.partition(".")[0] not in WEB, f"{path.name} imports {name}"
            if name.startswith("receptive."):
                assert name.split(".")[1] not in ABOVE[package], f"{path.name} imports {name}"
