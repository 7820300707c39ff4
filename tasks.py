"""What a person can do here; `invoke --list` shows it. A task parses, calls, prints and exits."""

import time

from invoke import Collection, Context, task

from ops.console import (
    HERE,
    changing,
    emit,
    finish,
    looking,
    perform,
    rendered,
    run,
    say,
    settings,
    show,
    show_plan,
    verb,
)
from ops.errors import Locked, SettingsError

LAYERS = "pytest -q tests/test_layout.py"


# --- the two that matter


@verb()
def verify(
    c: Context,
    only: str = "",
    strict: bool = False,
    format: str = "terminal",
    output: str = "",
    env: str = "",
) -> None:
    """Say whether this environment is what Git says, and where not. Read-only; exit 0 or 1."""
    from ops import verify as judge
    from ops.facts import gather
    from ops.findings import Severity, Verdict

    began, wanted = time.monotonic(), judge.dimensions(only)
    with looking(env, "verify") as (found, declared, conn):
        facts = gather(conn, declared)
    report = judge.run(facts, wanted)
    elapsed, looked_at = round((time.monotonic() - began) * 1000), judge.looked_at(facts, wanted)
    verdict = Verdict("verify", facts.place(found.target), report, elapsed, looked_at=looked_at)
    emit(rendered(verdict, format), output)
    good = report.in_parity and not (strict and report.count(Severity.WARNING))
    finish(0 if good else 1)


@verb()
def sync(
    c: Context,
    plan: bool = False,
    allow: str = "",
    format: str = "terminal",
    output: str = "",
    env: str = "",
) -> None:
    """Bring this environment to what Git says, in six phases; then verify. Idempotent."""
    (show_plan if plan else perform)("sync", allow, format, output, env)


# --- local set-up


@verb()
def up(c: Context) -> None:
    """Set up a developer's machine: embedded PostgreSQL, .env, then sync and verify."""
    from ops import local
    from ops.settings import environment

    for line in local.up(HERE, environment(HERE)[0]):
        show(line)
    show("")
    sync(c)
    show("")
    verify(c)


@verb()
def down(c: Context) -> None:
    """Stop the PostgreSQL that `up` started; its data stays."""
    from ops import local

    show(
        "PostgreSQL stopped; its data stays in .local/"
        if local.down(HERE)
        else "nothing was running"
    )


@verb()
def preflight(c: Context, env: str = "") -> None:
    """May a sync begin: settings, connection, server, rights, stamp, who holds the lock."""
    from ops import preflight as judge
    from ops.database import holder, refuse_pooler
    from ops.facts import gather
    from ops.report import terminal

    with looking(env, "preflight") as (found, declared, conn):
        facts = gather(conn, declared)
        show(terminal.header(facts.place(found.target)) + "\n")
        held = holder(conn)
        show(f"lock         {held or 'nobody is migrating'}")
        show(f"migrations   {len(facts.history.pending)} pending of {len(declared.migrations)}")
        refuse_pooler(conn)
        judge.permit(facts, frozenset())
        judge.refuse_bad_environment(facts)
        if held:
            raise Locked("a sync would have to wait", hint="let it finish: invoke preflight")
        show("a sync may begin: invoke sync")


# --- migrations


@verb(default=True)
def apply(
    c: Context,
    plan: bool = False,
    allow: str = "",
    format: str = "terminal",
    output: str = "",
    env: str = "",
) -> None:
    """Apply the pending migrations, and nothing else."""
    (show_plan if plan else perform)("migrate", allow, format, output, env)


@verb()
def status(c: Context, env: str = "") -> None:
    """Every migration and where it stands."""
    from ops.facts import gather
    from ops.report import tables

    with looking(env, "status") as (_, declared, conn):
        show(tables.migrations(gather(conn, declared).history))


@verb()
def new(c: Context, name: str) -> None:
    """Write the next migration's files, to be filled in."""
    from ops.migrate.declared import create

    for path in create(HERE / "migrations", name):
        show(f"wrote {path}")
    show("fill them in, then: invoke schema.snapshot")


@verb()
def accept(c: Context, id: str, reason: str = "", env: str = "") -> None:
    """Record that an edited, applied migration may be what it is now."""
    from ops import amend

    with changing("migrate.accept", env) as (conn, facts, _):
        show(f"{amend.accept(conn, facts, id, reason)}: the file is accepted as it is now")


@verb()
def baseline(c: Context, until: str = "", env: str = "") -> None:
    """Adopt a database that exists: mark migrations as applied, if its schema is theirs."""
    from ops import amend

    with changing("migrate.baseline", env) as (conn, facts, run):
        for id in amend.baseline(conn, facts, until, run):
            show(f"{id}: declared as applied, never executed")


@verb()
def rollback(c: Context, env: str = "") -> None:
    """Undo the last migration by its rollback file. Local and test only."""
    from ops import amend

    with changing("migrate.rollback", env) as (conn, facts, run):
        show(amend.rollback(conn, facts, run.limits))


@verb()
def reset(c: Context, env: str = "") -> None:
    """Empty the database and sync it anew. Local and test only."""
    from ops import amend
    from ops.database import deploy_lock
    from ops.facts import gather

    with looking(env, "reset") as (_, declared, conn), deploy_lock(conn, 0, say):
        amend.reset(conn, gather(conn, declared, whole=True))
    sync(c, env=env)


# --- schema


@verb()
def snapshot(c: Context) -> None:
    """Write schema.json and checksums.txt from a rehearsal on an empty database."""
    from ops import embedded, rehearsal
    from ops.migrate import declared
    from ops.settings import environment

    files = declared.read(HERE / "migrations")
    with embedded.temporary(environment(HERE)[0].get("POSTGRES_BIN")) as server:
        made = rehearsal.rehearse(server.url, files, say)
    changed = rehearsal.write(HERE / "migrations", files, made)
    show(f"{len(files)} migrations make {len(made.objects)} objects")
    show("\n".join(f"wrote {name}" for name in changed) or "schema.json was up to date")


@verb()
def diff(c: Context, sql: bool = False, env: str = "") -> None:
    """The live schema against Git's."""
    from ops.drift.ddl import repair
    from ops.facts import drift_terms, gather

    if not sql:
        return verify(c, only="schema", env=env)
    with looking(env, "diff") as (_, declared, conn):
        facts = gather(conn, declared)
    terms = drift_terms(declared, facts.history)
    ddl = repair(declared.schema, facts.objects, **terms).rstrip()
    head = '-- read it, then run it: psql "$DATABASE_URL" -1 -v ON_ERROR_STOP=1 -f FILE\n'
    return show(head + ddl if ddl else "-- no difference")


# --- system data, environment, records


@verb()
def seed(
    c: Context,
    plan: bool = False,
    allow: str = "",
    format: str = "terminal",
    output: str = "",
    env: str = "",
) -> None:
    """Deliver the rows of seeds/, and nothing else."""
    (show_plan if plan else perform)("seed", allow, format, output, env)


@verb()
def roles(c: Context, env: str = "") -> None:
    """The system roles, as they are and whether that is as in Git."""
    show_rows("roles.toml", env)


@verb()
def templates(c: Context, env: str = "") -> None:
    """The notification templates, as they are and whether that is as in Git."""
    show_rows("templates.toml", env)


def show_rows(file: str, env: str) -> None:
    from ops.facts import gather
    from ops.report import tables
    from ops.seed.show import table

    with looking(env, "rows") as (_, declared, conn):
        facts = gather(conn, declared)
    found = [diff for diff in facts.seeds if diff.seed.path.name == file]
    if not found:
        raise SettingsError(f"there is no seeds/{file}", hint="invoke seed --plan shows what is")
    show(tables.table(*table(found[0])))


@verb()
def environment(c: Context, env: str = "") -> None:
    """Every variable of .env.example: whether it is needed here, set, and as it must be."""
    from ops.environment.declared import read
    from ops.environment.diff import judge
    from ops.report import tables

    found, declared = settings(env), read(HERE / ".env.example")
    findings = judge(declared, found.environ, found.app_env)
    show(tables.variables(declared, found.environ, found.app_env, findings))


@verb(name="history")
def show_history(c: Context, limit: str = "10", env: str = "") -> None:
    """What was done here, when, by whom, from which commit, and how it ended."""
    from ops.history import read
    from ops.report import tables

    if not limit.isdecimal() or int(limit) < 1:
        raise SettingsError("--limit is a number of runs, 1 or more", hint="invoke history")
    with looking(env, "history") as (_, _, conn):
        headers, rows = read(conn, int(limit))
    show(tables.table(headers, rows) if rows else "nothing was done here yet: invoke sync")


# --- the project itself


@task
def test(c: Context) -> None:
    """The tests, in parallel, on a real PostgreSQL."""
    run(c, "pytest -q -n auto")


@verb()
def check(c: Context) -> None:
    """Lint, types and layers; the migrations, rehearsed twice and held against main."""
    for command in ("ruff check .", "ruff format --check .", "mypy", LAYERS):
        run(c, command)
    check_migrations()


def check_migrations() -> None:
    """Everything that can be said of the migrations before they are merged."""
    from ops import check as judge
    from ops import embedded
    from ops.findings import Severity
    from ops.report import github, terminal
    from ops.settings import environment

    environ = environment(HERE)[0]
    with embedded.temporary(environ.get("POSTGRES_BIN")) as server:
        found = judge.run(HERE, server.url, say)
    show(terminal.complaints(found) or "the migrations are fit to be merged")
    if found and environ.get("GITHUB_ACTIONS"):
        show(github.github(found))
    finish(int(any(finding.severity is Severity.ERROR for finding in found)))


namespace = Collection(
    up, down, preflight, sync, verify, seed, roles, templates, show_history, test, check
)
namespace.add_task(environment, name="env")  # type: ignore[arg-type]
namespace.add_collection(
    Collection("migrate", apply, status, new, accept, baseline, rollback, reset)
)
namespace.add_collection(Collection("schema", snapshot, diff))
