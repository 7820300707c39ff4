"""What the env file sets: names only, for its values are secret."""

from dataclasses import dataclass
from pathlib import Path

from ..settings import read_env_file

USUAL = ".env"


@dataclass(frozen=True, slots=True)
class EnvFile:
    """An env file that was read."""

    name: str  # within the folder of the project, or else the whole path
    names: tuple[str, ...]  # of the variables that it sets


def read(folder: Path, path: Path | None) -> EnvFile | None:
    """Read what this run was told to read; nothing where that was no file."""
    if path is None:
        return None
    return EnvFile(within(folder, path), tuple(read_env_file(path)))


def within(folder: Path, path: Path) -> str:
    """The path as Git calls it, if it is in the folder."""
    home, file = folder.resolve(), path.resolve()
    return file.relative_to(home).as_posix() if file.is_relative_to(home) else str(path)


def names_for_git(file: EnvFile | None) -> tuple[str, ...]:
    """The files that hold secrets, and so must not be in Git."""
    return tuple(
        dict.fromkeys(name for name in (USUAL, file.name if file else USUAL) if name[:1] != "/")
    )
