"""The tray of real digits, and that the shipped networks read them."""

import numpy as np
import pytest
import torch

from app.inference.hosted import Hosted
from app.inference.picture import prepare
from app.routes import samples
from models import catalogue


def test_the_tray_has_three_of_every_class_and_no_picture_twice() -> None:
    labels = [row.label for row in samples.samples()]
    assert sorted(labels) == sorted("0123456789" * 3)
    assert len(set(samples.TRAY)) == len(labels)


@pytest.mark.parametrize("name", sorted(catalogue.CATALOGUE))
def test_the_shipped_network_reads_the_tray(name: str) -> None:
    host = Hosted(catalogue.CATALOGUE[name], catalogue.load(name), torch.device("cpu"), {})
    batch = host.look_at([prepare(samples.drawn(row)).input for row in samples.TRAY])
    labels = np.array([int(row.label) for row in samples.samples()])
    assert np.count_nonzero(batch.probabilities.argmax(1) == labels) >= 29
