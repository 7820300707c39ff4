"""The causes that can be found: what may be wrong, and which findings prove that it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .. import verify
from ..errors import SettingsError
from ..findings import Finding, Outcome, Severity
from ..migrate.diff import State
from ..migrate.refuse import refuse_what_cannot_run
from ..names import split
from ..phrases import plural
from ..preflight import refusals, rights_refusals, stamp_refusals
from ..seed.words import Kind
from .observed import Seen

Find = Callable[[Seen], Iterator[Finding]]
Test = Callable[[Finding], bool]

FULL = 0.9  # of the connection slots
# Where other tools keep what they have applied.
LEDGERS = {
    *("_prisma_migrations", "alembic_version", "databasechangelog", "django_migrations"),
    *("flyway_schema_history", "knex_migrations", "pgmigrations", "schema_migrations"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that may be wrong; `find` yields what proves it, and what to type."""

    about: str
    find: Find


def told(check: str, kinds: str = "", which: Test = lambda _: True) -> Find:
    """The findings of a check, of all when it is empty, about some kinds of subject."""

    def find(seen: Seen) -> Iterator[Finding]:
        for result in seen.report.results:
            for finding in result.findings if check in ("", result.check) else ():
                if kind(finding) in (kinds.split() or [kind(finding)]) and which(finding):
                    yield finding

    return find


def kind(finding: Finding) -> str:
    return finding.subject.partition(" ")[0]


def blind(*checks: str, denied: bool = False) -> Find:
    """The checks that could not look, of all when none is named; those for want of a right, or all.

    Where a right is wanting, preflight says which; else something is not there to be looked at.
    """

    def find(seen: Seen) -> Iterator[Finding]:
        for result in seen.report.results:
            wanted = result.outcome is Outcome.BROKEN and result.check in (checks or [result.check])
            by_rights = "may not" in result.note or "row security" in result.note
            if wanted and by_rights >= denied:
                hint = "invoke schema.diff --sql" if checks else "invoke verify"
                message = f"could not look: {result.note}"
                preflight = "invoke preflight"
                yield Finding(f"check {result.check}", message, preflight if by_rights else hint)

    return find


def standing(*states: State) -> Find:
    """The migrations that stand so."""
    return told("schema.history", "migration", lambda finding: finding.observed in states)


WAITS = standing(State.PENDING, State.LATE, State.FAILED, State.INTERRUPTED)
moved = told("environment.stamp", "schema")


def rewound(seen: Seen) -> Iterator[Finding]:
    """What waits to be applied in a database that was restored: its data went back with it."""
    return (finding for finding in WAITS(seen) if any(moved(seen)))


def rows(*kinds: Kind, texts: bool = False) -> Find:
    """The rows of seeds/ that are so; of those that are mail, if `texts`: they have a subject."""

    def find(seen: Seen) -> Iterator[Finding]:
        for diff in seen.facts.seeds:
            for change in () if diff.absent else diff.changes:
                if change.kind in kinds and (not texts or "subject" in diff.seed.owned):
                    yield verify.data.judged(change, seen.facts.declared.app_env)

    return find


def is_missing(finding: Finding) -> bool:
    return finding.message.startswith("missing here")


def is_surplus(finding: Finding) -> bool:
    return finding.message.startswith("not in Git")


def variable(prefix: str) -> Find:
    """What is wrong with some variables, or with how the code calls them."""
    begins = f"variable {prefix}" if prefix else ""
    finds = [
        told(check, which=lambda finding: finding.subject.startswith(begins))
        for check in ("environment.variables", "environment.code")
    ]
    return lambda seen: (finding for find in finds for finding in find(seen))


def links(seen: Seen) -> Iterator[Finding]:
    """What is wrong with the addresses that others are sent to."""
    names = {f"variable {v.name}" for v in seen.facts.declared.variables if v.kind == "url"}
    return told("environment.variables", which=lambda f: f.subject in names)(seen)


def queue(expected: str) -> Find:
    return told("", "email", lambda finding: finding.expected.startswith(expected))


def mail_server(seen: Seen) -> Iterator[Finding]:
    """Where the way to the mail server ended, and the stages before."""
    if (went := seen.mail) and (problem := went.problem):
        passed = f"; {', '.join(went.passed)} passed" if went.passed else ""
        lasting = went.required and not problem.for_now
        yield Finding(
            f"email {went.relay}",
            f"{problem.stage} failed: {problem.reason}{passed}",
            problem.hint,
            severity=Severity.ERROR if lasting else Severity.WARNING,
        )


mail_unseen = blind(f"data.{verify.email.email_queue.__name__}")


def there_already(seen: Seen) -> Iterator[Finding]:
    """The last run failed because something was made before, by hand or by a later backup."""
    for finding in told("code.last_run", which=lambda f: "already exists" in f.message)(seen):
        for id in seen.facts.history.ids(State.FAILED):
            hint = (
                f"if it is as Git has it: invoke migrate.baseline --until {id} (it compares);"
                " else take it away, or write the migration for it; then: invoke sync"
            )
            yield replace(finding, subject=f"migration {id}", hint=hint)


def unadopted(seen: Seen) -> Iterator[Finding]:
    """The tables are here and no record of their migrations: a sync would make them again."""
    facts = seen.facts
    git, here = facts.declared.schema.objects, facts.objects
    tables = [name for name in git if name.startswith("table ") and name in here]
    if tables and len(facts.history.pending) == len(facts.history.entries):
        yield Finding(
            f"database {facts.server.database}",
            f"holds {plural(len(tables), 'table')} that the migrations make, and records none of"
            " them as applied: a sync would fail",
            "invoke migrate.baseline (it compares first, and says what is not as the migrations"
            " make it); then: invoke sync",
        )


def unrunnable(seen: Seen) -> Iterator[Finding]:
    """What waits and would be refused before it is begun: it is empty, or ends its transaction."""
    for file in seen.facts.history.pending:
        try:
            refuse_what_cannot_run(file)
        except SettingsError as error:
            yield Finding(f"migration {file.id}", f"cannot be run: {error}", error.hint)


def other_tools(seen: Seen) -> Iterator[Finding]:
    """The ledgers of other migration tools, which may migrate here as well."""
    for finding in told("schema.drift", "table", is_surplus)(seen):
        name = finding.subject.removeprefix("table ")
        if split(name)[-1] in LEDGERS:
            hint = (
                "let only one of them migrate here; then leave its table out, in parity.toml:"
                f' [[ignore]] pattern = "{finding.subject}", and its reason'
            )
            yield replace(finding, hint=hint)


denied = told("code.last_run", which=lambda f: "permission denied" in f.message)


def rights(seen: Seen) -> Iterator[Finding]:
    """What our role may not do here, and a sync needs."""
    for reason in rights_refusals(seen.facts):
        yield Finding(f"role {seen.facts.server.user}", str(reason), reason.hint)


def unwritable(seen: Seen) -> Iterator[Finding]:
    """A server that nobody could bring into parity: a replica, one that only reads, an old one."""
    others = {str(r) for r in (*stamp_refusals(seen.facts), *rights_refusals(seen.facts))}
    for reason in refusals(seen.facts):
        if str(reason) not in others:
            yield Finding(f"database {seen.facts.server.database}", str(reason), reason.hint)


def search_path(seen: Seen) -> Iterator[Finding]:
    return (finding for finding in rights(seen) if seen.facts.server.schema is None)


def held(seen: Seen) -> Iterator[Finding]:
    if holder := seen.holder:
        yield Finding(
            f"session {holder.pid}",
            f"migrates now, and any other run waits: {holder}",
            f"let it finish; if it hangs: select pg_terminate_backend({holder.pid})",
        )


def pooler(seen: Seen) -> Iterator[Finding]:
    if seen.pooled:
        yield Finding(
            "session ours",
            "goes through a pooler: a lock means nothing there, and sync refuses to run",
            "set DIRECT_DATABASE_URL to the address of the server itself",
        )


def crowd(seen: Seen) -> Iterator[Finding]:
    if seen.taken >= FULL * seen.slots:
        yield Finding(
            f"database {seen.facts.server.database}",
            f"{seen.taken} of {seen.slots} connection slots of its server are taken",
            "stop some clients, or put a pool before them: select application_name, state,"
            " count(*) from pg_stat_activity group by 1, 2",
            severity=Severity.WARNING,
        )


def nothing(_: Seen) -> Iterator[Finding]:
    """What is proved by having come here: the causes of a connection that fails."""
    return iter(())
