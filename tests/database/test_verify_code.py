"""What verify says of the code: where it is beside main, what a release runs, how the last ended."""

import os
import subprocess

import pytest

from ops.findings import Severity

GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}
WHO = ("-c", "user.name=a", "-c", "user.email=a@mail.test")
SPEC = """
name: shop
envs:
  - {key: APP_ENV, value: production}
  - {key: DATABASE_URL, value: "${db.DATABASE_URL}"}
  - {key: JWT_SECRET, type: SECRET}
  - {key: SMTP_HOST, value: mail.shop.test}
  - {key: SMTP_PORT, value: "587"}
  - {key: SMTP_USER, value: shop}
  - {key: SMTP_PASS, type: SECRET}
  - {key: SMTP_FROM, value: shop@mail.test}
  - {key: FRONTEND_URL, value: "https://shop.test"}
jobs:
  - {name: sync, kind: PRE_DEPLOY, run_command: invoke sync verify}
"""


@pytest.fixture
def git(synced):
    """Git in the folder of the project, which is a clone of an origin beside it."""

    def git(*words):
        command = ["git", *WHO, *words]
        subprocess.run(command, cwd=synced.folder, env=GIT, capture_output=True, check=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "all")
    git("remote", "add", "origin", "nowhere")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    synced.environ |= GIT | {"OPS_COMMIT": ""}
    return git


def stamped(project, name):
    """The database says that it is this environment, and so does the process."""
    project.execute(f"update ops.environment set name = '{name}'")
    project.environ |= {"APP_ENV": name, "FRONTEND_URL": "https://shop.test"}


def said(project, check, **environ):
    (result,) = (r for r in project.verify(**environ).results if r.check == check)
    return [(finding.message, finding.severity) for finding in result.findings]


# --- main


def test_a_commit_that_is_on_main_is_in_parity_and_stands_in_the_head(synced, git):
    assert synced.sync().report.in_parity

    head = synced.invoke("verify").stdout.partition("\n\n")[0].replace("\n", " ")
    commit = synced.facts().declared.commit.hex
    assert f"commit {commit[:7]} (git)" in head
    assert f"last sync {commit[:7]} (run 2)" in head
    assert f"origin/main {commit[:7]}" in head
    document, _ = synced.json("verify")
    assert (document["commit_source"], document["origin_main"]) == ("git", commit)


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_commit_that_is_not_on_main_is_an_error_where_people_come(synced, git, environment):
    stamped(synced, environment)
    git("commit", "-q", "--allow-empty", "-m", "hasty")

    assert said(synced, "code.main") == [
        ("is not on origin/main: 1 commit of its own", Severity.ERROR)
    ]


@pytest.mark.parametrize("environment", ["local", "test"])
def test_a_developers_branch_is_nothing_to_speak_of(synced, git, environment):
    stamped(synced, environment)
    git("commit", "-q", "--allow-empty", "-m", "feature")

    assert said(synced, "code.main") == []


@pytest.mark.parametrize("environment", ["local", "production"])
def test_a_commit_that_main_has_left_behind_is_a_warning(synced, git, environment):
    stamped(synced, environment)
    for number in range(2):
        git("commit", "-q", "--allow-empty", "-m", str(number))
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    git("reset", "-q", "--hard", "HEAD~2")

    assert said(synced, "code.main") == [("is 2 commits behind origin/main", Severity.WARNING)]


def test_a_branch_behind_main_is_no_less_a_branch(synced, git):
    stamped(synced, "production")
    git("commit", "-q", "--allow-empty", "-m", "main")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    git("reset", "-q", "--hard", "HEAD~1")
    git("commit", "-q", "--allow-empty", "-m", "hasty")

    assert said(synced, "code.main") == [
        ("is not on origin/main: 1 commit of its own, 1 commit behind", Severity.ERROR)
    ]
    stamped(synced, "local")
    assert said(synced, "code.main") == []


def test_where_main_cannot_be_seen_that_is_said(synced):
    assert said(synced, "code.main") == []
    assert "origin/main (this is no Git checkout)" in synced.verify().not_looked_at


# --- the release


@pytest.mark.parametrize(
    ("environment", "severity"),
    [("local", Severity.WARNING), ("production", Severity.ERROR)],
)
def test_a_release_that_lost_its_step_is_named(synced, environment, severity):
    stamped(synced, environment)
    synced.write("Procfile", "web: gunicorn shop\n")
    synced.write(".do/app.yaml", SPEC.replace("invoke sync verify", "invoke sync || true"))

    assert said(synced, "code.release") == [
        ("has no release: line, so nothing is synced before new code runs", severity),
        ("job sync goes on when invoke sync fails, because of `||`", severity),
    ]
    assert not any("release" in line for line in synced.verify().not_looked_at)


def test_a_release_that_runs_sync_is_in_parity(synced):
    synced.write(".do/app.yaml", SPEC)

    assert synced.differences() == []


def test_without_a_procfile_and_a_spec_there_is_nothing_to_look_at(synced):
    (synced.folder / "Procfile").unlink()

    report = synced.verify()

    assert report.in_parity
    assert (
        "what a release runs (there is neither a Procfile nor an app spec in .do/)"
        in report.not_looked_at
    )


def test_a_spec_that_is_no_yaml_stops_before_anything_is_written(project):
    project.write(".do/app.yaml", "a: b: c")

    done = project.invoke("sync")

    assert done.returncode == 2
    assert ".do/app.yaml:1: not YAML" in done.stderr
    assert project.execute("select to_regnamespace('ops')") == [(None,)]


# --- the last run


def test_a_sync_that_ended_with_differences_is_told_once_they_are_mended(synced):
    synced.execute("create table audit (id int)")
    assert not synced.sync().report.in_parity
    assert synced.differences() == ["table public.audit"]  # that is enough said

    synced.execute("drop table audit")

    (finding,) = synced.verify().findings
    assert finding.severity is Severity.WARNING
    assert finding.message.endswith(
        "ended with differences: a release that ran it was stopped, and older code may still serve"
    )
    assert synced.sync().report.in_parity
    assert synced.differences() == []


def test_nothing_is_told_of_it_while_there_is_what_no_sync_can_close(synced, git):
    stamped(synced, "production")
    git("commit", "-q", "--allow-empty", "-m", "hasty")
    assert not synced.sync().report.in_parity

    assert [finding.hint for finding in synced.verify().findings] == [
        "merge it into main, and deploy origin/main"
    ]


def test_nothing_is_told_of_it_while_a_row_still_differs(synced):
    synced.execute("insert into team_roles (id, name, is_system_role) values ('x', 'X', true)")
    assert not synced.sync().report.in_parity

    assert synced.differences() == ["row team_roles x"]
