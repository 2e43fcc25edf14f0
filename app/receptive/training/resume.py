"""The state from which a run continues after an epoch without a difference: tensors and numbers, no pickle."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from convnets.why import ExplainedError
from receptive.training.early_stopping import Best
from receptive.training.statistics import Watch

Number = float | int | str | None  # a value of JSON


class ResumeError(ExplainedError, ValueError):
    """The kept state does not fit the settings."""


@dataclass(frozen=True)
class Resume:
    """tensors: of the network, the optimizer, the average, the best epoch and the generators, by dotted names."""

    tensors: dict[str, Tensor]
    numbers: dict[str, Number]

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors below a name, called as they are there."""
        start = f"{name}."
        return {key.removeprefix(start): value for key, value in self.tensors.items() if key.startswith(start)}

    def number(self, name: str) -> float:
        """A number that must be there. Raises ResumeError."""
        value = self.numbers.get(name)
        if not isinstance(value, int | float):
            raise ResumeError(
                "kept-no-number",
                "{name} is needed to go on, a number, and {value} was kept; begin the run anew",
                name=name,
                value=repr(value),
            )
        return value

    def tensor(self, name: str) -> Tensor:
        """A tensor that must be there. Raises ResumeError."""
        if name not in self.tensors:
            raise ResumeError("not-kept", "{name} is needed to go on, and was not kept; begin the run anew", name=name)
        return self.tensors[name]


@dataclass
class Place:
    """The position of a run."""

    epoch: int = 0
    step: int = 0
    loss: float = 0.0  # mean of the last epoch
    worst: float = math.inf  # from which no run comes back


@dataclass(frozen=True)
class Whole:
    """Everything that changes in the course of a run: kept after an epoch, and put back."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    average: dict[str, Tensor] | None
    best: Best
    watch: Watch
    generator: torch.Generator | None  # the source's

    def kept(self, at: Place, own: dict[str, Tensor], judged: dict[str, Tensor]) -> Resume:
        """own: copies of the network's weights; judged: of the average if there is one."""
        tensors = below("network", own) | below("optimizer", optimizer_state(self.optimizer))
        if self.average is not None:
            tensors |= below("average", judged)
        if self.best.weights is not None and self.best.epoch != at.epoch:
            tensors |= below("best", self.best.weights)
        tensors["generator"] = generator_state(None)
        if self.generator is not None:
            tensors["feed"] = generator_state(self.generator)
        numbers = asdict(at) | {"best_epoch": self.best.epoch, "best_value": self.best.value}
        return Resume(tensors, numbers | {"noticed": ", ".join(sorted(self.watch.said))})

    def restored(self, resume: Resume) -> Place:
        """Restore the state and return the run's position. Raises ResumeError."""
        restore(self.network, resume.part("network"))
        restore_optimizer(self.optimizer, resume.part("optimizer"))
        if self.average is not None:
            kept = resume.part("average")
            fitting(self.average, kept)
            self.average.update({name: value.clone() for name, value in kept.items()})
        self.best.epoch, self.best.value = int(resume.number("best_epoch")), resume.number("best_value")
        if self.best.patience.restore:
            now = "network" if self.average is None else "average"
            self.best.weights = resume.part(now if self.best.epoch == resume.number("epoch") else "best")
        self.watch.said = {word for word in str(resume.numbers.get("noticed", "")).split(", ") if word}
        restore_generator(None, resume.tensor("generator"))
        if self.generator is not None:
            restore_generator(self.generator, resume.tensor("feed"))
        numbers = {name: resume.number(name) for name in ("loss", "worst")}
        return Place(int(resume.number("epoch")), int(resume.number("step")), **numbers)


def below(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under a name: what `part` takes apart again."""
    return {f"{name}.{key}": value for key, value in tensors.items()}


def optimizer_state(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Copies of what the optimizer remembers of each parameter, as "0.exp_avg"; steps and rates are the course's."""
    remembered = optimizer.state_dict()["state"]
    return {
        f"{place}.{key}": value.detach().clone()
        for place, state in remembered.items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Gives the optimizer back what it remembered. Raises ResumeError."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        place, _, key = name.partition(".")
        state.setdefault(int(place), {})[key] = value.clone()
    parameters = [value for group in optimizer.param_groups for value in group["params"]]
    for number, remembered in state.items():
        for key, value in remembered.items():
            if number >= len(parameters) or (value.ndim and value.shape != parameters[number].shape):
                raise ResumeError(
                    "kept-of-another",
                    "{name} was kept as {there}, and the network of these settings has {here}; begin the run anew",
                    name=f"optimizer.{number}.{key}",
                    there=str(list(value.shape)),
                    here="nothing" if number >= len(parameters) else str(list(parameters[number].shape)),
                )
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def restore(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Gives the network its parameters and buffers back. Raises ResumeError."""
    fitting(network.state_dict(), tensors)
    network.load_state_dict(dict(tensors))


def fitting(expected: Mapping[str, Tensor], tensors: Mapping[str, Tensor]) -> None:
    """Check that the tensors are of the same network, shape for shape. Raises ResumeError."""
    for name in sorted(expected.keys() | tensors.keys()):
        here = list(expected[name].shape) if name in expected else "nothing"
        there = list(tensors[name].shape) if name in tensors else "nothing"
        if here != there:
            raise ResumeError(
                "kept-of-another",
                "{name} was kept as {there}, and the network of these settings has {here}; begin the run anew",
                name=name,
                there=str(there),
                here=str(here),
            )


def generator_state(generator: torch.Generator | None) -> Tensor:
    """The state of a generator, of torch's own if None."""
    return torch.get_rng_state() if generator is None else generator.get_state()


def restore_generator(generator: torch.Generator | None, state: Tensor) -> None:
    """Puts a generator, torch's own if None, back to a state."""
    if generator is None:
        torch.set_rng_state(state)
    else:
        generator.set_state(state)
