"""What the repair never does by itself: destroy data."""

import re

import pytest

from ops.drift.alter import widens
from ops.drift.ddl import repair
from ops.drift.declared import Snapshot
from ops.project import Ignore

TABLE = {"schema public": {}, "table public.t": {}, "column public.t.a": {"type": "text"}}


def test_nothing_to_do_is_no_text():
    assert repair(Snapshot(TABLE), TABLE) == ""


def test_what_holds_data_is_a_comment_with_its_reason():
    here = {**TABLE, "column public.t.b": {"type": "text"}, "table public.old": {}}
    here["sequence public.s"] = {}

    assert repair(Snapshot(TABLE), here) == (
        "set check_function_bodies = off;\n"
        "-- the values of public.t.b go\n"
        "-- DESTROYS DATA: alter table public.t drop column b;\n"
        "-- the rows of public.old go\n"
        "-- DESTROYS DATA: drop table public.old;\n"
        "-- how far public.s has counted goes\n"
        "-- DESTROYS DATA: drop sequence public.s;\n"
    )


def test_what_holds_none_is_a_statement():
    here = {**TABLE, "index public.i": {"table": "public.t", "definition": "btree (a)"}}

    assert "\ndrop index public.i;\n" in repair(Snapshot(TABLE), here)


def test_type_that_waits_for_a_column_is_a_comment_too():
    here = {**TABLE, "column public.t.b": {"type": "public.mood"}}
    here["type public.mood"] = {"kind": "enum", "labels": ["ok"]}

    assert repair(Snapshot(TABLE), here).endswith(
        "-- only when column public.t.b no longer needs it\n"
        "-- DESTROYS DATA: drop type public.mood;\n"
    )


def test_renamed_column_can_be_kept():
    here = {**TABLE, "column public.t.customerid": {"type": "text"}}
    git = {**TABLE, 'column public.t."customerId"': {"type": "text"}}

    assert (
        "-- to keep its data, rename instead: "
        'alter table public.t rename column customerid to "customerId"\n'
        '-- DESTROYS DATA: alter table public.t add column "customerId" text;\n'
    ) in repair(Snapshot(git), here)


def test_column_renamed_to_something_unlike_is_left_alone_and_can_be_kept():
    def table(column):
        rest = {f"column public.t.{name}": {"type": "text"} for name in ("a", column)}
        return {**TABLE, "table public.t": {"columns": ["a", column]}, **rest}

    assert repair(Snapshot(table("status")), table("phase")) == (
        "set check_function_bodies = off;\n"
        "-- to keep its data, rename instead: alter table public.t rename column phase to status\n"
        "-- DESTROYS DATA: alter table public.t add column status text;\n"
        "-- the values of public.t.phase go\n"
        "-- DESTROYS DATA: alter table public.t drop column phase;\n"
    )


def test_cast_of_a_type_that_was_renamed_is_left_alone_with_it():
    def objects(type):
        cast = {"definition": "WITH INOUT"}
        enum = {"kind": "enum", "labels": ["ok"]}
        return {**TABLE, f"type public.{type}": enum, f"cast (integer AS public.{type})": cast}

    text = repair(Snapshot(objects("mood")), objects("temper"))

    assert "-- to keep its data, rename instead: alter type public.temper rename to mood\n" in text
    assert [line for line in text.splitlines() if line[:2] != "--"] == text.splitlines()[:1]


def test_partition_that_a_foreign_key_holds_is_detached_before_it_is_dropped():
    key = {"type": "foreign key", "definition": "", "columns": ["a"], "target": ["a"]}
    git = {**TABLE, "constraint public.t.fk": {**key, "references": "public.log"}}
    git |= {"table public.log": {}, "table public.years": {"partition_of": "public.log"}}
    here = {**git, "table public.y": {"partition_of": "public.years"}}

    assert (
        "-- DESTROYS DATA: alter table public.years detach partition public.y; drop table public.y;\n"
    ) in repair(Snapshot(git), here)


def test_order_of_columns_is_told_of_a_table_and_not_of_its_key():
    def keyed(column):
        definition = f"PRIMARY KEY ({column})"
        key = {"type": "primary key", "definition": definition, "columns": [column]}
        return {**TABLE, "column public.t.b": {"type": "text"}, "constraint public.t.pk": key}

    assert "another order" not in repair(Snapshot(keyed("a")), keyed("b"))


def test_materialized_view_that_git_leaves_empty_is_made_empty_in_the_place_of_a_view():
    view = {"definition": " SELECT 1 AS one;"}
    git = {**TABLE, "view public.v": {**view, "materialized": True, "not_populated": True}}

    assert repair(Snapshot(git), {**TABLE, "view public.v": view}).endswith(
        "drop view public.v;\n"
        "create materialized view public.v as\n"
        " SELECT 1 AS one\n"
        "with no data;\n"
    )


@pytest.mark.parametrize(
    ("here", "statement"),
    [
        ("table public.child_n", "alter table public.child_n rename to child"),
        ("table rich.child", "alter table rich.child set schema public"),
        (
            "table rich.child_n",
            "alter table rich.child_n set schema public; alter table public.child_n rename to child",
        ),
    ],
)
def test_moved_or_renamed_table_is_left_alone_and_can_be_kept(here, statement):
    git = {**TABLE, "schema rich": {}, "table public.child": {}}
    text = repair(Snapshot(git), {**TABLE, "schema rich": {}, here: {}})

    assert f"-- to keep its data, rename instead: {statement}\n-- DESTROYS DATA: create" in text
    assert [line for line in text.splitlines() if line[:2] != "--"] == text.splitlines()[:1]


def test_index_on_a_column_whose_type_waits_waits_with_it():
    def objects(type, cast):
        index = {"table": "public.t", "definition": f"btree (a) WHERE (a > 0{cast})"}
        return {**TABLE, "column public.t.a": {"type": type}, "index public.i": index}

    text = repair(Snapshot(objects("integer", "")), objects("numeric", "::numeric"))

    statements = [line for line in text.splitlines() if not line.startswith("--")]
    assert statements == ["set check_function_bodies = off;"]


def test_ignored_and_pending_are_left_alone():
    git = Snapshot({**TABLE, "table public.new": {}}, since={"table public.new": "0002"})
    here = {**TABLE, "table public.audit": {}}

    assert not repair(git, here, pending=frozenset({"0002"}), ignore=[Ignore("table *.audit", "")])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("smallint", "integer"),
        ("integer", "bigint"),
        ("integer", "numeric(15,2)"),
        ("numeric(5,2)", "numeric(15,2)"),
        ("numeric(5,2)", "numeric"),
        ("character varying(10)", "character varying(20)"),
        ("character varying(10)", "text"),
        ("public.mood", "text"),
        ("real", "double precision"),
    ],
)
def test_more_room_loses_nothing(old, new):
    assert widens(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bigint", "integer"),
        ("bigint", "numeric(15,2)"),
        ("numeric(15,2)", "integer"),
        ("numeric(15,2)", "numeric(15,0)"),
        ("numeric", "numeric(15,2)"),
        ("text", "character varying(20)"),
        ("character varying", "character varying(20)"),
        ("character(3)", "text"),
        ("double precision", "real"),
        ("timestamp with time zone", "date"),
        ("text", "public.mood"),
    ],
)
def test_less_room_may_lose_something(old, new):
    assert not widens(old, new)


@pytest.mark.parametrize("broken", ["\n", "\r", "\r\n"])
def test_a_name_with_a_line_break_does_not_end_the_comment_that_it_stands_in(broken):
    name = f'public."x{broken}delete from t; --"'
    here = {**TABLE, f"table {name}": {}, f"column {name}.a": {"type": "text"}}

    text = repair(Snapshot(TABLE), here)

    lines = re.split(r"[\r\n]+", text.strip())
    assert lines[0] == "set check_function_bodies = off;"
    assert all(line.startswith("--") for line in lines[1:])
    assert "delete from t" in text
