"""May we begin? Every reason against it, found before anything is written."""

from collections.abc import Iterator, Sequence

from .environment.diff import refuse_unfit
from .errors import Refused
from .facts import Facts
from .history import wrong_stamp
from .migrate.apply import refuse_unsafe
from .migrate.dangers import DELETES, dangers
from .migrate.declared import shown
from .seed.fit import check_types
from .seed.source import shown as seed_file
from .seed.words import EDITS, SeedDiff
from .verify.environment import OLDEST
from .verify.words import in_words


def refusals(facts: Facts) -> Iterator[Refused]:
    """What this server, this role or this environment lacks for a sync."""
    server = facts.server
    if server.version_number < OLDEST:
        yield Refused(f"PostgreSQL {server.version} is older than 14", hint="upgrade the server")
    if server.in_recovery:
        yield Refused("this server is a read replica", hint="set DATABASE_URL to the primary")
    if server.read_only:
        yield Refused(
            f"{server.user} only reads here: default_transaction_read_only is on",
            hint=f'alter database "{server.database}" reset default_transaction_read_only',
        )
    yield from stamp_refusals(facts)
    yield from rights_refusals(facts)


def stamp_refusals(facts: Facts) -> Iterator[Refused]:
    here, told = facts.past.stamp, facts.declared.app_env
    if here and here != told:
        yield wrong_stamp(here, told)


def rights_refusals(facts: Facts) -> Iterator[Refused]:
    """What our role may not do here, and a sync needs."""
    yield from creating_refusals(facts)
    yield from recording_refusals(facts)


def creating_refusals(facts: Facts) -> Iterator[Refused]:
    server = facts.server
    if server.schema is None:
        yield Refused(
            "no schema of the search path exists here",
            hint="create it, or correct schema= in DATABASE_URL",
        )
    if not facts.has_ops and not server.may_create_schema:
        yield Refused(
            f"{server.user} may not create a schema in database {server.database}",
            hint=f'as its owner: grant create on database "{server.database}" to "{server.user}"',
        )
    if (facts.history.pending or not facts.has_yoyo) and not server.may_create_tables:
        yield Refused(
            f"{server.user} may not create tables in schema {facts.schema}"
            " (PostgreSQL 15 and later give that to nobody)",
            hint=f'as its owner: grant create on schema "{facts.schema}" to "{server.user}"',
        )


def recording_refusals(facts: Facts) -> Iterator[Refused]:
    user, theirs = facts.server.user, facts.has_ops and not facts.fingerprint.may_mark
    if theirs and facts.must_renew_records:
        yield Refused(
            f"schema ops is of an older version, and {user} does not own it",
            hint="run this once as the role that ran the first sync",
        )
    kept = sorted({*facts.unreadable, *facts.unwritable})
    if theirs and {"ops.runs", "ops.ledger"} & {*kept}:
        yield Refused(
            f"{user} may not write what a sync records: schema ops is another role's",
            hint="connect as the role that ran the first sync",
        )
        return
    for name in kept:
        yield Refused(
            f"{user} may not read and write {name}",
            hint=f'grant select, insert, update, delete on {name} to "{user}"',
        )


def permit(facts: Facts, allow: frozenset[str], *, backup: bool = False) -> None:
    """Raise Refused with every reason against a sync, or SettingsError for a file that is wrong."""
    permit_writing(facts)
    refuse_unsafe(facts.history, allow)
    refuse_destruction(facts, allow, backup)
    check_types(tuple(diff.seed for diff in facts.seeds), facts.columns_in_git)


def refuse_bad_environment(facts: Facts) -> None:
    """A deploy that cannot work must not migrate: every variable that is wrong, at once."""
    declared = facts.declared
    refuse_unfit(declared.variables, declared.environ, declared.app_env)


def permit_writing(facts: Facts) -> None:
    """Raise Refused with every reason against writing anything here."""
    reasons = list(refusals(facts))
    if reasons:
        hints = "\n".join(reason.hint for reason in reasons)
        raise Refused("\n".join(map(str, reasons)), hint=hints)


def refuse_destruction(facts: Facts, allow: frozenset[str], backup: bool) -> None:
    """In production a migration that destroys data runs only when that is allowed by name.

    Where parity.toml requires it, a backup is taken first, too.
    """
    required = facts.declared.project.backup.required == "destructive" and not backup
    if facts.declared.app_env != "production" or (DELETES in allow and not required):
        return
    wanting = ", and parity.toml requires a backup before that" if required else ""
    for file in facts.history.pending:
        for danger in dangers(file):
            if danger.name == DELETES:
                raise Refused(
                    f"{shown(file.path)}:{danger.line}: {danger.why}{wanting}",
                    hint=f"invoke sync --backup --allow {DELETES}",
                )


def refuse_edits(diffs: Sequence[SeedDiff], allow: frozenset[str]) -> None:
    """Raise Refused rather than write over what somebody edited here, where that is not allowed."""
    guarded = [change for diff in diffs for change in diff.changes if change.guarded]
    if guarded and EDITS not in allow:
        files = ", ".join(dict.fromkeys(seed_file(change.seed.path) for change in guarded))
        raise Refused(
            "\n".join(
                f"{change.subject} is not overwritten unasked: {in_words(change.guarded)}"
                for change in guarded
            ),
            hint=f"write what is here into {files};"
            f" or take what Git has: invoke sync --allow {EDITS}",
        )
