"""Reasons why a run diverges, and what can be done about each."""

from typing import Final

from convnets.why import Value, Why
from receptive.training.events import Diverged
from receptive.training.resume import Place

SENTENCES: Final = {
    "diverged-loss": "the run diverged in epoch {epoch}: the loss is {value} at step {step}, "
    "where the learning rate is {rate}: take a lower one, or clip the gradient",
    "diverged-gradient": "the run diverged in epoch {epoch}: the gradient's length is {value} at step {step}, "
    "where the learning rate is {rate}: take a lower one, or clip the gradient",
    "diverged-growth": "the run diverged in epoch {epoch}: the loss has grown to {value} at step {step}, "
    "where the learning rate is {rate}: take a lower one, or clip the gradient",
    "diverged-held-out": "the run diverged in epoch {epoch}: the loss of what is held out is {value} at step {step}, "
    "where the learning rate is {rate}: take a lower one, or clip the gradient",
}


def diverged(code: str, value: float, at: Place, rate: float) -> Diverged:
    """The run has ended here, because `value` is what it is; rate: the learning rate of the step."""
    values: dict[str, Value] = {"epoch": at.epoch, "step": at.step, "value": f"{value:.3g}", "rate": f"{rate:.3g}"}
    return Diverged(at.step, at.epoch, Why(code, SENTENCES[code], values))
