"""A developer's machine: set up, taken down, set up again."""

import tempfile
from pathlib import Path

import pytest

from ops import embedded
from tests.project import Project


@pytest.fixture
def machine():
    """The project as a fresh clone has it: no database, no .env, nothing in the process."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), "")
        project.environ = {"OPS_COMMIT": "c0ffee" * 7}
        yield project
        embedded.stop(Path(folder) / ".local/postgres")


def test_up_makes_everything_twice_is_harmless_and_down_loses_nothing(machine):
    first = machine.invoke("up")
    assert (first.returncode, first.stderr) == (0, "")
    assert "PostgreSQL started: postgres@127.0.0.1:" in first.stdout
    assert "IN PARITY: " in first.stdout
    env = (machine.folder / ".env").read_text()
    assert (machine.folder / ".env").stat().st_mode & 0o077 == 0

    again = machine.invoke("up")
    assert again.returncode == 0
    assert "runs already" in again.stdout
    assert "none new" in again.stdout

    assert "its data stays" in machine.invoke("down").stdout
    assert machine.invoke("verify").returncode == 3
    assert "nothing was running" in machine.invoke("down").stdout

    back = machine.invoke("up")
    assert "none new" in back.stdout
    assert (machine.folder / ".env").read_text() == env


def test_up_uses_the_database_that_is_named(machine, database):
    done = machine.invoke("up", DATABASE_URL=database)

    assert done.returncode == 0
    assert "no PostgreSQL is started here" in " ".join(done.stdout.split())
    assert not (machine.folder / ".local").exists()
    assert database not in (machine.folder / ".env").read_text()


def test_a_snapshot_is_made_without_a_server_of_ones_own(machine):
    machine.migration("0006.more", "create table more (id int);")

    done = machine.invoke("schema.snapshot")

    assert done.returncode == 0
    assert '"table public.more"' in (machine.folder / "migrations/schema.json").read_text()
    assert "0006.more" in (machine.folder / "migrations/checksums.txt").read_text()
