"""A process that has imported everything and forks a trainer for each line `train FOLDER`; it says its number.

`kill NUMBER` kills the trainer with -9, `wait NUMBER` waits for it; both answer with how it ended.
"""

import os
import signal
import sys
from functools import cache
from pathlib import Path

from receptive.training.data import datasets
from receptive.training.runs import worker


def main() -> None:
    worker.prepare_to_train()
    datasets.obtain = cache(datasets.obtain)  # the digits are read once, and not by every child
    datasets.obtain("digits", None)
    print("ready", flush=True)
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "train":
            child = os.fork()
            if not child:
                sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
                os._exit(worker.main([rest]))
            print(child, flush=True)
        else:
            if word == "kill":
                os.kill(int(rest), signal.SIGKILL)
            print(os.waitstatus_to_exitcode(os.waitpid(int(rest), 0)[1]), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
