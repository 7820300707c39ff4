"""What was renamed, what of a repair becomes a statement, which files are whose."""

import re

import pytest

from ops.develop.difference import in_order, plain
from ops.develop.files import keep_rollback
from ops.drift.renames import renames


def table(name, *columns):
    """A table with its columns in this order, each `name` or `name type`."""
    pairs = [[*re.findall(r'".*?"|\w+', column), "text"][:2] for column in columns]
    made = {f"table public.{name}": {"columns": [column for column, _ in pairs]}}
    return made | {f"column public.{name}.{column}": {"type": type} for column, type in pairs}


def found(new, old):
    """What `new` calls what `old` had, without the schema."""
    pairs = renames({"schema public": {}} | new, {"schema public": {}} | old)
    return [tuple(subject.replace("public.", "") for subject in pair) for pair in pairs]


@pytest.mark.parametrize(
    ("here", "git", "expected"),
    [
        (("a", "x", "c"), ("a", "b", "c"), [("x", "b")]),
        (("a", "x integer", "c"), ("a", "b", "c"), [("x", "b")]),  # and its type changed
        (("x", "y", "c"), ("a", "b", "c"), [("x", "a"), ("y", "b")]),
        (("a", "y integer", "d"), ("a", "b", "c integer", "d"), [("y", "c")]),
        (("a", "c", "x"), ("a", "b", "c"), []),  # behind the others: dropped, and added
        (("a", "c", "bb"), ("a", "b", "c"), []),  # however alike
        (("a", "phone_number"), ("a", "phonenumber"), [("phone_number", "phonenumber")]),
        (("a", "phone"), ("a", "legacy"), []),  # at the end nobody can tell
        (("a", "phone_number integer"), ("a", "phonenumber"), []),
        (("a", "b", "d"), ("a", "b"), []),
        (("b", "x", "a"), ("a", "y", "b"), []),  # made anew: the places say nothing
    ],
)
def test_a_column_is_renamed_if_it_is_where_the_other_was(here, git, expected):
    assert found(table("t", *here), table("t", *git)) == [
        (f"column t.{new}", f"column t.{old}") for new, old in expected
    ]


@pytest.mark.parametrize(
    ("here", "git", "expected"),
    [
        (
            table("todos", "id", "what"),
            table("tasks", "id", "what"),
            [("table todos", "table tasks")],
        ),
        (table("todos", "id"), table("tasks", "id", "what"), []),
        (
            table("job_items", "id", "what", "more"),
            table("jobitems", "id", "what"),
            [("table job_items", "table jobitems")],
        ),
        (table("job_items", "id", "a", "b"), table("jobitems", "id", "what"), []),
        (table("one", "id"), table("two", "id") | table("three", "id"), []),
        (table("one"), table("two"), []),
    ],
)
def test_a_table_is_renamed_if_it_has_the_columns_of_the_other(here, git, expected):
    assert found(here, git) == expected


@pytest.mark.parametrize(
    ("repair", "expected"),
    [
        ("", ""),
        (
            "set check_function_bodies = off;\n-- Run this as app: whoever makes an object owns it.\n"
            "create table public.t (\n    a text\n);\n",
            "create table public.t (\n    a text\n);\n",
        ),
        (
            "set check_function_bodies = off;\ncreate or replace function public.f()\n    as $$ $$;\n",
            "set local check_function_bodies = off;\ncreate or replace function public.f()\n    as $$ $$;\n",
        ),
        (
            "-- the rows of public.t go\n-- DESTROYS DATA: drop table public.t;\n",
            "-- DESTROYS DATA: the rows of public.t go\ndrop table public.t;\n",
        ),
        (
            "-- what x cannot hold of y goes\n-- DESTROYS DATA: one;\n"
            "-- what x cannot hold of y goes\n-- DESTROYS DATA: two\n-- DESTROYS DATA: more;\n"
            "-- the values of z go\n-- DESTROYS DATA: three;\nfour;\n",
            "-- DESTROYS DATA: what x cannot hold of y goes\none;\ntwo\nmore;\n"
            "-- DESTROYS DATA: the values of z go\nthree;\nfour;\n",
        ),
        (
            "-- only when table public.t no longer needs it\n-- DESTROYS DATA: drop type public.m;\n",
            "drop type public.m;\n",
        ),
        (
            "-- fails while a row holds another label\nalter type public.m rename to n;\n",
            "-- fails while a row holds another label\nalter type public.m rename to n;\n",
        ),
    ],
)
def test_in_a_migration_every_step_is_a_statement_and_says_what_it_destroys(repair, expected):
    assert plain(repair) == expected


def test_columns_are_added_in_the_order_that_they_have():
    text = "alter table {} add column {} text not null;\n"
    here = [("public.t", "a"), ("public.u", '"x y"'), ("public.t", "b"), ("public.u", "c")]
    there = [("public.t", "b"), ("public.u", "c"), ("public.t", "a"), ("public.u", '"x y"')]
    target = table("t", "id", "b", "a") | table("u", "id", "c", '"x y"')

    made = in_order("".join(text.format(*pair) for pair in here), target)

    assert made == "".join(text.format(*pair) for pair in there)


@pytest.fixture
def rollback(tmp_path):
    path = tmp_path / "0005.x.rollback.sql"
    path.write_text("-- undoes: x\n", "utf-8")
    return path


def test_a_rollback_that_nobody_wrote_is_kept_in_step(rollback):
    assert keep_rollback(rollback, "drop table a;\n") == (rollback,)
    assert keep_rollback(rollback, "drop table a;\n") == ()
    assert keep_rollback(rollback, "drop table b;\n") == (rollback,)

    first, second, *rest = rollback.read_text("utf-8").split("\n")
    assert first == "-- undoes: x"
    assert second.startswith("-- Kept in step by `invoke migrate.dev`, until you edit it: ")
    assert rest == ["", "drop table b;", ""]

    assert keep_rollback(rollback, "") == (rollback,)
    assert rollback.read_text("utf-8") == "-- undoes: x\n"


def test_a_rollback_that_somebody_wrote_is_left_alone(rollback):
    keep_rollback(rollback, "drop table a;\n")
    text = rollback.read_text("utf-8") + "delete from b;\n"
    rollback.write_text(text, "utf-8")

    assert keep_rollback(rollback, "drop table c;\n") == ()
    assert rollback.read_text("utf-8") == text


def test_a_rollback_that_was_deleted_stays_away(rollback):
    rollback.unlink()

    assert keep_rollback(rollback, "drop table a;\n") == ()
    assert not rollback.exists()
