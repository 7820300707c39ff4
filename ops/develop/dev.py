"""A migration that is tried until it is right: rehearsed first, then applied here."""

from dataclasses import dataclass
from pathlib import Path

from .. import rehearsal
from ..amend import entry, refuse_unless_disposable
from ..database import Conn, Failure, Tell, attempt
from ..drift.declared import Snapshot
from ..errors import MigrationFailed, OpsError, Refused
from ..facts import Facts
from ..migrate.declared import MigrationFile, read, read_one, shown
from ..migrate.explain import explained
from ..migrate.record import SETTLE, Run, begin, forget, marks
from ..migrate.refuse import refuse_what_cannot_run
from ..migrate.text import statements
from .difference import towards
from .files import LOCAL, keep_rollback

RESET = "invoke migrate.reset begins anew, with every migration as it is now"


@dataclass(frozen=True, slots=True)
class Trial:
    """What the whole history makes of an empty database, the migration in the making with it."""

    files: tuple[MigrationFile, ...]
    snapshot: Snapshot
    undo: str  # what undoes the migration, if it is the last; rows it leaves alone


def rehearse(folder: Path, id: str, postgres_bin: str | None, tell: Tell) -> Trial:
    """Run the history of the project on a server of its own; raises what applying it would."""
    files = read(folder / "migrations")
    with rehearsal.on_a_server_of_its_own(postgres_bin, tell) as trial:
        trial.apply(files[:-1])
        before = trial.objects
        trial.apply(files[-1:])
        undo = towards(trial.conn, before, {}) if files[-1].id == id else ""
        return Trial(files, trial.snapshot, undo)


def redo(conn: Conn, facts: Facts, id: str, run: Run) -> str:
    """Undo the applied migration by its rollback file and apply it as it is now; both or neither.

    The caller holds the deploy lock, and has rehearsed the file.
    """
    refuse_unless_disposable(facts, "migrate.dev", LOCAL)
    file = entry(facts, id).file
    if file is None or not file.is_sql or not file.transactional:
        raise Refused(
            f"{id} cannot be undone and applied again in one transaction",
            hint="invoke migrate.rollback, then the same command",
        )
    back = undoing(file)
    before = f"{begin(run.limits, file)}{back.text}\n;\n{forget(facts.schema, id)}\n"
    message = f"{before}{file.text}\n;\n{marks(file, run, 'applied')} commit; {SETTLE}"
    if isinstance(failure := attempt(conn, message), Failure):
        raise told(file, back, failure, before, begin(run.limits, file))
    return f"{id}: undone, and applied as it is now"


def undoing(file: MigrationFile) -> MigrationFile:
    """The rollback file; raises when it is not there, says nothing, or could run in part."""
    back = read_one(file.rollback) if file.rollback.exists() else None
    if back is None or not statements(back.text):
        raise Refused(f"{file.id} was edited, and nothing says how to undo it", hint=RESET)
    refuse_what_cannot_run(back)
    return back


def told(
    file: MigrationFile, back: MigrationFile, failure: Failure, before: str, opening: str
) -> OpsError:
    """Which of the two files failed, and where."""
    kept = "nothing was changed: it stands as it was applied before"
    at = int(failure.error.diag.statement_position or 0)
    if (at > len(before)) if at else (failure.done >= len(statements(before))):
        return explained(file, failure, prefix=before, kept=kept)
    error = explained(back, failure, prefix=opening, kept=kept)
    if isinstance(error, MigrationFailed):
        error.hint = f"correct it, or: {RESET}"
    return error


def keep(folder: Path, trial: Trial, id: str) -> list[str]:
    """Write all that is made from the migrations; the files that changed."""
    file = next(file for file in trial.files if file.id == id)
    rollback = keep_rollback(file.rollback, trial.undo) if file.id == trial.files[-1].id else ()
    renewed = rehearsal.renew(folder, trial.files, trial.snapshot)
    return [*map(shown, rollback), *renewed]
