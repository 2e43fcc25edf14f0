"""The disk space of a run: what it takes at most, and how many snapshots fit."""

from typing import Final

from receptive.training.settings import RunSettings

REAL: Final = 4  # bytes of a float32
MOST_SNAPSHOT_BYTES: Final = 2**26  # of all snapshots of a run
# Bytes at most, as measured on runs whose steps are so slow that each is an event of its own.
PER_STEP: Final = 400
PER_EPOCH: Final = 1200
PER_LAYER: Final = 700  # of an epoch
PER_FILE: Final = 20_000  # headers of weights, settings, names of layers
EXAMPLES: Final = 12  # pictures of each cell of the confusion matrix
MOMENTS: Final = {"sgd": 0, "momentum": 1, "nesterov": 1, "adam": 2, "adamw": 2}  # values of each weight


def disk_of(
    settings: RunSettings, parameters: int, layers: int, classes: int, held_out: int, picture: int, steps: int
) -> int:
    """Bytes that a run takes at most. picture: bytes of one picture."""
    weights = parameters * REAL
    early = settings.early_stopping
    resume = 1 + MOMENTS[settings.optimizer] + (early is not None and early.restore_best)
    copies = 2 + 2 * resume  # best, last; resume, and its successor while it is written
    snapshots = len(snapshot_steps(settings.snapshots, steps, weights)) * weights
    log = steps * PER_STEP + settings.epochs * (PER_EPOCH + 4 * classes**2 + layers * PER_LAYER)
    examples = min(EXAMPLES * classes**2, held_out) * picture
    return copies * weights + snapshots + log + examples + PER_FILE


def snapshot_steps(wanted: int, steps: int, size: int) -> frozenset[int]:
    """The steps whose weights are kept, evenly from 0 to the last; size: bytes of the weights."""
    if not wanted:
        return frozenset()
    fits = MOST_SNAPSHOT_BYTES // max(size, 1)
    count = min(wanted, steps, max(fits - 1, 0))
    if not count:
        return frozenset({0} if fits else ())
    return frozenset(round(place * steps / count) for place in range(count + 1))
