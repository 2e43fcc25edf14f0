"""A run's events as a bar and lines in a terminal."""

from collections.abc import Iterator
from typing import Any

from tqdm import tqdm

from receptive.training.events import Diverged, Epoch, Event, Notice, Started, Step, Stopped


class FetchingBar:
    """A bar of bytes, which appears when there is something to fetch."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show `done` of `total` bytes."""
        if self._bar is None:
            self._bar = tqdm(total=total, unit="B", unit_scale=True, dynamic_ncols=True, desc="fetching")
        self._bar.update(done - self._bar.n)
        if done == total:
            self._bar.close()


def shown(
    events: Iterator[Event], epochs: int, *, behind: int = 0, done: int = 0, quiet: bool = False, first: str = ""
) -> Iterator[Epoch | Diverged | Stopped]:
    """The events but the small ones, which move a bar.

    epochs: of the whole, `behind` of which are done; done: steps of an interrupted run that are behind it;
    first: what the time until the first event is spent on.
    """
    with tqdm(disable=quiet, unit="step", dynamic_ncols=True) as bar:
        bar.set_description(first)
        for event in events:
            match event:
                case Started(steps=steps):
                    bar.reset(steps)
                    bar.update(done)
                case Step(epoch=number, loss=loss):
                    bar.set_description(f"epoch {behind + number}/{epochs}  loss {loss:.3f}", refresh=False)
                    bar.update()
                case Notice():
                    bar.write(f"epoch {behind + event.epoch}: {_notice(event)}")
                case Epoch():
                    bar.write(f"epoch {behind + event.number}: {_figures(event)}")
                    yield event
                case Stopped():
                    bar.write(str(event.why))
                    yield event
                case Diverged():
                    yield event


def _figures(event: Epoch) -> str:
    wrong = f"{100 * event.errors / event.held_out:.2f} %" if event.held_out else "nothing"
    return f"loss {event.loss:.4f}, {wrong} wrong of what was held out"


def _notice(event: Notice) -> str:
    return f"the gradient of {event.layer} is {event.kind}, its length is {event.norm:.2g}"
