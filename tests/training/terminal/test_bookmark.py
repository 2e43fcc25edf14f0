"""A run of the command line that was interrupted and goes on is, byte for byte, the run that was not."""

import argparse
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from receptive import flags
from receptive.training.data import datasets
from receptive.training.data.pictures import Pictures
from receptive.training.events import Epoch
from receptive.training.terminal.bookmark import Bookmark, BookmarkError, checksum
from receptive.training.terminal.command import TrainSettings, run
from receptive.training.terminal.runcard import RunCard
from tests.training.digits import drawn

ROOT = Path(__file__).parents[3]
PICTURES = drawn(60)
RUN = (
    "pattern --dataset digits --epochs 5 --batch 16 --channels 3 --units 8 --window 4 --batch-norm --dropout 0.3 "
    "--augment shift=0.3,rotate --learning-rate 0.02 --quiet"
)
EARLY = f"{RUN} --patience 2 --metric validation-accuracy --learning-rate 0.5"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Pictures:
    """Sixty drawn digits in the place of those in the box."""
    monkeypatch.setattr(datasets, "digits", lambda: PICTURES)
    return PICTURES


def told(line: str, out: Path) -> TrainSettings:
    parser = argparse.ArgumentParser()
    flags.add(parser, TrainSettings, positional="name")
    return flags.read(TrainSettings, parser.parse_args([*line.split(), "--out", str(out)]), {})


def interrupted(line: str, out: Path, after: int) -> None:
    """Ctrl+C is pressed as soon as the run can go on after so many epochs."""
    keep = Bookmark.keep

    def kept(bookmark: Bookmark, card: RunCard, epoch: Epoch) -> None:
        keep(bookmark, card, epoch)
        if bookmark.epoch == after:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bookmark, "keep", kept)
        with pytest.raises(KeyboardInterrupt):
            run(told(line, out))


def written(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.mark.parametrize("line", [RUN, EARLY, f"{RUN} --optimizer adamw --schedule cosine --held-out 0"])
def test_what_goes_on_after_any_epoch_is_written_byte_for_byte_alike(
    box: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    assert run(told(line, tmp_path / "whole")) == 0
    whole = written(tmp_path / "whole")
    assert sorted(whole) == ["pattern.json", "pattern.safetensors"]
    epochs = json.loads(whole["pattern.json"])["epochs"]
    for after in range(1, epochs + 1):
        out = tmp_path / str(after)
        interrupted(line, out, after)
        assert f"interrupted after epoch {after} of 5; the same command with --resume" in capsys.readouterr().err
        assert "pattern.resume.safetensors" in written(out)
        if after == 1:
            interrupted(f"{line} --resume", out, 2)
        assert run(told(f"{line} --resume", out)) == 0
        assert written(out) == whole


def test_a_real_interrupt_leaves_what_the_next_process_goes_on_from(tmp_path: Path) -> None:
    line = ["lenet5", "--dataset", "digits", "--subset", "200", "--epochs", "300", "--batch", "20", "--quiet"]
    command = [sys.executable, "-m", "receptive.cli", "train", *line, "--out", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 120
        while not (tmp_path / "lenet5.resume.safetensors").exists():
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    found = re.search(r"interrupted after epoch (\d+) of 300; the same command with --resume goes on", said)
    assert found, said
    assert "Traceback" not in said
    about = json.loads((tmp_path / "lenet5.json").read_text())
    assert about["epochs"] in (int(found[1]), int(found[1]) + 1)


def test_a_run_that_is_interrupted_before_its_first_epoch_says_so(
    box: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("receptive.training.terminal.command.train", pressed)
    with pytest.raises(KeyboardInterrupt):
        run(told(RUN, tmp_path))
    assert "interrupted in its first epoch" in capsys.readouterr().err


def test_other_settings_and_other_pictures_are_refused_by_name(
    box: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(RUN, tmp_path, 2)
    before = written(tmp_path)
    other = f"{RUN} --resume --learning-rate 0.5 --schedule linear --kernel 5"
    named = r"model\.kernel was 3 and is 5; learning_rate was 0\.02 and is 0\.5; schedule\.kind was .constant. and is"
    with pytest.raises(BookmarkError, match=named):
        run(told(other, tmp_path))
    one_pixel = box.images.clone()
    one_pixel[0, 14, 14] += 1
    monkeypatch.setattr(datasets, "digits", lambda: Pictures(one_pixel, box.labels, box.classes))
    with pytest.raises(BookmarkError, match="on other pictures than those of digits"):
        run(told(f"{RUN} --resume", tmp_path))
    assert written(tmp_path) == before


def test_what_is_not_there_or_damaged_is_refused_with_what_to_do(box: Pictures, tmp_path: Path) -> None:
    with pytest.raises(BookmarkError, match="nothing to go on from; leave it out"):
        run(told(f"{RUN} --resume", tmp_path))
    for content in (b"", b"torn", (2**40).to_bytes(8, "little") + b"{}", b"\2\0\0\0\0\0\0\0{}"):
        (tmp_path / "pattern.resume.safetensors").write_bytes(content)
        with pytest.raises(BookmarkError, match=r"cannot be read .*; leave it out to begin anew"):
            run(told(f"{RUN} --resume", tmp_path))
    with pytest.raises(ValueError, match="--resume: goes with --dataset"):
        told("lenet5 --resume", tmp_path)


def test_a_run_that_diverged_leaves_nothing_to_go_on_from(box: Pictures, tmp_path: Path) -> None:
    line = "lenet5 --dataset digits --epochs 2 --batch 16 --quiet --optimizer sgd --learning-rate 900 --weight-decay 1"
    assert run(told(line, tmp_path)) == 1
    assert not (tmp_path / "lenet5.resume.safetensors").exists()


def test_the_checksum_is_of_pictures_labels_and_names() -> None:
    some = PICTURES.some(slice(20))
    other = Pictures(some.images, some.labels.flip(0), some.classes)
    renamed = Pictures(some.images, some.labels, (*some.classes[:-1], "nine"))
    assert len({checksum(each) for each in (some, other, renamed, PICTURES)}) == 4
