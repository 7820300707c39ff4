"""A backup is taken before danger, and believed in only after it was counted."""

import os
import re
import shlex
import stat
import subprocess
import time
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from conftest import at

from ops.backup.programs import PAIR, suiting
from ops.errors import Refused

DROP = "alter table invoices drop column currency;"


@pytest.fixture
def real(synced):
    """The pair that suits the server of this run."""
    with psycopg.connect(synced.url) as conn:
        return suiting(conn.info.server_version, os.environ)


@pytest.fixture
def backed(synced, tmp_path):
    """The project with something to do, and a folder of its own for backups."""
    folder = tmp_path / "backups"
    synced.replace("parity.toml", 'folder = ".local/backups"', f'folder = "{folder}"')
    synced.migration("0006.more", "create table more (id int);")
    return synced


def kept(project):
    """Every file in the folder of the backups, also those that nobody should see."""
    folder = project.folder / "backups"
    return sorted(folder.iterdir()) if folder.exists() else []


def pretender(folder, real, body):
    """A pg_dump of ours in place of the real one, which is $REAL; pg_restore is the real one."""
    folder.mkdir()
    script = f"""#!/bin/sh
[ "$1" = --version ] && exec "{real.folder}/pg_dump" --version
REAL="{real.folder}/pg_dump"
FILE=$(for word; do case "$word" in --file=*) echo "${{word#--file=}}";; esac; done)
{body}
"""
    (folder / "pg_dump").write_text(script)
    (folder / "pg_dump").chmod(0o755)
    (folder / "pg_restore").symlink_to(real.folder / "pg_restore")
    return {"POSTGRES_BIN": str(folder)}


def applied(project):
    return project.execute("select to_regclass('more')::text") == [("more",)]


def test_a_backup_can_be_restored_and_holds_every_row(backed, real, make_database):
    done = backed.sync(backup=True)

    assert (done.error, done.applied) == (None, ["0006.more"])
    (file,) = kept(backed)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    empty = make_database()
    words = shlex.split(done.phases[1].changes[1].partition("newer: pg_restore ")[2])
    words = [f"--dbname={empty}" if word == "--dbname=URL" else word for word in words]
    restored = subprocess.run([real.folder / "pg_restore", *words], capture_output=True, text=True)
    # a newer one than the server sets what that does not know
    assert (
        re.sub("(?m)^.*transaction_timeout.*\n|^pg_restore: warning: .*\n", "", restored.stderr)
        == ""
    )
    for table in ("team_roles", "notification_templates", "ops.ledger", "_yoyo_migration"):
        content = f"select t::text from {table} t where t::text not like '%more%' order by 1"
        assert backed.execute(content, empty) == backed.execute(content), table
    assert backed.execute("select to_regclass('more')::text", empty) == [(None,)]


def test_what_was_kept_and_how_to_restore_it_is_told_and_recorded(backed):
    done = backed.sync(backup=True)

    (file,) = kept(backed)
    assert re.fullmatch(r"ops_test_.*-\d{8}T\d{6}Z-c0ffeec\.dump", file.name)
    first, second = done.phases[1].changes[:2]
    assert re.fullmatch(
        rf"backup {file}: \d+ tables, \d+ rows, [\d.]+ kB, read back and counted", first
    )
    assert second.endswith(f"--dbname=URL {file}")
    ((phases,),) = backed.execute("select phases from ops.runs order by id desc limit 1")
    assert phases[1]["changes"] == [first, second, "0006.more"]


def test_nothing_to_write_is_no_occasion_for_a_backup(synced, backed):
    (synced.folder / "migrations/0006.more.sql").unlink()

    done = synced.sync(backup=True)

    assert kept(synced) == []
    assert done.phases[1].notes == ("no backup: nothing would be written",)


def test_rows_are_an_occasion_for_a_sync_and_none_for_migrate(synced, backed):
    (synced.folder / "migrations/0006.more.sql").unlink()
    synced.execute("update team_roles set approval_limit = 1 where id = 'role-viewer'")

    assert synced.sync(backup=True, task="migrate").error is None
    assert kept(synced) == []
    assert synced.sync(backup=True).error is None
    assert len(kept(synced)) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('"$REAL" --exclude-table-data=team_roles "$@"', "0 rows of public.team_roles, and there"),
        ('"$REAL" --exclude-table=team_roles "$@"', "pg_dump left out table public.team_roles"),
        (': > "$FILE"', "pg_restore: error: "),
        ('echo "pg_dump: error: connection to server failed: FATAL: x" > "$FILE"', "not appear"),
        ('"$REAL" "$@" && truncate -s -60 "$FILE"', "pg_restore: error: "),
        ('"$REAL" "$@"; echo "pg_dump: error: no space left" >&2; exit 1', "no space left"),
        ('"$REAL" --no-such-option "$@"', "unrecognized option"),
        ("exit 3", "pg_dump ended with 3"),
    ],
)
def test_a_backup_that_is_not_whole_is_none_and_nothing_is_applied(
    backed, real, tmp_path, body, said
):
    done = backed.sync(backup=True, **pretender(tmp_path / "bin", real, body))

    assert isinstance(done.error, Refused)
    assert said in str(done.error)
    assert kept(backed) == []
    assert not applied(backed)
    assert backed.execute("select outcome from ops.runs order by id desc limit 1") == [("refused",)]


def test_rows_that_arrive_while_it_is_taken_are_neither_in_it_nor_missed(backed, real, tmp_path):
    insert = "insert into customers (id, company, owner, email) values ('late', 'c', 'o', 'e')"
    body = f'"{real.folder}/psql" -q "{backed.url}" -c "{insert}" && exec "$REAL" "$@"'

    done = backed.sync(backup=True, **pretender(tmp_path / "bin", real, body))

    assert done.error is None
    assert backed.execute("select count(*) from customers") == [(1,)]
    assert len(kept(backed)) == 1


def test_no_password_is_on_the_command_line(backed, real, tmp_path, make_role):
    seen, password = tmp_path / "seen", "p w'\\d"
    alter = "alter role {role} superuser password 'p w''\\d'"
    name = urlsplit(make_role(backed.url, alter)).username
    backed.environ["DATABASE_URL"] = at(backed.url, login=f"{name}:{quote(password)}")
    body = f'printf "%s\\n" "$@" > {seen}; printf "%s" "$PGPASSWORD" > {seen}.env; "$REAL" "$@"'

    done = backed.sync(backup=True, **pretender(tmp_path / "bin", real, body))

    assert done.error is None
    assert password not in seen.read_text()
    assert "sslmode=" in seen.read_text()
    assert "application_name='ops backup" in seen.read_text()
    assert (tmp_path / "seen.env").read_text() == password


def test_what_only_the_command_line_could_carry_is_refused(backed):
    backed.environ["DATABASE_URL"] += "?sslpassword=hush"

    done = backed.sync(backup=True)

    assert isinstance(done.error, Refused)
    assert "DATABASE_URL holds sslpassword" in str(done.error)
    assert "hush" not in f"{done.error} {done.error.hint}"


def test_who_is_ended_while_it_is_taken_leaves_nothing(backed, real, tmp_path):
    body = f'echo half > "$FILE"; touch {tmp_path}/begun; exec sleep 60'
    process = backed.start("sync", "--backup", **pretender(tmp_path / "bin", real, body))
    deadline = time.monotonic() + 20
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)

    process.terminate()
    _, said = process.communicate(timeout=20)

    assert process.returncode == 143
    assert "Traceback" not in said
    assert kept(backed) == []
    assert not applied(backed)
    assert backed.execute("select outcome from ops.runs order by id desc limit 1") == [
        ("interrupted",)
    ]


def test_a_table_that_somebody_holds_is_not_waited_for_forever(backed):
    backed.replace("parity.toml", "lock_wait = 60 ", "lock_wait = 1 ")
    with psycopg.connect(backed.url) as other:
        other.execute("lock table invoices in access exclusive mode")

        done = backed.sync(backup=True)

    assert isinstance(done.error, Refused)
    assert "canceling statement due to statement timeout" in str(done.error)
    assert "LOCK TABLE" in str(done.error)
    assert kept(backed) == []


def test_a_folder_that_cannot_be_made_is_named(backed, tmp_path):
    (tmp_path / "backups").write_text("a file is here")

    done = backed.sync(backup=True)

    assert isinstance(done.error, Refused)
    assert f"{tmp_path / 'backups'}: File exists" in str(done.error)
    assert not applied(backed)


def test_without_a_pg_dump_that_is_new_enough_nothing_is_begun():
    with pytest.raises(Refused) as caught:
        suiting(990018, os.environ)

    assert str(caught.value).startswith(
        "no backup can be taken: PostgreSQL 99 needs a pg_dump 99 or newer, and found was: pg_dump "
    )
    assert "apt install postgresql-client-99, or set POSTGRES_BIN" in caught.value.hint


def fake(folder, version, names=PAIR):
    folder.mkdir()
    for name in names:
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_the_nearest_version_is_taken_and_never_an_older_one(tmp_path):
    path = [fake(tmp_path / version, version) for version in ("43.1", "39.9", "41.0")]
    path += [fake(tmp_path / "alone", "40.0", ["pg_dump"])]
    environ = {"PATH": os.pathsep.join(path)}

    assert suiting(400018, environ).version == "41.0"
    assert suiting(410018, environ).folder == tmp_path / "41.0"
    with pytest.raises(Refused, match=r"pg_dump 39\.9 in "):
        suiting(440000, environ)


def test_a_chosen_folder_comes_first_and_a_script_that_chooses_by_itself_is_not_taken(tmp_path):
    chosen, other = fake(tmp_path / "a", "40.1"), fake(tmp_path / "b", "40.2")
    script = fake(tmp_path / "c", "40.0", ["chooser"])
    for name in PAIR:
        (tmp_path / "c" / name).symlink_to(tmp_path / "c/chooser")
    environ = {"PATH": f"{script}{os.pathsep}{other}"}

    assert suiting(400000, environ).version == "40.2"
    assert suiting(400000, environ | {"POSTGRES_BIN": chosen}).version == "40.1"


def test_production_requires_one_where_parity_toml_does(backed):
    backed.migration("0007.drop", DROP)
    stamp = "update ops.environment set name = 'production'"
    backed.execute(stamp)
    hosts = {"APP_ENV": "production", "FRONTEND_URL": "https://app.test", "SMTP_HOST": "mail.test"}

    def sync(*allow, **options):
        return backed.sync(*allow, task="migrate", **hosts, **options)

    unasked = sync()
    assert str(unasked.error) == "migrations/0007.drop.sql:1: drops a column"
    assert unasked.error.hint == "invoke sync --backup --allow deletes-data"

    backed.replace("parity.toml", 'required = "never"', 'required = "destructive"')
    without = sync("deletes-data")
    assert isinstance(without.error, Refused)
    assert str(without.error) == (
        "migrations/0007.drop.sql:1: drops a column, and parity.toml requires a backup before that"
    )
    assert without.error.hint == "invoke sync --backup --allow deletes-data"
    assert isinstance(sync(backup=True).error, Refused)
    assert kept(backed) == []

    assert sync("deletes-data", backup=True).applied == ["0006.more", "0007.drop"]
    assert len(kept(backed)) == 1


def test_a_plan_says_whether_a_backup_comes_first(backed, real):
    with backed.looking() as (declared, conn):
        from ops.sync.plan import plan

        told = plan(conn, declared, frozenset(), backup=True)

    assert told.caveat == f"a backup is taken before all this, by {real}"
