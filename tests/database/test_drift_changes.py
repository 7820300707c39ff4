"""Every change made by hand is named, and no other; the DDL that is offered undoes it."""

import tomllib
from pathlib import Path

import psycopg
import pytest
from conftest import at

from ops.drift import observed
from ops.drift.ddl import DESTROYS, repair
from ops.drift.declared import Snapshot
from ops.drift.diff import compare

CASES = Path(__file__).parents[1] / "cases" / "drift"
SERVER = (CASES / "server.sql").read_text("utf-8")
RICH = SERVER + (CASES / "rich.sql").read_text("utf-8")
CHANGES = tomllib.loads((CASES / "changes.toml").read_text("utf-8"))["change"]


def look(conn):
    """What the catalogue shows, read as verify does, and the settings put back."""
    with conn.transaction(force_rollback=True):
        conn.execute(observed.SETTINGS)
        return observed.parse(conn.execute(observed.query()).fetchall())


def prepare(url):
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(RICH)


@pytest.fixture(scope="session")
def rich(make_template):
    return make_template("drift", prepare)


@pytest.fixture
def database(make_database, rich):
    return make_database(rich)


@pytest.fixture
def conn(database):
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="session")
def shared(make_template, server):
    """One database for all the changes of a worker: each is made in a transaction, and undone."""
    url = at(server, make_template("drift_shared", prepare))
    with psycopg.connect(url, autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="session")
def git(shared):
    return Snapshot(look(shared))


def told(drift):
    return [f"{found.severity} {found.subject}: {found.message}" for found in drift.findings]


@pytest.fixture(params=CHANGES, ids=[change["name"] for change in CHANGES])
def change(request, shared):
    since = request.param.get("since", 14)
    if shared.info.server_version < since * 10000:
        pytest.skip(f"PostgreSQL {since} and later")
    return request.param


@pytest.fixture
def changed(change, shared):
    """A connection on which the change was made."""
    with shared.transaction(force_rollback=True):
        shared.execute(change["sql"])
        yield shared


def test_each_change_is_named_and_no_other(change, changed, git):
    assert told(compare(git, look(changed))) == change["finds"]


def test_repair_leaves_no_difference(changed, git):
    conn = changed
    text = repair(git, look(conn))
    with conn.transaction(force_rollback=True):
        conn.execute(text)  # runs as it is, comments and all

    conn.execute(text.replace(DESTROYS, ""))

    assert told(compare(git, look(conn))) == []
    assert repair(git, look(conn)) == ""


def test_repair_of_an_empty_database_makes_everything(conn, make_database):
    git = Snapshot(look(conn))
    with psycopg.connect(make_database(), autocommit=True) as empty:
        empty.execute(SERVER)
        empty.execute(repair(git, look(empty)))

        assert told(compare(git, look(empty))) == []


def test_repair_towards_nothing_drops_everything_but_what_holds_data(conn, make_database):
    with psycopg.connect(make_database(), autocommit=True) as empty:
        git = Snapshot(look(empty))
    text = repair(git, look(conn))
    with conn.transaction(force_rollback=True):
        before = with_data(conn)
        conn.execute(text)
        assert with_data(conn) == before

    conn.execute(text.replace(DESTROYS, ""))

    assert told(compare(git, look(conn))) == []


def with_data(conn):
    kinds = ("table ", "column ", "sequence ")
    return {name for name in look(conn) if name.startswith(kinds) and "app.remote" not in name}
