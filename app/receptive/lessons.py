"""Lessons: Markdown files with front matter, the bundled ones and a teacher's, read when requested."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from convnets.resources import data_folder
from receptive.words import LANGUAGES

OURS: Final = data_folder("receptive", "templates") / "lessons"
SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
FRONT_MATTER: Final = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)(.*)\Z", re.DOTALL)
LARGEST: Final = 1_000_000  # bytes; a lesson is text
PICTURES: Final = {  # what a lesson may show, by the end of its name
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}


class FrontMatter(BaseModel):
    """The front matter of a lesson, between two lines of `---`."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)

    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Annotated[str, Field(max_length=500)] = ""
    order: Annotated[int, Field(ge=0, le=10_000)] = 1000


@dataclass(frozen=True)
class Lesson:
    """A lesson as it is shown; `problem` describes the error in its file, if there is one."""

    slug: str
    lang: str  # "" where a teacher's file does not state its language
    title: str
    summary: str = ""
    order: int = 1000
    text: str = ""  # Markdown
    problem: str = ""

    @cached_property
    def html(self) -> str:
        """The text as it is shown; made when the lesson is opened, since pages that only list it do not need it."""
        from receptive import markup

        return markup.render(self.text)


class Shelf:
    """All lessons: the bundled ones, and a teacher's, which override bundled ones of the same name."""

    def __init__(self, own: Path | None = None) -> None:
        self.own = own
        self.folders = [folder for folder in (own, OURS) if folder is not None]

    def lessons(self, lang: str) -> list[Lesson]:
        """All lessons in their order, in this language where they have it."""
        files: dict[str, tuple[Path, str]] = {}
        for folder in self.folders:
            for slug, entry in listed(folder, lang).items():
                files.setdefault(slug, entry)
        read = [load(slug, *entry) for slug, entry in files.items()]
        return sorted(read, key=lambda lesson: (lesson.order, lesson.title))

    def lesson(self, slug: str, lang: str) -> Lesson | None:
        """One lesson; None where there is none of that name."""
        for folder in self.folders:
            if entry := listed(folder, lang).get(slug):
                return load(slug, *entry)
        return None

    def picture(self, name: str, lang: str) -> Path | None:
        """A picture that lies beside a teacher's lessons, or in a folder there; None where there is none."""
        if self.own is None or Path(name).suffix.lower() not in PICTURES:
            return None
        paths = (listed_below(self.own / each, name.split("/")) for each in by_preference(lang))
        return next((path for path in paths if path is not None and path.is_file()), None)


def by_preference(lang: str) -> list[str]:
    """The folders to look into: the language's own, that of both, then the rest."""
    return [lang, "", *(other for other in LANGUAGES if other != lang)]


def listed_below(folder: Path, names: list[str]) -> Path | None:
    """The path below a folder with these names, each as its folder lists it; no hidden file and no symbolic link."""
    for name in names:
        try:
            entries = {entry.name: entry for entry in folder.iterdir()}
        except OSError:
            return None
        if name.startswith(".") or name not in entries or entries[name].is_symlink():
            return None
        folder = entries[name]
    return folder


def listed(folder: Path, lang: str) -> dict[str, tuple[Path, str]]:
    """The files of a folder by slug, each with its language: those in `lang` first, then those for both, then the rest.

    Names come from the folder's own listing and never from the visitor, so that no path can be made up.
    """
    files: dict[str, tuple[Path, str]] = {}
    for each in by_preference(lang):
        place = folder / each
        for path in sorted(place.glob("*.md")) if place.is_dir() else []:
            if SLUG.fullmatch(path.stem) and path.is_file():
                files.setdefault(path.stem, (path, each))
    return files


def load(slug: str, path: Path, lang: str) -> Lesson:
    """The lesson in a file; read again when the file has changed."""
    try:
        facts = path.stat()
    except OSError as error:
        return Lesson(slug, lang, slug, problem=f"{path.name}: {error.strerror}")
    return read(slug, path, lang, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=256)
def read(slug: str, path: Path, lang: str, changed: int, size: int) -> Lesson:
    """The lesson in a file, cached by its time of change; an unreadable file gives a lesson with the problem."""
    try:
        if size > LARGEST:
            raise ValueError(f"a lesson has at most {LARGEST:,} bytes, this one has {size:,}")
        front, body = parts(path.read_text(encoding="utf-8"))
        return Lesson(slug, lang, front.title, front.summary, front.order, body)
    except UnicodeDecodeError as error:
        problem = f"the file is not UTF-8 text: byte {error.start} is {error.object[error.start]:#04x}"
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror}"
    except ValueError as error:
        problem = str(error)
    return Lesson(slug, lang, slug, problem=f"{path.name}: {problem}")


def parts(text: str) -> tuple[FrontMatter, str]:
    """A lesson's front matter and body. Raises ValueError saying what is missing or wrong, and where."""
    match = FRONT_MATTER.match(text)
    if match is None:
        raise ValueError("a lesson begins with a line of ---, then `title: …`, then another line of ---")
    try:
        values = yaml.safe_load(match[1]) or {}
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 2}" if error.problem_mark else ""
        raise ValueError(f"front matter{line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"front matter: {error}") from error
    if not isinstance(values, dict):
        raise ValueError("front matter: `name: value` lines are allowed, with the names title, summary and order")
    try:
        return FrontMatter.model_validate(values), match[2]
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"front matter, {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
