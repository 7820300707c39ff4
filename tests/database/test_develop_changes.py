"""Every change made by hand can be captured: the statements written make it elsewhere too."""

import tomllib
from pathlib import Path

import psycopg
import pytest
from conftest import at

from ops.develop.difference import towards
from ops.drift import observed
from ops.drift.declared import Snapshot
from ops.drift.diff import compare

CASES = Path(__file__).parents[1] / "cases" / "drift"
RICH = (CASES / "server.sql").read_text("utf-8") + (CASES / "rich.sql").read_text("utf-8")
CHANGES = tomllib.loads((CASES / "changes.toml").read_text("utf-8"))["change"]
BEYOND = {
    "index invalid": "no migration leaves an index that is not valid",
    "table made by hand with another partition key": "its partitions are dropped with it, and again",
}


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


def case(change):
    reason = BEYOND.get(change["name"])
    marks = pytest.mark.xfail(strict=True, reason=reason) if reason else ()
    return pytest.param(change, id=change["name"], marks=marks)


@pytest.mark.parametrize("change", [case(change) for change in CHANGES])
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
