"""Queries to one network answered together: prepared at once, one pass, each answered for itself."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.steps import Preparation
from receptive.queries.query import Query

if TYPE_CHECKING:
    from receptive.networks.loaded import LoadedNetwork


@dataclass(slots=True, eq=False)
class Waiting:
    """A query with its open network, and the future that its answer goes to."""

    query: Query[Any]
    network: "LoadedNetwork"
    future: "asyncio.Future[Any]"


Outcome = tuple[Waiting, Any, Exception | None]


def answer_all(waiting: Sequence[Waiting]) -> list[Outcome]:
    """The outcome of every query; one that fails does not spoil the others'."""
    groups: dict[int, list[Waiting]] = {}
    for one in waiting:
        groups.setdefault(id(one.network), []).append(one)
    return [outcome for group in groups.values() for outcome in _answer_group(group)]


def _answer_group(group: list[Waiting]) -> list[Outcome]:
    """The outcomes of queries to one network."""
    network = group[0].network
    try:
        preparations = _prepare(group, network)
        places, inputs = _inputs(preparations)
        batch = network.forward(inputs) if inputs else None
    except Exception as error:  # noqa: BLE001  handed to those who wait
        if len(group) == 1:
            return [(group[0], None, error)]
        # One picture must not spoil the others' answers: each is answered again, alone.
        return [outcome for one in group for outcome in _answer_group([one])]
    return [
        _answer(one, preparation, batch, place)
        for one, preparation, place in zip(group, preparations, places, strict=True)
    ]


def _prepare(group: list[Waiting], network: "LoadedNetwork") -> list[Preparation | None]:
    """Every query's preparation; queries of one kind are prepared together."""
    first = type(group[0].query)
    if all(type(one.query) is first for one in group):
        return list(first.prepare_batch([one.query for one in group], network))
    kinds: dict[type[Query[Any]], list[int]] = {}
    for place, one in enumerate(group):
        kinds.setdefault(type(one.query), []).append(place)
    preparations: list[Preparation | None] = [None] * len(group)
    for kind, places in kinds.items():
        prepared = kind.prepare_batch([group[place].query for place in places], network)
        for place, preparation in zip(places, prepared, strict=True):
            preparations[place] = preparation
    return preparations


def _inputs(preparations: Sequence[Preparation | None]) -> tuple[list[int], list[Floats]]:
    """The row of each preparation in the batch, -1 for those without ink, and the inputs of the batch."""
    places: list[int] = []
    inputs: list[Floats] = []
    for preparation in preparations:
        if preparation is None or preparation.blank:
            places.append(-1)
        else:
            places.append(len(inputs))
            inputs.append(preparation.input)
    return places, inputs


def _answer(one: Waiting, preparation: Preparation | None, batch: Batch | None, place: int) -> Outcome:
    try:
        return one, one.query.answer(one.network, preparation, batch if place >= 0 else None, place), None
    except Exception as error:  # noqa: BLE001  handed to whoever waits
        return one, None, error
