"""What a person can do here; `invoke --list` shows it. A task parses, calls, prints and exits."""

import functools
import inspect
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from invoke import Collection, Context, Exit, task

from ops.errors import Locked, OpsError, SettingsError

CALLER = Path.cwd()  # where `--output` and `--env` are meant
os.chdir(Path(__file__).parent)  # where the project's files are
HERE = Path()
FORMATS = ("terminal", "json")
LAYERS = "pytest -q tests/test_layout.py"
TASKS = {"apply": "migrate"}  # functions that are called otherwise on the command line
HELP = {
    "env": "read this file instead of .env",
    "format": "terminal | json",
    "output": "write the report to this file as well",
    "plan": "show exactly what would run, and touch nothing",
    "only": "some dimensions, with commas: schema, data, code, environment",
    "strict": "a warning is as bad as an error",
    "sql": "print the DDL that would close the differences",
    "name": "what it does, in a few words",
    "id": "a migration, by its number or its whole name",
    "reason": "why the edit is harmless; it is kept",
    "until": "the last migration to adopt, by its number; else all",
    "limit": "how many runs, newest first",
    "allow": "a danger to allow by name (several with commas): late, deletes-data,"
    " prunes-rows, new-server",
}


class Terminated(KeyboardInterrupt):
    """SIGTERM, as an exception: psycopg cancels the statement, `finally` blocks run."""


def terminate(*_: Any) -> None:
    raise Terminated


def speaks_plainly(body: Callable[..., None]) -> Callable[..., None]:
    """Show an expected error as two lines, an interruption as one; a bug stays a traceback."""

    @functools.wraps(body)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        signal.signal(signal.SIGTERM, terminate)
        try:
            check_format(kwargs.get("format", "terminal"))
            check_output(kwargs.get("output", ""))
            body(*args, **kwargs)
        except OpsError as error:
            complain(TASKS.get(body.__name__, body.__name__), error, kwargs)
        except KeyboardInterrupt as stop:
            code = 143 if isinstance(stop, Terminated) else 130
            raise Exit("interrupted: run the same command again, it continues", code) from None

    return wrapper


def verb(**options: Any) -> Callable[[Callable[..., None]], Any]:
    """A task that speaks plainly, with the help of each parameter that it has."""

    def make(body: Callable[..., None]) -> Any:
        names = inspect.signature(body).parameters
        texts = {name: text for name, text in HELP.items() if name in names}
        return task(help=texts, auto_shortflags=False, **options)(speaks_plainly(body))

    return make


def check_format(format: str) -> None:
    if format not in FORMATS:
        raise SettingsError(
            f"there is no format {format!r}", hint=f"--format {' | '.join(FORMATS)}"
        )


def check_output(output: str) -> None:
    """Before any work: a report that cannot be kept is a mistake of the command line."""
    if output and ((CALLER / output).is_dir() or not (CALLER / output).parent.is_dir()):
        raise SettingsError(
            f"cannot write {output}: no such folder, or a folder itself",
            hint="give a file in a folder that exists",
        )


def complain(name: str, error: OpsError, given: dict[str, Any]) -> None:
    """Tell why a task could not do its work; a report that was asked for says it as well."""
    from ops.report import json, terminal

    text = terminal.error(error)
    if given.get("format") == "json":
        text = json.failure(name, error)
        show(text)
    keep(text, given.get("output", ""))
    raise Exit(terminal.error(error), error.exit_code) from None


def finish(code: int) -> None:
    """End the whole command line, or let the next task of it begin: `invoke sync verify`."""
    if code:
        raise Exit(code=code)


def say(text: str) -> None:
    """Progress: on stderr, so that stdout holds the report and nothing else."""
    print(text, file=sys.stderr, flush=True)


def settings(env: str) -> Any:
    from ops.settings import Settings

    return Settings.load(HERE, env_file=str(CALLER / env) if env else None)


@contextmanager
def looking(env: str, purpose: str) -> Iterator[tuple[Any, Any, Any]]:
    """What Git declares, the settings, and a connection."""
    from ops import facts
    from ops.database import connect

    found = settings(env)
    declared = facts.declare(HERE, found.app_env, found.environ)
    with connect(found.target, f"{purpose} {declared.commit.short}") as conn:
        yield found, declared, conn


def show(text: str) -> None:
    """One line more on stdout. Its reader may have left, its disk be full: the work goes on."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  # open until the process ends


def emit(text: str, output: str) -> None:
    show(text)
    keep(text, output)


def keep(text: str, output: str) -> None:
    """Write a report to a file too; what was done stands, whether or not it can be written."""
    if output:
        try:
            (CALLER / output).write_text(text + "\n", "utf-8")
        except OSError as error:
            say(f"could not write {output}: {error.strerror}")


def rendered(verdict: Any, format: str) -> str:
    from ops.report import json, terminal

    return {"terminal": terminal.render, "json": json.render}[format](verdict)


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


def perform(name: str, allow: str, format: str, output: str, env: str) -> None:
    """Run the phases of a task under the deploy lock, telling each as it ends."""
    from ops import sync as act
    from ops.database import deploy_lock
    from ops.report import terminal

    began, dangers, lines = time.monotonic(), act.allowed(allow), list[str]()
    with (
        looking(env, name) as (found, declared, conn),
        deploy_lock(conn, declared.project.lock_wait, say),
    ):

        def tell(number: int, phase: Any) -> None:
            if format == "terminal":
                if number == 1 and state.facts:
                    lines.append(terminal.header(state.facts.place(found.target)) + "\n")
                    show(lines[-1])
                lines.append(terminal.phase(number, phase))
                show(lines[-1])

        state = act.Sync(conn, declared, found.target, dangers, say, tell, task=name)
        act.run(state)
    conclude(state, time.monotonic() - began, lines, format, output)


def conclude(state: Any, seconds: float, lines: list[str], format: str, output: str) -> None:
    """The end of a run: the differences that are left, or why it stopped; and the exit code."""
    from ops import sync as act
    from ops.report import json, terminal

    if state.facts is None:
        raise state.error
    verdict = act.verdict(state, seconds)
    if format == "json":
        emit(json.render(verdict), output)
    elif told := terminal.ending(verdict):
        show("\n" + told)
        lines.append("\n" + told)
    stopped = terminal.stopped(act.undone(state), state.error) if state.error else ""
    if format != "json":
        keep("\n".join([*lines, stopped]), output)
    if state.error:
        raise Exit(stopped, state.error.exit_code)
    finish(0 if verdict.report.in_parity or verdict.task != "sync" else 1)


def show_plan(name: str, allow: str, format: str, output: str, env: str) -> None:
    from ops.report import json, terminal
    from ops.sync import allowed
    from ops.sync.plan import plan

    with looking(env, "plan") as (_, declared, conn):
        intended = plan(conn, declared, allowed(allow), name)
    emit(json.plan(name, intended) if format == "json" else terminal.plan(intended), output)


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
        amend.reset(conn, gather(conn, declared))
    sync(c, env=env)


@contextmanager
def changing(name: str, env: str) -> Iterator[tuple[Any, Any, Any]]:
    """A connection with the deploy lock, the facts, and the run under which the act is recorded."""
    from ops import history
    from ops.database import deploy_lock
    from ops.facts import gather
    from ops.migrate.apply import Run
    from ops.preflight import permit_writing
    from ops.sync.phases import limits, prepare

    with (
        looking(env, name) as (_, declared, conn),
        deploy_lock(conn, declared.project.lock_wait, say),
    ):
        facts = gather(conn, declared)
        permit_writing(facts)
        prepare(conn, facts)
        with history.recorded(conn, name, declared.app_env, declared.commit) as number:
            yield conn, facts, Run(number, facts.schema, declared.commit.hex, limits(declared))


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


def run(c: Context, module: str) -> None:
    """Run a tool of this environment, whichever Python the PATH would find."""
    show(f"$ python -m {module}")
    c.run(f"{shlex.quote(sys.executable)} -m {module}", pty=sys.stdout.isatty())


namespace = Collection(
    up, down, preflight, sync, verify, seed, roles, templates, show_history, test, check
)
namespace.add_task(environment, name="env")  # type: ignore[arg-type]
namespace.add_collection(
    Collection("migrate", apply, status, new, accept, baseline, rollback, reset)
)
namespace.add_collection(Collection("schema", snapshot, diff))
