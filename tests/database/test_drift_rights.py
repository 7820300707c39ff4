"""Who owns what and who may do what: every change by hand is named, and the DDL undoes it."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from conftest import at
from test_drift_changes import look, told

from ops.drift.ddl import DESTROYS, repair
from ops.drift.declared import evolve
from ops.drift.diff import compare

CASES = Path(__file__).parents[1] / "cases" / "drift"
RIGHTS = (CASES / "rights.sql").read_text("utf-8")
CHANGES = tomllib.loads((CASES / "rights.toml").read_text("utf-8"))["change"]


def prepare(url):
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(RIGHTS)


def as_in_git(conn):
    """What a rehearsal makes of it."""
    return evolve([("0001", look(conn))])


@pytest.fixture(scope="session")
def shared(make_template, server):
    """One database for all the changes of a worker: each is made in a transaction, and undone."""
    with psycopg.connect(at(server, make_template("rights", prepare)), autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="session")
def git(shared):
    return as_in_git(shared)


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


def test_all_majors_list_the_same(git):
    found = {
        subject: properties if subject.startswith("grant ") else {"owner": properties["owner"]}
        for subject, properties in git.objects.items()
        if subject.startswith("grant ") or "owner" in properties
    }

    assert found == json.loads((CASES / "rights.json").read_text("utf-8"))


def test_each_change_is_named_and_no_other(change, changed, git):
    assert told(compare(git, look(changed))) == change["finds"]


def test_repair_leaves_no_difference(changed, git):
    text = repair(git, look(changed))
    with changed.transaction(force_rollback=True):
        changed.execute(text)  # runs as it is, comments and all

    changed.execute(text.replace(DESTROYS, ""))

    assert told(compare(git, look(changed))) == []
    assert repair(git, look(changed)) == ""


@pytest.mark.parametrize(
    ("sql", "privileges"),
    [
        (
            "grant select, references, trigger on {} to pg_read_all_stats",
            ["references", "select", "trigger"],
        ),
        (
            "grant all on {} to pg_read_all_stats; revoke trigger on {} from pg_read_all_stats",
            ["delete", "insert", "maintain", "references", "select", "truncate", "update"],
        ),
        (
            "grant references, trigger on {} to pg_read_all_stats with grant option",
            ["references with grant option", "trigger with grant option"],
        ),
    ],
)
def test_rights_that_this_version_lacks_or_implies_are_no_difference(sql, privileges, shared, git):
    """Git was written by PostgreSQL 18, where MAINTAIN comes with ALL alone."""
    grant = "grant table public.users to pg_read_all_stats"
    new = replace(git, objects={**git.objects, grant: {"privileges": privileges}})
    with shared.transaction(force_rollback=True):
        before = look(shared)
        shared.execute(sql.replace("{}", "public.users"))
        assert told(compare(new, look(shared))) == []
    with shared.transaction(force_rollback=True):
        shared.execute(repair(new, before))
        assert told(compare(new, look(shared))) == []


def test_what_everybody_may_do_in_schema_public_from_the_start_is_no_difference(shared, git):
    """Up to version 14 that is to create; it counts as missing only where it was revoked."""
    opened = {"grant schema public to public": {"privileges": ["create", "usage"]}}
    new = replace(git, objects={**git.objects, **opened})
    missing = ["error grant schema public to public: create missing here"]
    is_open = shared.info.server_version < 150000

    assert told(compare(git, look(shared))) == []
    assert told(compare(new, look(shared))) == ([] if is_open else missing)
    with shared.transaction(force_rollback=True):
        shared.execute("revoke create on schema public from public")
        assert told(compare(git, look(shared))) == []
        assert told(compare(new, look(shared))) == missing
        shared.execute(repair(new, look(shared)))
        assert told(compare(new, look(shared))) == []


def test_repair_of_an_empty_database_gives_everything(git, database):
    with psycopg.connect(database, autocommit=True) as empty:
        empty.execute("create schema ops")
        empty.execute(repair(git, look(empty)))

        assert told(compare(git, look(empty))) == []


def test_repair_says_as_whom_and_for_whom(git, database):
    with psycopg.connect(database, autocommit=True) as empty:
        empty.execute("create schema ops")
        text = repair(git, look(empty))

        (me,) = empty.execute("select quote_ident(current_user)").fetchone()
    assert text.splitlines()[1:3] == [
        f"-- Run this as {me}: whoever makes an object owns it.",
        "-- These roles must be there: pg_monitor, pg_signal_backend.",
    ]


def test_without_schema_ops_nobody_asks_who_owns_what(git, database):
    """As before a database is adopted: who syncs there is not known yet."""
    prepare(database)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("drop schema ops")

        assert told(compare(git, look(conn))) == []


def test_names_in_quotes_are_names(database, make_role):
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute('create schema ops; create table "x to y" (a int, "b to c" int)')
        git = as_in_git(conn)
        role = psycopg.conninfo.conninfo_to_dict(make_role(database))["user"]
        conn.execute(f'alter role {role} rename to "{role} to ""z"""')
        try:
            conn.execute(f'grant select on "x to y" to "{role} to ""z"""')
            conn.execute(f'grant update ("b to c") on "x to y" to "{role} to ""z"""')
            found = told(compare(git, look(conn)))
            conn.execute(repair(git, look(conn)))
            left = told(compare(git, look(conn)))
        finally:
            conn.execute(f'alter role "{role} to ""z""" rename to {role}')

    to = f'to "{role} to ""z"""'
    assert found == [
        f'error grant column public."x to y"."b to c" {to}: update not in Git',
        f'error grant table public."x to y" {to}: select not in Git',
    ]
    assert left == []
