"""What verify says of the environment: its variables, the app spec, and where the database is."""

import os
import subprocess

import pytest
from psycopg.conninfo import conninfo_to_dict

from ops.findings import Severity
from tests.database.test_verify_code import SPEC, stamped
from tests.project import Project

# --- rules that a project declares


@pytest.fixture
def ruled(synced):
    """A contract with the two rules that go beyond one value."""
    text = (synced.folder / ".env.example").read_text("utf-8")
    synced.write(
        ".env.example",
        text + "\n# A switch of the tests.\n# @required=no @kind=text @forbidden=production\n"
        "FAKE_PAYMENTS=\n"
        "\n# What the mailer signs with.\n# @required=no @kind=secret @equals=JWT_SECRET\n"
        "MAIL_SECRET=\n",
    )
    return synced


def test_what_is_forbidden_is_an_error_there_and_nothing_elsewhere(ruled):
    assert ruled.differences(FAKE_PAYMENTS="1") == []
    stamped(ruled, "production")

    assert "variable FAKE_PAYMENTS" in ruled.differences(FAKE_PAYMENTS="1")
    assert "variable FAKE_PAYMENTS" not in ruled.differences()


def test_what_must_be_equal_is_compared(ruled):
    secret = ruled.environ["JWT_SECRET"]

    assert ruled.differences(MAIL_SECRET=secret) == []
    assert ruled.differences(MAIL_SECRET=secret[::-1]) == ["variable MAIL_SECRET"]


def test_a_sync_refuses_what_breaks_these_rules(ruled):
    done = ruled.invoke("sync", MAIL_SECRET="q7Yt3Rw9Zx1Lk5Vb")

    assert done.returncode == 2
    assert "MAIL_SECRET differs from JWT_SECRET" in done.stderr


# --- the env file


def test_a_name_in_the_env_file_that_nobody_reads_is_a_warning(synced):
    synced.write(".env", "SMTP_PASSWORD=x\nOPS_TEST_URL=x\n")

    (finding,) = synced.verify().findings

    assert (finding.subject, finding.severity) == ("variable SMTP_PASSWORD", Severity.WARNING)
    assert finding.message.endswith("did you mean SMTP_PASS?")


def test_an_env_file_in_git_is_an_error_everywhere(synced):
    def git(*words):
        subprocess.run(["git", *words], cwd=synced.folder, check=True, capture_output=True)

    synced.environ |= {"PATH": os.environ["PATH"]}
    synced.write(".env", "SMTP_HOST=localhost\n")
    git("init", "-q")
    assert synced.differences() == []
    git("add", "-f", ".env")

    assert synced.differences() == ["file .env"]


# --- the app spec


def test_a_spec_is_held_against_the_contract(synced):
    synced.write(".do/app.yaml", SPEC.replace("key: SMTP_PASS,", "key: SMTP_PASSWORD,"))

    assert synced.differences() == ["? variable SMTP_PASS"]
    assert "3 values of .do/app.yaml that only the platform knows" in synced.verify().not_looked_at


def test_a_secret_that_can_be_read_in_a_spec_is_an_error_everywhere(synced):
    secret = "{key: JWT_SECRET, value: k3Jq0vZ8xN5tB1rW7yU4mL2pD9sF6hG0}"
    synced.write(".do/app.yaml", SPEC.replace("{key: JWT_SECRET, type: SECRET}", secret))

    (finding,) = synced.verify().findings

    assert (finding.subject, finding.severity) == ("variable JWT_SECRET", Severity.ERROR)
    assert "k3Jq0" not in repr(finding)


def test_what_the_spec_says_and_production_does_not_have_is_a_warning(synced):
    stamped(synced, "production")
    synced.write(".do/app.yaml", SPEC)
    same = {"SMTP_HOST": "mail.shop.test", "SMTP_PORT": "587", "SMTP_USER": "shop"}
    same["SMTP_FROM"] = "shop@mail.test"

    assert synced.differences(**same) == []
    assert synced.differences(**same | {"SMTP_PORT": "2525"}) == ["? variable SMTP_PORT"]


# --- where the database is


def messages(project):
    return [finding.message for finding in project.verify().findings]


def test_a_restored_dump_is_noticed_until_it_is_said_to_be_meant(
    tmp_path, make_database, synced_template
):
    copy = Project(tmp_path, make_database(synced_template))

    (finding,) = copy.verify().findings
    ((run, began),) = copy.execute(
        "select id, to_char(started_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') from ops.runs"
    )
    assert finding.severity is Severity.WARNING
    assert finding.message == (
        "was stamped as another database: a dump was restored, or it was copied; the last run it"
        f" knows is sync {run} of {began} UTC from c0ffeec: what was written after it may be gone"
    )
    assert finding.hint == "if this is local now: invoke sync --allow new-server"
    assert copy.sync().report.in_parity  # it goes on saying so
    assert len(messages(copy)) == 1
    assert copy.sync("new-server").report.in_parity
    assert messages(copy) == []


def test_another_timeline_is_noticed_until_it_is_said_to_be_meant(synced):
    synced.execute("update ops.environment set timeline = timeline + 1")

    (message,) = messages(synced)
    assert message.startswith("was stamped on another timeline: restored to a point in time")
    synced.sync("new-server")
    assert messages(synced) == []


def test_another_server_is_told_before_what_follows_from_it(synced):
    synced.execute(
        "update ops.environment set system_identifier = '1', database_oid = 1, timeline = 99"
    )

    (message,) = messages(synced)
    assert message.startswith("was stamped on another server: a restored copy, or it was replaced")


def test_a_role_that_may_not_read_where_it_is_can_still_tell_a_restored_dump(synced, make_role):
    synced.execute(
        "revoke execute on function pg_control_system(), pg_control_checkpoint() from public"
    )
    reader = make_role(synced.url, "grant select on all tables in schema public to {role}")
    synced.write(
        "parity.toml",
        f"""{(synced.folder / "parity.toml").read_text("utf-8")}
[verify]
readers = ["{conninfo_to_dict(reader)["user"]}"]
""",
    )

    synced.execute("update ops.environment set timeline = 99, system_identifier = '1'")
    assert list(synced.verify(reader).findings) == []
    synced.execute("update ops.environment set database_oid = 1")
    (finding,) = synced.verify(reader).findings
    assert finding.message.startswith("was stamped as another database")


def test_records_of_an_older_version_learn_where_they_are(synced):
    synced.execute(
        "alter table ops.environment drop database_oid, drop timeline;"
        "comment on schema ops is 'records of invoke sync, version 2'"
    )
    assert messages(synced) == []

    done = synced.sync()

    assert [step for step in done.done if step.startswith(("schema", "stamp"))] == [
        "schema ops: newer records",
        "stamp: this is its place now",
    ]
    here = "select oid::bigint, 1 from pg_database where datname = current_database()"
    assert synced.execute("select database_oid, timeline from ops.environment") == synced.execute(
        here
    )
    assert not synced.sync().done


# --- the code


def test_the_code_is_held_against_the_contract(synced):
    synced.write("parity.toml", '[environment]\ncode = ["src"]\n')
    synced.write("src/app.js", "sign(process.env.JWT_SECRETS, process.env.FRONTEND_URL)\n")

    assert synced.differences() == ["? variable JWT_SECRET", "? variable JWT_SECRETS"]


def test_code_that_nobody_named_or_that_is_not_here_is_said_to_be_left_out(synced):
    line = "variables that the code reads ([environment] code in parity.toml)"
    assert line in synced.verify().not_looked_at
    synced.write("parity.toml", '[environment]\ncode = ["../nowhere"]\n')

    report = synced.verify()

    assert "variables that nothing reads, for ../nowhere is not here" in report.not_looked_at
    assert list(report.findings) == []
