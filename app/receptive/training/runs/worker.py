"""The process that trains one run: `python -m receptive.training.runs.worker [FOLDER]`.

Without a folder it reads `train FOLDER` and `stop` from standard input; at the end of the input, its parent is gone.
"""

import argparse
import gc
import json
import os
import signal
import sys
import threading
import traceback
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from receptive.training.allocator import keep_freed_memory
from receptive.training.runs.endings import GONE, STOPPED, Ending, explained
from receptive.training.runs.errors import RunError
from receptive.training.runs.lock import LockedError
from receptive.training.runs.run import Run

NICE: Final = 5  # the page and the live network come first
LOCKED: Final = 3  # exit status where another process is at the run


class Orders:
    """The orders that this process receives while it trains."""

    def __init__(self) -> None:
        self.ending: Ending | None = None  # by which the run is to end
        self._folders: SimpleQueue[Path | None] = SimpleQueue()

    def listen(self) -> None:
        """Read standard input until it ends, in a thread."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()

    def folder(self) -> Path | None:
        """The folder of the run to train, waited for; None where standard input has ended."""
        return self._folders.get()

    def stop(self, *_: Any) -> None:
        """End the run as soon as possible."""
        self.ending = self.ending or STOPPED

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            order, _, rest = line.removesuffix(b"\n").partition(b" ")
            if order == b"train":
                self._folders.put(Path(os.fsdecode(rest)))
            elif order == b"stop":
                self.stop()
        self.ending = self.ending or GONE
        self._folders.put(None)


def main(arguments: list[str]) -> int:
    """Train one run; the exit status is 0 where the run's end is written."""
    orders = Orders()
    signal.signal(signal.SIGTERM, orders.stop)
    options = argparse.ArgumentParser(prog="python -m receptive.training.runs.worker", description=__doc__)
    options.add_argument("folder", nargs="?", type=Path, help="the run's folder")
    options.add_argument("--data-dir", type=Path, help="folder that holds published data sets")
    given = options.parse_args(arguments)
    folder: Path | None = given.folder
    trouble = None
    if folder is None:
        orders.listen()
        trouble = _trouble()
        folder = orders.folder()
    if folder is None:
        return 0
    keep_freed_memory()
    if sys.platform != "win32":
        os.nice(NICE)
    run = Run(folder)
    try:
        with run.locked():
            _redirect_errors(folder / "worker.log")
            ending, written = carry_out(run, orders, given.data_dir, trouble)
    except LockedError:
        return LOCKED
    except (RunError, OSError) as error:
        ending, written = explained(error), False
    print(json.dumps(asdict(ending)), flush=True)
    return 0 if written else 1


def _redirect_errors(path: Path) -> None:
    """Write standard error into a file of the run's folder."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(file, 2)
    os.close(file)


def _trouble() -> Exception | None:
    """The error of an import that fails, to be reported by the run that cannot begin for it."""
    try:
        prepare_to_train()
    except Exception as error:  # noqa: BLE001  whatever it is, the run reports it
        return error
    return None


def prepare_to_train() -> None:
    """Import what training needs, take a step, which imports more, and open the default data.

    All of that stays, so that the garbage collector is off meanwhile and skips it later.
    """
    gc.disable()
    import torch

    import receptive.training.runs.session  # noqa: F401
    from receptive.training.data import datasets

    torch.set_num_threads(1)
    value = torch.nn.Parameter(torch.zeros(1))
    value.sum().backward()
    torch.optim.Adam([value], fused=True).step()
    datasets.digits()
    gc.freeze()
    gc.enable()


def carry_out(run: Run, orders: Orders, data_dir: Path | None, trouble: Exception | None = None) -> tuple[Ending, bool]:
    """Train, unless there was trouble; the end of the run, and whether it is written."""
    try:
        if trouble is not None:
            raise trouble
        from receptive.training.runs.session import Session
    except Exception as error:  # noqa: BLE001  whatever it is, the run reports it
        traceback.print_exc()
        return explained(error), False
    session = Session(run, data_dir)
    return session.run(lambda: orders.ending), session.written


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
