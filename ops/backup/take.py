"""Take a backup, and believe in it only after all that it holds was counted."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from ..database import Conn, Tell, ask, snapshot
from ..database_url import Target
from ..errors import Refused
from ..phrases import plural
from . import archive
from .programs import Failed, Programs, connection, running
from .tables import QUERY, Name, Table, count, parse

LOOK = 1.0  # seconds between two looks at how much was written


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive that was read back to its end, and holds what the database held."""

    path: Path
    tables: int
    rows: int
    bytes: int
    programs: Programs
    server: int  # major version

    @property
    def told(self) -> tuple[str, str]:
        """What there is now, and what to type when it is needed."""
        held = f"{plural(self.tables, 'table')}, {plural(self.rows, 'row')}"
        # what a newer pg_dump sets, an older server may not know: an error, and a harmless one
        strict = "--exit-on-error " if self.programs.major == self.server else ""
        command = f"pg_restore {strict}--dbname=URL {quote(str(self.path))}"
        return (
            f"backup {self.path}: {held}, {size(self.bytes)}, read back and counted",
            f"to restore it into an empty database, by PostgreSQL {self.programs.major} or newer:"
            f" {command}",
        )


def size(bytes: int) -> str:
    """`857 bytes`, `1.2 MB`."""
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if bytes >= least:
            return f"{bytes / least:.1f} {unit}"
    return plural(bytes, "byte")


def place(folder: Path, database: str, commit: str, at: datetime | None = None) -> Path:
    """The file of a backup: of which database, when, and before which commit arrived."""
    database = re.sub(r"[^\w.-]", "_", database)
    return folder / f"{database}-{at or datetime.now(UTC):%Y%m%dT%H%M%SZ}-{commit}.dump"


def take(
    conn: Conn, target: Target, programs: Programs, path: Path, wait: float, tell: Tell
) -> Backup:
    """Write the database to `path`, which comes to be only once all of it was read back.

    Tables that somebody else holds are waited for up to `wait` seconds. Raises Refused, and leaves
    no file, when there is any doubt.
    """
    draft = path.with_name(f".{path.name}.part")
    with doubted(draft):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with snapshot(conn) as opening:
            ((exported,),), found = ask(conn, f"{opening} select pg_export_snapshot(); {QUERY}")
            tables = parse(found)
            options = (f"--snapshot={exported}", f"--lock-wait-timeout={max(round(wait), 1)}s")
            dump(programs, draft, connection(conn, target), options, tell)
            rows = count(conn, tables)
        compare(programs, draft, tables, rows, tell)
        written = draft.stat().st_size
        draft.replace(path)
    server = conn.info.server_version // 10000
    return Backup(path, len(tables), sum(rows.values()), written, programs, server)


@contextmanager
def doubted(draft: Path) -> Iterator[None]:
    """What does not come to its end leaves no file, and says why."""
    try:
        yield
    except Failed as error:
        raise refused(str(error)) from None
    except OSError as error:
        raise refused(f"{draft.parent}: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def refused(why: str) -> Refused:
    return Refused(
        f"no backup, and nothing was written to the database: {why}",
        hint="mend that, and run the same command again: [backup] in parity.toml has the folder",
    )


def dump(
    programs: Programs,
    path: Path,
    connection: tuple[str, Mapping[str, str]],
    options: Sequence[str],
    tell: Tell,
) -> None:
    """Run pg_dump, telling how much it has written; Failed when it fails."""
    seen, unseen = connection
    words = ("--format=custom", "--encoding=UTF8", f"--file={path}", f"--dbname={seen}", *options)
    with running(programs.folder / "pg_dump", *words, secret=unseen) as process:
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK)
                return
            tell(f"backup: {size(path.stat().st_size if path.exists() else 0)} written\r")


def compare(
    programs: Programs,
    path: Path,
    tables: Sequence[Table],
    expected: Mapping[Name, int],
    tell: Tell,
) -> None:
    """Raise Failed unless the archive makes every table, with as many rows as it had."""
    made = archive.contents(programs, path).tables
    held = archive.rows(programs, path, tell)
    for table in tables:
        name = ".".join(table.name)
        if table.oid not in made:
            raise Failed(f"pg_dump left out table {name}")
        if expected.get(table.name, 0) != held.get(table.name, 0):
            raise Failed(
                f"pg_dump wrote {held.get(table.name, 0)} rows of {name},"
                f" and there are {expected.get(table.name, 0)}"
            )
