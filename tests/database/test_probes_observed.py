"""What a probe may say, and how it is judged."""

import psycopg
import pytest

from ops.database import connect
from ops.database_url import read_target
from ops.errors import Unreachable
from ops.findings import Outcome
from ops.probes import declared, observed
from tests.project import ROOT


@pytest.fixture
def link(synced):
    """A connection as the tasks have one."""
    with connect(read_target("DATABASE_URL", synced.url, ""), "test") as conn:
        yield conn


@pytest.fixture
def attempt(tmp_path, link):
    """`attempt(text)`: what becomes of a probe with this text."""

    def run(text):
        path = tmp_path / "010-attempt.sql"
        path.write_text(f"-- Something works.\n{text}", "utf-8")
        return observed.try_one(link, declared.read_one(path))

    return run


@pytest.mark.parametrize(
    ("text", "at", "why"),
    [
        ("select true, false", None, None),
        ("select 1; select null; select 'f'; select", None, None),
        ("select x > 0 from (values (1), (2)) v (x)", None, None),
        ("create table made (id int); insert into made values (1) returning id = 1", None, None),
        ("set local search_path = pg_catalog; select 1", None, None),
        ("select 1;\nselect false as \"it is so\"", ":3", "not true: it is so"),
        ("\nselect null::bool as \"it is so\"", ":3", "not true: it is so"),
        ("select false", ":2", "not true"),
        ("select x > 1 as large from (values (1), (2)) v (x)", ":2", "not true: large"),
        ("select true as there where false", ":2", "no row says whether it is true: there"),
        ("select false as one; select false as two", ":2", "not true: one"),
        ("select 1;\n  selec 1", ":3:3", 'syntax error at or near "selec"'),
        ("select 'ä', nothing", ":2:13", 'column "nothing" does not exist'),
        ("select 1;\nselect 1/0;", ":3", "division by zero"),
        ("select (", ":2:9", "syntax error at or near \";\""),
        # what must be refused
        ("-- expect error: 22012\nselect 1/0;\nselect true", None, None),
        ("-- expect error: 22012 by zero\nselect 1/0", None, None),
        ("-- expect error: 22012\nselect 1/1;\nselect 2", ":3", "was not refused, and error 22012 is expected"),
        ("-- expect error: 22012 by one\nselect 1/0;", ":3",
         "division by zero (error 22012, and 22012 by one is expected)"),
        ("-- expect error: 23514\nselect 1/0;", ":3", "division by zero (error 22012, and 23514 is expected)"),
        ("-- expect error: 22012\nselect 1/0;\nselect 1;\nselect 2/0", ":5", "division by zero"),
        ("-- expect error: 22012\nselect 1/0;\nselect 1;\nselect nothing", ":5:8",
         'column "nothing" does not exist'),
        ("-- expect error: 22012\nselect 1/0;\n-- expect error: 22012\nselect 1/0;\n\nselect false", ":7",
         "not true"),
        ("select 1/0;\n-- expect error: 22012\nselect 1/0", ":2", "division by zero"),
        ("create temp table t as select 1 as x;\n-- expect error: 22012\nupdate t set x = x / 0;\n"
         "select x = 1 from t;\n-- expect error: 42P07\ncreate temp table t ()", None, None),
    ],
)  # fmt: skip
def test_what_a_probe_says_of_itself(attempt, text, at, why):
    tried = attempt(text)

    assert (tried.at or None, tried.why or None) == (at, why)
    assert tried.outcome is (Outcome.FAILED if why else Outcome.PASSED)


def test_what_waits_for_the_end_of_a_transaction_speaks(synced, attempt):
    synced.execute(
        "create table a (id int primary key);"
        "create table b (id int constraint later references a deferrable initially deferred)"
    )

    tried = attempt("insert into b values (1)")
    known = attempt(
        "insert into b values (1);\n-- expect error: 23503 later\nset constraints all immediate;"
        "delete from b"
    )

    assert (tried.outcome, tried.at) == (Outcome.FAILED, "")
    assert 'violates foreign key constraint "later"' in tried.why
    assert known.outcome is Outcome.PASSED


@pytest.mark.parametrize("end", ["select 1", "select 1/0", "select false", "selec"])
def test_nothing_outlives_a_probe_however_it_ends(synced, link, attempt, end):
    link.execute("create sequence counted")
    link.execute("listen heard")
    settings = "select array_agg(row (name, setting)::text order by name) from pg_settings"
    before = link.execute(settings).fetchone()

    attempt(
        "create table made (); create temp table passing (); set statement_timeout = '4s';"
        "select pg_advisory_lock(1); notify heard; select nextval('counted');"
        f"-- expect error: 22012\nselect 1/0;\n{end}"
    )

    assert link.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert link.execute("select to_regclass('made'), to_regclass('passing')").fetchone() == (
        None,
        None,
    )
    held = "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
    assert link.execute(held).fetchone() == (0,)
    assert list(link.notifies(timeout=0)) == []
    assert link.execute(settings).fetchone() == before


def test_what_takes_too_long_is_not_known_to_fail(attempt):
    tried = attempt("set local statement_timeout = '10ms'; select pg_sleep(60)")

    assert tried.outcome is Outcome.BROKEN
    assert tried.why == (
        "canceling statement due to statement timeout: a statement of a probe may take 5 s"
    )


def test_a_lock_that_somebody_holds_is_not_waited_for(synced, attempt):
    with psycopg.connect(synced.url) as other:
        other.execute("lock table customers")
        tried = attempt("set local lock_timeout = '10ms'; select count(*) from customers")

    assert tried.outcome is Outcome.BROKEN
    assert tried.why == "canceling statement due to lock timeout: try again"


def test_the_limits_hold_in_every_message_of_a_probe(attempt):
    tried = attempt(
        "-- expect error: 22012\nselect 1/0;\n"
        "select current_setting('statement_timeout') = '5s' and"
        " current_setting('lock_timeout') = '1s'"
    )

    assert tried.outcome is Outcome.PASSED


def test_a_connection_that_is_lost_is_no_verdict(synced, link, attempt):
    with pytest.raises(Unreachable, match="the connection was lost while probe 010-attempt ran"):
        attempt("select pg_terminate_backend(pg_backend_pid())")


def test_the_example_of_the_reference_works(attempt):
    page = (ROOT / "docs/reference.md").read_text("utf-8")
    section = page.partition("\n## Probes\n")[2]

    tried = attempt(section.partition("```sql\n")[2].partition("```")[0])

    assert (tried.outcome, tried.why) == (Outcome.PASSED, "")
