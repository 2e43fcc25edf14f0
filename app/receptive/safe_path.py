"""Keeps the modules of the current folder out of ours: the first import of the package.

`python -m` puts the current folder first on the path, before Python's own library, so that a `random.py` or `numpy.py`
there would be imported in place of the real one. The command `receptive` has no such entry.
"""

import sys


def _is_started() -> bool:
    """True while `python -m` looks for a module of this package; its name is then still to come in sys.argv."""
    if sys.argv[:1] != ["-m"] or "-m" not in sys.orig_argv:
        return False
    module = sys.orig_argv[sys.orig_argv.index("-m") + 1]
    return module.partition(".")[0] == "receptive"


if _is_started() and not sys.flags.safe_path:
    del sys.path[0]
