"""Runs every measurement, or those named, and prints one table: `python -m bench [forward socket rest …]`."""

import argparse
import importlib
import sys
from collections.abc import Iterator

from bench.report import Row, machine, table

PARTS = ("forward", "sockets", "lanes", "rest", "startup", "page", "operations", "training", "lab", "peers")


def measured(name: str) -> Iterator[Row]:
    """The rows of a part; where it cannot run here, or ends early, a row that says why."""
    try:
        yield from importlib.import_module(f"bench.{name}").measure()
    except Exception as error:  # noqa: BLE001  whatever is missing, the other parts are measured
        why = " ".join(str(error).split())[:200]
        yield Row(name, "could not be measured here", f"{type(error).__name__}: {why}")


def main() -> int:
    """Measure the named parts, say which budgets were missed; exit status 1 when one was."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of: {', '.join(PARTS)}; all when none is named")
    names = parser.parse_args().parts or PARTS
    rows: list[Row] = []
    for name in names:
        if name not in PARTS:
            parser.error(f"no part {name!r}; there are {', '.join(PARTS)}")
        for row in measured(name):
            print(" ".join(filter(None, row.cells)), file=sys.stderr, flush=True)
            rows.append(row)
    print(machine() + "\n\n" + table(rows))
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
