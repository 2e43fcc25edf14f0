"""Rows of the table that `make bench` prints: what was measured, its floor, their ratio and the budget."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One measurement. `ratio` is measured over floor; `budget` is the limit on it, in words."""

    part: str
    what: str
    measured: str
    floor: str = ""
    ratio: float | None = None
    budget: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = {True: "yes", False: "**no**", None: ""}[self.met]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return (self.part, self.what, self.measured, self.floor, ratio, self.budget, verdict)


HEAD = ("part", "what", "measured", "floor", "ratio", "budget", "met")


def machine() -> str:
    """The processor's name, its cores, the system and the versions that matter."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        name = models[0] if models else name
    import torch

    versions = f"Python {platform.python_version()}, PyTorch {torch.__version__}"
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, {versions}"


def table(rows: list[Row]) -> str:
    """The rows as one Markdown table with aligned columns."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    text.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(text)
