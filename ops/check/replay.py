"""What the migrations do: applied to an empty database, undone, and applied again."""

from collections.abc import Iterator, Sequence

from ..database import Tell
from ..drift.declared import Snapshot, evolve, read
from ..drift.diff import compare
from ..drift.objects import Objects
from ..errors import MigrationFailed, OpsError, Refused, SettingsError
from ..findings import Finding, Severity
from ..migrate.apply import undo
from ..migrate.declared import MigrationFile, read_one
from ..phrases import few
from ..probes.declared import Probe
from ..rehearsal import LIMITS, Rehearsal, Stage, begun, look
from . import functions, probes, schema
from .complaints import complaint, of_error
from .files import SNAPSHOT


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
    with begun(url, tell) as trial:
        seen: list[Stage] = [("", trial.objects)]
        try:
            seen += trial.stages(files)
        except (MigrationFailed, Refused, SettingsError) as error:
            yield of_error(error)
            return
        made, known = evolve(seen[1:]), {file.id: file for file in files}
        yield from snapshot(files, made)
        before = next((i for i, file in enumerate(files) if file in new), len(files))
        yield from schema.judge(seen[before][1], made, known)
        yield from functions.judge(trial.conn, made, known, new, tell)
        yield from probes.judge(trial.conn, tried)
        yield from twice(trial, files, seen)


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


def twice(trial: Rehearsal, files: Sequence[MigrationFile], seen: list[Stage]) -> Iterator[Finding]:
    """Undo, newest first, what has a rollback file, to what was there before it; apply it again."""
    undone: list[MigrationFile] = []
    for file, (_, before) in zip(reversed(files), reversed(seen[:-1]), strict=True):
        if not file.rollback.exists():
            break
        try:
            undo(trial.conn, read_one(file.rollback), LIMITS, "public", file.id)
        except MigrationFailed as error:
            yield of_error(error)
            return
        if parts := parted(before, look(trial.conn)):
            message, hint = f"does not undo {file.id}: {parts}", "undo all of it, and nothing else"
            yield complaint(file.rollback, 1, message, hint)
            return
        undone.insert(0, file)
    try:
        again = [*seen, *trial.stages(undone)]
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
