from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from ops.seed.declared import Row, Seed
from ops.seed.diff import after_migrations, compare
from ops.seed.observed import Observed
from ops.seed.shape import Edited, Surplus
from ops.seed.words import Kind, Look, Origin, Record

TYPES = {"id": "text", "name": "text", "limit": "numeric(15,2)", "rights": "jsonb"}


def seed(*rows, key=("id",), owned=("name", "limit", "rights"), **policies):
    """A file with these rows; what a row leaves out is NULL."""
    filled = [{name: row.get(name) for name in dict.fromkeys((*key, *owned))} for row in rows]
    found = [Row(tuple(row[name] for name in key), row, line) for line, row in enumerate(filled, 1)]
    return Seed(Path("seeds/roles.toml"), "roles", key, owned, (), tuple(found), **policies)


def diff(declared, *there, types=None, delivered=None, **more):
    columns = {name: {"type": kind} for name, kind in (types or TYPES).items()}
    rows = tuple({name: row.get(name) for name in declared.columns} for row in there)
    return compare(Look(declared, Observed(rows, columns), delivered or {}, **more))


def of_value(want, have, kind):
    """The differences between two values of a column of that type."""
    declared = seed({"id": "a", "value": want}, owned=("value",))
    found = diff(declared, {"id": "a", "value": have}, types={"id": "text", "value": kind})
    assert found.unchanged == (not found.changes)
    assert all(d.column == "value" for change in found.changes for d in change.differences)
    return [(d.path, d.expected, d.observed) for c in found.changes for d in c.differences]


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
    assert of_value(want, have, kind) == [("value", want, have)]


def test_an_instant_an_hour_off_is_another():
    (found,) = of_value(NOON, "2024-05-01T12:00:00+01:00", INSTANT)

    assert found == ("value", "2024-05-01T12:00:00+00:00", "2024-05-01T11:00:00+00:00")


@pytest.mark.parametrize(
    ("want", "have"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1}, {"a": Decimal("1.00")}),
        ([1, {"a": [Decimal("1.0")]}], [Decimal("1.00"), {"a": [1]}]),
        ({}, {}),
        ("{}", "{}"),
        ({"a": [[1, 2], [{"b": "é", "c": []}]]}, {"a": [[1, 2], [{"c": [], "b": "\u00e9"}]]}),
        ({"a": 10**30}, {"a": Decimal("1E+30")}),
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
        ({"a": [{"b": 1}]}, {"a": [{"b": True}]}, [("value.a[0].b", 1, True)]),
        ([[1], [{"b": 2}]], [[1], [{"b": 3}]], [("value[1][0].b", 2, 3)]),
        ([{"a": 1}], [{"a": 1}, {}], [("value", [{"a": 1}], [{"a": 1}, {}])]),
        ([1, {"a": 1}], [1, {"a": 2}], [("value", [1, {"a": 1}], [1, {"a": 2}])]),
        ({"é": {"ü": 1}}, {"é": {"ü": 2}}, [("value.é.ü", 1, 2)]),
        ({"a": "\u00e9"}, {"a": "e\u0301"}, [("value.a", "\u00e9", "e\u0301")]),
        ({"a": 10**17 + 1}, {"a": 10**17}, [("value.a", 10**17 + 1, 10**17)]),
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
        ([{"a": 1}], [{"a": 1, "b": None}], [("value[0]", {"a": 1}, {"a": 1, "b": None})]),
    ],
)
def test_json_differs_where_it_differs(want, have, differences):
    assert of_value(want, have, "jsonb") == differences


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

    assert compare(Look(declared, observed)).changes == ()


def test_keys_meet_in_every_spelling_and_in_all_their_parts():
    types = {"id": "uuid", "code": "character(5)", "name": "text"}
    rows = [{"id": UUID.upper(), "code": code, "name": "n"} for code in ("x", "y")]
    declared = seed(*rows, key=("id", "code"), owned=("name",))

    found = diff(declared, {"id": UUID, "code": "x    ", "name": "n"}, types=types)

    assert told(found) == [(Kind.INSERT, (UUID.upper(), "y"), 1)]


def test_several_kinds_of_change_are_told_apart_by_kind():
    found = diff(seed(A, B, {"id": "c"}), A | {"name": "x"}, B, B, {"id": "z"})

    assert {kind: [c.key for c in found.of(kind)] for kind in Kind if found.of(kind)} == {
        Kind.INSERT: [("c",)],
        Kind.UPDATE: [("a",)],
        Kind.SURPLUS: [("z",)],
        Kind.DUPLICATE: [("b",)],
    }
    assert len(found.of(Kind.INSERT, Kind.UPDATE)) == 2
    assert found.unchanged == 0


def test_no_rows_and_an_absent_table_are_told_apart():
    empty, absent = Observed(), Observed(absent="table roles is not here")

    assert [compare(Look(seed(A), there)).absent for there in (empty, absent)] == [
        "",
        "table roles is not here",
    ]


# -- who moved since the last delivery


def delivery(*rows):
    """What a delivery of these rows would have recorded."""
    return {record.key: record for record in diff(seed(*rows)).records}


def old_delivery(*rows):
    """The same, by a version that recorded one hash a row."""
    return {key: Record(key, record.hash) for key, record in delivery(*rows).items()}


def origins(found):
    return {d.path: d.origin for change in found.changes for d in change.differences}


CHANGED = A | {"name": "changed"}
ELSEWHERE = A | {"name": "elsewhere"}


@pytest.mark.parametrize(
    ("git", "here", "before", "expected"),
    [
        (CHANGED, A, A, {"name": Origin.GIT}),
        (A, CHANGED, A, {"name": Origin.HERE}),
        (CHANGED, ELSEWHERE, A, {"name": Origin.BOTH}),
        (CHANGED, A | {"limit": 7}, A, {"name": Origin.GIT, "limit": Origin.HERE}),
        (
            A | {"rights": {"read": 1}},
            A | {"rights": {"read": "1"}},
            A | {"rights": {"read": "1"}},
            {"rights.read": Origin.GIT},
        ),
        (A | {"rights": {"read": 1}}, A, A, {"rights.read": Origin.GIT}),
        (
            A | {"rights": {}},
            A | {"rights": {"x": None}},
            A | {"rights": {}},
            {"rights": Origin.HERE},
        ),
    ],
)
def test_who_moved_is_told_column_by_column_from_the_last_delivery(git, here, before, expected):
    assert origins(diff(seed(git), here, delivered=delivery(before))) == expected


@pytest.mark.parametrize(
    ("git", "here", "expected"),
    [
        (CHANGED, A, {"name": Origin.GIT}),
        (A, CHANGED, {"name": Origin.HERE}),
        (CHANGED, A | {"limit": 7}, {"name": Origin.BOTH, "limit": Origin.BOTH}),
    ],
)
def test_a_record_of_an_older_version_tells_who_moved_for_the_row_as_a_whole(git, here, expected):
    assert origins(diff(seed(git), here, delivered=old_delivery(A))) == expected


def test_without_a_record_nobody_can_tell_who_moved():
    assert origins(diff(seed(A), CHANGED)) == {"name": Origin.UNKNOWN}


def test_of_a_column_that_git_owns_since_today_nobody_can_tell_either():
    before = {record.key: record for record in diff(seed(A, owned=("name",))).records}

    assert origins(diff(seed(A), A | {"limit": 7}, delivered=before)) == {"limit": Origin.UNKNOWN}


def test_a_delivery_is_the_same_in_gits_spelling_and_in_the_servers():
    there = A | {"limit": Decimal("1.00"), "rights": {"read": True}}

    assert diff(seed(A), there, delivered=delivery(A)).records == ()
    assert delivery(A) == delivery(there)


def test_what_was_not_delivered_as_it_is_now_is_to_be_remembered():
    found = diff(seed(A, B), A, B, delivered=delivery(A) | {"b": Record("b", "older", {})})

    assert found.changes == ()
    assert found.records == (delivery(B)["b"],)


def test_a_record_of_an_older_version_is_made_whole():
    assert diff(seed(A), A, delivered=old_delivery(A)).records == (delivery(A)["a"],)


def test_a_row_that_is_there_twice_is_not_remembered_as_delivered():
    assert diff(seed(A), A, CHANGED).records == ()


def test_a_row_that_was_delivered_and_is_gone_was_deleted_here():
    before = delivery(A)

    assert [c.delivered for c in diff(seed(A, B), delivered=before).changes] == [True, False]
    assert [c.delivered for c in diff(seed(), A, B, delivered=before).changes] == [True, False]


# -- what becomes of an edit


def kept(found):
    return [(change.key, change.columns) for change in found.kept]


@pytest.mark.parametrize(
    ("policy", "before", "written", "guarded", "stays"),
    [
        (Edited.RESTORE, A, ["name"], [], []),
        (Edited.KEEP, A, [], [], [(("a",), ("name",))]),
        (Edited.REFUSE, A, ["name"], ["name"], []),
        # nothing tells who moved
        (Edited.RESTORE, None, ["name"], [], []),
        (Edited.KEEP, None, [], [], [(("a",), ("name",))]),
        (Edited.REFUSE, None, ["name"], ["name"], []),
        # only Git moved
        (Edited.RESTORE, CHANGED, ["name"], [], []),
        (Edited.KEEP, CHANGED, ["name"], [], []),
        (Edited.REFUSE, CHANGED, ["name"], [], []),
        # both moved
        (Edited.RESTORE, ELSEWHERE, ["name"], ["name"], []),
        (Edited.KEEP, ELSEWHERE, [], [], [(("a",), ("name",))]),
        (Edited.REFUSE, ELSEWHERE, ["name"], ["name"], []),
    ],
)
@pytest.mark.parametrize("by_column", [True, False])
def test_a_value_that_differs_meets_its_policy(policy, before, written, guarded, stays, by_column):
    declared = seed(A, edited={"name" if by_column else "default": policy})

    found = diff(declared, CHANGED, delivered=delivery(before) if before else {})

    assert [name for change in found.changes for name in change.columns] == written
    assert [d.path for change in found.changes for d in change.guarded] == guarded
    assert kept(found) == stays
    assert found.unchanged == (0 if written else 1)


def test_a_column_has_its_own_policy_before_that_of_all():
    declared = seed(A, edited={"default": Edited.KEEP, "name": Edited.RESTORE})

    found = diff(declared, A | {"name": "x", "limit": 7}, delivered=delivery(A))

    assert [change.columns for change in found.changes] == [("name",)]
    assert kept(found) == [(("a",), ("limit",))]


def test_what_is_kept_does_not_count_as_delivered():
    """Else Git's next value would look like the second to move, or the only one."""
    declared, before = seed(CHANGED, edited={"default": Edited.KEEP}), delivery(A)

    once = diff(declared, ELSEWHERE, delivered=before)

    assert once.records == ()
    assert origins(diff(seed(CHANGED), A, delivered=before)) == {"name": Origin.GIT}


def test_of_a_kept_value_that_was_never_delivered_nothing_is_remembered():
    (record,) = diff(seed(A, edited={"name": Edited.KEEP}), CHANGED).records

    assert record.columns == {k: v for k, v in delivery(A)["a"].columns.items() if k != "name"}


def test_to_keep_values_does_not_keep_a_row_from_coming_back():
    found = diff(seed(A, edited={"default": Edited.KEEP}), delivered=delivery(A))

    assert told(found) == [(Kind.INSERT, ("a",), 1)]


@pytest.mark.parametrize("policy", [Edited.KEEP, Edited.REFUSE])
def test_what_a_migration_of_this_run_wrote_nobody_edited(policy):
    declared = seed(A, B, edited={"default": policy})
    before = diff(declared, A, delivered=delivery(A))
    after = diff(
        declared, CHANGED | {"limit": 7}, B | {"name": "by a migration"}, delivered=delivery(A)
    )

    assert origins(after_migrations(after, before)) == dict.fromkeys(("name", "limit"), Origin.GIT)
    assert kept(after_migrations(after, before)) == []


def test_what_nobody_could_read_before_the_migrations_ran_may_have_been_edited():
    """As when a file owns a column that one of them adds."""
    declared = seed(A, edited={"default": Edited.KEEP})
    columns = {name: {"type": kind} for name, kind in TYPES.items() if name != "limit"}
    before = compare(Look(declared, Observed((), columns, "table roles has no column limit")))
    after = diff(declared, CHANGED | {"limit": 7}, delivered=delivery(A))

    found = after_migrations(after, before)

    assert kept(found) == [(("a",), ("name",))]
    assert [change.columns for change in found.changes] == [("limit",)]


def test_what_was_edited_before_the_migrations_ran_stays_edited():
    declared = seed(A, edited={"default": Edited.KEEP})
    before = diff(declared, CHANGED, delivered=delivery(A))
    after = diff(declared, CHANGED | {"limit": 7}, delivered=delivery(A))

    found = after_migrations(after, before)

    assert kept(found) == [(("a",), ("name",))]
    assert [change.columns for change in found.changes] == [("limit",)]


# -- rows that Git does not hold

OFF = {"surplus": Surplus.DEACTIVATE, "deactivate": {"limit": 0}}


def test_a_row_that_is_to_be_switched_off_is_named_until_it_is():
    found = diff(seed(A, **OFF), A, B | {"limit": 3}, B | {"limit": 0}, {"id": "c", "limit": 0})

    assert told(found) == [(Kind.DEACTIVATE, ("b",), 2)]
    (change,) = found.changes
    assert (change.columns, change.values) == (("limit",), {"limit": 0})


def test_a_row_that_was_switched_off_by_us_was_not_edited_here():
    declared = seed(A, **OFF, edited={"default": Edited.REFUSE})
    before = delivery(A, B)
    off = {record.key: record for record in diff(declared, A, B, delivered=before).records}
    again = seed(A, B, **OFF, edited={"default": Edited.REFUSE})

    found = diff(again, A, B | {"limit": 0}, delivered=before | off)

    assert list(off) == ["b"]
    assert origins(found) == {"limit": Origin.GIT}


def test_what_is_nobodys_concern_is_not_named():
    assert diff(seed(A, surplus=Surplus.IGNORE), A, B).changes == ()


def test_a_row_that_another_file_of_the_table_declares_is_not_surplus():
    assert diff(seed(A), A, B, others=(seed(B),)).changes == ()


# -- rows for some environments


def test_a_file_that_is_not_meant_for_here_names_its_rows_and_delivers_none():
    found = diff(seed(A, B), B, {"id": "c"}, wanted=False)

    assert told(found) == [(Kind.UNWANTED, ("b",), 1)]
    assert (found.records, found.declared, found.unchanged) == ((), (), 0)


def test_an_empty_list_of_environments_means_all():
    assert seed().belongs("production")
    assert not seed(environments=("local", "test")).belongs("production")
    assert seed(environments=("local", "test")).belongs("test")
