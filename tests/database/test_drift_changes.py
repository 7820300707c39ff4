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
FILES = ("changes.toml", "beside.toml", "rare.toml")
CHANGES = [
    change
    for name in FILES
    for change in tomllib.loads((CASES / name).read_text("utf-8"))["change"]
]
ORDER = "columns in another order here"  # no statement mends that


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
    since, extension = request.param.get("since", 14), request.param.get("extension")
    if shared.info.server_version < since * 10000:
        pytest.skip(f"PostgreSQL {since} and later")
    known = "select from pg_available_extensions where name = %s"
    if extension and not shared.execute(known, [extension]).fetchall():
        pytest.skip(f"this server has no {extension}")
    return request.param


def test_names_of_changes_differ():
    names = [change["name"] for change in CHANGES]

    assert sorted(set(names)) == sorted(names)


def test_each_change_is_named_and_no_other_and_mended(change, shared, git):
    """The repair runs as it is, and with what destroys data made statements nothing differs."""
    with shared.transaction(force_rollback=True):
        shared.execute(change["sql"])
        here = look(shared)
        assert told(compare(git, here)) == change["finds"]
        mended(shared, git, repair(git, here), "by_hand" in change)

    assert told(compare(git, look(shared))) == []


def mended(conn, git, text, by_hand):
    with conn.transaction(force_rollback=True):
        conn.execute(text)
    if by_hand:
        assert "\n-- " in f"\n{text}", "says why"
        return
    conn.execute(text.replace(DESTROYS, ""))
    here = look(conn)
    assert [words for words in told(compare(git, here)) if ORDER not in words] == []
    assert all(line.startswith("-- ") for line in repair(git, here).splitlines())


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
    kinds = ("table ", "column ", "sequence ", "usermapping ")
    return {name for name in look(conn) if name.startswith(kinds) and "app.remote" not in name}


@pytest.mark.parametrize(
    ("git", "here", "value", "wanted"),
    [
        ("text[]", "jsonb", """'["a", "b, c", "[d]", null]'""", ["a", "b, c", "[d]", None]),
        ("int[]", "json", "'[1, 2]'", [1, 2]),
        ("text[]", "jsonb", "'[]'", []),
        ("jsonb", "text[]", "array['a', '[b]']", ["a", "[b]"]),
    ],
)
def test_a_list_keeps_its_values_as_an_array_and_as_json(database, git, here, value, wanted):
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(f"create table public.lists (list {git})")
        declared = Snapshot(look(conn))
        conn.execute(f"drop table public.lists; create table public.lists (list {here})")
        conn.execute(f"insert into public.lists values ({value})")
        ddl = repair(declared, look(conn))
        conn.execute(ddl.replace(DESTROYS, ""))

        assert conn.execute("select list from public.lists").fetchall() == [(wanted,)]
