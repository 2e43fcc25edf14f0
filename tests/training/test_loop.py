"""The loop with general settings: what a bare script does, and every setting does what it says."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from convnets.catalogue import build
from convnets.pattern import Pattern, PatternError
from receptive.training.batches import gathered, laid_out
from receptive.training.data.pictures import Pictures
from receptive.training.events import Diverged, Epoch, Event, Started, Step, Stopped
from receptive.training.loop import train
from receptive.training.plan import PlanError
from receptive.training.preparation import Prepared, loss_of, prepare
from receptive.training.settings import RunSettings
from tests.training.digits import drawn

torch.set_num_threads(1)
SMALL = Pattern(channels=(3,), units=(8,), window=4)
PICTURES = drawn(60)


def prepared(**changes: Any) -> Prepared:
    values: dict[str, Any] = {"model": SMALL, "epochs": 2, "batch_size": 20, "held_out": 0.2, "learning_rate": 0.01}
    return prepare(RunSettings.model_validate(values | changes), PICTURES)


def carried_out(**changes: Any) -> tuple[Prepared, list[Event]]:
    run = prepared(**changes)
    return run, list(train(run.network, run.source, run.course))


def last(events: list[Event]) -> Epoch:
    return [event for event in events if isinstance(event, Epoch)][-1]


def bare(run: Prepared, optimizer: torch.optim.Optimizer, epochs: int = 2) -> list[float]:
    """The plainest loop there is, over the same batches."""
    losses = []
    for epoch in range(1, epochs + 1):
        for inputs, labels in run.source.batches(epoch):
            optimizer.zero_grad()
            loss = functional.cross_entropy(run.network(inputs), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda values: torch.optim.SGD(values, lr=0.01),
    "momentum": lambda values: torch.optim.SGD(values, lr=0.01, momentum=0.8),
    "nesterov": lambda values: torch.optim.SGD(values, lr=0.01, momentum=0.8, nesterov=True),
    "adam": lambda values: torch.optim.Adam(values, lr=0.01),
    "adamw": lambda values: torch.optim.AdamW(values, lr=0.01, weight_decay=0),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_is_what_a_bare_script_does(name: str) -> None:
    run, events = carried_out(optimizer=name, momentum=0.8)
    other = prepared()
    losses = bare(other, OPTIMIZERS[name](other.network.parameters()))
    # torch's fused optimizers round the last bit differently from its plain ones.
    assert [event.loss for event in events if isinstance(event, Step)] == pytest.approx(losses, rel=1e-4)
    for ours, theirs in zip(run.network.parameters(), other.network.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


def test_the_events_come_in_order_and_add_up() -> None:
    _, events = carried_out()
    assert events[0] == Started(pictures=50, held_out=10, steps=6)  # 6 drawn of each digit: 5 and 1
    assert [type(event) for event in events[1:]] == [*[Step] * 3, Epoch] * 2
    steps = [event for event in events[1:4] if isinstance(event, Step)]
    epoch = events[4]
    assert isinstance(epoch, Epoch)
    assert epoch.loss == pytest.approx(sum(step.loss for step in steps) / 3)
    right = sum(step.accuracy * size for step, size in zip(steps, (20, 20, 10), strict=True))
    assert epoch.accuracy == pytest.approx(right / 50)
    assert epoch.held_out == 10


def test_the_same_settings_give_the_same_events_bit_for_bit() -> None:
    pattern = Pattern(channels=(3,), units=(8,), window=4, batch_norm=True, dropout=0.5)
    first, second = carried_out(model=pattern), carried_out(model=pattern)
    assert first[1][1:4] == second[1][1:4]
    for one, two in zip(first[0].network.state_dict().values(), second[0].network.state_dict().values(), strict=True):
        assert torch.equal(one, two)
    other = carried_out(model=pattern, seed=2)[1]
    assert other[1] != first[1][1]


def test_the_figures_of_an_epoch_are_those_of_its_weights() -> None:
    run, events = carried_out()
    epoch = last(events)
    network = run.network.eval()
    network.load_state_dict(epoch.weights)
    ((inputs, labels),) = run.source.held_out_batches()
    scores = network(inputs)
    assert epoch.validation_loss == pytest.approx(functional.cross_entropy(scores, labels).item())
    assert epoch.errors == int((scores.argmax(dim=1) != labels).sum())
    for true, guess in zip(labels.tolist(), scores.argmax(dim=1).tolist(), strict=True):
        assert epoch.confusion[true][guess] == 1  # one of each digit is held out
    assert epoch.validation_accuracy == pytest.approx(1 - epoch.errors / 10)


def test_gradient_norms_are_autograd_s() -> None:
    run, events = carried_out(batch_size="all", epochs=1)
    other = prepared(batch_size="all")
    ((inputs, labels),) = other.source.batches(1)
    functional.cross_entropy(other.network(inputs), labels).backward()
    gradients = {name: value.grad for name, value in other.network.named_parameters()}
    norms = {name: float(value.norm()) for name, value in gradients.items() if value is not None}
    assert last(events).gradient_norms == pytest.approx(norms, rel=1e-4)
    step = events[1]
    assert isinstance(step, Step)
    assert step.gradient_norm == pytest.approx(math.hypot(*norms.values()), rel=1e-4)
    assert run.source.per_epoch == 1


def stepped(**changes: Any) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    """Weights before and after one plain step over all pictures, and the gradient of that step."""
    before = prepared()
    start = {name: value.detach().clone() for name, value in before.network.named_parameters()}
    functional.cross_entropy(*_all(before)).backward()
    gradients = {name: value.grad for name, value in before.network.named_parameters() if value.grad is not None}
    run, _ = carried_out(optimizer="sgd", learning_rate=0.5, batch_size="all", epochs=1, **changes)
    return start, dict(run.network.named_parameters()), gradients


def _all(run: Prepared) -> tuple[Tensor, Tensor]:
    images, labels = run.source.train_on
    return run.network(run.source.normalized(images)), labels


def test_l2_and_l1_pull_kernels_and_matrices_towards_zero_and_leave_biases() -> None:
    start, after, gradients = stepped(weight_decay=0.1, l1=0.01)
    for name, value in start.items():
        pull = 0.1 * value + 0.01 * value.sign() if value.ndim > 1 else 0
        assert torch.allclose(after[name], value - 0.5 * (gradients[name] + pull), atol=1e-5), name


def test_the_decay_factor_shrinks_every_weight_before_the_step() -> None:
    start, after, gradients = stepped(decay_factor=0.25)
    for name, value in start.items():
        kept = 0.75 if value.ndim > 1 else 1
        assert torch.allclose(after[name], kept * value - 0.5 * gradients[name], atol=1e-5), name


def test_a_gradient_that_is_too_long_is_shortened_and_a_shorter_one_is_not() -> None:
    start, after, gradients = stepped(clip=0.01)
    length = math.hypot(*(float(value.norm()) for value in gradients.values()))
    assert length > 0.01
    for name, value in start.items():
        assert torch.allclose(after[name], value - 0.5 * gradients[name] * 0.01 / length, atol=1e-6), name
    start, after, gradients = stepped(clip=1000.0)
    for name, value in start.items():
        assert torch.allclose(after[name], value - 0.5 * gradients[name], atol=1e-5), name


def test_label_smoothing_and_mean_squared_error_are_torch_s() -> None:
    network, labels = build("lenet5"), torch.arange(10)
    scores = torch.randn(10, 10, generator=torch.Generator().manual_seed(1))
    smooth = loss_of(RunSettings(label_smoothing=0.1), network)
    assert torch.equal(smooth(scores, labels), functional.cross_entropy(scores, labels, label_smoothing=0.1))
    square = loss_of(RunSettings(loss="mean-squared-error"), network)
    assert torch.allclose(square(scores, labels), ((scores.softmax(dim=1) - torch.eye(10)) ** 2).mean())
    smooth_square = loss_of(RunSettings(loss="mean-squared-error", label_smoothing=0.1), network)
    targets = torch.eye(10) * 0.9 + 0.01
    assert torch.allclose(smooth_square(scores, labels), ((scores.softmax(dim=1) - targets) ** 2).mean())


def test_the_network_of_1998_can_learn_by_its_own_loss_and_by_cross_entropy() -> None:
    for loss in ("own", "cross-entropy"):
        _, events = carried_out(model="lenet5-1998", loss=loss, epochs=6, learning_rate=2e-3, batch_size=10)
        epochs = [event for event in events if isinstance(event, Epoch)]
        assert epochs[-1].loss < 0.7 * epochs[0].loss


def test_it_learns_the_same_pictures_by_heart() -> None:
    _, events = carried_out(epochs=40, held_out=0)
    assert last(events).accuracy == 1
    assert last(events).validation_loss is None
    assert last(events).validation_accuracy is None


def test_dropout_is_set_where_the_network_has_it_and_refused_where_not() -> None:
    dropping = Pattern(channels=(3,), units=(8,), window=4, dropout=0.5)
    with_none, with_most = carried_out(model=dropping, dropout=0.0)[1], carried_out(model=dropping, dropout=0.9)[1]
    # No dropout computes what the pattern without such a layer does.
    assert [event for event in with_none if isinstance(event, Step)] == carried_out()[1][1:4] + carried_out()[1][5:8]
    assert with_most[1] != with_none[1]
    with pytest.raises(PlanError, match="dropout: this network has no dropout layer"):
        prepared(model="lenet5", dropout=0.5)


def test_a_run_that_gets_no_better_stops_and_its_best_weights_come_back() -> None:
    early = {"metric": "validation-loss", "patience": 3, "restore_best": True}
    run, events = carried_out(epochs=300, learning_rate=0.03, optimizer="adam", early_stopping=early)
    stopped = events[-1]
    assert isinstance(stopped, Stopped)
    epochs = [event for event in events if isinstance(event, Epoch)]
    losses = [event.validation_loss or 0.0 for event in epochs]
    assert stopped.best_epoch == 1 + losses.index(min(losses))
    assert stopped.epoch == len(epochs) == stopped.best_epoch + 3 < 300
    assert max(event.number for event in epochs if event.best) == stopped.best_epoch
    best = epochs[stopped.best_epoch - 1].weights
    assert all(torch.equal(best[name], value) for name, value in run.network.state_dict().items())
    assert "validation loss has not improved in the 3 epochs" in str(stopped.why)


def test_the_best_weights_stay_away_where_they_are_not_wanted() -> None:
    early = {"patience": 3, "restore_best": False}
    run, events = carried_out(epochs=300, learning_rate=0.03, optimizer="adam", early_stopping=early)
    assert isinstance(events[-1], Stopped)
    assert all(torch.equal(last(events).weights[name], value) for name, value in run.network.state_dict().items())


def test_a_run_whose_numbers_end_stops_by_itself_and_says_why() -> None:
    _, events = carried_out(optimizer="sgd", learning_rate=1000.0, weight_decay=1.0, batch_size=1)
    diverged = events[-1]
    assert isinstance(diverged, Diverged)
    assert f"at step {diverged.step}, where the learning rate is 1e+03" in str(diverged.why)
    steps = [event for event in events if isinstance(event, Step)]
    assert diverged.step == len(steps) + 1 < 50
    assert all(math.isfinite(step.loss) for step in steps)


def test_a_run_that_is_worse_than_guessing_by_far_stops_after_its_epoch() -> None:
    _, events = carried_out(optimizer="sgd", learning_rate=1000.0)
    epoch, diverged = events[-2:]
    assert isinstance(epoch, Epoch)
    assert isinstance(diverged, Diverged)
    assert epoch.loss > 20 * math.log(10)
    assert f"the loss has grown to {epoch.loss:.3g}" in str(diverged.why)


def test_the_loop_stops_when_the_next_event_is_not_asked_for() -> None:
    run = prepared()
    events = train(run.network, run.source, run.course)
    assert isinstance(next(events), Started)
    assert isinstance(next(events), Step)
    after_one = {key: value.clone() for key, value in run.network.state_dict().items()}
    events.close()
    assert all(torch.equal(after_one[key], value) for key, value in run.network.state_dict().items())


def test_a_subset_is_learned_from_and_the_held_out_stay_the_same() -> None:
    whole, fewer = prepared(), prepared(subset=20)
    assert (whole.source.pictures, fewer.source.pictures) == (50, 20)
    assert torch.equal(whole.source.held[0], fewer.source.held[0])
    assert fewer.source.train_on[1].bincount().tolist() == [2] * 10


def test_every_picture_is_seen_once_in_an_epoch_in_another_order_each_time() -> None:
    source = prepared().source
    orders = [torch.cat([inputs for inputs, _ in source.batches(epoch)]) for epoch in (1, 2, 1)]
    assert torch.equal(orders[0], orders[2])
    assert not torch.equal(orders[0], orders[1])
    flat = [sorted(map(tuple, order.flatten(1).round(decimals=4).tolist())) for order in orders]
    assert flat[0] == flat[1]


def test_pictures_are_gathered_as_torch_indexes_them_in_the_same_order_of_memory() -> None:
    chosen = torch.tensor([3, 0, 2, 2])
    for channels in (1, 3):
        plain = torch.arange(5 * channels * 12, dtype=torch.uint8).view(5, channels, 3, 4)
        for images in (plain, plain.contiguous(memory_format=torch.channels_last), _channels_inside(plain)):
            assert torch.equal(gathered(images, chosen), images[chosen])
            assert gathered(images, chosen).stride() == images[chosen].stride()


def test_a_layout_is_one_of_memory_only_and_convolutions_hand_it_on() -> None:
    for channels in (1, 3):
        plain = torch.rand(5, channels, 6, 4)
        for images in (plain, plain.contiguous(memory_format=torch.channels_last), _channels_inside(plain)):
            beside, whole = laid_out(images, beside=True), laid_out(images, beside=False)
            assert torch.equal(beside, plain)
            assert torch.equal(whole, plain)
            assert beside.stride() == (24 * channels, 1, 4 * channels, channels)
            assert whole.stride() == plain.stride()
            maps = functional.conv2d(beside, torch.ones(2, channels, 3, 3))
            assert maps.is_contiguous(memory_format=torch.channels_last)
            assert functional.conv2d(whole, torch.ones(2, channels, 3, 3)).is_contiguous()


def test_batches_are_laid_out_for_pooling_where_the_network_pools_and_there_are_enough_pictures() -> None:
    def beside(pooling: str, batch_size: int) -> tuple[bool, bool]:
        pattern = SMALL.model_copy(update={"pooling": pooling})
        source = prepared(model=pattern.model_dump(), batch_size=batch_size).source
        inputs, judged = (next(iter(batches))[0] for batches in (source.batches(1), source.held_out_batches()))
        return inputs.stride()[1] == 1, judged.stride()[1] == 1

    assert beside("max", 20) == beside("average", 20) == (True, True)
    assert beside("max", 1) == (False, True)
    assert beside("none", 20) == (False, False)


def _channels_inside(images: Tensor) -> Tensor:
    return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)


def test_what_does_not_go_together_is_said_before_anything_is_built() -> None:
    many = Pictures(PICTURES.images, PICTURES.labels, tuple(map(str, range(11))))
    with pytest.raises(PlanError, match="lenet5 tells 10 classes apart, digits has 11"):
        prepare(RunSettings(), many)
    with pytest.raises(PlanError, match="batches of 49 out of 50 pictures leave one with a single picture"):
        prepared(model=Pattern(batch_norm=True), batch_size=49)
    with pytest.raises(PatternError, match="pool5"):
        prepared(model=Pattern(channels=(2,) * 5))
