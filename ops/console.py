"""How a task talks to a person: its options, its errors, its exit code."""

import functools
import gc
import inspect
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from .errors import OpsError, SettingsError
from .output import (
    CALLER,
    FORMATS,
    PASSING,
    UNWRITTEN,
    check_format,
    check_output,
    keep,
    say,
    show,
    speak_utf8,
    summarise,
    voice,
)

os.chdir(Path(__file__).parents[1])  # where the project's files are
gc.set_threshold(100_000)  # a large schema is many small objects and no cycle: not to be searched
HERE = Path()
TASKS = {"apply": "migrate"}  # functions that are called otherwise on the command line
HELP = {
    "env": "read this file instead of .env",
    "format": " | ".join(FORMATS),
    "output": "write the report to this file as well",
    "plan": "show exactly what would run, and touch nothing",
    "backup": "take one before anything is written, read it back and count what it holds",
    "run": "the number of a run: all its phases, and all that it changed",
    "only": "some dimensions, with commas: schema, data, code, environment",
    "probe": "try behaviour as well, in transactions that are rolled back",
    "strict": "a warning is as bad as an error",
    "sql": "print the DDL that would close the differences",
    "name": "what it does, in a few words",
    "id": "a migration, by its number or its whole name; of messages the ids, with commas",
    "reason": "why the edit is harmless; it is kept",
    "until": "the last migration to adopt, by its number; else all",
    "limit": "how many at most: runs, newest first; messages, most urgent first",
    "rate": "how many messages a second at most, such as 2 or 0.5",
    "dry_run": "show what would be sent, and touch nothing",
    "error": "what stands before the colon in the error, as email.queue shows it",
    "all": "every message that failed",
    "to": "send a message to this address, through the queue",
    "allow": "a danger to allow by name (several with commas): late, deletes-data,"
    " prunes-rows, overwrites-edits, new-server",
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
        speak_utf8()
        try:
            check_format(kwargs.get("format", "terminal"))
            check_output(kwargs.get("output", ""))
            check_environments()
            body(*args, **kwargs)
        except OpsError as error:
            complain(TASKS.get(body.__name__, body.__name__), error, kwargs)
        except KeyboardInterrupt as stop:
            code = 143 if isinstance(stop, Terminated) else 130
            raise Exit("interrupted: run the same command again, it continues", code) from None
        else:
            finish(SettingsError.exit_code if UNWRITTEN else 0)
        finally:
            PASSING.clear(sys.stderr)

    return wrapper


def check_environments() -> None:
    """SettingsError where some tasks of the line name an env file, and others would read `.env`.

    `invoke sync verify --env prod.env` gives it to the last one only: it would bring the laptop to
    what Git says, and tell how production is.
    """
    given = {task.name: task.args["env"].value for task in asked() if "env" in task.args}
    named = [file for file in given.values() if file]
    silent = [name for name, file in given.items() if not file]
    if named and silent and os.environ.get("OPS_ENV_FILE") != named[0]:
        all = (f"{name} --env {shlex.quote(file or named[0])}" for name, file in given.items())
        raise SettingsError(
            f"--env {named[0]} is not for {silent[0]}: each task has its own",
            hint=f"invoke {' '.join(all)}",
        )


def asked() -> Sequence[Any]:
    """The tasks of this command line, as Invoke has parsed them."""
    from invoke.main import program

    return getattr(program, "tasks", ())


def verb(**options: Any) -> Callable[[Callable[..., None]], Any]:
    """A task that speaks plainly, with the help of each parameter that it has."""
    own = options.pop("help", {})

    def make(body: Callable[..., None]) -> Any:
        names = inspect.signature(body).parameters
        texts = {name: text for name, text in {**HELP, **own}.items() if name in names}
        return task(help=texts, auto_shortflags=False, **options)(speaks_plainly(body))

    return make


def complain(name: str, error: OpsError, given: dict[str, Any]) -> None:
    """Tell why a task could not do its work; a report that was asked for says it as well."""
    from .report import terminal

    format, told = given.get("format", "terminal"), terminal.error(error)
    text = voice(format).failure(name, error) if format in FORMATS[1:] else told
    if text is not told:
        show(text)
    keep(text, given.get("output", ""))
    if format == "github":
        summarise(voice(format).failed(name, error))
    raise Exit(told, error.exit_code) from None


def at_least(option: str, text: str, least: float) -> float:
    """The number that an option gives; none is no limit."""
    try:
        number = float(text or "inf")
    except ValueError:
        number = -1.0
    if number >= least:
        return number
    raise SettingsError(f"--{option} is a number, {least:g} or more", hint=f"--{option} 10")


def finish(code: int) -> None:
    """End the whole command line, or let the next task of it begin: `invoke sync verify`."""
    if code:
        raise Exit(code=code)


def sources(env: str) -> Any:
    """Where variables come from, before any of them is asked for."""
    from . import settings

    return settings.sources(HERE, env_file=named(env))


def named(env: str) -> str | None:
    """The file of `--env`, from where its writer stands."""
    return str(CALLER / env) if env else None


def settings(env: str) -> Any:
    from .settings import Settings

    found = Settings.load(HERE, env_file=named(env))
    for note in found.notes:
        say(note)
    return found


@contextmanager
def looking(env: str, purpose: str) -> Iterator[tuple[Any, Any, Any]]:
    """What Git declares, the settings, and a connection."""
    from . import facts
    from .database import connect

    found = settings(env)
    declared = facts.declare(HERE, found.app_env, found.environ, found.env_file)
    with connect(found.target, f"{purpose} {declared.commit.short}") as conn:
        yield found, declared, conn


def run(c: Context, module: str) -> None:
    """Run a tool of this environment, whichever Python the PATH would find."""
    show(f"$ python -m {module}")
    c.run(f"{shlex.quote(sys.executable)} -m {module}", pty=sys.stdout.isatty())


def edit(c: Context, path: Path, environ: Mapping[str, str]) -> None:
    """Open a file in the editor of whoever sits there, and wait; where nobody does, do nothing."""
    editor = environ.get("VISUAL") or environ.get("EDITOR")
    if editor and sys.stdin.isatty() and sys.stdout.isatty():
        c.run(f"{editor} {shlex.quote(str(path))}", pty=True, warn=True)
