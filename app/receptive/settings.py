"""Settings of the server; each field is a flag of `receptive serve` and a variable RECEPTIVE_…"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Self

from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    DirectoryPath,
    Field,
    model_validator,
)

from receptive.networks.memory import parse

ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[1-9]\d{0,4})?", re.ASCII)
HOST = re.compile(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[1-9]\d{0,4})?", re.ASCII)


def an_origin(text: str) -> str:
    """The origin in lower case; raises ValueError where it is none."""
    if not ORIGIN.fullmatch(text.lower()):
        raise ValueError("an origin is scheme://host or scheme://host:port, as in https://school.example")
    return text.lower()


def a_host(text: str) -> str:
    """The host name in lower case; raises ValueError where it is none."""
    if not HOST.fullmatch(text.lower()):
        raise ValueError("a host is a name or an address, with or without a port, as in school.example:8000")
    return text.lower()


def an_address(text: str) -> str:
    """The address as browsers write it: `0`, `127.1`, `LOCALHOST` and `[::1]` are addresses too. Raises ValueError."""
    name = text.strip().lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        address: IPv4Address | IPv6Address = ip_address(name)
    except ValueError:
        try:
            if " " in name:
                raise ValueError("an address has no space in it") from None
            return socket.inet_ntoa(socket.inet_aton(name))
        except OSError:
            return name.encode("idna").decode()
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,128}$")]


class Settings(BaseModel):
    """Settings of the server; immutable and validated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(min_length=1, max_length=253), AfterValidator(an_address)] = Field(
        "127.0.0.1", description="address to listen on"
    )
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes any that is free")
    device: str = Field(
        "auto", pattern=r"^(auto|cpu|mps|cuda(:\d{1,2})?)$", description="where networks run: auto, cpu, cuda or mps"
    )
    memory: Annotated[int, BeforeValidator(parse)] | None = Field(
        None, description="memory that networks may take together, as in 2GiB; a quarter of the machine's unless given"
    )
    data_dir: Path | None = Field(None, description="folder for data sets and what training leaves behind")
    runs: Path | None = Field(None, description="folder for training runs; runs in the data folder unless given")
    runs_space: float = Field(10.0, gt=0, le=1e6, description="GiB of disk that training runs may take")
    runs_at_once: int = Field(1, ge=1, le=64, description="training runs at a time; the others wait")
    no_browser: bool = Field(False, description="do not open a browser")
    token: Token | None = Field(
        None,
        description="what visitors must know, 8 to 128 letters, digits, - and _; made up unless given. Other users of "
        "this machine read flags in its process list: set the variable or --token-file instead",
    )
    token_file: Path | None = Field(None, description="file that holds the token")
    no_token: bool = Field(
        False, description="answer every program and user of this machine; not where other machines can connect"
    )
    lessons: DirectoryPath | None = Field(None, description="folder with lessons of your own, *.md or {en,zh}/*.md")
    allowed_origins: tuple[Annotated[str, AfterValidator(an_origin)], ...] = Field(
        (), description="another site that may embed the exhibits", json_schema_extra={"flag": "allowed-origin"}
    )
    allowed_hosts: tuple[Annotated[str, AfterValidator(a_host)], ...] = Field(
        (), description="another name that this server is reached by", json_schema_extra={"flag": "allowed-host"}
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        ways = {"--token": self.token is not None, "--token-file": self.token_file is not None}
        given = [name for name, is_given in (*ways.items(), ("--no-token", self.no_token)) if is_given]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)}: only one of them can be given")
        if self.no_token and not self.is_loopback:
            raise ValueError(f"--no-token: other machines can reach {self.host}; leave it out, or listen on 127.0.0.1")
        return self

    @property
    def runs_folder(self) -> Path:
        """The folder of training runs: beside the data sets, or in the user's data folder."""
        if self.runs is not None:
            return self.runs
        return (self.data_dir or user_data_path("receptive", appauthor=False)) / "runs"

    @property
    def is_loopback(self) -> bool:
        """True if only this machine can reach the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
