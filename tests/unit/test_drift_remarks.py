"""Comments and the order of columns: warnings, and compared only where both sides can have them."""

import pytest

from ops.drift.ddl import repair
from ops.drift.declared import Snapshot, evolve
from ops.drift.diff import compare
from ops.project import Ignore

TEXT = {"type": "text"}


def table(*columns, name="public.t", **properties):
    """A table of text columns, in this order."""
    parts = {f"column {name}.{column}": TEXT for column in columns}
    return {f"table {name}": {"columns": list(columns), **properties}, **parts}


def told(drift):
    return [f"{found.severity} {found.subject}: {found.message}" for found in drift.findings]


def compared(git, here, **terms):
    return told(compare(Snapshot(git), here, **terms))


def test_comment_that_git_does_not_have_is_not_compared():
    here = {**table("a", comment="here"), "column public.t.a": {**TEXT, "comment": "too"}}

    assert compared(table("a"), here) == []


def test_comment_of_git_is_compared():
    git, here = table("a", comment="What\n it is"), table("a", comment="What it was")

    assert compared(git, here) == [
        "warning table public.t: comment 'What it is' in Git, 'What it was' here"
    ]


def test_comment_beside_another_difference_does_not_make_it_a_warning():
    git, here = table("a", comment="x"), table("a", row_security=True)

    assert compared(git, here) == [
        "error table public.t: comment 'x' in Git, no comment here; "
        "row security disabled in Git, row security enabled here"
    ]


def test_comments_on_parts_are_compared_one_by_one():
    git = {"type public.t": {"kind": "composite", "comments": {"column a": "x", "column b": "y"}}}
    here = {"type public.t": {"kind": "composite", "comments": {"column a": "x", "column c": "z"}}}

    assert compared(git, here) == [
        "warning type public.t: comment on column b 'y' in Git, no comment here"
    ]


def test_order_is_that_of_the_columns_on_both_sides():
    assert compared(table("a", "b", "c"), table("b", "c", "a")) == [
        "warning table public.t: columns in another order here"
    ]
    assert compared(table("a", "b", "c"), table("c", "b")) == [
        "error column public.t.a: missing here",
        "warning table public.t: columns in another order here",
    ]
    assert compared(table("a", "b", "c"), table("x", "a", "c")) == [
        "error column public.t.b: missing here",
        "error column public.t.x: not in Git",
    ]


def test_order_that_the_file_does_not_say_is_not_compared():
    git = {"table public.t": {}, "column public.t.a": TEXT, "column public.t.b": TEXT}

    assert compared(git, table("b", "a")) == []


def test_no_statement_changes_the_order_and_the_repair_says_so():
    text = repair(Snapshot(table("a", "b")), table("b", "a"))

    assert text == "-- table public.t: columns in another order, which no statement changes\n"


def test_table_is_made_with_its_columns_in_order():
    text = repair(Snapshot({**table("b", "a"), "schema public": {}}), {"schema public": {}})

    assert "create table public.t (\n    b text,\n    a text\n);" in text


def test_order_of_a_partition_is_told_with_its_parents():
    def both(*columns):
        child = {"partition_of": "public.t", "bound": "DEFAULT", "columns": list(columns)}
        return {**table(*columns, partition_by="LIST (a)"), "table public.c": child}

    assert compared(both("a", "b"), both("b", "a")) == [
        "warning table public.t: columns in another order here; table public.c differs with it"
    ]


def test_pending_column_hides_nothing_else_of_its_table():
    git = evolve([("0001", table("a")), ("0002", table("a", "b"))])
    drift = compare(git, table("a", row_security=True), pending=frozenset({"0002"}))

    assert told(drift) == [
        "error table public.t: row security disabled in Git, row security enabled here"
    ]
    assert drift.waiting == 1


def test_pending_change_of_the_table_itself_does_hide_it():
    git = evolve([("0001", table("a")), ("0002", table("a", row_security=True))])

    assert compare(git, table("a"), pending=frozenset({"0002"})).findings == ()


def test_column_that_a_pending_migration_makes_anew_has_no_place_yet():
    stages = [("0001", table("a", "b")), ("0002", table("b")), ("0003", table("b", "a"))]
    pending = frozenset({"0002", "0003"})

    assert compare(evolve(stages), table("a", "b"), pending=pending).findings == ()


@pytest.mark.parametrize("pattern", ["column public.t.a", "column *.a"])
def test_ignored_column_has_no_place(pattern):
    ignore = [Ignore(pattern, "theirs")]

    assert compared(table("a", "b", "c"), table("b", "a", "c"), ignore=ignore) == []
    assert compared(table("a", "b", "c"), table("c", "b", "a"), ignore=ignore) == [
        "warning table public.t: columns in another order here"
    ]


def test_pending_column_of_a_parent_has_no_place_in_its_partitions():
    def stage(*columns):
        child = {"partition_of": "public.t", "bound": "DEFAULT", "columns": list(columns)}
        return {**table(*columns, partition_by="LIST (a)"), "table public.c": child}

    git = evolve([("0001", stage("a", "b")), ("0002", stage("b")), ("0003", stage("b", "a"))])

    assert compare(git, stage("a", "b"), pending=frozenset({"0002", "0003"})).findings == ()
