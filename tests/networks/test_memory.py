"""Amounts of memory as people write them."""

import pytest

from receptive.networks.memory import default_budget, parse, written


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2GiB", 2**31),
        ("1.5 GiB", 3 * 2**29),
        ("500MB", 500_000_000),
        ("1048576", 2**20),
        ("64 mib", 2**26),
        (2**30, 2**30),
    ],
)
def test_an_amount_is_a_number_with_or_without_a_unit(text: str | int, amount: int) -> None:
    assert parse(text) == amount


@pytest.mark.parametrize("text", ["", "much", "2 apples", "-1GiB", "1e9", "inf", "0", "1000", "12 I", "GiB"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"needed|amount"):
        parse(text)


def test_an_amount_is_written_in_the_largest_unit_that_it_fills() -> None:
    assert [written(n) for n in (3 * 2**29, 2**21, 3000, 12)] == ["1.5 GiB", "2 MiB", "3 KiB", "12 B"]


def test_the_default_is_a_share_of_the_machine() -> None:
    assert 2**20 <= default_budget() < 2**50
