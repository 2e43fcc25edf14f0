"""CIFAR-10 in the three forms that it comes in, and nothing in a pickle is ever carried out."""

import hashlib
import io
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from receptive.training.data import cifar
from receptive.training.data.cifar import BATCHES, FOLDER, NAMES, load, read_batch
from receptive.training.data.fetching import File
from receptive.training.data.pictures import DatasetError


def batch(seed: int, count: int = 20) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, 32, 32, 3), np.uint8)
    return images, random.integers(0, 10, count).astype(np.uint8)


def published(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bytes:
    """A batch as Python 2 pickled it: the same instructions in the same order as in the published files."""
    rows = images.transpose(0, 3, 1, 2).reshape(len(images), -1)

    def short(text: bytes) -> bytes:
        return b"U" + bytes([len(text)]) + text

    numbers = b"".join(b"K" + bytes([label]) for label in labels.tolist())
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01(M"
    array += struct.pack("<H", len(rows)) + b"M" + struct.pack("<H", rows.shape[1]) + b"tcnumpy\ndtype\n(U\x02u1K\x00"
    array += b"K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
    array += struct.pack("<i", rows.size) + rows.tobytes() + b"tb"
    names = short(b"filenames") + b"](" + short(b"labels_of_a_frog.png") + b"e"
    head = b"\x80\x02}(" + short(b"batch_label") + short(b"training batch 1 of 5")
    return head + short(b"labels") + b"](" + numbers + b"e" + short(b"data") + array + names + b"u."


def told(monkeypatch: pytest.MonkeyPatch, raws: list[bytes]) -> None:
    """Let these be the five published files."""
    sums = [hashlib.md5(raw, usedforsecurity=False).hexdigest() for raw in raws]
    files = tuple(File(file.name, md5) for file, md5 in zip(BATCHES, sums, strict=True))
    monkeypatch.setattr(cifar, "BATCHES", files)


def everything() -> tuple[torch.Tensor, torch.Tensor]:
    images, labels = zip(*[batch(seed) for seed in range(5)], strict=True)
    return torch.from_numpy(np.concatenate(images)), torch.from_numpy(np.concatenate(labels)).long()


def test_the_test_s_own_pickle_is_one_that_python_reads_as_the_published_are() -> None:
    images, labels = batch(0)
    read = pickle.loads(published(images, labels), encoding="bytes")
    assert read[b"labels"] == labels.tolist()
    assert np.array_equal(read[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), images)


def test_numpy_archives_are_read_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "cifar10").mkdir()
    for seed, name in enumerate(NAMES):
        images, labels = batch(seed)
        np.savez_compressed(tmp_path / "cifar10" / name, x=images, y=labels)
    found = load(tmp_path)
    assert torch.equal(found.images, everything()[0])
    assert torch.equal(found.labels, everything()[1])
    assert found.classes[6] == "frog"


def test_the_published_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raws = [published(*batch(seed)) for seed in range(5)]
    told(monkeypatch, raws)
    for file, raw in zip(BATCHES, raws, strict=True):
        (tmp_path / file.name).write_bytes(raw)
    found = load(tmp_path)
    assert torch.equal(found.images, everything()[0])
    assert torch.equal(found.labels, everything()[1])


def test_the_published_archive_is_read_without_unpacking_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / cifar.ARCHIVE.name
    with tarfile.open(path, "w:gz") as archive:
        for seed, file in enumerate(BATCHES):
            raw = published(*batch(seed))
            entry = tarfile.TarInfo(f"{FOLDER}/{file.name}")
            entry.size = len(raw)
            archive.addfile(entry, io.BytesIO(raw))
    md5 = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    monkeypatch.setattr(cifar, "ARCHIVE", File(path.name, md5))
    assert torch.equal(load(tmp_path).images, everything()[0])
    assert list(tmp_path.iterdir()) == [path]


def test_a_pickle_that_wants_to_act_does_nothing(tmp_path: Path) -> None:
    class Act:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return (Path.touch, (tmp_path / "acted",))

    with pytest.raises(DatasetError, match="cannot be read as CIFAR-10"):
        read_batch(pickle.dumps({"data": Act(), "labels": [1, 2]}, protocol=2), tmp_path / "data_batch_1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [1, 100, 40_000])
def test_a_batch_that_is_cut_short_is_an_error_that_names_it(cut: int, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="data_batch_1 cannot be read as CIFAR-10"):
        read_batch(published(*batch(0))[:-cut], tmp_path / "data_batch_1")


def test_a_damaged_file_is_an_error_with_both_sums(tmp_path: Path) -> None:
    for file in BATCHES:
        (tmp_path / file.name).write_bytes(b"something else")
    with pytest.raises(DatasetError, match=rf"data_batch_1 is damaged.*{BATCHES[0].md5}"):
        load(tmp_path)


def test_a_damaged_archive_is_an_error_that_names_it(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DatasetError, match=r"cifar10_train_1\.npz cannot be read"):
        load(tmp_path)


def test_an_archive_of_objects_is_refused(tmp_path: Path) -> None:
    for name in NAMES:
        np.savez(tmp_path / name, x=np.array([{}], object), y=np.zeros(1, np.uint8))
    with pytest.raises(DatasetError, match=r"cifar10_train_1\.npz cannot be read"):
        load(tmp_path)


def test_some_of_the_files_are_not_enough(tmp_path: Path) -> None:
    for name in NAMES[:3]:
        (tmp_path / name).touch()
    with pytest.raises(DatasetError, match=r"holds no cifar10_train_4\.npz"):
        load(tmp_path)


def test_none_of_the_files_is_an_error_that_says_what_is_read(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds no CIFAR-10: neither cifar-10-python\.tar\.gz"):
        load(tmp_path)
