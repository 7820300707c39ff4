"""A change that was made by hand becomes the migration that makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import rehearsal
from ..amend import refuse_unless_disposable
from ..database import Tell
from ..drift.ddl import DESTROYS
from ..drift.declared import Snapshot
from ..drift.diff import compare
from ..drift.objects import Objects, name_of
from ..drift.rebuild import is_broken
from ..drift.scope import narrow
from ..errors import MigrationFailed, NotInParity, Refused
from ..facts import Facts, drift_terms
from ..findings import Severity
from ..migrate.apply import refuse_unsafe
from ..migrate.declared import MigrationFile, create, read_one, shown
from ..migrate.diff import State
from ..migrate.text import statements
from ..rehearsal import Rehearsal
from .difference import towards
from .files import LOCAL

AGAIN = "complete it, then: invoke schema.snapshot, then: invoke migrate.baseline"


@dataclass(frozen=True, slots=True)
class Captured:
    """The migration that was written, the files that changed, and how much of it destroys data."""

    id: str
    wrote: tuple[str, ...]
    destroys: int  # steps


def capture(
    folder: Path, facts: Facts, name: str, postgres_bin: str | None, tell: Tell
) -> Captured | None:
    """Write the migration that brings Git to the schema here; None when nothing differs.

    The facts hold the whole catalogue. Raises NotInParity when the migration does not make all of
    it, and MigrationFailed when it does not run; then its file is all that was written.
    """
    refuse(facts)
    terms, files = drift_terms(facts.declared, facts.history), facts.declared.migrations
    with rehearsal.on_a_server_of_its_own(postgres_bin, tell) as trial:
        trial.apply(files)
        text = towards(trial.conn, facts.objects, terms)
        if not statements(text):
            refuse_difference("no statement makes this", trial.objects, facts.objects, terms)
            return None
        file = written(folder / "migrations", name, text, trial, terms)
        where = f"{shown(file.path)} does not make all of it"
        refuse_difference(where, trial.objects, facts.objects, terms)
        renewed = rehearsal.renew(folder, (*files, file), trial.snapshot)
    return Captured(file.id, (shown(file.path), shown(file.rollback), *renewed), destroying(text))


def written(
    folder: Path, name: str, text: str, trial: Rehearsal, terms: Mapping[str, Any]
) -> MigrationFile:
    """Write the migration, rehearse it, and write what undoes it."""
    before = trial.objects
    path, rollback = create(folder, name, text)
    file = read_one(path)
    try:
        trial.apply([file])
    except MigrationFailed as error:
        raise MigrationFailed(str(error), hint=AGAIN) from error
    undo = towards(trial.conn, before, terms)
    rollback.write_text(f"{rollback.read_text('utf-8')}\n{undo}", "utf-8")
    return file


def destroying(text: str) -> int:
    """How many of the steps say that they destroy data."""
    return sum(line.startswith(DESTROYS) for line in text.split("\n"))


def told(made: Captured | None) -> str:
    """What became of it, and what a person has to think of before it goes where more data is."""
    if made is None:
        return "nothing to capture: the schema here is what the migrations make"
    recorded = f"{made.id}: recorded as applied, since its change is here already"
    if not made.destroys:
        return f"{recorded}\nread it, then commit it"
    steps = "1 step destroys" if made.destroys == 1 else f"{made.destroys} steps destroy"
    return f"{recorded}\nread it before you commit it: {steps} data wherever it runs next"


def refuse(facts: Facts) -> None:
    """Where a difference from Git is not only what was changed by hand, nothing can be captured."""
    refuse_unless_disposable(facts, "migrate.capture", LOCAL)
    refuse_unsafe(facts.history, frozenset({"late"}))
    if facts.history.pending:
        ids = ", ".join(file.id for file in facts.history.pending[:3])
        raise Refused(
            f"not applied here yet, and would mix with your change: {ids}", hint="invoke sync"
        )
    if ahead := facts.history.ids(State.AHEAD):
        raise Refused(
            f"{ahead[0]} is applied here and is not in this code: it would be captured too",
            hint="git pull, then the same command",
        )
    refuse_broken(facts.objects, drift_terms(facts.declared, facts.history))


def refuse_broken(here: Objects, terms: Mapping[str, Any]) -> None:
    """An index that could not be built is an accident, and nothing for a migration."""
    seen = narrow(Snapshot({}), here, frozenset(), terms.get("ignore", ())).observed
    if broken := sorted(s for s in seen if is_broken(s, seen[s], seen)):
        name = name_of(broken[0])
        raise Refused(
            f"{broken[0]} is invalid: a CREATE INDEX CONCURRENTLY failed, and nobody wants that"
            " in Git",
            hint=f"in SQL: reindex index {name}, or: drop index {name}; then the same command",
        )


def refuse_difference(what: str, made: Objects, here: Objects, terms: Mapping[str, Any]) -> None:
    """Raise NotInParity unless the migrations make what is here, but for what has no effect."""
    found = compare(Snapshot(made), here, **terms).findings
    if left := [finding for finding in found if finding.severity is Severity.ERROR]:
        told = "\n".join(f"{finding.subject}: {finding.message}" for finding in left)
        raise NotInParity(f"{what}:\n{told}", hint=AGAIN)
