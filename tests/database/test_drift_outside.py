"""What cannot be tried in a transaction, or needs a database that is as Git says without it."""

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from ops.drift import observed
from ops.drift.ddl import DESTROYS, repair
from ops.drift.declared import Snapshot
from ops.drift.diff import compare

BASE_TYPE = """
create type tiny;
create function tiny_in(cstring) returns tiny language internal immutable strict as 'int4in';
create function tiny_out(tiny) returns cstring language internal immutable strict as 'int4out';
create type tiny (input = tiny_in, output = tiny_out, like = integer, category = 'N', default = '7');
create table t (id tiny not null)
"""


@pytest.fixture
def conn(database):
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


def look(conn):
    with conn.transaction(force_rollback=True):
        conn.execute(observed.SETTINGS)
        return observed.parse(conn.execute(observed.query()).fetchall())


def told(drift):
    return [f"{found.severity} {found.subject}: {found.message}" for found in drift.findings]


@pytest.fixture
def tablespace(conn, admin, request):
    if admin.info.server_version < 150000:
        pytest.skip("PostgreSQL 15 and later make a tablespace without a folder")
    name = conn.info.dbname + "_space"
    admin.execute("set allow_in_place_tablespaces = on")
    admin.execute(SQL("create tablespace {} location ''").format(Identifier(name)))
    yield name
    conn.execute("drop schema public cascade")
    admin.execute(SQL("drop tablespace {}").format(Identifier(name)))


def test_what_was_moved_to_another_tablespace_is_named_and_moved_back(conn, tablespace):
    conn.execute("create table t (id integer primary key); create index i on t (id)")
    conn.execute("create materialized view m as select * from t")
    git = Snapshot(look(conn))
    for moved in ("table t", "index i", "index t_pkey", "materialized view m"):
        conn.execute(SQL("alter {} set tablespace {}").format(SQL(moved), Identifier(tablespace)))

    assert told(compare(git, look(conn))) == [
        f"error {subject}: the default tablespace in Git, tablespace {tablespace} here"
        for subject in (
            "constraint public.t.t_pkey",
            "index public.i",
            "table public.t",
            "view public.m",
        )
    ]

    conn.execute(repair(git, look(conn)))

    assert told(compare(git, look(conn))) == []


def test_base_type_is_made_and_unmade_with_its_functions(conn):
    empty = Snapshot(look(conn))
    with conn.transaction(force_rollback=True):
        conn.execute(BASE_TYPE)
        git = Snapshot(look(conn))

    conn.execute(repair(git, look(conn)))
    assert told(compare(git, look(conn))) == []

    conn.execute(repair(empty, look(conn)).replace(DESTROYS, ""))
    assert told(compare(empty, look(conn))) == []


def test_secret_of_a_server_is_never_read(conn, make_role, database):
    conn.execute("create foreign data wrapper w options (password 'hunter1')")
    conn.execute("create server s foreign data wrapper w options (host 'h', password 'hunter2')")
    conn.execute("create user mapping for public server s options (password 'hunter3')")
    conn.execute("create subscription sub connection 'host=nowhere password=hunter4' publication p"
                 " with (connect = false, slot_name = none)")  # fmt: skip
    seen = look(conn)
    conn.execute("drop subscription sub")

    assert "hunter" not in str(seen)
    assert seen["server s"]["options"][0] == "host=h"
    assert seen["subscription sub"] == {"publications": ["p"], "enabled": "disabled"}


def test_statistics_target_of_a_column_says_the_same_on_all_majors(conn):
    """-1 up to 16, null since 17."""
    conn.execute(
        "create table t (id integer, name text); alter table t alter name set statistics -1"
    )
    conn.execute("create statistics s on id, name from t; alter statistics s set statistics -1")
    seen = look(conn)

    assert seen["column public.t.name"] == {"type": "text"}
    assert "statistics" not in seen["statistics public.s"]
