"""The tasks as they are typed: real processes, their exit codes, what they print and where."""

import re
import shlex
import signal
import time

import pytest

ESCAPE = re.compile(r"\x1b")


def test_the_release_line_of_the_procfile_brings_an_empty_database_into_parity(project):
    line = (project.folder / "Procfile").read_text().strip()
    command = shlex.split(line.removeprefix("release: "))
    assert command[0] == "invoke"

    done = project.invoke(*command[1:])

    assert (done.returncode, done.stderr) == (0, "")
    assert "in parity" in done.stdout
    assert "IN PARITY: " in done.stdout
    assert not ESCAPE.search(done.stdout)


def test_a_release_stops_at_the_first_that_fails(project):
    project.migration("0006.bad", "select 1/0;")

    done = project.invoke("sync", "verify")

    assert done.returncode == 6
    assert "IN PARITY" not in done.stdout
    assert "migrations/0006.bad.sql:1: division by zero" in done.stderr
    assert "not done: migration 0006.bad, phase 2 Migrations, phase 3" in done.stderr


def test_verify_names_the_difference_and_the_command(synced):
    synced.execute("alter table users disable trigger users_default_preferences")

    done = synced.invoke("verify")

    assert done.returncode == 1
    assert "NOT IN PARITY: 1 difference\n" in done.stdout
    assert "trigger public.users.users_default_preferences: disabled here" in done.stdout
    assert "-> invoke schema.diff --sql" in done.stdout


def test_no_line_is_wider_than_eighty_columns(synced):
    synced.execute("delete from notification_templates; alter table users drop column name")

    lines = synced.invoke("sync", "verify", COLUMNS="80").stdout.splitlines()

    assert [line for line in lines if len(line) > 80] == []


def test_the_printed_ddl_brings_the_schema_back(synced):
    synced.execute(
        "alter table users disable trigger users_default_preferences; drop index email_queue_next_idx"
    )

    ddl = synced.invoke("schema.diff", "--sql").stdout
    synced.execute(ddl)

    assert synced.differences() == []


def test_json_is_one_document_and_follows_the_contract(synced):
    document, code = synced.json("verify")

    assert code == 0
    assert document["version"] == 1
    assert (document["task"], document["in_parity"]) == ("verify", True)
    assert document["database"].keys() == {"host", "port", "name", "server_version"}
    assert document["commit"] == {"code": "c0ffee" * 7, "deployed": "c0ffee" * 7}
    assert document["counts"].keys() == {
        "passed",
        "failed",
        "skipped",
        "broken",
        "errors",
        "warnings",
    }
    assert {result["dimension"] for result in document["results"]} == {
        "schema", "data", "code", "environment"
    }  # fmt: skip


def test_json_of_a_sync_tells_its_phases(project):
    document, code = project.json("sync")

    assert code == 0
    assert [phase["name"] for phase in document["phases"]] == [
        "Preflight", "Migrations", "Notification system", "System data", "Verification", "Summary"
    ]  # fmt: skip
    assert len(document["applied"]) == 5
    assert document["seeded"]["inserted"] == 9


def test_json_of_a_database_that_is_down_is_still_one_document(project):
    document, code = project.json(
        "verify", DATABASE_URL="postgresql://me:hush%20hush@127.0.0.1:1/app"
    )

    assert code == 3
    assert (document["in_parity"], document["results"]) == (False, [])
    assert document["error"]["message"] == "cannot reach me@127.0.0.1:1/app: Connection refused"
    assert "hush" not in str(document)


@pytest.mark.parametrize(
    ("words", "environ", "code", "said"),
    [
        (["verify"], {"DATABASE_URL": ""}, 2, "not set: DATABASE_URL"),
        (["verify"], {"DATABASE_URL": "postgresql://me:p@ss@h/db"}, 2, "percent-encode"),
        (["verify"], {"APP_ENV": "prod"}, 2, "set APP_ENV=production"),
        (["verify", "--format", "xml"], {}, 2, "there is no format 'xml'"),
        (["verify", "--format", "htlm"], {}, 2, "'htlm' (did you mean html?)"),
        (["verify", "--only", "shema"], {}, 2, "there is no dimension 'shema'"),
        (["verify", "--only", "datta"], {}, 2, "'datta' (did you mean data?)"),
        (["sync", "--allow", "all"], {}, 2, "there is no danger 'all'"),
        (["sync", "--allow", "prune-rows"], {}, 2, "'prune-rows' (did you mean prunes-rows?)"),
        (["verify", "--output", "no/where.txt"], {}, 2, "cannot write no/where.txt"),
        (["history", "--limit", "0"], {}, 2, "1 or more"),
        (["verify", "--env", "nowhere.env"], {}, 2, "nowhere.env does not exist"),
        (
            ["sync"],
            {"DATABASE_URL": "postgresql://postgres@127.0.0.1:1/app"},
            3,
            "Connection refused\n hint: nothing listens there: `invoke up` starts a local one",
        ),
        (
            ["sync"],
            {"DATABASE_URL": "postgresql://postgres@127.0.0.1:1/app", "APP_ENV": "production"},
            3,
            "nothing listens there: check host and port in DATABASE_URL",
        ),
    ],
)
def test_what_a_person_can_mend_is_told_without_a_traceback(project, words, environ, code, said):
    done = project.invoke(*words, **environ)

    assert done.returncode == code
    assert " ".join(said.split()) in " ".join(done.stderr.split())
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_env_file_is_told_by_its_line(project):
    project.write(".env", "JWT_SECRET=fine\nthis is hunter2 no assignment\n")

    done = project.invoke("verify")

    assert done.returncode == 2
    assert ".env:2" in done.stderr
    assert "hunter2" not in done.stderr


def test_an_env_file_is_read_and_the_process_wins(synced):
    del synced.environ["JWT_SECRET"]
    synced.write(
        ".env", "JWT_SECRET='k3Jq0vZ8 #$x N5tB1r\"W7yU4mL2pD9sF6hG0'\nAPP_ENV=production\n"
    )

    assert synced.invoke("verify").returncode == 0


def test_a_plan_prints_the_sql_and_nothing_runs(project):
    done = project.invoke("sync", "--plan")

    assert done.returncode == 0
    assert "create table customers" in done.stdout.lower()
    assert "insert into" in done.stdout.lower()
    assert project.execute(
        "select count(*) from pg_tables where schemaname in ('public', 'ops')"
    ) == [(0,)]


def slow(project):
    project.migration("0006.slow", "create table slow (id int);\nselect pg_sleep(20);\n")
    return project.start("sync")


def until(project, query, seconds=10):
    """Wait for a query to give a row; a test that waits for nothing fails."""
    deadline = time.monotonic() + seconds
    while not (rows := project.execute(query)):
        assert time.monotonic() < deadline, query
        time.sleep(0.05)
    return rows


SLEEPING = "select 1 from pg_stat_activity where query like '%pg_sleep(20)%' and pid <> pg_backend_pid() and datname = current_database()"
LOCKED = "select 1 where not exists (select from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database())"


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_cancels_the_statement_and_is_recorded(synced, sign, code):
    process = slow(synced)
    until(synced, SLEEPING)

    process.send_signal(sign)
    _, said = process.communicate(timeout=10)

    assert process.returncode == code
    assert "interrupted" in said
    assert "Traceback" not in said
    assert synced.execute("select to_regclass('slow')::text") == [(None,)]
    assert synced.execute("select outcome from ops.runs order by id desc limit 1") == [
        ("interrupted",)
    ]
    until(synced, LOCKED, 3)


def test_a_killed_sync_is_out_of_the_way_and_the_next_one_continues(synced):
    process = slow(synced)
    until(synced, SLEEPING)

    process.kill()
    process.communicate()

    until(synced, LOCKED, 5)
    synced.migration("0006.slow", "create table slow (id int);")
    assert synced.sync().applied == ["0006.slow"]
    assert synced.execute("select outcome from ops.runs order by id desc limit 2") == [
        ("done",), ("interrupted",)
    ]  # fmt: skip


def test_many_runners_at_once_apply_each_migration_once(project):
    processes = [project.start("sync") for _ in range(5)]
    codes = [process.wait(60) for process in processes]
    for process in processes:
        process.communicate()

    assert codes == [0] * 5
    assert project.execute("select count(*), count(distinct migration_id) from _yoyo_log") == [
        (5, 5)
    ]


def test_the_yoyo_cli_sees_the_same_truth(synced):
    import subprocess
    import sys

    url = synced.url.replace("postgresql://", "postgresql+psycopg://")
    command = [sys.executable, "-m", "yoyo"]

    def yoyo(*words):
        return subprocess.run(
            [*command, *words, "--batch", "--no-config-file", "--database", url, "migrations"],
            cwd=synced.folder,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert [line.split()[0] for line in yoyo("list").splitlines()[2:]] == ["A"] * 5
    synced.migration("0006.more", "create table more (id int);")
    synced.write("migrations/0006.more.rollback.sql", "drop table more;")
    yoyo("apply")
    assert synced.facts().history.ids("unrecorded") == ("0006.more",)
    synced.sync()
    assert synced.facts().history.ids("applied")[-1] == "0006.more"
    yoyo("rollback", "-r", "0006.more")
    assert synced.facts().history.ids("pending") == ("0006.more",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["migrate.status"], "0004.add-team-invitation-template"),
        (["roles"], "role-finance-manager"),
        (["templates"], "payment_received"),
        (["env"], "JWT_SECRET"),
        (["history"], "done, in parity"),
        (["preflight"], "a sync may begin"),
        (["schema.diff"], "IN PARITY"),
        (["seed"], "as in Git"),
        (["migrate"], "none new"),
    ],
)
def test_every_task_that_looks_says_what_it_saw(synced, words, said):
    done = synced.invoke(*words)

    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout


def test_no_secret_reaches_the_screen(synced):
    secrets = [synced.environ["JWT_SECRET"], synced.environ["SMTP_PASS"]]

    for words in (
        ["verify"],
        ["env"],
        ["sync", "--format", "json"],
        ["sync", "--plan"],
        ["preflight"],
    ):
        done = synced.invoke(*words)
        assert not [s for s in secrets if s in done.stdout + done.stderr], words


def test_a_new_migration_is_numbered_and_named(synced):
    done = synced.invoke("migrate.new", "Add an invoice index!")

    assert done.returncode == 0
    assert (synced.folder / "migrations/0006.add-an-invoice-index.sql").exists()
    assert (synced.folder / "migrations/0006.add-an-invoice-index.rollback.sql").exists()


def test_an_env_file_for_some_tasks_of_a_line_is_refused_before_any_of_them_runs(synced):
    (synced.folder / "the other.env").write_text("APP_ENV=local\n")

    for line in (["sync", "verify", "--env", "the other.env"],
                 ["sync", "--env", "the other.env", "verify"]):  # fmt: skip
        done = synced.invoke(*line)

        assert (done.returncode, done.stdout) == (2, "")
        both = "invoke sync --env 'the other.env' verify --env 'the other.env'"
        assert both in " ".join(done.stderr.split())
    assert synced.invoke("status", "verify", OPS_ENV_FILE="the other.env").returncode == 0
