"""Keeps the modules of the current folder out of ours: imported first by what `python -m` starts.

`python -m` puts the current folder first on the path, before Python's own library, so that a visitor's `random.py`
or `numpy.py` there would be imported in place of the real one. `receptive`, the command, has no such entry.
"""

import sys

_spec = getattr(sys.modules["__main__"], "__spec__", None)
if _spec is not None and _spec.name.partition(".")[0] == "receptive" and not sys.flags.safe_path:
    del sys.path[0]
