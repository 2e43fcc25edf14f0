"""The library: networks are opened on demand, and their memory stays under the budget."""

from collections.abc import Callable

import pytest
import torch

from convnets.weights import WeightsError
from receptive.networks.library import Library, NetworkTooLargeError
from receptive.networks.loaded import LoadedNetwork
from tests.networks.nets import MadeSource, linear, loaded

CPU = torch.device("cpu")
SIZE = loaded("size", linear()).size


class Shelf:
    """Sources by name, made when they are first looked for."""

    def __init__(self) -> None:
        self.sources: dict[str, MadeSource] = {}

    def find(self, name: str) -> MadeSource:
        if name == "nobody":
            raise KeyError(name)
        return self.sources.setdefault(name, MadeSource(name, linear))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def library(shelf: Shelf) -> Callable[[int], Library]:
    return lambda count: Library(shelf.find, count * SIZE + SIZE // 2)


def test_a_network_is_opened_once(shelf: Shelf, library: Callable[[int], Library]) -> None:
    three = library(3)
    assert three.get("a") is None
    first = three.open("a", CPU)
    assert three.open("a", CPU) is first
    assert three.get("a") is first
    assert shelf.sources["a"].opened == ["a"]


def test_the_least_recently_used_network_is_let_go(library: Callable[[int], Library]) -> None:
    two = library(2)
    two.open("a", CPU)
    two.open("b", CPU)
    two.get("a")
    two.open("c", CPU)
    assert two.names == ["a", "c"]


def test_scrubbing_through_many_networks_never_takes_more_than_the_budget(library: Callable[[int], Library]) -> None:
    three = library(3)
    for number in range(42):
        three.open(f"run:{number}", CPU)
        assert three.size <= three.budget
    assert three.names == ["run:39", "run:40", "run:41"]


def test_a_network_larger_than_the_budget_is_refused_and_the_others_stay(shelf: Shelf) -> None:
    library = Library(shelf.find, 4 * SIZE)
    library.open("a", CPU)
    shelf.sources["large"] = MadeSource("large", lambda: linear(2000))
    with pytest.raises(NetworkTooLargeError) as refused:
        library.open("large", CPU)
    assert refused.value.why.code == "network-over-budget"
    assert refused.value.why.values["model"] == "large"
    assert library.names == ["a"]


def test_a_network_known_to_be_too_large_is_refused_before_it_is_opened(shelf: Shelf) -> None:
    library = Library(shelf.find, 4 * SIZE)
    shelf.sources["large"] = MadeSource("large", linear, size=5 * SIZE)
    with pytest.raises(NetworkTooLargeError):
        library.open("large", CPU)
    assert shelf.sources["large"].opened == []


def test_changed_files_are_opened_again(shelf: Shelf, library: Callable[[int], Library]) -> None:
    two = library(2)
    first = two.open("a", CPU)
    shelf.sources["a"].stamp = (2,)
    assert two.open("a", CPU) is not first
    assert len(two.names) == 1


def test_the_network_of_a_deleted_run_is_let_go(shelf: Shelf, library: Callable[[int], Library]) -> None:
    three = library(3)
    three.open("a", CPU)
    three.open("b", CPU)
    shelf.sources["a"].is_there = False
    three.open("b", CPU)
    assert three.names == ["b"]


def test_an_unknown_name_is_refused_by_whoever_looks_for_it(library: Callable[[int], Library]) -> None:
    with pytest.raises(KeyError):
        library(1).open("nobody", CPU)


def test_damaged_files_are_not_read_again_until_they_change(shelf: Shelf, library: Callable[[int], Library]) -> None:
    two = library(2)
    reads: list[str] = []

    def damaged() -> torch.nn.Module:
        reads.append("read")
        raise WeightsError("weights-unreadable", "{file} cannot be read", file="a")

    source = shelf.sources["a"] = MadeSource("a", damaged)
    for _ in range(3):
        with pytest.raises(WeightsError):
            two.open("a", CPU)
    assert len(reads) == 1
    source.make, source.stamp = linear, (2,)
    assert isinstance(two.open("a", CPU), LoadedNetwork)


def test_the_size_is_weights_and_buffers_and_the_activations_of_the_largest_batch() -> None:
    module = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(32 * 32, 3))
    network = loaded("a", module)
    values = 32 * 32 + 3
    assert network.size == 4 * (3 * 32 * 32 + 3) + 4 * values * network.batch_limit
