"""What the migrations make of an empty database: the schema that Git declares."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from . import embedded, history, project
from .client.apply import write as write_client
from .database import Conn, Tell, ask, connect
from .database_url import read_target
from .drift import declared as schema_file
from .drift import observed as catalogue
from .drift.objects import Objects
from .drift.versions import MARKS
from .errors import MigrationFailed, Refused
from .migrate import apply as migrate
from .migrate import declared, diff
from .migrate.record import Limits, Run, make_yoyo_tables
from .repository import Commit
from .seed import declared as seeds

LIMITS = Limits("5s", "0", 0)
Stage = tuple[str, Objects]  # a migration, and the schema after it
ROLE = re.compile(r'role "(?P<name>.+)" does not exist')


@dataclass(slots=True)
class Rehearsal:
    """A history on its way into an empty database."""

    conn: Conn
    run: Run
    tell: Tell
    seen: list[Stage]

    def apply(self, files: Sequence[declared.MigrationFile]) -> None:
        """Go on with these, and look after each."""
        pending = diff.compare(files, ())
        migrate.refuse_unsafe(pending, frozenset())
        self.seen += self.stages(files)

    def stages(self, files: Sequence[declared.MigrationFile]) -> Iterator[Stage]:
        """Apply the files to what is there, and look after each."""
        for id in applied(self.conn, files, self.run, self.tell):
            yield id, look(self.conn)

    @property
    def objects(self) -> Objects:
        """The schema as it is now."""
        return self.seen[-1][1] if self.seen else look(self.conn)

    @property
    def snapshot(self) -> schema_file.Snapshot:
        """What the migrations so far have made, and which of them what."""
        return schema_file.evolve(self.seen)


@contextmanager
def begun(url: str, tell: Tell) -> Iterator[Rehearsal]:
    """A rehearsal in the empty database at `url`, to which nothing is applied yet."""
    with connect(read_target("DATABASE_URL", url, ""), "rehearsal") as conn:
        found = look(conn).keys() - set(MARKS)
        if any(not subject.startswith(("schema ", "extension ")) for subject in found):
            raise Refused(
                "a rehearsal needs an empty database", hint="give it one that was just created"
            )
        ask(conn, history.SCHEMA + make_yoyo_tables("public").as_string())
        number = history.begin(conn, "rehearsal", "test", Commit(None, "rehearsal", False))
        yield Rehearsal(conn, Run(number, "public", None, LIMITS), tell, [])


@contextmanager
def on_a_server_of_its_own(postgres_bin: str | None, tell: Tell) -> Iterator[Rehearsal]:
    """A rehearsal on an embedded server, of which nothing is left."""
    with embedded.temporary(postgres_bin) as server, begun(server.url, tell) as rehearsal:
        yield rehearsal


def applied(
    conn: Conn, files: Sequence[declared.MigrationFile], run: Run, tell: Tell
) -> Iterator[str]:
    """Apply the files, and yield the id of each; a role that the server lacks is made for it.

    Roles are the server's and not the database's: nobody expects a new server to have those that
    migrations grant something to. The one that failed left nothing behind, and is tried again.
    """
    left, known = list(files), {""}
    while left:
        try:
            for done in migrate.apply(conn, diff.compare(left, ()), run, tell, together=1):
                left = left[1:]
                yield done.id
        except MigrationFailed as error:
            if (role := lacking(error)) in known:
                raise
            known.add(role)
            ask(conn, sql.SQL("create role {}").format(sql.Identifier(role)).as_string())
            tell(f"{left[0].id}: made the role {role}, which this server lacks")


def lacking(error: MigrationFailed) -> str:
    """The role for want of which a migration failed, or nothing."""
    cause = error.__cause__
    message = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    found = ROLE.fullmatch(message or "")
    return found["name"] if found else ""


def look(conn: Conn) -> dict[str, dict[str, object]]:
    message = f"begin; {catalogue.SETTINGS} {catalogue.query()}; commit"
    return catalogue.parse(ask(conn, message)[-1])


def write(
    folder: Path, files: tuple[declared.MigrationFile, ...], snapshot: schema_file.Snapshot
) -> list[str]:
    """Write schema.json and checksums.txt; the names of those that changed."""
    texts = {
        "schema.json": schema_file.render(snapshot),
        "checksums.txt": declared.render_checksums(files),
    }
    changed = []
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(f"{folder.name}/{name}")
    return changed


def renew(
    folder: Path, files: tuple[declared.MigrationFile, ...], snapshot: schema_file.Snapshot
) -> list[str]:
    """Write all that is made from the migrations of the project in `folder`, its client too.

    Returns the files that changed.
    """
    wanted, rows = project.read(folder / "parity.toml").client, seeds.read(folder / "seeds")
    client = write_client(folder, wanted, snapshot, rows)
    return [*write(folder / "migrations", files, snapshot), *client]
