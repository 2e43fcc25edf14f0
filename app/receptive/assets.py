"""The built front-end: which file an entry has become, and how it is served: compressed beforehand, kept for ever."""

import json
import mimetypes
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup, escape
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from convnets.resources import data_folder

DIST: Final = data_folder("receptive", "static") / "dist"
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
FOR_EVER: Final = "public, max-age=31536000, immutable"  # a hashed name never changes its bytes

mimetypes.add_type("text/javascript", ".js")  # Windows' registry may say otherwise
mimetypes.add_type("font/woff2", ".woff2")


class NotBuilt(RuntimeError):
    """The front-end has not been built; the text has the command that builds it."""


def manifest() -> dict[str, Any]:
    """Vite's list of what each source became; read again when the front-end has been built anew."""
    path = DIST / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError as error:
        raise NotBuilt("static/dist is missing: run `pip install -e .`, which builds the front-end") from error
    return read_manifest(path, changed)


@lru_cache(maxsize=1)
def read_manifest(path: Path, changed: int) -> dict[str, Any]:
    """The manifest as it was at that time of change."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def asset(source: str) -> str:
    """The URL of a source file's built version."""
    return f"/static/{manifest()[source]['file']}"


def entry(source: str) -> Markup:
    """The tags that load an entry: its styles, its script, and early word of the chunks that the script imports."""
    listed = manifest()
    chunks: dict[str, None] = {}

    def collect(name: str) -> None:
        for imported in listed[name].get("imports", ()):
            if imported not in chunks:
                chunks[imported] = None
                collect(imported)

    collect(source)
    tags = [
        Markup('<link rel="stylesheet" href="/static/{}">').format(css)
        for name in (source, *chunks)
        for css in listed[name].get("css", ())
    ]
    tags += [Markup('<link rel="modulepreload" href="/static/{}">').format(listed[name]["file"]) for name in chunks]
    tags.append(Markup('<script type="module" src="{}"></script>').format(escape(asset(source))))
    return Markup("\n").join(tags)


class Assets(StaticFiles):
    """static/dist, and nothing but it."""

    def __init__(self) -> None:
        super().__init__(directory=DIST, check_dir=False)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, in the best compressed form that was built and that the client takes."""
        sent = Headers(scope=scope)
        headers = {"Vary": "Accept-Encoding"}
        hashed = Path(full_path).parent.name == "assets"
        headers["Cache-Control"] = FOR_EVER if hashed else "no-cache"
        path = os.fspath(full_path)
        media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        accepted = {part.partition(";")[0].strip() for part in sent.get("accept-encoding", "").split(",")}
        for name, ending in ENCODINGS:
            if name in accepted and Path(path + ending).is_file():
                path, stat_result = path + ending, Path(path + ending).stat()
                headers["Content-Encoding"] = name
                break
        response = FileResponse(
            path, status_code=status_code, headers=headers, media_type=media_type, stat_result=stat_result
        )
        return NotModifiedResponse(response.headers) if self.is_not_modified(response.headers, sent) else response
