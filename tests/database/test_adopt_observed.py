import psycopg
import pytest

from ops.adopt.observed import look
from ops.database import connect
from ops.database_url import read_target
from ops.errors import SettingsError, Unreachable
from tests import prisma


def seen(url):
    with connect(read_target("DATABASE_URL", url), "test") as conn:
        return look(conn)


def execute(url, *statements):
    with psycopg.connect(url, autocommit=True) as conn:
        for statement in statements:
            conn.execute(statement)


def test_a_database_without_the_table_says_whether_it_has_others(database):
    assert (seen(database).schema, seen(database).populated) == ("", False)

    execute(database, "create table t (id int)")

    assert (seen(database).schema, seen(database).populated) == ("", True)


def test_every_attempt_is_read_the_oldest_first(database):
    execute(
        database,
        prisma.TABLE.format(schema="public"),
        prisma.row("2_b", "x", state="failed", logs="ERROR: why"),
        prisma.row("2_b", "x", state="rolled back"),
        prisma.row("2_b", "x", state="marked"),
        prisma.row("1_a", "x"),
    )

    found = seen(database)

    assert (found.schema, found.populated) == ("public", False)
    assert [(r.name, r.finished, r.rolled_back, r.steps, r.logs) for r in found.rows] == [
        ("2_b", False, False, 0, "ERROR: why"),
        ("2_b", False, True, 0, ""),
        ("2_b", True, False, 0, ""),
        ("1_a", True, False, 1, ""),
    ]


def test_the_table_is_found_in_whichever_schema_it_is(database):
    execute(database, 'create schema "My app"', prisma.TABLE.format(schema='"My app"'))

    assert seen(database).schema == "My app"


def test_of_several_tables_the_one_of_the_url_is_meant_and_none_is_guessed(database):
    for name in ("one", "two"):
        execute(database, f"create schema {name}", prisma.TABLE.format(schema=name))

    with pytest.raises(SettingsError, match="in each of one, two"):
        seen(database)
    assert seen(f"{database}?schema=two").schema == "two"


def test_a_role_that_may_only_read_is_enough_and_writes_nothing(database, make_role):
    execute(database, prisma.TABLE.format(schema="public"), prisma.row("1_a", "x"))
    reader = make_role(database, "grant select on _prisma_migrations to {role}")

    assert [row.name for row in seen(reader).rows] == ["1_a"]


def test_a_role_that_may_not_read_is_told_the_grant_that_it_lacks(database, make_role):
    execute(database, "create schema app", prisma.TABLE.format(schema="app"))
    stranger = make_role(database)

    with pytest.raises(Unreachable, match=r"may not read app\._prisma_migrations") as caught:
        seen(stranger)

    execute(database, caught.value.hint)
    assert seen(stranger).schema == "app"
