"""The client that is there, in the project's own files."""

from dataclasses import dataclass
from pathlib import Path

from ..settings import read_text


@dataclass(frozen=True, slots=True)
class Client:
    """Where the application's client belongs, and what is there."""

    path: str  # from the project's folder
    text: str | None  # None: there is no such file


def read(folder: Path, path: str) -> Client | None:
    """None when the project wants no client; SettingsError when the file cannot be read."""
    if not path:
        return None
    file = folder / path
    return Client(path, read_text(file) if file.exists() else None)
