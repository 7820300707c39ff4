from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from ops.seed.declared import Row, Seed
from ops.seed.diff import Difference, Kind, Origin, compare
from ops.seed.observed import Observed

TYPES = {"id": "text", "name": "text", "limit": "numeric(15,2)", "rights": "jsonb"}


def seed(*rows, key=("id",), owned=("name", "limit", "rights")):
    """A file with these rows; what a row leaves out is NULL."""
    filled = [{name: row.get(name) for name in dict.fromkeys((*key, *owned))} for row in rows]
    found = [Row(tuple(row[name] for name in key), row, line) for line, row in enumerate(filled, 1)]
    return Seed(Path("seeds/roles.toml"), "roles", key, owned, (), tuple(found))


def diff(declared, *there, types=None, delivered=None):
    columns = {name: {"type": kind} for name, kind in (types or TYPES).items()}
    rows = tuple({name: row.get(name) for name in declared.columns} for row in there)
    return compare(declared, Observed(rows, columns), delivered or {})


def of_value(want, have, kind):
    """The differences between two values of a column of that type."""
    declared = seed({"id": "a", "value": want}, owned=("value",))
    found = diff(declared, {"id": "a", "value": have}, types={"id": "text", "value": kind})
    assert found.unchanged == (not found.changes)
    return [d for change in found.changes for d in change.differences]


# -- values

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
PARIS = NOON.astimezone(timezone(timedelta(hours=2)))
INSTANT, LOCAL = "timestamp with time zone", "timestamp(3) without time zone"
UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"


@pytest.mark.parametrize(
    ("want", "have", "kind"),
    [
        (None, None, "text"),
        ("", "", "text"),
        (True, True, "boolean"),
        (50000, Decimal("50000.00"), "numeric(15,2)"),
        (Decimal("0.1"), Decimal("0.10"), "numeric(15,2)"),
        (Decimal("1E+2"), 100, "double precision"),
        (0, Decimal("-0.0"), "double precision"),
        ("USD", "USD  ", "character(5)"),
        ("USD ", "USD", "character(5)"),
        (UUID.upper(), UUID, "uuid"),
        (["USD", "€"], ["USD  ", "€    "], "character(5)[]"),
        ([UUID.upper()], [UUID], "uuid[]"),
        ([], [], "text[]"),
        (NOON, "2024-05-01T12:00:00+00:00", INSTANT),
        (PARIS, "2024-05-01T12:00:00+00:00", INSTANT),
        ("2024-05-01 14:00:00.000+02", "2024-05-01T12:00:00+00:00", INSTANT),
        (
            NOON.replace(microsecond=120000),
            "2024-05-01T14:00:00.12+02:00",
            "timestamp(3) with time zone",
        ),
        ([PARIS], ["2024-05-01T12:00:00+00:00"], f"{INSTANT}[]"),
        ("infinity", "infinity", INSTANT),
        (NOON.replace(tzinfo=None), "2024-05-01T12:00:00", LOCAL),
        (PARIS, "2024-05-01T14:00:00", LOCAL),  # PostgreSQL drops the offset there
        (date(2024, 5, 1), "2024-05-01", "date"),
        (time(12), "12:00:00", "time without time zone"),
        (time(12, 0, 0, 500000), "12:00:00.5", "time(3) without time zone"),
        ("12:00", "12:00:00", "time(0) without time zone"),
        ("24:00:00", "24:00:00", "time without time zone"),
    ],
)
def test_one_value_in_two_spellings_is_one_value(want, have, kind):
    assert of_value(want, have, kind) == []


@pytest.mark.parametrize(
    ("want", "have", "kind"),
    [
        (None, "", "text"),
        ("", None, "text"),
        ("USD ", "USD", "text"),
        ("a", "A", "text"),
        ("\u00e9", "e\u0301", "text"),
        ("a\n", "a\r\n", "text"),
        ("1", 1, "jsonb"),
        (50000, Decimal("5000.00"), "numeric(15,2)"),
        (True, False, "boolean"),
        (False, None, "boolean"),
        (["a", "b"], ["b", "a"], "text[]"),
        (["a"], ["a", "a"], "text[]"),
        ([], None, "text[]"),
    ],
)
def test_two_values_are_told_apart(want, have, kind):
    assert of_value(want, have, kind) == [Difference("value", want, have)]


def test_an_instant_an_hour_off_is_another():
    (found,) = of_value(NOON, "2024-05-01T12:00:00+01:00", INSTANT)

    assert found == Difference("value", "2024-05-01T12:00:00+00:00", "2024-05-01T11:00:00+00:00")


@pytest.mark.parametrize(
    ("want", "have"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1}, {"a": Decimal("1.00")}),
        ([1, {"a": [Decimal("1.0")]}], [Decimal("1.00"), {"a": [1]}]),
        ({}, {}),
        ("{}", "{}"),
    ],
)
def test_json_is_compared_by_value(want, have):
    assert of_value(want, have, "jsonb") == []


@pytest.mark.parametrize(
    ("want", "have", "differences"),
    [
        ({"a": 1}, {"a": True}, [("value.a", 1, True)]),
        ({"a": False}, {"a": 0}, [("value.a", False, 0)]),
        ([1], [True], [("value", [1], [True])]),
        ({"a": [{"b": 1}]}, {"a": [{"b": True}]}, [("value.a", [{"b": 1}], [{"b": True}])]),
        ({"a": 1}, {"a": "1"}, [("value.a", 1, "1")]),
        (
            {"a": 1, "b": 2},
            {"b": 3, "c": 4},
            [("value.a", 1, None), ("value.b", 2, 3), ("value.c", None, 4)],
        ),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, [("value.a.b.c", 1, 2)]),
        ({"a": {}}, {"a": {"b": 1}}, [("value.a.b", None, 1)]),
        ({}, [], [("value", {}, [])]),
        ({}, None, [("value", {}, None)]),
        ({"a": 1}, {"a": 1, "b": None}, [("value", {"a": 1}, {"a": 1, "b": None})]),
        ([{"a": 1}], [{"a": 1, "b": None}], [("value", [{"a": 1}], [{"a": 1, "b": None}])]),
    ],
)
def test_json_differs_where_it_differs(want, have, differences):
    assert of_value(want, have, "jsonb") == [Difference(*difference) for difference in differences]


# -- rows

A = {"id": "a", "name": "A", "limit": 1, "rights": {"read": True}}
B = {"id": "b", "name": "B"}


def told(found):
    return [(change.kind, change.key, change.times) for change in found.changes]


def test_equal_rows_leave_nothing_to_say():
    found = diff(seed(A, B), B, A)

    assert (found.changes, found.unchanged) == ((), 2)


def test_a_row_that_is_not_here_is_to_be_inserted():
    found = diff(seed(A, B), B)

    assert told(found) == [(Kind.INSERT, ("a",), 1)]
    assert (found.changes[0].subject, found.changes[0].row.values["name"]) == ("row roles a", "A")
    assert found.unchanged == 1


def test_a_row_that_git_does_not_hold_is_surplus():
    found = diff(seed(A), A, B, B)

    assert told(found) == [(Kind.SURPLUS, ("b",), 2)]
    assert (found.unchanged, found.changes[0].row) == (1, None)


def test_a_key_that_is_there_twice_is_a_duplicate_whatever_its_values():
    found = diff(seed(A, B), A, A, B)

    assert told(found) == [(Kind.DUPLICATE, ("a",), 2)]
    assert found.unchanged == 1


def test_only_the_columns_that_differ_are_written():
    found = diff(seed(A), A | {"limit": 2, "rights": {"read": False, "write": True}})

    (change,) = found.changes
    assert change.kind is Kind.UPDATE
    assert [d.path for d in change.differences] == ["limit", "rights.read", "rights.write"]
    assert change.columns == ("limit", "rights")


def test_a_column_that_nobody_owns_is_not_compared():
    declared = seed(A, owned=("name",))
    observed = Observed(({"id": "a", "name": "A", "limit": 9},), {})

    assert compare(declared, observed, {}).changes == ()


def test_keys_meet_in_every_spelling_and_in_all_their_parts():
    types = {"id": "uuid", "code": "character(5)", "name": "text"}
    rows = [{"id": UUID.upper(), "code": code, "name": "n"} for code in ("x", "y")]
    declared = seed(*rows, key=("id", "code"), owned=("name",))

    found = diff(declared, {"id": UUID, "code": "x    ", "name": "n"}, types=types)

    assert told(found) == [(Kind.INSERT, (UUID.upper(), "y"), 1)]


def test_several_kinds_of_change_are_told_apart_by_kind():
    found = diff(seed(A, B, {"id": "c"}), A | {"name": "x"}, B, B, {"id": "z"})

    assert {kind: [change.key for change in found.of(kind)] for kind in Kind} == {
        Kind.INSERT: [("c",)],
        Kind.UPDATE: [("a",)],
        Kind.SURPLUS: [("z",)],
        Kind.DUPLICATE: [("b",)],
    }
    assert len(found.of(Kind.INSERT, Kind.UPDATE)) == 2
    assert found.unchanged == 0


def test_no_rows_and_an_absent_table_are_told_apart():
    reason = "table roles is not here"

    assert compare(seed(), Observed(absent=reason), {}) == replace(
        diff(seed()), columns={}, absent=reason
    )


# -- who moved since the last delivery


def delivery(*rows):
    """What a delivery of these rows would have recorded."""
    return dict(diff(seed(*rows)).undelivered)


CHANGED = A | {"name": "changed"}


@pytest.mark.parametrize(
    ("git", "here", "before", "origin"),
    [
        (CHANGED, A, A, Origin.GIT),
        (A, CHANGED, A, Origin.HERE),
        (CHANGED, A | {"limit": 7}, A, Origin.BOTH),
        (CHANGED, A, None, Origin.UNKNOWN),
        (
            A | {"rights": {"read": 1}},
            A | {"rights": {"read": "1"}},
            A | {"rights": {"read": "1"}},
            Origin.GIT,
        ),
        (A | {"rights": {"read": 1}}, A, A, Origin.GIT),
        (A | {"rights": {}}, A | {"rights": {"x": None}}, A | {"rights": {}}, Origin.HERE),
    ],
)
def test_who_moved_is_told_from_the_last_delivery(git, here, before, origin):
    (change,) = diff(seed(git), here, delivered=delivery(before) if before else {}).changes

    assert change.origin is origin


def test_a_delivery_is_the_same_in_gits_spelling_and_in_the_servers():
    there = A | {"limit": Decimal("1.00"), "rights": {"read": True}}

    assert diff(seed(A), there, delivered=delivery(A)).undelivered == ()
    assert delivery(A) == delivery(there)


def test_what_was_not_delivered_as_it_is_now_is_to_be_remembered():
    found = diff(seed(A, B), A, B, delivered=delivery(A) | {"b": "older", "gone": "x"})

    assert found.changes == ()
    assert found.undelivered == (("b", delivery(B)["b"]),)
