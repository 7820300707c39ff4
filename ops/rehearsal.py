"""What the migrations make of an empty database: the schema that Git declares."""

from pathlib import Path

from . import history
from .database import Conn, Tell, ask, connect
from .database_url import read_target
from .drift import declared as schema_file
from .drift import observed as catalogue
from .errors import Refused
from .migrate import apply as migrate
from .migrate import declared, diff
from .migrate.record import Limits, Run, make_yoyo_tables
from .repository import Commit

LIMITS = Limits("5s", "0", 0)


def rehearse(
    url: str, files: tuple[declared.MigrationFile, ...], tell: Tell
) -> schema_file.Snapshot:
    """Apply the whole history to the empty database at `url`, and look after each migration."""
    with connect(read_target("DATABASE_URL", url, ""), "rehearsal") as conn:
        if any(not subject.startswith(("schema ", "extension ")) for subject in look(conn)):
            raise Refused(
                "a rehearsal needs an empty database", hint="give it one that was just created"
            )
        ask(conn, history.SCHEMA + make_yoyo_tables("public").as_string())
        number = history.begin(conn, "rehearsal", "test", Commit(None, "rehearsal", False))
        run = Run(number, "public", None, LIMITS)
        pending = diff.compare(files, ())
        migrate.refuse_unsafe(pending, frozenset())
        return schema_file.evolve(
            (done.id, look(conn)) for done in migrate.apply(conn, pending, run, tell, together=1)
        )


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
