"""Is the schema the one that Git's migrations make?"""

from collections.abc import Iterator
from dataclasses import replace

from ..facts import Facts
from ..findings import Dimension, Finding, Severity
from ..migrate.diff import Entry, State, in_words
from ..names import split
from ..phrases import plural
from ..seed.declared import label
from ..seed.words import Kind
from .registry import CannotLook, check, must_read

# state -> what is, what to type, how bad
REACTIONS = {
    State.PENDING: ("is in Git and not applied here", "invoke sync", Severity.ERROR),
    State.LATE: (
        "is in Git and not applied here, though newer ones are",
        "invoke sync --allow late, or give it a new number",
        Severity.ERROR,
    ),
    State.FAILED: (
        "failed in the last run; nothing of it is here",
        "correct it, then: invoke sync",
        Severity.ERROR,
    ),
    State.INTERRUPTED: (
        "was begun without a transaction and not finished",
        "invoke sync",
        Severity.ERROR,
    ),
    State.EDITED: (
        "was edited after it was applied",
        "git log -p migrations/{id}.sql shows the edit: restore it, and write a new migration",
        Severity.ERROR,
    ),
    State.MISSING: (
        "is applied, and its file was deleted from Git",
        "git log --diff-filter=D -- migrations finds it: restore it",
        Severity.ERROR,
    ),
    State.AHEAD: (
        "is applied, and newer than this commit: the code was rolled back",
        "deploy the commit that holds it, or write a migration that undoes it",
        Severity.WARNING,
    ),
    State.UNRECORDED: (
        "was applied by the yoyo CLI, which keeps no checksum",
        "invoke sync records it",
        Severity.WARNING,
    ),
}


@check(Dimension.SCHEMA)
def history(facts: Facts) -> Iterator[Finding]:
    """Every migration of Git is applied as it is written, and nothing else is."""
    must_read(facts, "ops.ledger", f"{facts.schema}._yoyo_migration")
    if (
        not facts.has_yoyo
        and facts.has_ops
        and len(facts.history.pending) < len(facts.declared.migrations)
    ):
        yield Finding(
            f"table {facts.schema}._yoyo_migration",
            "is gone: the yoyo CLI would apply everything again",
            "invoke sync makes it anew from our ledger",
        )
    for entry in facts.history.entries:
        if entry.state in REACTIONS:
            yield judged(entry)


def judged(entry: Entry) -> Finding:
    message, hint, severity = REACTIONS[entry.state]
    message += f", for {in_words(entry.age)}" if entry.age else ""
    return Finding(
        f"migration {entry.id}",
        message,
        hint.format(id=entry.id),
        expected="in Git" if entry.file else "not in Git",
        observed=entry.state,
        severity=severity,
    )


@check(Dimension.SCHEMA)
def snapshot(facts: Facts) -> Iterator[Finding]:
    """schema.json was made from exactly these migrations."""
    files = {file.id: file.checksum for file in facts.declared.migrations}
    recorded = facts.declared.checksums
    # the first two are told by schema.history, with another cure; the third makes the same schema
    told = facts.history.ids(State.EDITED, State.MISSING, State.REFORMATTED)
    for id in sorted(files.keys() | recorded.keys()):
        if files.get(id) != recorded.get(id) and id not in told:
            yield Finding(
                f"migration {id}",
                stale(files.get(id), recorded.get(id)),
                "invoke schema.snapshot, and commit what it writes",
            )


def stale(now: str | None, then: str | None) -> str:
    if then is None:
        return "is newer than schema.json: what it makes looks like drift"
    return (
        "is gone, and schema.json still has it"
        if now is None
        else "was edited since schema.json was made"
    )


@check(Dimension.SCHEMA)
def drift(facts: Facts) -> Iterator[Finding]:
    """Every object is as Git's migrations make it, and there is no other.

    A database that is ahead of a rolled-back release differs by what was rolled back; nobody can
    tell that from drift, so all of it is named and does not block the old release. But for what is
    allowed on Git's own objects beyond what Git allows: that only the untouched catalogue of the
    newer release explains.
    """
    if not facts.drift.compared and not facts.history.pending and facts.declared.schema.objects:
        raise CannotLook("every object is ignored by parity.toml")
    ahead = facts.history.ids(State.AHEAD)
    opened = frozenset[str]() if facts.fingerprint.untouched else facts.drift.opened
    for finding in facts.drift.findings:
        if ahead and finding.subject not in opened:
            message = f"{finding.message} (perhaps by {', '.join(ahead)})"
            yield replace(finding, severity=Severity.WARNING, message=message)
        else:
            yield finding
    yield from (stranger(role, facts.schema) for role in facts.strangers)


def stranger(role: str, schema: str) -> Finding:
    """Whoever reads all that verify reads is perhaps no role for that."""
    return Finding(
        f"role {role}",
        "may read yoyo's table, and neither a migration nor parity.toml says why: taken for a role"
        " that verifies, so what else it may read is not compared",
        f'if that is so, in parity.toml: [verify] readers = ["{split(role)[0]}"]; if not:'
        f" revoke select on all tables in schema {schema} from {role}",
        "in parity.toml",
        "a reader",
        Severity.WARNING,
    )


@check(Dimension.SCHEMA)
def system(facts: Facts) -> Iterator[Finding]:
    """Every part that parity.toml declares is made by Git; whether it is here, drift says."""
    made = facts.declared.schema.objects.keys() | seeded_rows(facts)
    for part in facts.declared.project.system_parts:
        if part not in made:
            yield Finding(
                part,
                "is declared in parity.toml, and neither a migration nor a seed makes it",
                "correct its name in parity.toml",
            )


def absent_parts(facts: Facts) -> list[str]:
    """The declared parts that are neither an object of the catalogue nor a row that is there."""
    missing = {
        change.subject
        for diff in facts.seeds
        for change in diff.changes
        if change.kind is Kind.INSERT
    }
    there = (facts.objects.keys() | seeded_rows(facts)) - missing
    return [part for part in facts.declared.project.system_parts if part not in there]


def seeded_rows(facts: Facts) -> set[str]:
    """Every row that Git declares, as a subject."""
    return {
        f"row {diff.seed.table} {label(row.key)}" for diff in facts.seeds for row in diff.seed.rows
    }


LEFT_OUT = (
    "memberships and settings of roles; owner, rights and settings of the database; objects of"
    " extensions, the schema ops, yoyo's own tables"
)


def not_looked_at(facts: Facts) -> Iterator[str]:
    """What a verdict over the schema leaves out, so that nobody takes it for more than it is."""
    if facts.drift.waiting:
        yield f"{plural(facts.drift.waiting, 'object')} that pending migrations will change"
    yield from facts.drift.ignored
    yield LEFT_OUT
