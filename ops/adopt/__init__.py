"""How the history of Prisma becomes ours, and what its production says to that."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..findings import Finding
from ..migrate.declared import MigrationFile
from . import diff
from .declared import Folder
from .diff import Held
from .observed import Seen
from .translate import Part, translate

__all__ = ["Adoption", "adopt"]


@dataclass(frozen=True, slots=True)
class Adoption:
    """All that is known; `seen` is None where no database was looked at."""

    folder: Folder
    seen: Seen | None
    parts: tuple[Part, ...]
    refused: tuple[Finding, ...]  # what cannot be taken over as it is
    held: tuple[Held, ...]  # each against Prisma's table, where there is one

    @property
    def files(self) -> tuple[MigrationFile, ...]:
        return tuple(part.file for part in self.parts if part.file)

    @property
    def findings(self) -> Iterator[Finding]:
        """What is refused, then what Prisma's table says."""
        yield from self.refused
        yield from diff.findings(self.held, self.seen.rows if self.seen else (), self.folder)

    @property
    def until(self) -> str:
        """The last migration that a baseline can take, by its number; empty for none."""
        ids = {part.script.name: part.file.id for part in self.parts if part.file}
        here = [ids[one.script.name] for one in diff.adoptable(self.held)]
        return here[-1].partition(".")[0] if here else ""


def adopt(folder: Folder, seen: Seen | None, home: Path) -> Adoption:
    """What the folder becomes in the project at `home`. Pure."""
    schema = seen.schema if seen else ""
    parts, refused = translate(folder.scripts, home / "migrations", schema)
    scripts = [part.script for part in parts if part.file]
    held = diff.compare(scripts, seen.rows) if seen and seen.schema else ()
    return Adoption(folder, seen, parts, refused, held)
