"""What the migrations do: applied to an empty database, undone, and applied again."""

from collections.abc import Iterator, Sequence

from .. import history
from ..database import Conn, Tell, connect
from ..database_url import read_target
from ..drift.declared import Snapshot, evolve, read
from ..drift.diff import compare
from ..drift.objects import Objects
from ..errors import MigrationFailed, OpsError, Refused, SettingsError
from ..findings import Finding, Severity
from ..migrate.apply import undo
from ..migrate.declared import MigrationFile, read_one
from ..migrate.record import Run
from ..phrases import few
from ..probes.declared import Probe
from ..rehearsal import LIMITS, applied, look, rehearse
from ..repository import Commit
from . import functions, probes, schema
from .complaints import complaint, of_error
from .files import SNAPSHOT

Stage = tuple[str, Objects]  # a migration, and the schema after it


def judge(
    url: str,
    files: Sequence[MigrationFile],
    new: Sequence[MigrationFile],
    tried: Sequence[Probe],
    tell: Tell,
) -> Iterator[Finding]:
    """Run the history into the empty database; what fails, or else what its schema is like.

    Beside that schema the probes are read too.
    """
    rehearse(url, (), tell)  # of no migration: it makes what remembers them
    with connect(read_target("DATABASE_URL", url, ""), "check") as conn:
        seen: list[Stage] = [("", look(conn))]
        try:
            seen.extend(stages(conn, files, tell))
        except (MigrationFailed, Refused, SettingsError) as error:
            yield of_error(error)
            return
        made, known = evolve(seen[1:]), {file.id: file for file in files}
        yield from snapshot(files, made)
        before = next((i for i, file in enumerate(files) if file in new), len(files))
        yield from schema.judge(seen[before][1], made, known)
        yield from functions.judge(conn, made, known, new, tell)
        yield from probes.judge(conn, tried)
        yield from twice(conn, files, seen, tell)


def stages(conn: Conn, files: Sequence[MigrationFile], tell: Tell) -> Iterator[Stage]:
    """Apply the files to what is there, and look after each."""
    number = history.begin(conn, "check", "test", Commit(None, "check", False))
    run = Run(number, "public", None, LIMITS)
    for id in applied(conn, files, run, tell):
        yield id, look(conn)


def snapshot(files: Sequence[MigrationFile], made: Snapshot) -> Iterator[Finding]:
    """schema.json beside what the replay made."""
    if not files:
        return
    try:
        declared = read(files[0].path.with_name("schema.json"))
    except SettingsError as error:
        yield of_error(error)
        return
    drift = [finding.subject for finding in compare(declared, dict(made.objects)).findings]
    if not drift and (declared.since, declared.dropped) != (made.since, made.dropped):
        drift = ["which of them changed what"]
    if drift:
        message = f"is not what the migrations make: {few(drift)}"
        yield complaint("schema.json", None, message, SNAPSHOT)


def twice(
    conn: Conn, files: Sequence[MigrationFile], seen: list[Stage], tell: Tell
) -> Iterator[Finding]:
    """Undo, newest first, what has a rollback file, to what was there before it; apply it again."""
    undone: list[MigrationFile] = []
    for file, (_, before) in zip(reversed(files), reversed(seen[:-1]), strict=True):
        if not file.rollback.exists():
            break
        try:
            undo(conn, read_one(file.rollback), LIMITS, "public", file.id)
        except MigrationFailed as error:
            yield of_error(error)
            return
        if parts := parted(before, look(conn)):
            message, hint = f"does not undo {file.id}: {parts}", "undo all of it, and nothing else"
            yield complaint(file.rollback, 1, message, hint)
            return
        undone.insert(0, file)
    try:
        again = [*seen, *stages(conn, undone, tell)]
    except OpsError as error:
        yield of_error(MigrationFailed(f"{error} (after its rollback)", hint=error.hint))
        return
    if parts := parted(seen[-1][1], again[-1][1]):
        message = f"applied again after its rollback, it makes another schema: {parts}"
        yield complaint(undone[0].path, 1, message, "undo all of it in the rollback file")


def parted(before: Objects, after: Objects) -> str:
    """What is left behind, gone or changed, in a few words; empty when nothing is.

    But for what has no effect: a column that comes back stands behind all others.
    """
    every = compare(Snapshot(before), after).findings
    found = [finding for finding in every if finding.severity is Severity.ERROR]
    return few(
        [
            f"{f.subject} is {('changed' if f.observed else 'gone') if f.expected else 'left'}"
            for f in found
        ]
    )
