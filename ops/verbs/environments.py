"""The variables of one environment, and two environments side by side."""

import time
from pathlib import Path
from typing import Any

from invoke.context import Context

from ..console import HERE, finish, looking, settings, sources, verb
from ..output import CALLER, emit, keep, report, show


@verb()
def environment(c: Context, env: str = "") -> None:
    """Every variable of .env.example: whether it is needed here, set, and as it must be."""
    from ..environment.declared import read
    from ..environment.diff import judge
    from ..report import tables

    found, declared = settings(env), read(HERE / ".env.example")
    findings = judge(declared, found.environ, found.app_env)
    show(tables.variables(declared, found.environ, found.app_env, findings))


@verb()
def compare_places(c: Context, env: str = "") -> None:
    """Each variable in .env.example, .env, the process and .do/; exit 1 if one is wrong here."""
    from ..environment.places import look
    from ..facts import declare
    from ..findings import Severity
    from ..report import tables
    from ..verify.environment import of_process, of_specs

    told = sources(env)
    app_env = told.app_env or "local"
    declared = declare(HERE, app_env, told.values, told.path)
    places = look(declared.variables, told, declared.release.specs, app_env)
    findings = [*of_process(declared), *of_specs(declared)]
    show(tables.places(declared.variables, places, findings))
    finish(int(any(finding.severity is Severity.ERROR for finding in findings)))


@verb(name="facts")
def show_facts(c: Context, output: str = "", env: str = "") -> None:
    """The facts of this environment as a file, to be compared in another; holds no secret."""
    from ..compare import side

    text = side.render(live_side(env or ".env", env))
    emit(text, output) if not output else keep(text, output)


@verb(help={"left": "an env file, or a file of facts", "right": "the one it is held against"})
def compare(c: Context, left: str, right: str, format: str = "terminal", output: str = "") -> None:
    """Two environments beside one another, each an env file or a file of facts. Exit 0 or 1."""
    from .. import project
    from ..compare import diff
    from ..environment.declared import read
    from ..findings import Verdict

    began = time.monotonic()
    one, other = side_of(left), side_of(right)
    ignore = project.read(HERE / "parity.toml").ignore
    found = diff.compare(one, other, read(HERE / ".env.example"), ignore)
    elapsed = round((time.monotonic() - began) * 1000)
    told = f"{len(one.objects)} and {len(other.objects)} objects"
    verdict = Verdict("compare", other.place, found, elapsed, looked_at=told, beside=one.place)
    report(verdict, format, output)
    finish(0 if found.in_parity else 1)


def side_of(file: str) -> Any:
    from ..compare import side

    path = CALLER / file
    return side.read(path) if side.is_facts(path) else live_side(file, file)


def live_side(label: str, env: str) -> Any:
    from ..compare import side
    from ..reading import gather

    with looking(env, "facts") as (found, declared, conn):
        seen = gather(conn, declared, whole=True)
    return side.of_facts(Path(label).name, seen, seen.place(found.target))
