"""A table that somebody holds: who it is, is told; the migration tries again and gives up in time."""

import threading

import psycopg
import pytest

from ops.errors import MigrationFailed, Refused


@pytest.fixture
def holder(synced):
    """Somebody who holds the users table until told to go."""
    with psycopg.connect(synced.url, application_name="reporting") as conn:
        conn.execute("lock table users in access share mode")
        yield conn


@pytest.fixture
def hasty(synced):
    """A project whose migrations wait 1.5 s for a lock, and try for 4 s in all."""
    synced.replace("parity.toml", "lock_wait = 60", "lock_wait = 4")
    synced.replace("parity.toml", 'lock_timeout = "5s"', 'lock_timeout = "1500ms"')
    synced.migration("0006.nick", "alter table users add nick text;")
    return synced


def test_the_blocker_is_named_and_the_migration_goes_on_when_it_is_gone(hasty, holder):
    threading.Timer(2.5, holder.rollback).start()

    done = hasty.sync()

    assert done.applied == ["0006.nick"]
    assert any("somebody holds a lock that it needs" in line for line in hasty.told)
    assert any("(reporting, user postgres)" in line for line in hasty.told)


def test_a_migration_that_never_gets_its_lock_fails_and_leaves_nothing(hasty, holder):
    done = hasty.sync()

    assert isinstance(done.error, MigrationFailed)
    assert "lock timeout" in str(done.error)
    assert "nothing of it remains" in str(done.error)


def test_a_migration_may_have_limits_of_its_own(synced):
    synced.migration("0006.long", "-- statement_timeout: 100ms\nselect pg_sleep(5);")

    assert "statement timeout" in str(synced.sync().error)


def test_in_production_data_is_destroyed_only_when_that_is_allowed(synced):
    synced.execute("update ops.environment set name = 'production'")
    synced.environ |= {"APP_ENV": "production", "FRONTEND_URL": "https://app.mail.test"}
    synced.migration("0006.gone", "create table kept (id int);\ndrop table email_queue;")

    refused = synced.sync()

    assert isinstance(refused.error, Refused)
    assert str(refused.error) == "migrations/0006.gone.sql:2: DROP TABLE destroys data"
    assert synced.execute("select to_regclass('kept')::text") == [(None,)]
    assert synced.plan("deletes-data").migrations[0].dangers == (
        "deletes-data: line 2 DROP TABLE destroys data: none here",
    )
