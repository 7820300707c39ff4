"""What was done here: how each run ended, which is live, and what came with it."""

import os
import re
import subprocess

import psycopg
import pytest

from ops.database import connect
from ops.database_url import read_target
from ops.errors import Refused
from ops.history import read
from ops.lock import deploy_lock
from ops.report import runs

GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}
WHO = ("-c", "user.name=a", "-c", "user.email=a@mail.test")
BEGUN = """
insert into ops.runs (task, outcome, environment, commit_source, dirty, who, host, started_at)
values ('sync', 'running', 'local', 'unknown', false, 'kim', 'laptop', now() - interval '{}')
"""


def told(project, limit=10, number=None):
    with connect(read_target("DATABASE_URL", project.url), "test") as conn:
        return read(conn, limit, number)


def endings(project):
    seen = told(project)
    return [runs.ended(seen, run, runs.ERROR) for run in seen.runs]


def test_a_run_has_everything_that_it_changed_by_its_name(project):
    project.sync()

    (run,) = told(project).runs

    assert run.changes[:4] == (
        "schema ops: our records",
        "yoyo's tables in schema public",
        "stamp: this database is local",
        "0001.initial-schema",
    )
    assert "team_roles role-owner: new" in run.changes
    assert [phase["name"] for phase in run.phases] == [
        "Preflight", "Migrations", "Notification system", "System data", "Verification"
    ]  # fmt: skip


def test_the_live_run_is_the_last_sync_that_delivered_and_not_what_failed_since(synced):
    synced.migration("0006.bad", "select 1/0;")
    synced.sync(OPS_COMMIT="badbad" * 6)

    seen = told(synced)

    assert [run.outcome for run in seen.runs] == ["failed", "done"]
    assert (seen.live, seen.before) == (seen.runs[1], None)
    assert [row[0] for row in runs.cells(seen)] == [2, "1 *"]


def test_what_came_before_is_the_last_delivery_of_another_commit(synced):
    for commit in ("aaaaaaa", "bbbbbbb", "bbbbbbb"):
        synced.sync(OPS_COMMIT=commit)

    seen = told(synced, limit=1)

    assert (seen.live.id, seen.live.commit) == (4, "bbbbbbb")
    assert (seen.before.id, seen.before.commit) == (2, "aaaaaaa")
    assert len(seen.runs) == 1


def test_a_run_that_did_not_end_was_killed_unless_somebody_works_here(synced):
    synced.execute(BEGUN.format("1 hour"))

    assert endings(synced)[0] == "killed: nobody holds the lock"


def test_who_holds_the_lock_since_before_a_run_began_is_that_run(synced):
    with (
        connect(read_target("DATABASE_URL", synced.url), "sync") as conn,
        deploy_lock(conn, 0, print),
    ):
        synced.execute(BEGUN.format("0 seconds"))
        assert endings(synced)[0] == "running"

        synced.execute("update ops.runs set started_at = now() - interval '1 hour' where id = 2")
        assert endings(synced)[0] == "running, or killed"


def test_the_next_run_settles_it(synced):
    synced.execute(BEGUN.format("1 hour"))
    synced.sync()

    assert endings(synced)[1] == "interrupted: killed: the next run found it unfinished"


def test_times_are_utc_wherever_the_server_is(synced):
    (name,) = synced.execute("select current_database()")[0]
    synced.execute(f"alter database \"{name}\" set timezone = 'Asia/Tokyo'")
    ((stored,),) = synced.execute(
        "select to_char(started_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') from ops.runs"
    )

    assert runs.minute(told(synced).runs[0].started_at) == stored
    assert runs.minute(synced.facts().past.last.started_at) == stored


def test_before_the_first_run_there_is_nothing_and_no_error(project):
    assert told(project).runs == ()


def test_records_that_may_not_be_read_are_not_taken_for_none(synced, make_role):
    synced.execute("revoke select on ops.runs from public")
    url = make_role(synced.url)

    with (
        pytest.raises(Refused, match=r"may not read ops\.runs"),
        psycopg.connect(url, autocommit=True) as conn,
    ):
        read(conn, 1)


@pytest.fixture
def git(synced):
    def git(*words):
        command = ["git", *WHO, *words]
        done = subprocess.run(command, cwd=synced.folder, env=GIT, capture_output=True, check=True)
        return done.stdout.decode().strip()

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "the first")
    synced.environ |= GIT | {"OPS_COMMIT": ""}
    return git


def test_the_page_lists_the_commits_that_came_with_the_last_deploy(synced, git):
    synced.sync()
    git("commit", "-q", "--allow-empty", "-m", "add a phone")
    git("commit", "-q", "--allow-empty", "-m", "mend the phone")
    synced.sync()

    done = synced.invoke("history", COLUMNS="80")

    first, last = git("rev-parse", "--short=7", "HEAD~2"), git("rev-parse", "--short=7", "HEAD")
    assert f"* live here: {last}, by run 3\n" in done.stdout
    assert f"from {first} (run 2) to {last} (run 3) 2 commits came:\n" in done.stdout
    assert f"\n  {last} mend the phone\n" in done.stdout
    assert "the first" not in done.stdout

    git("checkout", "-q", "HEAD~1")
    synced.sync()
    assert "1 commit went, as in a rollback:" in synced.invoke("history").stdout


def test_a_commit_that_this_checkout_does_not_have_is_said(synced, git):
    synced.sync()
    git("commit", "-q", "--allow-empty", "-m", "next")
    synced.sync()
    synced.execute("update ops.runs set commit_hex = repeat('abc1', 10) where id = 2")

    said = " ".join(synced.invoke("history").stdout.split())

    assert ": this checkout does not have abc1abc: git fetch" in said


def test_a_run_is_told_in_full(synced):
    synced.migration("0006.more", "create table more (id int);")
    synced.sync()

    done = synced.invoke("history", "--run", "2", COLUMNS="80")

    assert done.returncode == 0
    assert done.stdout.startswith("run          2, sync in local\nbegan        ")
    assert "commit       " + "c0ffee" * 7 + " (OPS_COMMIT)\n" in done.stdout
    assert "\n2  Migrations          1 changed " in done.stdout
    assert "\n     0006.more\n" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize(("number", "said"), [("9", "there is no run 9 here"), ("x", "--run is")])
def test_a_run_that_is_not_there_is_said(synced, number, said):
    done = synced.invoke("history", "--run", number)

    assert done.returncode == 2
    assert said in done.stderr


# --- status


def test_a_status_in_parity_is_quiet(synced):
    done = synced.invoke("status", COLUMNS="80")

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in lines if line.endswith("in parity")] == [
        f"{dimension:<13}in parity" for dimension in ("schema", "data", "code", "environment")
    ]
    assert "migrations   0 pending of 5" in lines
    assert "lock         nobody is migrating" in lines
    assert re.search(r"^live         c0ffeec, run 1, \d minutes? ago by ", done.stdout, re.M)
    assert re.search(
        r"^last run     sync: done, in parity; run 1, \d minutes? ago by ", done.stdout, re.M
    )


def test_a_status_has_one_line_a_dimension_and_no_verdict(synced):
    synced.execute("alter table users drop column name; delete from notification_templates")
    synced.migration("0006.more", "create table more (id int);")

    done = synced.invoke("status", COLUMNS="80")

    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert max(map(len, lines)) <= 80
    (schema,) = [line for line in lines if line.startswith("schema ")]
    assert schema.startswith("schema       3 differences: ")
    assert sum(line.startswith("data         5 differences: row ") for line in lines) == 1
    assert "migrations   1 pending of 6" in lines
    assert lines[-1] == "each of these, and what closes it: invoke verify"
    assert len(lines) < 24


def test_a_status_of_an_empty_database_says_what_to_do(project):
    done = project.invoke("status")

    assert done.returncode == 0
    assert "live         nothing\n" in done.stdout
    assert "last run     nothing was done here yet: invoke sync" in done.stdout


def test_a_status_without_the_records_shows_the_rest(synced, make_role):
    synced.execute("revoke select on ops.runs from public")
    url = make_role(
        synced.url,
        "grant usage on schema ops, public to {role}",
        "grant select on all tables in schema public to {role}",
    )

    done = synced.invoke("status", DATABASE_URL=url, COLUMNS="80")

    assert done.returncode == 0
    assert "\nlock         could not look: " in done.stdout
    assert "\nmigrations   0 pending of 5\n" in done.stdout
