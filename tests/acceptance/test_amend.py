"""The tasks that change what is remembered, and what they refuse."""

import pytest


def forget_everything(project):
    """A database as an older tool left it: the schema is there, and nothing of ours."""
    project.execute("drop schema ops cascade; drop table _yoyo_migration, _yoyo_log, _yoyo_version")


def test_an_accepted_edit_is_recorded_with_both_hashes(synced):
    before = synced.execute("select checksum from ops.ledger where id like '0001%'")
    synced.replace("migrations/0001.initial-schema.sql", "'trial'", "'paying'")
    assert synced.invoke("sync").returncode == 5
    assert synced.invoke("migrate.accept", "0001").returncode == 2

    done = synced.invoke("migrate.accept", "0001", "--reason", "the default was changed by 0009")

    assert done.returncode == 0
    assert synced.execute("select applied_checksum, reason from ops.accepted") == [
        (*before[0], "the default was changed by 0009")
    ]
    assert "migration 0001.initial-schema" not in [
        f.subject for f in synced.verify().findings if f.observed == "edited"
    ]


def test_only_an_edited_migration_can_be_accepted(synced):
    done = synced.invoke("migrate.accept", "0001", "--reason", "x")

    assert done.returncode == 5
    assert "0001.initial-schema is applied, not edited" in done.stderr


def test_a_database_that_is_as_git_is_adopted(synced):
    forget_everything(synced)
    assert synced.invoke("sync").returncode == 6

    done = synced.invoke("migrate.baseline")

    assert done.returncode == 0
    assert "0001.initial-schema: declared as applied, never executed" in done.stdout
    assert synced.invoke("sync", "verify").returncode == 0
    assert synced.facts().history.ids("baselined")[0] == "0001.initial-schema"


def test_a_database_that_is_not_as_git_is_not_adopted(synced):
    forget_everything(synced)
    synced.execute("alter table users drop column name")

    done = synced.invoke("migrate.baseline")

    assert done.returncode == 5
    assert "column public.users.name: missing here" in done.stderr
    assert synced.execute("select count(*) from _yoyo_migration") == [(0,)]


def test_a_part_of_the_history_is_adopted_and_the_rest_is_applied(project):
    for file in sorted((project.folder / "migrations").glob("000[12].*.sql")):
        if "rollback" not in file.name:
            project.execute(file.read_text())

    assert project.invoke("migrate.baseline", "--until", "0002").returncode == 0
    done = project.sync()

    assert done.error is None
    assert done.applied == [
        "0003.fix-notification-preferences-trigger",
        "0004.add-team-invitation-template",
        "0005.index-failed-mail",
    ]
    assert done.report.in_parity


def test_the_last_migration_is_undone_and_applied_again(synced):
    assert "0005.index-failed-mail undone" in synced.invoke("migrate.rollback").stdout
    assert "0004.add-team-invitation-template undone" in synced.invoke("migrate.rollback").stdout
    assert synced.facts().history.ids("pending") == (
        "0004.add-team-invitation-template",
        "0005.index-failed-mail",
    )
    assert synced.execute("select count(*) from notification_templates") == [(4,)]

    assert synced.sync().report.in_parity


def test_a_rollback_that_fails_undoes_nothing(synced):
    synced.write(
        "migrations/0005.index-failed-mail.rollback.sql",
        "drop table email_queue; select 1/0;",
    )

    done = synced.invoke("migrate.rollback")

    assert done.returncode == 6
    assert "division by zero" in " ".join(done.stderr.split())
    assert synced.differences() == []


def test_a_reset_begins_anew(synced):
    synced.execute(
        "create schema other; create table other.t (id int); drop table invoices cascade"
    )

    assert synced.invoke("migrate.reset").returncode == 0
    assert synced.differences() == []


def test_a_database_without_a_stamp_is_not_emptied(project):
    project.execute("create table orders (id int)")

    assert project.invoke("migrate.reset").returncode == 5
    assert project.execute("select to_regclass('orders')::text") == [("orders",)]


@pytest.mark.parametrize("task", ["migrate.rollback", "migrate.reset"])
@pytest.mark.parametrize("environ", [{}, {"APP_ENV": "production"}])
def test_a_copy_of_production_is_not_undone_whatever_it_is_called(synced, task, environ):
    synced.execute("update ops.environment set name = 'production'")

    done = synced.invoke(task, **environ)

    assert done.returncode == 5
    assert synced.execute("select count(*) from _yoyo_migration") == [(5,)]
