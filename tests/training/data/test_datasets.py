"""Data from a folder and from a server on this machine: whole, or an error that says why not."""

import errno
import gzip
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import torch

from receptive.training.data import datasets, fetching
from receptive.training.data.datasets import DATASETS, MNIST, about, load, obtain
from receptive.training.data.fetching import Cancelled, File, cache_folder, download, explained
from receptive.training.data.pictures import DatasetError, Pictures
from tests.training.digits import dataset, drawn, idx


@contextmanager
def served(folder: Path, cut: int = 0) -> Iterator[str]:
    """The folder's files over HTTP; `cut` bytes short of what the header promises."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / self.path.strip("/")
            if not path.is_file():
                self.send_error(404)
                return
            raw = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw[: len(raw) - cut])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder() / "drawn"


def test_digits_are_downloaded_once_into_the_cache(tmp_path: Path, cache: Path) -> None:
    digits = drawn(20)
    with served(tmp_path / "there") as address:
        data = dataset(tmp_path / "there", digits, address)
        found = load(data)
    assert torch.equal(found.images, digits.images)
    assert torch.equal(found.labels, digits.labels)
    # The server is gone: this comes from the cache.
    assert torch.equal(load(data).labels, digits.labels)
    assert sorted(path.name for path in cache.iterdir()) == ["images.gz", "labels.gz"]


def test_the_second_address_is_tried_when_the_first_has_not_the_file(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "empty").mkdir()
    with served(tmp_path / "empty") as first, served(tmp_path / "there") as second:
        data = dataset(tmp_path / "there", drawn(10), first, second)
        assert len(load(data)) == 10


def test_a_truncated_download_is_an_error_and_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    with served(tmp_path / "there", cut=40) as address:
        data = dataset(tmp_path / "there", drawn(10), address)
        with pytest.raises(DatasetError, match=r"images\.gz could not be downloaded"):
            load(data)
    assert list(cache.iterdir()) == []


def test_a_wrong_checksum_is_an_error_and_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    with served(tmp_path / "there") as address:
        data = dataset(tmp_path / "there", drawn(10), address)
        (tmp_path / "there" / "images.gz").write_bytes(b"something else")
        with pytest.raises(DatasetError, match=r"images\.gz could not be downloaded whole.*md5"):
            load(data)
    assert list(cache.iterdir()) == []


def test_progress_is_told_in_bytes_of_all_files_together(tmp_path: Path, cache: Path) -> None:
    told: list[tuple[int, int]] = []
    with served(tmp_path / "there") as address:
        data = dataset(tmp_path / "there", drawn(40), address)
        load(data, None, lambda done, total: told.append((done, total)))
        whole = data.images.size + data.labels.size
        assert whole == sum(path.stat().st_size for path in (tmp_path / "there").iterdir())
        assert {total for _, total in told} == {whole}
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[-1] == (whole, whole)
        assert (data.images.size, whole) in told
        told.clear()
        load(data, None, lambda done, total: told.append((done, total)))
        assert told == []  # all is here
        (cache / "labels.gz").unlink()
        load(data, None, lambda done, total: told.append((done, total)))
        assert told[-1] == (data.labels.size, data.labels.size)


def test_fetching_can_be_given_up_and_leaves_nothing(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "CHUNK", 100)
    told: list[int] = []

    def give_up(done: int, total: int) -> None:
        told.append(done)
        if done > total / 2:
            raise Cancelled

    with served(tmp_path / "there") as first, served(tmp_path / "there") as second:
        data = dataset(tmp_path / "there", drawn(40), first, second)
        with pytest.raises(Cancelled):
            load(data, None, give_up)
        assert list(cache.iterdir()) == []
        assert told == [100 * count for count in range(1, len(told) + 1)]  # and no other address is tried
        assert len(load(data)) == 40


def test_what_can_be_had_is_said_before_it_is_fetched(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {each.name: each for each in about()}
    assert list(known) == ["digits", "mnist", "fashion-mnist", "cifar10"]
    assert known["digits"].here
    assert not any(known[name].here for name in ("mnist", "fashion-mnist", "cifar10"))
    assert known["mnist"].size == 9_941_303
    assert [len(each.classes) for each in known.values()] == [10] * 4
    monkeypatch.setitem(DATASETS, "mnist", dataset(tmp_path / "there", drawn(10)))
    assert {each.name: each.here for each in about(tmp_path / "there")}["drawn"]
    assert len(obtain("mnist", tmp_path / "there")) == 10
    assert len(obtain("digits")) == known["digits"].pictures


def test_a_file_that_is_whole_but_cut_inside_is_an_error_that_names_it(tmp_path: Path) -> None:
    digits = drawn(10)
    for raw in (b"\x1f\x8b", idx(digits.images[..., 0])[:-40], gzip.compress(b"\0\0\x08\x03" + bytes(20))):
        path = tmp_path / "images.gz"
        path.write_bytes(raw)
        with pytest.raises(DatasetError, match=r"images\.gz cannot be read"):
            datasets.read_idx(path)


def test_pictures_of_one_class_and_labels_that_do_not_go_are_errors(tmp_path: Path) -> None:
    some = drawn(20)
    one = some.some(some.labels == 3)
    with pytest.raises(DatasetError, match="drawn has pictures of one class only, 3"):
        load(dataset(tmp_path / "one", one), tmp_path / "one")
    fewer = Pictures(some.images, some.labels[:7], some.classes)
    with pytest.raises(DatasetError, match=r"drawn: \[20, 28, 28, 1\] pictures do not go with \[7\] labels"):
        load(dataset(tmp_path / "fewer", fewer), tmp_path / "fewer")
    none = some.some(slice(0, 0))
    with pytest.raises(DatasetError, match="drawn holds no picture"):
        load(dataset(tmp_path / "none", none), tmp_path / "none")


def test_nobody_answering_is_an_error_that_names_the_address(tmp_path: Path, cache: Path) -> None:
    data = dataset(tmp_path / "there", drawn(10), "http://127.0.0.1:9/")
    with pytest.raises(DatasetError, match=r"http://127\.0\.0\.1:9/"):
        load(data)


def test_a_full_disk_is_an_error_that_says_so(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    with pytest.raises(OSError, match="No space") as error:
        full.write_bytes(b"x" * 100_000)
    assert error.value.errno == errno.ENOSPC
    assert "no space left in" in str(explained(error.value, File("images.gz", ""), tmp_path))


def test_a_cache_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    with served(tmp_path / "there") as address:
        data = dataset(tmp_path / "there", drawn(10), address)
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(DatasetError, match="cannot be written"):
            download(data.addresses, data.images, tmp_path / "file" / "cache")


def test_a_folder_is_read_in_place(tmp_path: Path) -> None:
    digits = drawn(10)
    data = dataset(tmp_path / "drawn", digits)
    for folder in (tmp_path, tmp_path / "drawn"):
        assert torch.equal(load(data, folder).images, digits.images)


def test_a_folder_without_the_file_is_an_error_that_names_both(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds no train-images-idx3-ubyte\.gz"):
        load(MNIST, tmp_path)


def test_a_damaged_file_in_a_folder_is_an_error_with_both_sums(tmp_path: Path) -> None:
    data = dataset(tmp_path, drawn(10))
    (tmp_path / "labels.gz").write_bytes(b"\x1f\x8b")
    with pytest.raises(DatasetError, match=rf"is damaged: its md5 is \w+, expected {data.labels.md5}"):
        load(data, tmp_path)


def test_the_held_out_digits_are_the_last() -> None:
    digits = drawn(30)
    kept, held_out = digits.split(10)
    assert (len(kept), len(held_out)) == (20, 10)
    assert torch.equal(held_out.images, digits.images[20:])
