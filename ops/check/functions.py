"""What plpgsql_check says of function bodies; PostgreSQL itself reads them only when they run."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..database import Conn, Tell, ask
from ..drift.declared import Snapshot
from ..findings import Finding, Severity
from ..migrate.declared import MigrationFile
from .complaints import complaint
from .schema import line_near

AVAILABLE = "select from pg_available_extensions where name = 'plpgsql_check'"
LOOK = Path(__file__).with_name("functions.sql")


def judge(
    conn: Conn,
    made: Snapshot,
    files: Mapping[str, MigrationFile],
    new: Sequence[MigrationFile],
    tell: Tell,
) -> Iterator[Finding]:
    """Its errors in new migrations are errors, all else warnings; none on a server without it."""
    if not conn.execute(AVAILABLE).fetchall():
        tell("the bodies of functions were not checked: plpgsql_check is not on this server")
        return
    try:
        remarks = ask(conn, f"begin; {LOOK.read_text('utf-8')}")[-1]
    finally:
        conn.rollback()
    for subject, message, hint, level, number in dict.fromkeys(remarks):
        file, body = files[made.since[subject]], made.objects[subject].get("body", "")
        before = "".join(body.splitlines(keepends=True)[: number - 1])
        severe = Severity.ERROR if level == "error" and file in new else Severity.WARNING
        line, hint = line_near(file.text, (before,)), hint or "correct the function"
        yield complaint(file.path, line, f"{subject}: {message}", hint, severe)
