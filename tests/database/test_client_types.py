"""The types of a client are those that psycopg makes of the values."""

import psycopg
import pytest
from psycopg.types import TypeInfo

from ops.client.types import python_type

VALUES = {
    "smallint": "1",
    "bigint": "1",
    "oid": "1",
    "real": "1.5",
    "double precision": "1.5",
    "numeric(15,2)": "1.5",
    "boolean": "true",
    "text": "a",
    "character varying(9)": "a",
    "character(3)": "a",
    '"char"': "a",
    "name": "a",
    "xml": "<a/>",
    "money": "1.5",
    "bit(3)": "101",
    "bit varying(5)": "101",
    "macaddr": "08:00:2b:01:02:03",
    "macaddr8": "08:00:2b:01:02:03:04:05",
    "tsvector": "a b",
    "tsquery": "a & b",
    "bytea": "a",
    "date": "2020-01-02",
    "time without time zone": "12:00",
    "time with time zone": "12:00+01",
    "timestamp without time zone": "2020-01-02",
    "timestamp(3) with time zone": "2020-01-02",
    "interval": "1 day",
    "interval day to second(3)": "1 day",
    "uuid": "11111111-1111-1111-1111-111111111111",
    "integer[]": "{1}",
    "text[]": "{a}",
}


@pytest.mark.parametrize("type", VALUES)
def test_a_value_is_of_the_type_that_the_client_says(admin, type):
    try:
        value = admin.execute(f"select '{VALUES[type]}'::{type}").fetchone()[0]
    except psycopg.errors.FeatureNotSupported as error:
        pytest.skip(str(error))
    shown = f"list[{typed(value[0])}]" if isinstance(value, list) else typed(value)

    assert shown == python_type(type, {}, {})


def typed(value):
    name = type(value).__name__
    return f"dt.{name}" if type(value).__module__ == "datetime" else name


def test_types_of_the_database_come_as_what_they_are_made_of_and_their_arrays_when_told(database):
    query = "select 'ok'::mood, 1.5::share, array['ok']::mood[], array[1.5]::share[]"
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("create type mood as enum ('ok'); create domain share as numeric(5, 2)")
        untold = conn.execute(query).fetchone()
        for name in ("mood", "share"):
            TypeInfo.fetch(conn, name).register(conn)
        told = conn.execute(query).fetchone()

    assert [typed(value) for value in untold] == ["str", "Decimal", "str", "str"]
    assert [typed(value) for value in told] == ["str", "Decimal", "list", "list"]
