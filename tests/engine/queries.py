"""Queries for tests of engines."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import torch

from receptive.networks.batch import Batch, Floats
from receptive.networks.loaded import LoadedNetwork
from receptive.preprocessing.steps import Preparation
from receptive.queries.query import Query, prepared

INK = np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(32, 32)

Where = tuple[Batch | None, int, str]


@dataclass(frozen=True)
class Locate(Query[Where]):
    """Answered with the batch, the row and the thread."""

    network: str = "short"
    input: Floats | None = None
    blank: bool = False

    @classmethod
    def prepare_batch(cls, queries: Sequence[Self], network: LoadedNetwork) -> list[Preparation]:
        return [
            Preparation(True, None, list) if query.blank else prepared(INK if query.input is None else query.input)
            for query in queries
        ]

    def answer(self, network: LoadedNetwork, preparation: Preparation | None, batch: Batch | None, row: int) -> Where:
        return batch, row, threading.current_thread().name


@dataclass(frozen=True)
class Fail(Locate):
    """A query whose answer fails."""

    def answer(self, network: LoadedNetwork, preparation: Preparation | None, batch: Batch | None, row: int) -> Where:
        raise ValueError("no answer")


@dataclass(frozen=True)
class FailToPrepare(Locate):
    """A query whose preparation fails."""

    @classmethod
    def prepare_batch(cls, queries: Sequence[Self], network: LoadedNetwork) -> list[Preparation]:
        raise ValueError("no preparation")


GATES: dict[str, threading.Event] = {}
BEGUN: dict[str, threading.Event] = {}
STEPS: dict[str, int] = {}


@dataclass(frozen=True)
class Hold(Query[str]):
    """Answered when its gate is opened; occupies its lane until then."""

    network: str = "short"
    gate: str = "gate"

    def answer(self, network: LoadedNetwork, preparation: Preparation | None, batch: Batch | None, row: int) -> str:
        BEGUN[self.gate].set()
        assert GATES[self.gate].wait(60)
        return "let go"


@dataclass(frozen=True)
class HoldLong(Hold):
    """The same in the slow lane."""

    is_long: ClassVar[bool] = True


@dataclass(frozen=True)
class Endless(Query[None]):
    """Calls torch again and again; ends only when it is stopped between two calls."""

    is_long: ClassVar[bool] = True

    network: str = "short"
    gate: str = "gate"

    def answer(self, network: LoadedNetwork, preparation: Preparation | None, batch: Batch | None, row: int) -> None:
        value = torch.zeros(1)
        BEGUN[self.gate].set()
        while True:
            value = torch.relu(value)
            STEPS[self.gate] = STEPS.get(self.gate, 0) + 1


def gate(name: str = "gate") -> threading.Event:
    """A new gate, closed."""
    GATES[name], BEGUN[name] = threading.Event(), threading.Event()
    STEPS[name] = 0
    return GATES[name]
