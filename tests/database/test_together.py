"""Many migrations in one message: each is its own transaction, and what fails is told exactly."""

import signal

import psycopg
import pytest

from ops.errors import MigrationFailed
from ops.migrate.apply import SIZE, TOGETHER, apply, groups
from ops.migrate.declared import MigrationFile
from ops.migrate.record import Limits, Run
from ops.reading import gather
from tests.roundtrips import counting


def tables(project):
    found = project.execute(
        "select relname from pg_class where relname like 'more%' and relkind = 'r' order by 1"
    )
    return [name for (name,) in found]


def three(project, middle):
    project.migration("0010.first", "create table more_1 (id int);")
    project.migration("0011.middle", middle)
    project.migration("0012.last", "create table more_3 (id int);")


def test_each_of_them_is_a_transaction_of_its_own(synced):
    three(synced, "create table more_2 (id int);")

    assert synced.sync().applied == ["0010.first", "0011.middle", "0012.last"]
    rows = synced.execute("select xmin::text from ops.ledger where id > '0010'")
    assert len(set(rows)) == 3


@pytest.mark.parametrize(
    ("middle", "place"),
    [
        ("create table more_2 (id int);\ncreate table more_1 (id int);", ":2: relation"),
        ("create table more_2 (id int);\nselect 1,\n  1/0;", ":2: division by zero"),
        ("create table more_2 (id int);\nselect nothing;", ":2:8: column"),
        ("create table more_2 (id int);\n  creat table x (id int);", ":2:3: syntax error"),
        ("create table more_2 (id int", ":1:28: syntax error"),
    ],
)
def test_those_before_a_failure_stay_and_those_behind_it_never_run(synced, middle, place):
    three(synced, middle)

    done = synced.sync()

    assert isinstance(done.error, MigrationFailed)
    assert str(done.error).startswith(f"migrations/0011.middle.sql{place}")
    assert "nothing of it remains" in str(done.error)
    assert (done.applied, tables(synced)) == (["0010.first"], ["more_1"])
    synced.migration("0011.middle", "create table more_2 (id int);")
    assert synced.sync().applied == ["0011.middle", "0012.last"]


def test_an_error_only_at_commit_is_that_migrations(synced):
    three(
        synced,
        "create table more_2 (id int unique deferrable initially deferred);"
        "insert into more_2 values (1), (1);",
    )

    done = synced.sync()

    assert str(done.error).startswith("migrations/0011.middle.sql")
    assert "duplicate key" in str(done.error)
    assert done.applied == ["0010.first"]


@pytest.mark.parametrize(
    "setting",
    ["set search_path = pg_catalog;", "set role pg_monitor;", "set lock_timeout = '1ms';"],
)
def test_what_one_sets_ends_with_it(synced, setting):
    three(synced, f"create table more_2 (id int); {setting}")

    assert synced.sync().error is None
    assert tables(synced) == ["more_1", "more_2", "more_3"]


def test_what_one_sets_ends_with_it_also_before_one_that_fails(synced):
    three(synced, "create table more_2 (id int); set search_path = pg_catalog;")
    synced.migration("0012.last", "select 1/0;")

    done = synced.sync()

    assert done.applied == ["0010.first", "0011.middle"]
    with synced.looking() as (_, conn):
        assert conn.execute("show search_path").fetchone() == ('"$user", public',)


def test_a_notice_is_told_of_the_migration_that_caused_it(synced):
    three(synced, "drop table if exists nobody;")

    phase = synced.sync().phases[1]

    assert any(note.startswith("0011.middle: NOTICE") and "nobody" in note for note in phase.notes)
    assert not any(note.startswith(("0010", "0012")) for note in phase.notes)


def test_a_lock_that_is_held_lets_those_before_it_stay(synced):
    synced.replace("parity.toml", "lock_wait = 60", "lock_wait = 0")
    synced.replace("parity.toml", 'lock_timeout = "5s"', 'lock_timeout = "100ms"')
    three(synced, "alter table users add nick text;")
    with psycopg.connect(synced.url) as holder:
        holder.execute("lock table users in access share mode")
        done = synced.sync()

    assert "lock timeout" in str(done.error)
    assert done.applied == ["0010.first"]
    assert synced.sync().applied == ["0011.middle", "0012.last"]


def test_a_migration_without_a_transaction_is_in_no_message_with_others(synced):
    three(synced, "-- transactional: false\ncreate index concurrently hasty on users (name);")
    with counting(synced.url) as counted:
        synced.environ["DATABASE_URL"] = counted.url
        assert synced.sync().applied == ["0010.first", "0011.middle", "0012.last"]

    assert len([text for text in counted.queries if "create table more" in text]) == 2


def test_what_is_applied_is_known_while_the_rest_still_runs(synced):
    three(synced, "alter table users add nick text;")
    run = Run(1, "public", None, Limits("20s", "0", 0))
    with synced.looking() as (declared, conn), psycopg.connect(synced.url) as holder:
        holder.execute("lock table users in access share mode")
        applying = apply(conn, gather(conn, declared).history, run, synced.told.append)
        assert next(applying).id == "0010.first"

        holder.rollback()

        assert [done.id for done in applying] == ["0011.middle", "0012.last"]


def test_a_signal_between_two_keeps_the_first_and_records_the_run(synced):
    three(synced, "create table more_2 (id int); select pg_sleep(60);")
    runner = synced.start("sync")
    sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    while synced.execute(sleeping) != [(1,)]:
        assert runner.poll() is None, runner.communicate()
    runner.send_signal(signal.SIGTERM)
    runner.communicate()

    assert runner.returncode == 143
    assert tables(synced) == ["more_1"]
    (run,) = synced.execute("select outcome, error from ops.runs order by id desc limit 1")
    assert run == ("interrupted", "SIGTERM")


def test_a_message_is_not_longer_than_what_a_server_likes_to_read(tmp_path):
    files = [MigrationFile(f"{n:04}.x", tmp_path / f"{n:04}.x.sql", "select 1") for n in range(250)]
    huge = MigrationFile("0300.x", tmp_path / "0300.x.sql", "-" * SIZE)

    assert [len(group) for group in groups(files, TOGETHER)] == [100, 100, 50]
    assert [len(group) for group in groups([huge, *files[:2], huge], TOGETHER)] == [1, 2, 1]
