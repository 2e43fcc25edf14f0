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

from receptive.training.freed import keep_what_is_freed
from receptive.training.runs.endings import GONE, STOPPED, Ending, explained
from receptive.training.runs.held import HeldError, held
from receptive.training.runs.shelf import Run

NICE: Final = 5  # the page and the live network come first
HELD: Final = 3  # exit status where another process is at the run


class Orders:
    """What this process has been told, heard beside the work."""

    def __init__(self) -> None:
        self.asked: Ending | None = None  # how the run is to end
        self._folders: SimpleQueue[Path | None] = SimpleQueue()

    def listen(self) -> None:
        """Hear what standard input says, in a thread, until it ends."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()

    def folder(self) -> Path | None:
        """The run to train, waited for; None where nobody is left to say one."""
        return self._folders.get()

    def stop(self, *_: Any) -> None:
        """End the run as soon as possible."""
        self.asked = self.asked or STOPPED

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            word, _, rest = line.decode().strip().partition(" ")
            if word == "train":
                self._folders.put(Path(rest))
            elif word == "stop":
                self.stop()
        self.asked = self.asked or GONE
        self._folders.put(None)


def main(arguments: list[str]) -> int:
    """Train one run; the exit status is 0 where the run's end is written down."""
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
    keep_what_is_freed()
    if sys.platform != "win32":
        os.nice(NICE)
    try:
        with held(folder / "lock"):
            _complain_in(folder / "worker.log")
            ending, written = carry_out(Run(folder), orders, given.data_dir, trouble)
    except HeldError:
        return HELD
    print(json.dumps(asdict(ending)), flush=True)
    return 0 if written else 1


def _complain_in(path: Path) -> None:
    """Let what is said on standard error be read in the run's folder."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(file, 2)
    os.close(file)


def _trouble() -> Exception | None:
    """What went wrong with what has to be imported; told where there is a run that cannot begin for it."""
    try:
        prepare_to_train()
    except Exception as error:  # noqa: BLE001  whatever it is, the run has to say so
        return error
    return None


def prepare_to_train() -> None:
    """Import what training needs, take a step, which imports more, open the default data: nobody waits for it then.

    All of that stays, so that no garbage is looked for meanwhile or among it later.
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
    """Train, unless there was trouble; how the run ended, and whether that could be written down."""
    try:
        if trouble is not None:
            raise trouble
        from receptive.training.runs.session import Session
    except Exception as error:  # noqa: BLE001  whatever it is, the run has to say so
        traceback.print_exc()
        return explained(error), False
    session = Session(run, data_dir)
    return session.run(lambda: orders.asked), session.written


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
