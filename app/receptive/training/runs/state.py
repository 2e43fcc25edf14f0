"""The progress of a run: read from state.json, or made anew from the log where that file is damaged."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from convnets.why import Why
from receptive.training.runs.summary import Summary

Status = Literal["queued", "running", "finished", "stopped", "failed", "interrupted"]
OVER: Final = ("finished", "stopped", "failed", "interrupted")
FIGURES: Final = ("epoch", "step", "loss", "accuracy", "validation_loss", "validation_accuracy")
Figures = dict[str, int | float | None]


@dataclass(frozen=True)
class State:
    """The progress of a run; written by its worker, and by the queue while there is none."""

    status: Status = "queued"
    reason: str = ""
    why: dict[str, Any] | None = None  # the reason's code and values; None where an older version wrote it
    started: str | None = None
    ended: str | None = None
    process: int | None = None
    ended_by: int | None = None  # process that wrote the end
    steps: int | None = None  # of the whole run
    step: int = 0
    epoch: int = 0
    seconds: float = 0.0  # spent on training
    last: Figures | None = None
    best: Figures | None = None
    device: str = "cpu"


_STATE: Final = TypeAdapter(State)


def parse_state(raw: bytes) -> State:
    """The state in a file's bytes; unknown fields are ignored. Raises ValueError."""
    state = _STATE.validate_json(raw)
    for figures in (state.last, state.best):
        if figures is not None and figures.keys() != set(FIGURES):
            raise ValueError(f"the figures of an epoch are {', '.join(FIGURES)}")
    return state


def state_from_log(log: Summary, *, is_held: bool, has_weights: bool) -> State:
    """The state as far as the log tells it; is_held: a worker is at the run."""
    last = log.epochs[-1] if log.epochs else None
    best = next((epoch for epoch in reversed(log.epochs) if epoch["best"]), None)
    status, reason, why = _ending(log, is_held=is_held, has_weights=has_weights)
    return State(
        status=status,
        reason=reason,
        why=why,
        started=log.started.get("time") if log.started else None,
        steps=log.started.get("steps") if log.started else None,
        step=last["step"] if last else 0,
        epoch=last["epoch"] if last else 0,
        seconds=last["seconds"] if last else 0.0,
        last={name: last[name] for name in FIGURES} if last else None,
        best={name: best[name] for name in FIGURES} if best else None,
    )


def _ending(log: Summary, *, is_held: bool, has_weights: bool) -> tuple[Status, str, dict[str, Any] | None]:
    if is_held:
        return "running", "", None
    if log.status is not None and log.status.get("status") in OVER:
        return log.status["status"], str(log.status.get("reason", "")), log.status.get("why")
    if not log.seq and not has_weights:
        return "queued", "", None
    why = Why(
        "end-unknown",
        "how the run ended is unknown, since state.json is damaged; the run can be continued from its last epoch",
    )
    return "interrupted", str(why), why.as_dict
