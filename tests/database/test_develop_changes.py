"""Every change made by hand can be captured: the statements written make it elsewhere too."""

import re
import tomllib
from pathlib import Path

import psycopg
import pytest
from conftest import at

from ops.develop.difference import towards
from ops.drift import observed
from ops.drift.ddl import repair
from ops.drift.declared import Snapshot
from ops.drift.diff import compare

CASES = Path(__file__).parents[1] / "cases" / "drift"
RICH = (CASES / "server.sql").read_text("utf-8") + (CASES / "rich.sql").read_text("utf-8")
CHANGES = tomllib.loads((CASES / "changes.toml").read_text("utf-8"))["change"]
RARE = tomllib.loads((CASES / "rare.toml").read_text("utf-8"))["change"]
BY_NAME = {change["name"]: change for change in CHANGES + RARE}
UNWANTED = "index invalid"
CASES_OF = [change for change in CHANGES if change["name"] != UNWANTED]
CASES_OF += [BY_NAME["publication of some rows"]]


def look(conn):
    with conn.transaction(force_rollback=True):
        conn.execute(observed.SETTINGS)
        return observed.parse(conn.execute(observed.query()).fetchall())


def prepare(url):
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(RICH)


@pytest.fixture(scope="session")
def rich(make_template, server):
    """One database for all the changes of a worker: each is made in a transaction, and undone."""
    url = at(server, make_template("captured", prepare))
    with psycopg.connect(url, autocommit=True) as conn:
        yield conn


@pytest.mark.parametrize("change", CASES_OF, ids=[change["name"] for change in CASES_OF])
def test_what_is_written_makes_the_change(change, rich):
    if rich.info.server_version < change.get("since", 14) * 10000:
        pytest.skip("a later PostgreSQL")
    with rich.transaction(force_rollback=True):
        rich.execute(change["sql"])
        live = look(rich)
    with rich.transaction(force_rollback=True):
        rich.execute(towards(rich, live, {}))
        made = look(rich)

    assert [(f.subject, f.message) for f in compare(Snapshot(live), made).findings] == []


def test_an_index_that_could_not_be_built_is_not_wanted_in_git(rich):
    with rich.transaction(force_rollback=True):
        rich.execute(BY_NAME[UNWANTED]["sql"])
        changed = look(rich)
    with rich.transaction(force_rollback=True):
        rich.execute("drop index public.invoices_due_idx")
        made = towards(rich, changed, {})

    words = (
        "-- index public.invoices_due_idx is invalid there, and nobody wants that in Git:"
        " reindex index public.invoices_due_idx, or drop it there\n"
    )
    assert (towards(rich, changed, {}), made) == (words, words)


def test_an_index_of_a_partitioned_table_that_lacks_its_parts_is_made_so(rich):
    with rich.transaction(force_rollback=True):
        rich.execute("create index events_at_idx on only public.events (at)")
        live = look(rich)
    text = towards(rich, live, {})
    with rich.transaction(force_rollback=True):
        rich.execute(text)
        made = look(rich)

    assert text == "create index events_at_idx on only public.events using btree (at);\n"
    assert (made, repair(Snapshot(live), made)) == (live, "")


SALES = """
create table app.sales (
    id integer generated always as identity, number serial, "On" date not null, what text,
    twice integer generated always as (2) stored
) partition by {};
create table app.sales_all partition of app.sales {};
insert into app.sales ("On", what)
    select date '2025-01-01' + n, 'a' || n from generate_series(1, 20) n;
"""
BY_DATE = SALES.format('range ("On")', "for values from ('2025-01-01') to (maxvalue)")
BY_TEXT = SALES.format("list (what)", "default")
ROWS = 'select id, number, "On", what from app.sales order by id'


def test_rows_of_a_table_with_another_partition_key_are_kept_as_the_text_says(rich):
    """It begins with what to run before, after and then; run so, nothing is lost."""
    with rich.transaction(force_rollback=True):
        rich.execute(BY_TEXT)
        live = look(rich)
    with rich.transaction(force_rollback=True):
        rich.execute(BY_DATE)
        rows, text = rich.execute(ROWS).fetchall(), towards(rich, live, {})
        note, before, after, then = (line[3:] for line in text.splitlines()[:4])
        rich.execute(before.removeprefix("  before: "))
        rich.execute(text)
        rich.execute(after.removeprefix("  after: ").removesuffix(" (its triggers fire)"))
        rich.execute(then.removeprefix("  then: "))
        rich.execute("drop table kept")

        assert rich.execute(ROWS).fetchall() == rows
        assert compare(Snapshot(live), look(rich)).findings == ()
        fresh = "insert into app.sales (\"On\") values ('2026-01-01') returning id, number"
        assert rich.execute(fresh).fetchone() == (21, 21)

    assert note == (
        "table app.sales has to be made anew, which leaves it empty. Its rows are kept by you:"
    )
    assert "\n-- DESTROYS DATA: the rows of app.sales go; " in text


def test_the_hint_of_another_partition_key_says_what_has_to_be_done_by_hand(rich):
    git = look(rich)
    with rich.transaction(force_rollback=True):
        rich.execute(BY_NAME["table made by hand with another partition key"]["sql"])
        found = {f.subject: f.hint for f in compare(Snapshot(git), look(rich)).findings}

    assert found["table app.cities"] == (
        "keep its rows: create table kept as table app.cities; then: invoke schema.diff --sql"
    )


def test_a_comment_that_was_not_there_before_is_taken_away_again(rich):
    said = re.findall(r"^comment on (.*?) is E?'", RICH, re.MULTILINE)
    with rich.transaction(force_rollback=True):
        with rich.transaction(force_rollback=True):
            rich.execute(";".join(f"comment on {what} is null" for what in said))
            silent = look(rich)
        undo = towards(rich, silent, {})
        rich.execute(undo)
        assert look(rich) == silent

    assert undo.count(" is null;") == len(said)
