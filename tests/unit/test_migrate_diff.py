from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ops.migrate.declared import MigrationFile
from ops.migrate.diff import State, compare, in_words
from ops.migrate.observed import Applied, combine, marks

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def file(id, text="select 1"):
    return MigrationFile(id, Path(f"migrations/{id}.sql"), text)


def applied(id, text="select 1", state="applied"):
    return Applied(id, NOON, file(id, text).checksum, file(id, text).normalised, state)


A, B, C = map(file, ("0001.a", "0002.b", "0003.c"))


@pytest.mark.parametrize(
    ("rows", "states"),
    [
        ([], "pending pending pending"),
        (["0001.a"], "applied pending pending"),
        (["0002.b"], "late applied pending"),
        (["0003.c"], "late late applied"),
        (["0003.c", "0001.a"], "applied late applied"),
        (["0001.a", "0002.b", "0003.c"], "applied applied applied"),
    ],
)
def test_what_is_older_than_something_applied_is_late(rows, states):
    history = compare((A, B, C), [applied(id) for id in rows])

    assert " ".join(entry.state for entry in history.entries) == states


def test_late_is_told_by_gits_order_and_not_by_the_name():
    history = compare((B, A), [applied("0002.b")])

    assert [entry.state for entry in history.entries] == [State.APPLIED, State.PENDING]


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (applied("0001.a"), State.APPLIED),
        (applied("0001.a", "select 2"), State.EDITED),
        (applied("0001.a", "-- a licence\nselect  1"), State.REFORMATTED),
        (applied("0001.a", state="baselined"), State.BASELINED),
        (applied("0001.a", "select 2", "baselined"), State.EDITED),
        (applied("0001.a", "select 2", "started"), State.INTERRUPTED),
        (Applied("0001.a", NOON), State.UNRECORDED),
    ],
)
def test_a_row_beside_its_file_has_one_state(row, state):
    (entry,) = compare((A,), [row]).entries

    assert (entry.state, entry.file, entry.applied) == (state, A, row)


@pytest.mark.parametrize(
    ("id", "files", "state"),
    [
        ("0004.d", (A, B), State.AHEAD),
        ("0001.z", (A, B), State.MISSING),
        ("0000.0", (A, B), State.MISSING),
        ("0001.a", (), State.AHEAD),
    ],
)
def test_what_only_the_database_has_was_deleted_or_is_newer_than_the_code(id, files, state):
    last = compare(files, [applied(file.id) for file in files] + [applied(id)]).entries[-1]

    assert (last.id, last.state, last.file) == (id, state, None)


def test_an_interrupted_migration_makes_nobody_late_and_runs_again():
    history = compare((A, B, C), [applied("0001.a"), applied("0003.c", state="started")])

    assert history.ids(State.INTERRUPTED) == ("0003.c",)
    assert history.ids(State.LATE) == ()
    assert history.pending == (B, C)


def test_pending_is_all_that_an_apply_would_run_in_gits_order():
    history = compare((A, B, C), [applied("0002.b", "select 2"), applied("0009.z")])

    assert history.pending == (A, C)
    assert history.ids(State.EDITED, State.AHEAD) == ("0002.b", "0009.z")


def test_nothing_and_nothing_is_an_empty_history():
    assert compare((), ()).entries == compare((), ()).pending == ()


# -- what the database remembers

LATER = NOON + timedelta(hours=1)
NAIVE = NOON.replace(tzinfo=None)  # as yoyo keeps it, in UTC
ROW = ("0001.a", "sum", "normal", "applied", LATER)
KNOWN = Applied("0001.a", NOON, "sum", "normal")


@pytest.mark.parametrize(
    ("marked", "ledger", "expected"),
    [
        ([], [], ()),
        ([("0001.a", NAIVE)], [], (Applied("0001.a", NOON),)),
        ([("0001.a", None)], [], (Applied("0001.a", None),)),
        ([("0001.a", NAIVE)], [ROW], (KNOWN,)),
        ([], [ROW], ()),  # the yoyo CLI has rolled it back
        ([], [(*ROW[:3], "started", LATER)], (replace(KNOWN, state="started", applied_at=LATER),)),
        ([("0001.a", NAIVE)], [(*ROW[:3], "started", LATER)], (KNOWN,)),  # the CLI has finished it
        (
            [("0001.a", NAIVE)],
            [(*ROW[:3], "baselined", NOON)],
            (replace(KNOWN, state="baselined"),),
        ),
    ],
)
def test_yoyo_says_which_and_the_ledger_says_what(marked, ledger, expected):
    assert combine(marked, ledger) == expected


def test_where_yoyos_table_is_hidden_the_ledger_is_believed():
    in_tokyo = LATER.astimezone(timezone(timedelta(hours=9)))
    ledger = [(*ROW[:4], in_tokyo), ("0002.b", "sum", "normal", "started", NOON)]

    found = combine(None, ledger)

    assert [(row.id, row.state, row.applied_at) for row in found] == [
        ("0002.b", "started", NOON),
        ("0001.a", "applied", LATER),
    ]


def test_rows_come_oldest_first():
    marked = [("c", NAIVE), ("b", None), ("a", NAIVE), ("d", NAIVE - timedelta(days=1))]

    assert [row.id for row in combine(marked, [])] == ["b", "d", "a", "c"]


def test_a_schema_with_a_quote_in_its_name_stays_a_name():
    assert marks('my "own"').endswith('from "my ""own"""._yoyo_migration')


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "0 minutes"),
        (59, "0 minutes"),
        (60, "1 minute"),
        (7199, "1 hour"),
        (7200, "2 hours"),
        (86400, "1 day"),
        (12 * 86400 + 5, "12 days"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds, told):
    assert in_words(timedelta(seconds=seconds)) == told


def test_the_oldest_of_what_is_to_be_applied_is_known():
    files = [file("0001.a"), file("0002.b"), file("0003.c")]
    now = datetime(2026, 1, 10, tzinfo=UTC)
    added = {"migrations/0001.a.sql": datetime(2020, 1, 1, tzinfo=UTC),
             "migrations/0002.b.sql": datetime(2026, 1, 7, tzinfo=UTC),
             "migrations/0003.c.sql": datetime(2026, 1, 9, tzinfo=UTC)}  # fmt: skip

    history = compare(files, [applied("0001.a")]).dated(added, now)

    assert [entry.age for entry in history.entries] == [None, timedelta(3), timedelta(1)]
    assert history.oldest == "3 days"
    assert compare(files, []).oldest == ""
