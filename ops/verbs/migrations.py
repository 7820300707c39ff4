"""The history: applied, written, and what is remembered of it."""

from typing import Any

from invoke.context import Context

from ..console import HERE, edit, looking, verb
from ..output import note, say, show
from ..running import changing, perform, show_plan
from .parity import sync


@verb(default=True)
def apply(
    c: Context,
    plan: bool = False,
    backup: bool = False,
    allow: str = "",
    format: str = "terminal",
    output: str = "",
    env: str = "",
) -> None:
    """Apply the pending migrations, and nothing else."""
    (show_plan if plan else perform)("migrate", allow, format, output, env, backup)


@verb()
def status(c: Context, env: str = "") -> None:
    """Every migration and where it stands."""
    from ..reading import gather
    from ..report import tables

    with looking(env, "status") as (_, declared, conn):
        show(tables.migrations(gather(conn, declared).history))


@verb()
def new(c: Context, name: str) -> None:
    """Write the next migration's files, to be filled in."""
    from ..migrate.declared import create

    for path in create(HERE / "migrations", name):
        note(f"wrote {path}")
    note("fill them in, then: invoke schema.snapshot")


@verb(help={"sql": "the statements, if they are short; else they are asked for in a file"})
def dev(c: Context, name: str, sql: str = "", env: str = "") -> None:
    """Write a migration and apply it here, as often as it takes. Local and test only."""
    from ..develop.files import begin
    from ..reading import gather

    with looking(env, "migrate.dev") as (found, declared, conn):
        draft = begin(HERE, gather(conn, declared), name, sql)
    for path in draft.wrote:
        note(f"wrote {path}")
    if draft.is_empty:
        edit(c, draft.path, found.environ)
    if draft.is_empty:
        note(f'fill it in, then: invoke migrate.dev "{name}"')
    else:
        put_in_force(draft, found.environ.get("POSTGRES_BIN"), env)


def put_in_force(draft: Any, postgres_bin: str | None, env: str) -> None:
    """Rehearse the migration, apply it, and write what is made from it; in this order."""
    from ..develop import dev as act
    from ..migrate.diff import TO_DO, State

    trial = act.rehearse(HERE, draft.id, postgres_bin, say)
    note(f"rehearsed: {len(trial.files)} migrations make {len(trial.snapshot.objects)} objects")
    if draft.state in (State.EDITED, State.REFORMATTED):
        with changing("migrate.dev", env) as (conn, facts, run):
            note(act.redo(conn, facts, draft.id, run))
    elif draft.state in TO_DO:
        perform("migrate", "", "terminal", "", env)
    else:
        note(f"{draft.id} is applied here as it is written")
    for path in act.keep(HERE, trial, draft.id):
        note(f"wrote {path}")


@verb()
def capture(c: Context, name: str, env: str = "") -> None:
    """Write the migration for what was changed by hand here. Local and test only."""
    from .. import amend
    from ..develop import capture as act
    from ..reading import gather

    with looking(env, "migrate.capture") as (found, declared, conn):
        facts = gather(conn, declared, whole=True)
    made = act.capture(HERE, facts, name, found.environ.get("POSTGRES_BIN"), say)
    for path in made.wrote if made else ():
        note(f"wrote {path}")
    if made:
        with changing("migrate.capture", env) as (conn, facts, run):
            amend.baseline(conn, facts, made.id, run)
    note(act.told(made))


@verb()
def accept(c: Context, id: str, reason: str = "", env: str = "") -> None:
    """Record that an edited, applied migration may be what it is now."""
    from .. import amend

    with changing("migrate.accept", env) as (conn, facts, _):
        note(f"{amend.accept(conn, facts, id, reason)}: the file is accepted as it is now")


@verb()
def baseline(c: Context, until: str = "", env: str = "") -> None:
    """Adopt a database that exists: mark migrations as applied, if its schema is theirs."""
    from .. import amend

    with changing("migrate.baseline", env) as (conn, facts, run):
        for id in amend.baseline(conn, facts, until, run):
            note(f"{id}: declared as applied, never executed")


@verb()
def rollback(c: Context, env: str = "") -> None:
    """Undo the last migration by its rollback file. Local and test only."""
    from .. import amend

    with changing("migrate.rollback", env) as (conn, facts, run):
        note(amend.rollback(conn, facts, run.limits))


@verb()
def reset(c: Context, env: str = "") -> None:
    """Empty the database and sync it anew. Local and test only."""
    from .. import amend
    from ..lock import deploy_lock
    from ..reading import gather

    with looking(env, "reset") as (_, declared, conn), deploy_lock(conn, 0, say):
        amend.reset(conn, gather(conn, declared, whole=True))
    sync(c, env=env)
