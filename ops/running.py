"""How a task that acts is run: under the lock, told phase by phase, and ended."""

import functools
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from invoke.exceptions import Exit

from .console import finish, looking
from .errors import Refused, SettingsError
from .output import FORMATS, emit, keep, paint, report, say, show

PLANS = FORMATS[:2]  # what a plan can be told in
RUNS = 20  # that a page lists


def last_runs(conn: Any, format: str) -> tuple[tuple[Any, ...], ...]:
    """What was done here before, for the one format that has room for it; nothing if unreadable."""
    import psycopg

    from .history import read
    from .report.runs import HEADERS, cells

    if format == "html":
        with suppress(psycopg.Error, Refused):
            rows = cells(read(conn, RUNS))
            return (HEADERS, *rows) if rows else ()
    return ()


def perform(
    name: str, allow: str, format: str, output: str, env: str, backup: bool = False
) -> None:
    """Run the phases of a task under the deploy lock, telling each as it ends."""
    from . import sync as act
    from .lock import deploy_lock

    began, dangers, lines = time.monotonic(), act.allowed(allow), list[str]()
    tell = functools.partial(tell_phase, lines) if format == "terminal" else lambda *_: None
    with (
        looking(env, name) as (found, declared, conn),
        deploy_lock(conn, declared.project.lock_wait, say),
    ):
        state = act.Sync(conn, declared, found.target, dangers, say, tell, name, backup)
        act.run(state)
        runs = last_runs(conn, format)
    if state.facts is None:
        raise state.error
    verdict = replace(act.verdict(state, time.monotonic() - began), runs=runs)
    conclude(state, verdict, lines, format, output)


def tell_phase(lines: list[str], state: Any, number: int, phase: Any) -> None:
    """A phase that ended, as a line; above the first, where it is. The lines are kept."""
    from .report import terminal

    if number == 1 and state.facts:
        lines.append(terminal.header(state.facts.place(state.target)) + "\n")
        show(lines[-1])
    lines.append(terminal.phase(number, phase))
    paint(lines[-1])


def conclude(state: Any, verdict: Any, lines: list[str], format: str, output: str) -> None:
    """The end of a run: the differences that are left, or why it stopped; and the exit code."""
    from . import sync as act
    from .report import terminal

    stopped = terminal.stopped(act.undone(state), state.error) if state.error else ""
    if format != "terminal":
        report(verdict, format, output)
    else:
        if told := terminal.ending(verdict):
            lines.append("\n" + told)
            paint(lines[-1])
        keep("\n".join([*lines, stopped]), output)
    if state.error:
        raise Exit(stopped, state.error.exit_code)
    finish(0 if verdict.report.in_parity or verdict.task != "sync" else 1)


def show_plan(
    name: str, allow: str, format: str, output: str, env: str, backup: bool = False
) -> None:
    from .report import json, terminal
    from .sync import allowed
    from .sync.plan import plan

    if format not in PLANS:
        raise SettingsError(
            f"a plan is no verdict, and has no form as {format}",
            hint=f"invoke {name} --plan --format json",
        )
    with looking(env, "plan") as (_, declared, conn):
        intended = plan(conn, declared, allowed(allow), name, backup=backup)
    emit(json.plan(name, intended) if format == "json" else terminal.plan(intended), output)


@contextmanager
def changing(name: str, env: str) -> Iterator[tuple[Any, Any, Any]]:
    """A connection with the deploy lock, the facts, and the run under which the act is recorded."""
    from . import history
    from .lock import deploy_lock
    from .migrate.record import Run
    from .preflight import permit_writing
    from .reading import gather
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
