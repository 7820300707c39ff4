"""How a task talks to a person: its options, its two streams, its errors, its exit code."""

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

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from .errors import OpsError, SettingsError

CALLER = Path.cwd()  # where `--output` and `--env` are meant
os.chdir(Path(__file__).parents[1])  # where the project's files are
HERE = Path()
FORMATS = ("terminal", "json")
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
    from .report import json, terminal

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
    from .settings import Settings

    return Settings.load(HERE, env_file=str(CALLER / env) if env else None)


@contextmanager
def looking(env: str, purpose: str) -> Iterator[tuple[Any, Any, Any]]:
    """What Git declares, the settings, and a connection."""
    from . import facts
    from .database import connect

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
    from .report import json, terminal

    return {"terminal": terminal.render, "json": json.render}[format](verdict)


def perform(name: str, allow: str, format: str, output: str, env: str) -> None:
    """Run the phases of a task under the deploy lock, telling each as it ends."""
    from . import sync as act
    from .database import deploy_lock
    from .report import terminal

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
    from . import sync as act
    from .report import json, terminal

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
    from .report import json, terminal
    from .sync import allowed
    from .sync.plan import plan

    with looking(env, "plan") as (_, declared, conn):
        intended = plan(conn, declared, allowed(allow), name)
    emit(json.plan(name, intended) if format == "json" else terminal.plan(intended), output)


@contextmanager
def changing(name: str, env: str) -> Iterator[tuple[Any, Any, Any]]:
    """A connection with the deploy lock, the facts, and the run under which the act is recorded."""
    from . import history
    from .database import deploy_lock
    from .facts import gather
    from .migrate.record import Run
    from .preflight import permit_writing
    from .sync.phases import limits, prepare

    with (
        looking(env, name) as (_, declared, conn),
        deploy_lock(conn, declared.project.lock_wait, say),
    ):
        facts = gather(conn, declared, whole=True)
        permit_writing(facts)
        prepare(conn, facts)
        with history.recorded(conn, name, declared.app_env, declared.commit) as number:
            yield conn, facts, Run(number, facts.schema, declared.commit.hex, limits(declared))


def run(c: Context, module: str) -> None:
    """Run a tool of this environment, whichever Python the PATH would find."""
    show(f"$ python -m {module}")
    c.run(f"{shlex.quote(sys.executable)} -m {module}", pty=sys.stdout.isatty())
