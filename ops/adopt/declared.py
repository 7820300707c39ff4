"""A folder of Prisma's migrations as it lies in Git; nothing is asked of a database."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError

SCRIPT, LOCK = "migration.sql", "migration_lock.toml"
PROVIDER = re.compile(r"^provider\s*=\s*[\"']?(\w+)", re.MULTILINE)
USUAL = Path("prisma") / "migrations"


@dataclass(frozen=True, slots=True)
class Script:
    """One migration: the folder that it is called after, and what stands in it."""

    name: str
    path: Path
    data: bytes

    @property
    def text(self) -> str:
        """Without a byte order mark, and with line breaks as migrations/ has them.

        Raises UnicodeDecodeError.
        """
        return self.data.decode("utf-8-sig").replace("\r\n", "\n")

    def is_what_ran(self, checksum: str) -> bool:
        """Whether Prisma's checksum is of this text, whatever the line breaks of that checkout.

        Its early versions left out the zero that begins a byte.
        """
        unix = self.data.replace(b"\r\n", b"\n")
        sums = [hashlib.sha256(d) for d in (self.data, unix, unix.replace(b"\n", b"\r\n"))]
        unpadded = ("".join(f"{byte:x}" for byte in found.digest()) for found in sums)
        return checksum in {*(found.hexdigest() for found in sums), *unpadded}


@dataclass(frozen=True, slots=True)
class Folder:
    """What Prisma would run, in its order, and what lies beside that."""

    path: Path
    scripts: tuple[Script, ...]
    strays: tuple[str, ...]


def read(path: Path) -> Folder:
    """Read all of it; SettingsError where it is not a folder of migrations for PostgreSQL."""
    if not path.is_dir():
        raise SettingsError(f"there is no folder {path}", hint=advice(path))
    refuse_other_databases(path / LOCK)
    homes = sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))
    found = [Script(p.name, p / SCRIPT, (p / SCRIPT).read_bytes()) for p in homes if is_one(p)]
    if not found:
        message = f"{path} holds no migration of Prisma's, which is a folder with a {SCRIPT}"
        raise SettingsError(message, hint=advice(path))
    return Folder(path, tuple(found), tuple(sorted(strays(path))))


def is_one(path: Path) -> bool:
    return (path / SCRIPT).is_file()


def strays(path: Path) -> Iterator[str]:
    """Files that Prisma passes by, but for its lock file and what is hidden."""
    for place in (path, *(p for p in path.iterdir() if p.is_dir())):
        for file in place.iterdir():
            name = file.relative_to(path).as_posix()
            ours = file.name == LOCK if place == path else file.name == SCRIPT
            if file.is_file() and not ours and not any(p.startswith(".") for p in name.split("/")):
                yield name


def refuse_other_databases(lock: Path) -> None:
    text = lock.read_text("utf-8", "replace") if lock.is_file() else ""
    found = PROVIDER.search(text)
    if found and found[1] not in ("postgresql", "postgres"):
        raise SettingsError(
            f"{lock}: the migrations are for {found[1]}",
            hint="give a folder of migrations for postgresql",
        )


def advice(path: Path) -> str:
    """The folder that was probably meant."""
    near = (path / "migrations", path / USUAL, path.parent, path.parent / USUAL)
    for other in near:
        if other.is_dir() and any(is_one(inner) for inner in other.iterdir() if inner.is_dir()):
            return f"invoke adopt.prisma {other}"
    if path.is_dir() and any(path.glob("*.sql")):
        return "scripts that are not Prisma's become migrations as they are: docs/adopting.md"
    return f"invoke adopt.prisma {USUAL}, or wherever {LOCK} is"
