"""The command line: `receptive serve`, `receptive train`, `receptive --version`."""

import argparse
import errno
import os
import secrets
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from receptive import __version__, flags
from receptive.settings import Settings, Token

MORE_PORTS = 100  # how far beyond the default port a free one is looked for


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 for success, 1 for a failure, 2 for invalid arguments."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="receptive", description="Shows a convolutional network think.")
    parser.add_argument("--version", action="version", version=f"receptive {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    serving = commands.add_parser("serve", help="open the page and answer REST calls")
    flags.add(serving, Settings)
    training = commands.add_parser("train", help="train a network and write its weights and their card")
    if given[:1] == ["train"]:
        from receptive.training.terminal.command import TrainSettings

        flags.add(training, TrainSettings, positional="name")
    namespace = parser.parse_args(given or ["serve"])
    try:
        if namespace.command == "train":
            return train(namespace)
        return serve(flags.read(Settings, namespace, os.environ))
    except (ValueError, OSError) as error:
        print(f"receptive {namespace.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def train(namespace: argparse.Namespace) -> int:
    """Run `receptive train` with these flags."""
    from receptive.training.terminal.command import TrainSettings, run

    return run(flags.read(TrainSettings, namespace, os.environ, positional="name"))


def serve(settings: Settings) -> int:
    """Listen, print the address, open a browser where there is one, and serve until interrupted."""
    with listen(settings) as listener:
        settings = completed(settings, listener.getsockname()[1])
        print(welcome(settings), flush=True)
        if settings.token is not None and settings.allowed_origins:
            print("Exhibits on other sites have no token: only --no-token lets them in.", file=sys.stderr)
        if not settings.no_browser and has_display(os.environ):
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(address(settings),), daemon=True).start()
        import uvicorn

        from receptive.opening import Opening
        from receptive.protocol import configured

        # The engine's thread computes in long stretches; the event loop gets its turn ten times as soon as it would.
        sys.setswitchinterval(0.0005)
        uvicorn.Server(configured(Opening(settings))).run(sockets=[listener])
    return 0


def listen(settings: Settings) -> socket.socket:
    """A listening socket on the requested port, else on the default port or the next free one.

    Raises OSError if the requested port, or every port, is taken, or the address is not this machine's.
    """
    explicit = "port" in settings.model_fields_set
    last = settings.port if explicit else min(settings.port + MORE_PORTS, 65535)
    for port in range(settings.port, last + 1):
        try:
            return bound(settings.host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise OSError(f"cannot listen on {settings.host} port {port}: {error.strerror or error}") from error
            if explicit:
                raise OSError(
                    f"--port: {port} is in use by another program; choose another port, or leave out --port"
                ) from error
            if port == settings.port:
                print(f"Port {port} is in use; the next free port is used.", file=sys.stderr)
    raise OSError(f"--port: all ports from {settings.port} to {last} are in use; choose a free port")


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens on exactly this host and port."""
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def completed(settings: Settings, port: int) -> Settings:
    """The settings with the port that is listened on, a token unless none is wanted, and this machine's own names.

    Raises ValueError where the file of the token holds none, and OSError where it cannot be read.
    """
    more: dict[str, object] = {"port": port}
    if settings.token_file is not None:
        more["token"] = token_in(settings.token_file)
    elif settings.token is None and not settings.no_token:
        more["token"] = secrets.token_urlsafe(24)
    if not settings.is_loopback:
        more["allowed_hosts"] = (*settings.allowed_hosts, *own_names(settings.host))
    return settings.model_copy(update=more)


def token_in(path: Path) -> str:
    """The token in a file. Raises ValueError and OSError."""
    text = path.read_text(encoding="ascii", errors="replace")[:1000].strip()
    try:
        return TypeAdapter(Token).validate_python(text)
    except ValidationError as error:
        raise ValueError(
            f"--token-file: {path} holds {len(text):,} characters; 8 to 128 letters, digits, - and _ are needed"
        ) from error


def own_names(host: str) -> tuple[str, ...]:
    """The name under which other machines reach this one, where it listens on every address."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound
        return ()
    return tuple(dict.fromkeys((reachable_address(), socket.gethostname().lower())))


def reachable_address() -> str:
    """The address that this machine sends from; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def address(settings: Settings) -> str:
    """The page's URL, with the token where one is needed."""
    names = own_names(settings.host)
    host = names[0] if names else settings.host
    host = f"[{host}]" if ":" in host else host
    join = f"?token={settings.token}" if settings.token else ""
    return f"http://{host}:{settings.port}/{join}"


def welcome(settings: Settings) -> str:
    """The text that is printed when the server listens."""
    what = "Receptive" if settings.is_loopback else "Join link"
    return f"{what}: {address(settings)}  (Ctrl+C stops it)"


def has_display(environment: Mapping[str, str]) -> bool:
    """True if a browser opened on this machine is visible to the user who started the server."""
    if "SSH_CONNECTION" in environment or environment.get("CI"):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    raise SystemExit(main())
