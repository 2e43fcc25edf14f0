"""Data from a folder and from a server on this machine: whole, or an error that says why not."""

import errno
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import torch

from app.training.datasets import MNIST, load
from app.training.fetching import File, cache_folder, download, explained
from app.training.pictures import DatasetError
from tests.training.digits import dataset, drawn


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
        found = load(data, progress=False)
    assert torch.equal(found.images, digits.images)
    assert torch.equal(found.labels, digits.labels)
    # The server is gone: this comes from the cache.
    assert torch.equal(load(data, progress=False).labels, digits.labels)
    assert sorted(path.name for path in cache.iterdir()) == ["images.gz", "labels.gz"]


def test_the_second_address_is_tried_when_the_first_has_not_the_file(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "empty").mkdir()
    with served(tmp_path / "empty") as first, served(tmp_path / "there") as second:
        data = dataset(tmp_path / "there", drawn(10), first, second)
        assert len(load(data, progress=False)) == 10


def test_a_truncated_download_is_an_error_and_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    with served(tmp_path / "there", cut=40) as address:
        data = dataset(tmp_path / "there", drawn(10), address)
        with pytest.raises(DatasetError, match=r"images\.gz could not be downloaded"):
            load(data, progress=False)
    assert list(cache.iterdir()) == []


def test_a_wrong_checksum_is_an_error_and_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    with served(tmp_path / "there") as address:
        data = dataset(tmp_path / "there", drawn(10), address)
        (tmp_path / "there" / "images.gz").write_bytes(b"something else")
        with pytest.raises(DatasetError, match=r"images\.gz could not be downloaded.*hash"):
            load(data, progress=False)
    assert list(cache.iterdir()) == []


def test_nobody_answering_is_an_error_that_names_the_address(tmp_path: Path, cache: Path) -> None:
    data = dataset(tmp_path / "there", drawn(10), "http://127.0.0.1:9/")
    with pytest.raises(DatasetError, match=r"http://127\.0\.0\.1:9/"):
        load(data, progress=False)


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
            download(data.addresses, data.images, tmp_path / "file" / "cache", progress=False)


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
