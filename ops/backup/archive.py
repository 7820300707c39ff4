"""What an archive holds: told by pg_restore, which has read it, and never by its size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from ..database import Tell
from ..names import split
from .programs import Programs, running
from .tables import Name

END = b"\\.\n"  # the line behind the last row
TABLE = re.compile(r"^\d+; 1259 (\d+) TABLE ", re.MULTILINE)  # 1259 is pg_class
COPY = re.compile(rb'COPY ((?:"(?:[^"]|"")*"|[^" (])+).* FROM stdin;\n', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Contents:
    """The head of an archive and the tables that it makes, by their number where it was taken."""

    database: str
    server: str  # the version it was taken from
    created: str
    tables: frozenset[int]

    @property
    def major(self) -> int | None:
        """The major version of the server it was taken from, where the archive tells it."""
        text = self.server.split(".")[0]
        return int(text) if text.isdigit() else None


def contents(programs: Programs, path: Path) -> Contents:
    """Read the list of what is in it; Failed when it is no archive, or not a whole one."""
    with running(programs.folder / "pg_restore", "--list", str(path), piped=True) as process:
        assert process.stdout is not None
        text = process.stdout.read().decode("utf-8", "replace")
    return Contents(
        told(text, "dbname: "),
        told(text, "Dumped from database version: ").split(" ")[0],
        told(text, "Archive created at "),
        frozenset(map(int, TABLE.findall(text))),
    )


def told(text: str, label: str) -> str:
    found = re.search(rf"^; +{label}(.+)$", text, re.MULTILINE)
    return found[1] if found else "unknown"


def rows(programs: Programs, path: Path, tell: Tell) -> Mapping[Name, int]:
    """How many rows it holds of each table, counted by reading all of it; Failed if that fails."""
    counts: dict[Name, int] = {}
    restore = programs.folder / "pg_restore"
    with running(restore, "--data-only", "--file=-", str(path), piped=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := COPY.fullmatch(line):
                tell(f"backup: reading table {len(counts) + 1} of it\r")
                name = split(found[1].decode("utf-8", "replace"))
                counts[name] = sum(1 for _ in takewhile(END.__ne__, process.stdout))
    return counts
