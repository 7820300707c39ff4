"""The catalogue reads the same on every server, for every role, under any settings."""

from pathlib import Path

import psycopg
import pytest

from ops.drift import observed
from ops.drift.declared import evolve, render

CASES = Path(__file__).parents[1] / "cases" / "drift"
RICH = "".join((CASES / name).read_text("utf-8") for name in ("server.sql", "rich.sql"))


def look(url):
    """What the catalogue shows, read as verify does."""
    with psycopg.connect(url) as conn:
        conn.execute("set transaction isolation level repeatable read, read only")
        conn.execute(observed.SETTINGS)
        return observed.parse(conn.execute(observed.query()).fetchall())


def objects(url):
    """Without what the catalogue says of roles."""
    return {subject: p for subject, p in look(url).items() if not subject.startswith("role ")}


def run(url, sql):
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(sql)


@pytest.fixture
def rich(database):
    run(database, RICH)
    return database


def test_all_majors_show_the_same(rich):
    """The file was written on PostgreSQL 18; after a change to rich.sql write it anew and read it."""
    assert render(evolve([("", look(rich))])) == (CASES / "rich.json").read_text("utf-8")


def test_right_to_connect_is_enough(rich, make_role):
    assert look(make_role(rich)) == look(rich)


def test_settings_of_the_database_do_not_show(rich):
    before = look(rich)
    for setting in (
        "search_path = public, app",
        "quote_all_identifiers = on",
        "timezone = 'Asia/Tokyo'",
        "datestyle = 'SQL, DMY'",
        "intervalstyle = 'iso_8601'",
        "extra_float_digits = -5",
        "bytea_output = 'escape'",
        "standard_conforming_strings = off",
    ):
        name = psycopg.conninfo.conninfo_to_dict(rich)["dbname"]
        run(rich, f'alter database "{name}" set {setting}')

    assert look(rich) == before


def test_new_database_holds_the_schema_public_alone(database):
    assert objects(database) == {"schema public": {}}


def test_rows_come_in_order(rich):
    with psycopg.connect(rich) as conn:
        rows = conn.execute(observed.query()).fetchall()

    assert [row[:2] for row in rows] == sorted(row[:2] for row in rows)


def test_objects_of_an_extension_are_the_extension_alone(database):
    with psycopg.connect(database, autocommit=True) as conn:
        available = conn.execute("select from pg_available_extensions where name = 'hstore'")
        if not available.fetchall():
            pytest.skip("this server has no hstore")
        conn.execute("create schema app; create extension hstore with schema app")
        conn.execute("create table app.t (h app.hstore default ''::app.hstore)")

    assert objects(database) == {
        "schema app": {},
        "schema public": {},
        "extension hstore": {"schema": "app"},
        "table app.t": {"columns": ["h"]},
        "column app.t.h": {"type": "app.hstore", "default": "''::app.hstore"},
    }


def test_locale_of_icu_is_spelt_alike_by_all_majors(database):
    try:
        run(database, "create collation german (provider = icu, locale = 'de_DE')")
    except psycopg.errors.FeatureNotSupported:
        pytest.skip("this server has no ICU")

    assert look(database)["collation public.german"] == {
        "definition": "(provider = icu, locale = 'de-DE')"
    }


def test_index_that_failed_to_build_shows_as_invalid(database):
    run(database, "create table t (a int); insert into t values (1), (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        run(database, "create unique index concurrently i on t (a)")

    assert look(database)["index public.i"]["invalid"]
