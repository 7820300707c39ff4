"""The two that matter, what they are made of, and the probes."""

import time
from dataclasses import replace
from typing import Any

from invoke.context import Context

from ..console import HERE, finish, looking, verb
from ..errors import SettingsError
from ..output import emit, report, show
from ..running import last_runs, perform, show_plan


@verb()
def verify(
    c: Context,
    only: str = "",
    probe: bool = False,
    strict: bool = False,
    format: str = "terminal",
    output: str = "",
    env: str = "",
) -> None:
    """Say whether this environment is what Git says, and where not. Read-only; exit 0 or 1."""
    from .. import verify as judge
    from ..findings import Severity, Verdict
    from ..reading import gather

    began, wanted = time.monotonic(), judge.dimensions(only)
    with looking(env, "verify") as (found, declared, conn):
        facts = gather(conn, declared)
        facts = tried(conn, facts) if probe else facts
        runs = last_runs(conn, format)
    seen, place = judge.run(facts, wanted), facts.place(found.target)
    elapsed, looked_at = round((time.monotonic() - began) * 1000), judge.looked_at(facts, wanted)
    report(Verdict("verify", place, seen, elapsed, looked_at=looked_at, runs=runs), format, output)
    good = seen.in_parity and not (strict and seen.count(Severity.WARNING))
    finish(0 if good else 1)


@verb()
def probe(c: Context, format: str = "terminal", output: str = "", env: str = "") -> None:
    """Try what should work after a deploy, and roll it back: exit 0 if all of it does, else 1."""
    from ..findings import Verdict
    from ..reading import gather
    from ..report import probes
    from ..verify import behaviour

    began = time.monotonic()
    with looking(env, "probe") as (found, declared, conn):
        facts = tried(conn, gather(conn, declared))
    seen, elapsed = behaviour.report(facts), round((time.monotonic() - began) * 1000)
    looked_at = behaviour.looked_at(facts)
    verdict = Verdict("probe", facts.place(found.target), seen, elapsed, looked_at=looked_at)
    if format == "terminal":
        emit(probes.render(verdict, behaviour.seen(facts)), output)
    else:
        report(verdict, format, output)
    finish(0 if seen.in_parity else 1)


def tried(conn: Any, facts: Any) -> Any:
    """The facts, with what became of the probes."""
    from ..probes import observe

    return replace(facts, behaviour=observe(conn, HERE / "probes"))


@verb()
def sync(
    c: Context,
    plan: bool = False,
    backup: bool = False,
    allow: str = "",
    format: str = "terminal",
    output: str = "",
    env: str = "",
) -> None:
    """Bring this environment to what Git says, in six phases; then verify. Idempotent."""
    (show_plan if plan else perform)("sync", allow, format, output, env, backup)


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
    from ..reading import gather
    from ..report import tables
    from ..seed.show import table

    with looking(env, "rows") as (_, declared, conn):
        facts = gather(conn, declared)
    found = [diff for diff in facts.seeds if diff.seed.path.name == file]
    if not found:
        raise SettingsError(f"there is no seeds/{file}", hint="invoke seed --plan shows what is")
    show(tables.table(*table(found[0])))
