"""Change what is remembered: accept an edit, adopt what exists, undo, begin anew.

Each raises Refused unless it is safe where it is asked for; the caller holds the deploy lock.
"""

from psycopg import sql

from .database import Conn, ask, whoami
from .drift.diff import compare
from .errors import Refused, SettingsError
from .facts import Facts, drift_terms
from .findings import Severity
from .migrate.apply import undo
from .migrate.declared import MigrationFile, shown
from .migrate.diff import TO_DO, Entry, State
from .migrate.record import Limits, Run, marks

DISPOSABLE = ("local", "test")


def entry(facts: Facts, id: str) -> Entry:
    """The migration of that id, or of the only one that begins so."""
    found = [e for e in facts.history.entries if e.id == id or e.id.startswith(f"{id}.")]
    if len(found) != 1:
        raise SettingsError(f"no migration is called {id}", hint="invoke migrate.status lists them")
    return found[0]


def accept(conn: Conn, facts: Facts, id: str, reason: str) -> str:
    """Record that an applied migration's file may be what it is now; both hashes are kept."""
    found = entry(facts, id)
    if found.state not in (State.EDITED, State.REFORMATTED) or not found.file or not found.applied:
        raise Refused(f"{found.id} is {found.state}, not edited", hint="invoke migrate.status")
    if not reason.strip():
        raise SettingsError("an accepted edit needs a reason", hint="--reason 'why it is harmless'")
    file, before = found.file, found.applied.checksum
    text = sql.SQL(
        "begin; insert into ops.accepted (id, applied_checksum, accepted_checksum, reason, who)"
        " values ({}, {}, {}, {}, {});"
        " update ops.ledger set checksum = {}, normalised = {} where id = {}; commit"
    )
    values = (file.id, before, file.checksum, reason, whoami())
    ask(conn, text.format(*map(sql.Literal, (*values, file.checksum, file.normalised, file.id))))
    return file.id


def baseline(conn: Conn, facts: Facts, until: str, run: Run) -> tuple[str, ...]:
    """Declare migrations as applied that were never run here, once the live schema is as they make.

    Those up to `until` (all, when empty), in Git's order. What later ones change is not compared.
    """
    last = entry(facts, until).id if until else facts.history.entries[-1].id
    order = [e.id for e in facts.history.entries]
    to_do = [e for e in facts.history.entries if e.state in TO_DO and e.file]
    chosen = [e.file for e in to_do if e.file and order.index(e.id) <= order.index(last)]
    if not chosen:
        raise Refused("nothing is pending up to there", hint="invoke migrate.status")
    refuse_difference(facts, frozenset(e.id for e in to_do) - {file.id for file in chosen})
    texts = (marks(file, run, "baselined") for file in chosen)
    ask(conn, f"begin; {' '.join(texts)} commit")
    return tuple(file.id for file in chosen)


def refuse_difference(facts: Facts, pending: frozenset[str]) -> None:
    """Refuse to adopt a schema that is not the one that the migrations would have made."""
    terms = drift_terms(facts.declared, facts.history) | {"pending": pending}
    drift = compare(facts.declared.schema, facts.objects, **terms)
    errors = [f for f in drift.findings if f.severity is Severity.ERROR]
    if errors:
        told = "\n".join(f"{f.subject}: {f.message}" for f in errors[:20])
        more = f"\nand {len(errors) - 20} more" if len(errors) > 20 else ""
        raise Refused(
            f"the schema here is not what these migrations make:\n{told}{more}",
            hint="close each where it is wrong (docs/adopting.md, 4), or adopt fewer: --until ID",
        )


def rollback(conn: Conn, facts: Facts, limits: Limits) -> str:
    """Undo the migration that was applied last, by its rollback file, in one transaction."""
    refuse_unless_disposable(facts, "rollback")
    last = last_applied(facts)
    if last is None:
        raise Refused("no migration is applied here", hint="invoke migrate.status")
    if last.file is None or not last.file.rollback.exists():
        raise Refused(
            f"{last.id} has no rollback file", hint=f"write migrations/{last.id}.rollback.sql"
        )
    file = MigrationFile(last.id, last.file.rollback, last.file.rollback.read_text("utf-8"))
    undo(conn, file, limits, facts.schema, last.id)
    return f"{last.id} undone by {shown(file.path)}"


def last_applied(facts: Facts) -> Entry | None:
    """The migration that comes last of those that are applied."""
    applied = (e for e in reversed(facts.history.entries) if e.applied and e.state not in TO_DO)
    return next(applied, None)


def reset(conn: Conn, facts: Facts) -> None:
    """Drop the application's schemas and our records: an empty database, to be synced."""
    refuse_unless_disposable(facts, "reset")
    schemas = [s.removeprefix("schema ") for s in facts.objects if s.startswith("schema ")]
    drops = [f"drop schema if exists {name} cascade;" for name in (*schemas, "ops")]
    again = sql.SQL("create schema if not exists {};").format(sql.Identifier(facts.schema))
    ask(conn, f"begin; {' '.join(drops)} {again.as_string(conn)} commit")


def refuse_unless_disposable(
    facts: Facts, what: str, instead: str = "undo it by a new migration"
) -> None:
    """Only where both the environment and the database itself say that data may be lost."""
    here, told = facts.past.stamp, facts.declared.app_env
    if told not in DISPOSABLE or here not in DISPOSABLE:
        says = f"says that it is {here}" if here else "does not say what it is"
        raise Refused(
            f"no {what} here: APP_ENV is {told}, and the database {says}",
            hint=instead if here else "invoke sync stamps it",
        )
