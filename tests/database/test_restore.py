"""A backup is restored on a server of its own, and looked at there."""

import os
import subprocess
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from ops import embedded
from ops.backup.programs import suiting
from ops.backup.rehearse import rehearse
from ops.embedded.programs import binaries
from ops.errors import NotInParity, OpsError, SettingsError
from ops.report import restored

BIN = os.environ.get("POSTGRES_BIN")
try:
    WITHOUT = "" if binaries(BIN) else "unreachable"
except OpsError as error:
    WITHOUT = str(error)
pytestmark = pytest.mark.skipif(bool(WITHOUT), reason=WITHOUT)


def dumped(project, *options):
    """A backup of the project's database, made by hand."""
    with psycopg.connect(project.url) as conn:
        programs = suiting(conn.info.server_version, os.environ)
    file = project.folder / "app.dump"
    command = [programs.folder / "pg_dump", "-Fc", *options, f"--dbname={project.url}"]
    subprocess.run([*command, f"--file={file}"], check=True, capture_output=True)
    return file


def tried(project, file):
    with project.looking() as (declared, _):
        return rehearse(file, declared, BIN, project.told.append)


def differences(told):
    return [finding.subject for finding in told.report.findings]


def test_a_backup_of_a_database_in_parity_is_restored_as_in_git(synced):
    file = dumped(synced)

    told = tried(synced, file)

    assert (differences(told), told.report.in_parity, told.whole) == ([], True, True)
    assert told.rows["public", "team_roles"] == 5
    assert told.contents.database == urlsplit(synced.url).path[1:]
    assert told.waiting == ()


def test_what_git_brought_since_is_no_difference(synced, make_database):
    file = dumped(synced)
    synced.migration("0006.more", "create table more (id int);")
    synced.rehearse(make_database())

    told = tried(synced, file)

    assert (differences(told), told.waiting) == ([], ("0006.more",))
    assert "migrations   5 applied; in Git since: 0006.more\n" in restored.render(told)


def test_rights_and_owners_are_restored_with_roles_that_are_made_for_it(synced, roles, admin):
    roles += ["ops_test_reader", "ops_test_owner"]
    for role in roles:
        admin.execute(SQL("create role {}").format(Identifier(role)))
    synced.execute("grant select on invoices to ops_test_reader")
    synced.execute("create view mine as select 1 as one; alter view mine owner to ops_test_owner")

    told = tried(synced, dumped(synced))
    synced.execute("drop view mine; revoke all on invoices from ops_test_reader")

    assert set(told.roles) >= {"ops_test_reader", "ops_test_owner"}
    assert told.whole
    assert not told.report.in_parity
    assert "grant table public.invoices to ops_test_reader" in differences(told)
    assert "view public.mine" in differences(told)


def test_drift_in_a_backup_is_told_as_drift(synced):
    synced.execute("alter table users drop column name")

    told = tried(synced, dumped(synced))

    assert differences(told) == ["column public.users.name"]
    text = restored.render(told)
    assert "\nRESTORED, NOT AS IN GIT: 1 difference\n" in text
    assert "column public.users.name: missing here" in text


def test_yoyos_tables_are_found_in_whichever_schema_they_are(synced):
    tables = ("_yoyo_migration", "_yoyo_log", "_yoyo_version")
    synced.execute('create schema "App"')
    for table in tables:
        synced.execute(f'alter table {table} set schema "App"')

    told = tried(synced, dumped(synced))

    assert differences(told) == ['schema "App"']


def test_a_backup_that_lacks_a_part_is_not_whole(synced):
    told = tried(synced, dumped(synced, "--exclude-table=customers"))

    assert not told.whole
    assert "NOT RESTORED WHOLE: " in restored.render(told)
    assert 'relation "public.customers" does not exist' in restored.render(told)


def test_rows_that_the_restored_database_refuses_are_missed(synced):
    """As those that a CHECK lets pass only where they were written: its function was changed."""
    lax = "create or replace function lax(int) returns boolean language sql as 'select {}'"
    synced.execute(lax.format("true"))
    synced.execute("create table fragile (id int check (lax(id))); insert into fragile values (-1)")
    synced.execute(lax.format("$1 > 0"))

    told = tried(synced, dumped(synced))

    assert not told.whole
    assert ("table public.fragile", "1 row in the backup, 0 restored") in [
        (finding.subject, finding.message) for finding in told.report.findings
    ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes()[:54]),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_text("pg_dump: error: connection to server failed: FATAL: ...\n"),
    ],
    ids=["a byte short", "54 bytes", "empty", "an error message"],
)
def test_what_is_no_whole_archive_is_refused_by_its_reason(synced, damage):
    file = dumped(synced)
    damage(file)

    with pytest.raises(NotInParity, match=r"app\.dump cannot be restored: pg_restore: error: "):
        tried(synced, file)


def test_a_file_that_is_not_there_is_said(synced):
    with pytest.raises(SettingsError, match=r"nowhere\.dump is no file"):
        tried(synced, synced.folder / "nowhere.dump")


def test_the_task_tells_what_it_saw_and_what_it_could_not_see(synced):
    file = dumped(synced)
    del synced.environ["DATABASE_URL"]

    done = synced.invoke("restore.rehearse", file.name, COLUMNS="80")

    assert done.returncode == 0
    assert "\nRESTORED, AS IN GIT: " in done.stdout
    assert "\nrows         " in done.stdout
    assert "\nnot looked at: whether values are as they were, for rows" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_rights_are_read_as_the_version_means_them_that_they_come_from(synced):
    """Up to 14 everybody may create in schema public; up to 16 there is no MAINTAIN to be dumped."""
    synced.migration(
        "0006.grants",
        "grant all on customers to pg_monitor; grant references, trigger on users to pg_monitor;",
    )
    with embedded.temporary(BIN) as newest:
        synced.rehearse(newest.url)
    assert synced.sync().report.in_parity

    told = tried(synced, dumped(synced))

    assert (differences(told), told.whole) == ([], True)
