"""The client as a module: what its classes hold, and what a type checker sees."""

import datetime as dt
import importlib.util
import subprocess
import sys
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_type_hints
from uuid import UUID

import pytest

from ops.client import diff
from ops.client.apply import write
from ops.client.declared import module
from ops.client.diff import compare
from ops.client.head import headed, source
from ops.client.literals import listed
from ops.client.names import class_name, field_name
from ops.client.observed import Client
from ops.client.render import render
from ops.client.types import python_type
from ops.drift import declared
from ops.drift.declared import Snapshot
from ops.errors import Refused
from ops.seed.declared import Row, Seed

ROOT = Path(__file__).parents[2]


def objects(*columns, table="public.t", **properties):
    """A table of columns, each `name type` with ` not null` behind."""
    made = {f"table {table}": properties}
    for column in columns:
        name, _, rest = column.partition(" ")
        kind = rest.removesuffix(" not null")
        made[f"column {table}.{name}"] = {"type": kind} | (
            {"not_null": True} if kind != rest else {}
        )
    return made


def seed(table, key, *rows, path="t.toml"):
    made = tuple(Row(row, dict(zip(key, row, strict=True)), 1) for row in rows)
    return Seed(Path("seeds") / path, table, key, (), (), made)


@pytest.fixture
def imported(tmp_path):
    def load(*given, seeds=()):
        path = tmp_path / "tables.py"
        made = {k: v for part in given for k, v in part.items()}
        path.write_text(render(module(made, seeds)).text, "utf-8")
        spec = importlib.util.spec_from_file_location("client_tables", path)
        found = importlib.util.module_from_spec(spec)
        sys.modules["client_tables"] = found  # dataclasses look there for the module of a class
        spec.loader.exec_module(found)
        return found

    yield load
    sys.modules.pop("client_tables", None)


# --- names


@pytest.mark.parametrize(
    ("schema", "name", "expected"),
    [
        ("public", "users", "Users"),
        ("public", "team_roles", "TeamRoles"),
        ("public", "customerInvoices", "CustomerInvoices"),
        ("public", "URLs", "URLs"),
        ("app", "cities", "AppCities"),
        ("Mixed Case", 'Table "quoted".dotted', "MixedCaseTableQuotedDotted"),
        ("public", "2fa_tokens", "_2faTokens"),
        ("public", "größe", "Größe"),
        ("public", "$", "_"),
        ("public", "none", "None_"),
        ("public", "literal", "Literal_"),
        ("public", "taken", "Taken_"),
    ],
)
def test_a_class_is_called_like_its_table(schema, name, expected):
    assert class_name(schema, name, {"Taken"}) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("id", "id"),
        ("customerId", "customerId"),
        ("größe", "größe"),
        ("type", "type"),
        ("class", "class_"),
        ("from", "from_"),
        ("with space", "with_space_"),
        ("2fa", "_2fa_"),
        ("__private", "_private_"),
        ("ﬁle", "file_"),
        ("list", "list_"),
        ("dt", "dt_"),
        ("TABLE", "TABLE_"),
        ("taken", "taken_"),
    ],
)
def test_a_field_is_called_like_its_column_where_python_can(column, expected):
    assert field_name(column, {"taken"}) == expected


def test_no_two_classes_and_no_two_fields_are_called_alike(imported):
    found = imported(
        objects('"a-b" text', '"a+b" text', "a_b_ text", table="public.app_cities"),
        objects("id integer", table="app.cities"),
    )

    assert (found.AppCities.TABLE, found.AppCities_.TABLE) == ("app.cities", "app_cities")
    assert set(found.AppCities_.COLUMNS.values()) == {'"a-b"', '"a+b"', "a_b_"}


# --- types

TYPES = {
    "type public.mood": {"kind": "enum", "labels": ["sad"]},
    "type public.share": {"kind": "domain", "base": "numeric(5,2)"},
    "type public.half": {"kind": "domain", "base": "public.share"},
    "type public.address": {"kind": "composite", "attributes": ["street text"]},
    "type public.period": {"kind": "range", "range": ["subtype = date"]},
    "type public.text": {"kind": "composite"},
}


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("text", "str"),
        ("character varying(40)", "str"),
        ("character(3)", "str"),
        ('"char"', "str"),
        ("public.citext", "str"),
        ("smallint", "int"),
        ("bigint", "int"),
        ("numeric", "Decimal"),
        ("numeric(15,2)", "Decimal"),
        ("numeric(3,-2)", "Decimal"),
        ("double precision", "float"),
        ("boolean", "bool"),
        ("bytea", "bytes"),
        ("date", "dt.date"),
        ("time(3) without time zone", "dt.time"),
        ("timestamp(3) without time zone", "dt.datetime"),
        ("timestamp with time zone", "dt.datetime"),
        ("interval day to second(3)", "dt.timedelta"),
        ("uuid", "UUID"),
        ("jsonb", "Any"),
        ("text[]", "list[str]"),
        ("numeric(5,2)[]", "list[Decimal]"),
        ("public.mood", "Mood"),
        ("public.mood[]", "list[Mood]"),
        ("public.share", "Decimal"),
        ("public.half[]", "list[Decimal]"),
        ("public.address", ""),
        ("public.period", ""),
        ("public.text", ""),
        ("public.geometry(Point,4326)", ""),
        ("tstzrange", ""),
        ("inet", ""),
    ],
)
def test_each_type_of_postgresql_has_its_own(type, expected):
    assert python_type(type, TYPES, {"public.mood": "Mood"}) == expected


def test_what_a_type_checker_sees(imported):
    found = imported(
        TYPES,
        objects(
            "id uuid not null",
            '"customerId" text',
            "amount numeric(15,2) not null",
            "at timestamp with time zone not null",
            "tags text[] not null",
            "mood public.mood",
            "data jsonb",
            "home public.address",
        ),
    )

    assert get_type_hints(found.T) == {
        **{name: get_type_hints(found.T)[name] for name in ("TABLE", "COLUMNS")},
        "id": UUID,
        "customerId": str | None,
        "amount": Decimal,
        "at": dt.datetime,
        "tags": list[str],
        "mood": Literal["sad"] | None,
        "data": Any,
        "home": Any,
    }


def test_a_domain_that_refuses_null_makes_its_columns_do_so(imported):
    domains = {
        "type public.email": {"kind": "domain", "base": "text", "not_null": True},
        "type public.work": {"kind": "domain", "base": "public.email"},
    }
    found = imported(domains, objects("a public.email", "b public.work"))

    assert {name: get_type_hints(found.T)[name] for name in "ab"} == {"a": str, "b": str}


def test_a_not_null_that_older_rows_need_not_keep_is_none(imported):
    loose = {"column public.t.a": {"type": "text", "not_null": True, "not_validated": True}}

    assert get_type_hints(imported(objects(), loose).T)["a"] == str | None


# --- literals


@pytest.mark.parametrize(
    ("column", "definition", "expected"),
    [
        ("s", "CHECK ((s = ANY (ARRAY['a'::text, 'b'::text])))", ("a", "b")),
        ("s", "CHECK ((s = 'a'::text))", ("a",)),
        (
            "s",
            "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
            ("a", "b"),
        ),
        ("s", "CHECK ((s = ANY (ARRAY['EUR'::bpchar, 'USD'::bpchar])))", ("EUR", "USD")),
        ('"aB"', """CHECK (("aB" = ANY (ARRAY['it''s'::text, 'b, c'::text])))""", ("it's", "b, c")),
        ("s", "CHECK (((s IS NULL) OR (s = ANY (ARRAY['a'::text, 'a'::text]))))", ("a",)),
        ("s", "CHECK ((s <> ALL (ARRAY['a'::text, 'b'::text])))", ()),
        ("s", "CHECK ((NOT (s = ANY (ARRAY['a'::text]))))", ()),
        ("s", "CHECK ((lower(s) = ANY (ARRAY['a'::text])))", ()),
        ("s", "CHECK (((s = 'a'::text) OR (length(s) > 3)))", ()),
        ("s", "CHECK ((n = ANY (ARRAY[1, 2])))", ()),
        ("s", "CHECK ((s = ANY (ARRAY['a'::text, 'b'::text]))) NOT ENFORCED", ()),
    ],
)
def test_a_check_that_lists_texts_is_read(column, definition, expected):
    assert listed({"type": "check", "columns": [column], "definition": definition}) == expected


def test_a_check_that_old_rows_need_not_keep_lists_nothing():
    check = {"type": "check", "columns": ["s"], "definition": "CHECK ((s = 'a'::text))"}

    assert listed(check | {"not_validated": True}) == ()


def checked(name, column, *values):
    array = ", ".join(f"'{value}'::text" for value in values)
    definition = f"CHECK (({column} = ANY (ARRAY[{array}])))"
    properties = {"type": "check", "columns": [column], "definition": definition}
    return {f"constraint public.t.{name}": properties}


def test_a_listed_column_is_a_literal_under_its_own_name(imported):
    found = imported(
        objects("status text not null", "state text", "code character(3) not null"),
        checked("one", "status", "a", "b"),
        checked("two", "state", 'say "x"', "c\\d"),
        checked("three", "code", "USD", "A"),
    )

    assert found.TStatus == Literal["a", "b"]
    assert found.TCode == Literal["USD", "A  "]
    assert get_type_hints(found.T)["state"] == Literal['say "x"', "c\\d"] | None


def test_a_domain_that_lists_texts_is_a_literal_too(imported):
    check = "CONSTRAINT one CHECK ((VALUE = ANY (ARRAY['a'::text, 'b'::text])))"
    found = imported(
        {"type public.size": {"kind": "domain", "base": "text", "checks": [check]}},
        objects("size public.size not null"),
    )

    assert found.Size == Literal["a", "b"]
    assert get_type_hints(found.T)["size"] == Literal["a", "b"]


def test_keys_of_seeds_are_literals_and_their_column_is_as_it_was(imported):
    seeds = [seed("t", ("id", "lang"), ("x", "en"), ("y", "en")), seed("gone", ("id",), ("z",))]
    found = imported(objects("id text not null", "lang text not null"), seeds=seeds)

    assert (found.TId, found.TLang) == (Literal["x", "y"], Literal["en"])
    assert get_type_hints(found.T)["id"] is str
    assert not hasattr(found, "GoneId")


# --- tables and views


def test_sql_can_be_written_from_the_constants(imported):
    found = imported(objects("id text", '"customerId" text', '"from" text', table='app."My Table"'))

    assert found.AppMyTable.TABLE == 'app."My Table"'
    assert found.AppMyTable.COLUMNS == {"customerId": '"customerId"', "from_": '"from"', "id": "id"}


def test_fields_are_in_the_order_of_the_columns(imported):
    found = imported(objects("a text", "b text", "c text", columns=["c", "a", "b"]))

    assert [field.name for field in fields(found.T)] == ["c", "a", "b"]


def test_a_row_that_lacks_a_column_is_no_row(imported):
    found = imported(objects("a text", "b text"))

    assert found.T(a="1", b=None).a == "1"
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'b'"):
        found.T(a="1")


def test_a_partition_is_its_parent_and_a_child_has_what_it_inherits(imported):
    found = imported(
        objects("id integer not null", table="public.events", partition_by="RANGE (id)"),
        objects(table="public.events_1", partition_of="public.events"),
        objects("doors integer", table="public.car", inherits=["public.events"]),
    )

    assert not hasattr(found, "Events1")
    assert [field.name for field in fields(found.Car)] == ["doors", "id"]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("SELECT id,\n    name\n   FROM public.t;", {"id": int, "name": str | None}),
        ("SELECT id AS key,\n    upper(name) AS big\n   FROM public.t;", {"key": int, "big": Any}),
        ("SELECT DISTINCT ON (name, (id + 1)) id\n   FROM public.t;", {"id": int}),
        (
            'SELECT u.id,\n    c.name AS "Name"\n   FROM (public.t u\n     JOIN public.t c ON ((c.id = u.id)));',
            {"id": int, "Name": str | None},
        ),
        (
            "SELECT t.id,\n    c.id AS other\n   FROM (public.t\n     LEFT JOIN public.t c ON (true));",
            {"id": int | None, "other": int | None},
        ),
        ("SELECT id\n   FROM public.t\nUNION ALL\n SELECT 1.5;", {"id": Any}),
        (
            "WITH x AS (\n SELECT t.id\n   FROM public.t\n)\n SELECT id,\n    ( SELECT 1) AS n\n   FROM x;",
            {"id": Any, "n": Any},
        ),
        ("SELECT y.id\n   FROM ( SELECT t.id\n           FROM public.t) y;", {"id": Any}),
        (
            "SELECT id\n   FROM ( SELECT upper(t.name) AS id\n           FROM public.t) x;",
            {"id": Any},
        ),
        ("SELECT id\n   FROM public.nested;", {"id": int}),
        ("SELECT 1 AS one,\n    true AS yes;", {"one": Any, "yes": Any}),
    ],
)
def test_a_view_has_the_types_of_what_it_selects(imported, definition, expected):
    found = imported(
        objects("id integer not null", "name text"),
        {"view public.nested": {"definition": "SELECT id\n   FROM public.t;"}},
        {"view public.v": {"definition": definition}},
    )
    hints = get_type_hints(found.V)

    assert {field.name: hints[field.name] for field in fields(found.V)} == expected


# --- the file


def rendered(root=ROOT):
    schema = declared.read(root / "migrations/schema.json")
    return headed(render(module(schema.objects, ())).text, "some")


def test_the_same_schema_makes_the_same_file_whatever_its_order():
    made = objects("a text", "b text") | objects("id integer", table="public.u")
    backwards = dict(reversed(made.items()))

    assert render(module(made, ())) == render(module(backwards, ()))


def test_an_index_makes_no_other_client():
    made = objects("a text")
    index = {"index public.i": {"table": "public.t", "definition": "btree (a)"}}

    assert render(module(made | index, ())) == render(module(made, ()))


def test_an_empty_schema_makes_an_empty_client(imported):
    assert not hasattr(imported(), "dataclass")


def test_the_file_begins_by_saying_that_it_is_generated():
    assert rendered().startswith('"""Generated by `invoke client` from migrations/schema.json')
    assert "do not edit" in rendered().splitlines()[0]


def test_linters_find_nothing_even_where_they_may_look(tmp_path):
    (tmp_path / "tables.py").write_text(rendered(), "utf-8")
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--ignore-noqa",
        "--config",
        ROOT / "pyproject.toml",
    ]
    done = subprocess.run([*command, tmp_path], capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "All checks passed!\n")


# --- whether it is the one that Git makes


@pytest.fixture
def made():
    schema, seeds = objects("id text not null"), [seed("t", ("id",), ("x",))]
    return schema, seeds, client_of(schema, seeds)


def client_of(schema, seeds):
    found = Snapshot(schema)
    return headed(render(module(schema, seeds)).text, source(found, seeds))


def told(text, schema, seeds):
    found = compare(Client("client/tables.py", text), Snapshot(schema), seeds)
    return found and f"{found.severity} {found.subject}: {found.message}"


def test_a_client_of_this_schema_is_as_it_must_be(made):
    schema, seeds, text = made

    assert told(text, schema, seeds) is None


def test_a_project_that_wants_no_client_lacks_none(made):
    assert compare(None, Snapshot(made[0]), made[1]) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: None, "does not exist"),
        (lambda text: "x = 1\n", "was not written by invoke client"),
        (lambda text: text.replace("id: str", "id: int"), "was edited since it was made"),
        (lambda text: text + "\n", "was edited since it was made"),
    ],
)
def test_a_client_that_is_not_the_one_is_an_error(made, change, message):
    schema, seeds, text = made

    assert told(change(text), schema, seeds) == f"error file client/tables.py: {message}"


def test_another_column_makes_it_stale_and_another_key_only_older(made):
    schema, seeds, text = made
    more = seed("t", ("id",), ("x",), ("y",))

    assert told(text, schema | objects("n integer"), seeds) == (
        "error file client/tables.py: was made from another schema"
    )
    assert told(text, schema, [more]) == (
        "warning file client/tables.py: lacks keys of rows in seeds/, or has some that are gone"
    )


def test_one_that_nobody_touched_is_not_made_again_to_be_compared(made, monkeypatch):
    schema, seeds, text = made
    monkeypatch.setattr(diff, "anew", None)

    assert told(text, schema, seeds) is None
    with pytest.raises(TypeError):
        told(text, schema | objects("n integer"), seeds)


def test_an_index_that_came_since_makes_it_no_other(made):
    schema, seeds, text = made
    index = {"index public.i": {"table": "public.t", "definition": "btree (a)"}}

    assert told(text, schema | index, seeds) is None
    assert client_of(schema | index, seeds) != text


def test_the_check_tells_what_to_type(made):
    found = compare(Client("client/tables.py", None), Snapshot(made[0]), made[1])

    assert found.hint == "invoke client, and commit what it writes"


# --- where it is written


def test_it_is_written_once_and_its_folder_made(tmp_path):
    schema, more = Snapshot(objects("id text")), Snapshot(objects("id text", "n text"))

    assert write(tmp_path, "app/db/tables.py", schema, ()) == ["app/db/tables.py"]
    assert write(tmp_path, "app/db/tables.py", schema, ()) == []
    assert write(tmp_path, "app/db/tables.py", more, ()) != []
    assert write(tmp_path, "", schema, ()) == []


def test_a_file_of_somebodys_own_is_left_alone(tmp_path):
    (tmp_path / "tables.py").write_text("# mine\n")

    with pytest.raises(Refused, match="was not written by invoke client"):
        write(tmp_path, "tables.py", Snapshot(objects()), ())

    assert (tmp_path / "tables.py").read_text() == "# mine\n"
