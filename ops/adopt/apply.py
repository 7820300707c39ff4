"""Write what was adopted: the files of migrations/, and what parity.toml is to leave out."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .. import project
from ..errors import Refused, SettingsError
from ..migrate.declared import ORIGIN, MigrationFile
from ..phrases import few
from .observed import NAME

IGNORED = f"table *.{NAME}"
ENTRY = f"""
[[ignore]]
pattern = "{IGNORED}"
reason = "what Prisma remembers; nobody reads it after the baseline"
"""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be written, as text by its file, and what was changed since and stays."""

    texts: dict[Path, str]
    kept: tuple[Path, ...]


def work(home: Path, files: Sequence[MigrationFile]) -> Work:
    """What the project in `home` lacks of these files; Refused if its history is another one."""
    missing = {file.path: file.text for file in files if not file.path.exists()}
    strange = list(others(home / "migrations", files))
    if strange and missing:
        raise Refused(
            f"migrations/ holds what is not of this adoption: {few(strange)}",
            hint="rm -r migrations, if no database was baselined on it, then run this again",
        )
    kept = (f.path for f in files if f.path not in missing and text_of(f.path) != f.text)
    return Work({**missing, **ignoring(home / "parity.toml")}, tuple(kept))


def others(folder: Path, files: Iterable[MigrationFile]) -> Iterable[str]:
    """Migrations that did not become of these, by the first line and the name of each."""
    ours = {file.path.name: file.text.split("\n", 1)[0] for file in files}
    for path in sorted(folder.glob("*")):
        if path.suffix in (".sql", ".py") and not path.name.endswith(".rollback.sql"):
            first = text_of(path).split("\n", 1)[0]
            if not first.startswith(ORIGIN) or ours.get(path.name) != first:
                yield path.name


def text_of(path: Path) -> str:
    return path.read_text("utf-8-sig", "replace")


def ignoring(path: Path) -> dict[Path, str]:
    """The project's file with the table left out, at its end; nothing if it is already."""
    known = (pattern for pattern, _ in project.read(path).ignore)
    if any(fnmatchcase(f"table public.{NAME}", pattern) for pattern in known):
        return {}
    text = (path.read_text("utf-8").rstrip("\n") + "\n" if path.exists() else "") + ENTRY
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise SettingsError(
            f"{path}: nothing can be added to `ignore = [...]`",
            hint="write each of its entries as [[ignore]], at the end of the file",
        ) from None
    return {path: text.lstrip("\n")}


def write(found: Work) -> None:
    for path, text in found.texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
