"""The project itself, and its backups."""

from invoke.context import Context
from invoke.tasks import task

from ..console import HERE, finish, run, sources, verb
from ..output import CALLER, say, show

LAYERS = "pytest -q tests/test_layout.py"


@verb(name="rehearse", help={"file": "the backup: an archive of pg_dump"})
def rehearse_restore(c: Context, file: str, env: str = "") -> None:
    """Restore a backup on a server of its own, and say whether all of it is there."""
    from ..backup.rehearse import rehearse
    from ..facts import declare
    from ..report import restored

    found = sources(env)
    declared = declare(HERE, found.app_env or "local", found.values, found.path)
    told = rehearse(CALLER / file, declared, found.values.get("POSTGRES_BIN"), say)
    show(restored.render(told))
    finish(0 if told.report.in_parity else 1)


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
    from .. import check as judge
    from .. import embedded
    from ..findings import Severity
    from ..report import github, terminal

    environ = sources("").values
    with embedded.temporary(environ.get("POSTGRES_BIN")) as server:
        found = judge.run(HERE, server.url, say)
    show(terminal.complaints(found) or "migrations and probes are fit to be merged")
    if found and environ.get("GITHUB_ACTIONS"):
        show(github.annotations(found, "invoke check"))
    finish(int(any(finding.severity is Severity.ERROR for finding in found)))
