"""The command line as it is typed: in a process of its own, with real ports."""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from receptive import cli, flags
from receptive.routes.guard import Guard
from receptive.settings import Settings

ROOT = Path(__file__).parent.parent.parent
CALM = {name: value for name, value in os.environ.items() if not name.startswith("RECEPTIVE_")} | {"CI": "true"}


def receptive(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "receptive.cli", *arguments],
        cwd=ROOT,
        env={**CALM, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def serving(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server that was started with these flags, by the first line that it prints."""
    command = [sys.executable, "-m", "receptive.cli", "serve", *arguments]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**CALM, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline()
        finally:
            process.terminate()


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def address(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found is not None, line
    return found[0]


def test_the_version_is_told() -> None:
    text = receptive("--version")
    assert text.returncode == 0
    assert re.fullmatch(r"receptive \d+\.\d+\.\d+\n", text.stdout)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["serve", "--help"]])
def test_words_alone_never_import_torch(arguments: Sequence[str]) -> None:
    code = (
        "import sys, receptive.cli\n"
        f"try: receptive.cli.main({list(arguments)!r})\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'fastapi', 'starlette', 'uvicorn', 'numpy'} & set(sys.modules), 'imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=CALM, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_creating_the_server_does_not_import_torch() -> None:
    code = (
        "import sys\nfrom receptive.server import create\nfrom receptive.settings import Settings\n"
        "create(Settings())\nassert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=CALM, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_help_names_every_flag_and_its_variable() -> None:
    text = receptive("serve", "--help").stdout
    for flag in ("host", "port", "device", "data-dir", "no-browser", "token", "lessons", "allowed-origin"):
        assert f"--{flag}" in text
        assert f"RECEPTIVE_{flag.replace('-', '_').upper()}" in text


def test_training_has_its_own_flags() -> None:
    text = receptive("train", "--help")
    assert text.returncode == 0, text.stderr
    for flag in ("--dataset", "--data-dir", "--epochs", "--seed", "--out"):
        assert flag in text.stdout


def test_a_network_that_is_not_there_is_refused_by_what_it_is_called_in_the_help() -> None:
    done = receptive("train", "alexnet")
    assert done.returncode == 2
    assert done.stderr.startswith("receptive train: NAME: ")
    assert "not 'alexnet'" in done.stderr


def test_the_page_is_served_where_the_first_line_says() -> None:
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with serving("--port", "0") as line, visitor.open(address(line), timeout=60) as answer:
        assert answer.status == 200
        assert b'id="app"' in answer.read()
        assert "token" not in answer.url


def test_other_users_of_the_machine_are_not_answered_unless_that_is_wanted() -> None:
    with serving("--port", "0") as line:
        bare = address(line).partition("?")[0]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(bare, timeout=60)
        assert refused.value.code == 401
        refused.value.close()
    with serving("--port", "0", "--no-token") as line:
        assert "token" not in line
        with urllib.request.urlopen(address(line), timeout=60) as answer:
            assert answer.status == 200


def test_a_token_is_taken_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token-of-a-file\n", encoding="utf-8")
    with serving("--port", "0", environment={"RECEPTIVE_TOKEN": "token-of-variable"}) as line:
        assert address(line).endswith("/?token=token-of-variable")
    with serving("--port", "0", "--token-file", str(tmp_path / "token")) as line:
        assert address(line).endswith("/?token=token-of-a-file")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--no-token", "--token", "a-token-of-mine"], "--token and --no-token: only one of them"),
        (["--no-token", "--host", "0.0.0.0"], "--no-token: other machines can reach 0.0.0.0"),
        (["--token-file", "/nowhere/at/all"], "/nowhere/at/all"),
        (["--token-file", __file__], "8 to 128 letters, digits, - and _ are needed"),
    ],
)
def test_a_token_that_cannot_be_is_an_error(flags: list[str], said: str) -> None:
    done = receptive("serve", "--port", "0", *flags)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["0", "127.1", "LOCALHOST", "localhost.", "2130706433", "[::1]", "::ffff:127.0.0.1"])
def test_the_link_of_an_address_in_another_form_is_answered(host: str) -> None:
    settings = cli.completed(Settings(host=host, token="a-token-of-mine"), 8000)
    authority = cli.address(settings).split("/")[2]
    scope = {"server": ("127.0.0.1", 8000)}
    assert Guard(_nowhere, settings)._is_ours(authority, scope)


async def _nowhere(*_: object) -> None:
    """An application that answers nothing."""


@pytest.mark.parametrize("name", ["no-browser", "no-token"])
def test_a_flag_that_says_no_means_no(name: str) -> None:
    parser = argparse.ArgumentParser()
    flags.add(parser, Settings)
    field = name.replace("-", "_")
    assert getattr(flags.read(Settings, parser.parse_args([f"--{name}"]), {}), field) is True
    assert getattr(flags.read(Settings, parser.parse_args([]), {}), field) is False
    assert getattr(flags.read(Settings, parser.parse_args([]), {f"RECEPTIVE_{field.upper()}": "1"}), field) is True


def test_the_help_says_where_a_token_is_seen() -> None:
    text = " ".join(receptive("serve", "--help").stdout.split())
    assert "process list" in text
    assert "--token-file" in text
    assert "--no-token" in text


def test_a_taken_default_port_moves_on_to_the_next(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings.model_construct(_fields_set=set(), host="127.0.0.1", port=taken)
    with cli.listen(settings) as listener:
        assert listener.getsockname()[1] > taken
    assert f"Port {taken} is in use" in capsys.readouterr().err


def test_a_taken_port_that_was_asked_for_is_an_error(taken: int) -> None:
    done = receptive("serve", "--port", str(taken))
    assert done.returncode == 2
    assert (
        done.stderr
        == f"receptive serve: --port: {taken} is in use by another program; choose another port, or leave out --port\n"
    )


def test_an_address_that_is_not_ours_is_an_error() -> None:
    done = receptive("serve", "--host", "192.0.2.1", "--port", "0")
    assert done.returncode == 2
    assert "cannot listen on 192.0.2.1" in done.stderr


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--port", "70000", "less than or equal to 65535, not '70000'"),
        ("--port", "eighty", "valid integer"),
        ("--device", "gpu", "auto, cpu, cuda or mps, not 'gpu'"),
        ("--token", "short", "8 to 128 letters"),
        ("--lessons", "/nowhere/at/all", "not point to a directory"),
        ("--allowed-origin", "school.example", "scheme://host"),
    ],
)
def test_a_wrong_value_is_answered_with_what_is_allowed(flag: str, value: str, said: str) -> None:
    done = receptive("serve", flag, value)
    assert done.returncode == 2
    assert done.stderr.startswith(f"receptive serve: {flag}: ")
    assert said in done.stderr


def test_a_variable_sets_what_its_flag_would_and_the_flag_goes_first(taken: int) -> None:
    done = receptive("serve", RECEPTIVE_PORT=str(taken))
    assert f"--port: {taken} is in use" in done.stderr
    done = receptive("serve", "--port", "70000", RECEPTIVE_PORT=str(taken))
    assert "70000" in done.stderr
    done = receptive("serve", RECEPTIVE_NO_BROWSER="perhaps")
    assert "RECEPTIVE_NO_BROWSER: 1 or 0 is allowed, not 'perhaps'" in done.stderr


def test_a_server_that_others_can_reach_prints_a_join_link_whose_token_opens_it() -> None:
    with serving("--host", "0.0.0.0", "--port", "0") as line:
        assert line.startswith("Join link: ")
        link = address(line)
        assert re.search(r"\?token=[A-Za-z0-9_-]{20,}$", link)
        port = link.split(":")[2].split("/")[0]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60)
        assert refused.value.code == 401
        with refused.value as answer:
            assert json.load(answer)["status"] == 401
        visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        local = re.sub(r"//[^:/]+", "//127.0.0.1", link)
        with visitor.open(local, timeout=60) as answer:
            assert answer.status == 200
            assert "token" not in answer.url


def test_a_teachers_folder_is_served(tmp_path: Path) -> None:
    (tmp_path / "pooling.md").write_text("---\ntitle: Pooling by hand\n---\nText", encoding="utf-8")
    with (
        serving("--port", "0", "--no-token", environment={"RECEPTIVE_LESSONS": str(tmp_path)}) as line,
        urllib.request.urlopen(f"{address(line)}learn", timeout=60) as answer,
    ):
        assert b"Pooling by hand" in answer.read()


@pytest.mark.parametrize(
    ("environment", "seen"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True)],
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_a_browser_is_opened_only_where_it_would_be_seen(environment: dict[str, str], seen: bool) -> None:
    assert cli.has_display(environment) is seen
    assert cli.has_display({**environment, "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}) is False
