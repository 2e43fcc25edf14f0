"""Both LeNet-5 against the figures of their papers and of arithmetic."""

import torch

from convnets.lenet import BITMAPS, TABLE_I, LeNet5, LeNet5Of1998


def sizes(module: torch.nn.Module) -> dict[str, int]:
    return {
        name: total for name, part in module.named_children() if (total := sum(p.numel() for p in part.parameters()))
    }


def test_the_1998_network_has_the_papers_parameters_layer_by_layer() -> None:
    found = sizes(LeNet5Of1998())
    assert found == {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48120, "f6": 10164}
    assert sum(found.values()) == 60_000


def test_todays_network_has_61706_parameters() -> None:
    assert sum(sizes(LeNet5()).values()) == 61_706


def test_table_1_has_sixty_kernels_as_six_by_three_nine_by_four_and_one_by_six() -> None:
    assert [len(sources) for sources in TABLE_I] == [3] * 6 + [4] * 9 + [6]
    assert sum(map(len, TABLE_I)) == 60
    assert len(set(TABLE_I)) == 16
    # Every map of S2 is read by ten maps of C3.
    assert [sum(source in sources for sources in TABLE_I) for source in range(6)] == [10] * 6


def test_the_bitmaps_are_seven_by_twelve_of_plus_and_minus_one_and_far_apart() -> None:
    assert BITMAPS.shape == (10, 12, 7)
    assert set(BITMAPS.flatten().tolist()) == {-1.0, 1.0}
    flat = BITMAPS.flatten(1)
    distance = (flat[:, None] - flat).square().sum(dim=2) + 1e6 * torch.eye(10)
    # Four for every pixel that differs: no two digits differ in fewer than eight.
    assert distance.min() >= 4 * 8


def test_layers_have_the_papers_names_and_shapes() -> None:
    shapes: dict[str, list[int]] = {}
    network = LeNet5Of1998().eval()
    for name, part in network.named_children():
        part.register_forward_hook(lambda _, __, y, name=name: shapes.update({name: list(y.shape[1:])}))
    network(torch.zeros(1, 1, 32, 32))
    assert shapes["c1"] == [6, 28, 28]
    assert shapes["s2"] == [6, 14, 14]
    assert shapes["c3"] == [16, 10, 10]
    assert shapes["s4"] == [16, 5, 5]
    assert shapes["c5"] == [120, 1, 1]
    assert shapes["f6"] == [84]
    assert shapes["output"] == [10]
    assert list(shapes) == [name for name, _ in network.named_children()]


def test_no_layer_rewrites_what_the_layer_before_it_gave() -> None:
    for network in (LeNet5(), LeNet5Of1998()):
        kept: list[tuple[torch.Tensor, torch.Tensor]] = []
        for part in network.children():
            part.register_forward_hook(lambda _, __, y, kept=kept: kept.append((y, y.clone())))
        network(torch.randn(2, 1, 32, 32))
        assert all(torch.equal(given, copy) for given, copy in kept)


def test_the_nearest_bitmap_has_the_highest_logit() -> None:
    network = LeNet5Of1998()
    penalties = network.output(BITMAPS.flatten(1))
    assert network.logits(penalties).argmax(dim=1).tolist() == list(range(10))
    assert penalties.diagonal().tolist() == [0.0] * 10
