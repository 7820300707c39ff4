import os
import shutil
import subprocess

import pytest

from ops.repository import UNKNOWN, VARIABLES, Commit, is_commit, read, same

HEX = "4f1a1a8" + "0" * 33
PATH = {"PATH": os.environ["PATH"]}


@pytest.fixture
def git(tmp_path):
    def git(*words, folder=tmp_path):
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        ran = subprocess.run(
            ["git", *who, *words],
            cwd=folder,
            env=PATH | settings,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.strip()

    return git


@pytest.fixture
def repository(tmp_path, git):
    (tmp_path / "file").write_text("one")
    git("init", "-q", "-b", "main")
    git("add", "file")
    git("commit", "-q", "-m", "one")
    return tmp_path


def test_the_first_variable_that_holds_a_commit_is_believed(tmp_path):
    environ = {}
    for name in reversed(VARIABLES):
        environ[name] = HEX
        assert read(tmp_path, environ) == Commit(HEX, name, dirty=False)


@pytest.mark.parametrize(
    "value", ["${_self.COMMIT_HASH}", "main", "4f1a1a", "0" * 40, "a" * 65, "", "v1.2.3"]
)
def test_a_variable_that_holds_no_commit_does_not_stop_the_search(tmp_path, value):
    environ = {"OPS_COMMIT": value, "COMMIT_HASH": value, "SOURCE_VERSION": HEX.upper() + "\n"}

    assert read(tmp_path, environ) == Commit(HEX, "SOURCE_VERSION", dirty=False)


def test_git_is_asked_last(repository, git):
    assert read(repository, PATH) == Commit(git("rev-parse", "HEAD"), "git", dirty=False)


@pytest.mark.parametrize("name", ["file", "not-yet-added.sql"])
def test_what_would_run_but_is_not_committed_is_dirt(repository, git, name):
    git("config", "status.showUntrackedFiles", "no")
    (repository / name).write_text("two")

    commit = read(repository, PATH)

    assert commit.dirty
    assert commit.short == git("rev-parse", "HEAD")[:7] + "-dirty"


def test_an_ignored_file_is_no_dirt(repository, git):
    (repository / ".gitignore").write_text(".env\n")
    git("add", ".gitignore")
    git("commit", "-q", "-m", "ignore")
    (repository / ".env").write_text("A=1")

    assert not read(repository, PATH).dirty


def test_a_linked_worktree_is_a_repository(repository, git, tmp_path_factory):
    other = tmp_path_factory.mktemp("worktree") / "tree"
    git("worktree", "add", "-q", str(other))

    assert read(other, PATH).hex == git("rev-parse", "HEAD")


def test_an_archive_inside_a_repository_is_not_that_repository(repository):
    inside = repository / "unpacked"
    inside.mkdir()

    assert read(inside, PATH) == UNKNOWN


def test_a_link_to_an_archive_inside_a_repository_is_seen_through(repository, tmp_path_factory):
    (repository / "unpacked").mkdir()
    link = tmp_path_factory.mktemp("elsewhere") / "link"
    link.symlink_to(repository / "unpacked")

    assert read(link, PATH) == UNKNOWN


def test_the_repository_of_a_hook_is_not_mistaken_for_ours(repository, tmp_path_factory):
    ours = tmp_path_factory.mktemp("ours")

    assert read(ours, PATH | {"GIT_DIR": str(repository / ".git")}) == UNKNOWN


def test_looking_writes_nothing(repository):
    os.utime(repository / "file", (1_000_000_000, 1_000_000_000))  # Git would note the new time
    before = (repository / ".git" / "index").read_bytes()

    read(repository, PATH)

    assert (repository / ".git" / "index").read_bytes() == before


def test_before_the_first_commit_nothing_is_known(tmp_path, git):
    git("init", "-q")

    assert read(tmp_path, PATH) == UNKNOWN


def test_somebody_elses_repository_is_unknown(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bin")
    script = f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n'
    (folder / "git").write_text(script)
    (folder / "git").chmod(0o755)
    path = {"PATH": str(folder)}
    refused = subprocess.run(["git", "status"], cwd=repository, env=path, capture_output=True)
    assert b"dubious ownership" in refused.stderr

    assert read(repository, path) == UNKNOWN


def test_without_git_nothing_is_known(repository):
    assert read(repository, {"PATH": "/nowhere"}) == UNKNOWN


def test_a_folder_that_is_not_there_is_unknown(tmp_path):
    assert read(tmp_path / "none", PATH) == UNKNOWN
    assert UNKNOWN.short == "unknown"


def test_seven_digits_are_enough_to_be_the_same():
    assert same(HEX, HEX[:7].upper())
    assert same(HEX[:8], HEX)


@pytest.mark.parametrize("other", [None, "", HEX[:6], "4f1a1a9", HEX[:-1] + "1"])
def test_others_are_not_the_same(other):
    assert not same(HEX, other)
    assert not same(other, HEX)


def test_nothing_is_not_the_same_as_nothing():
    assert not same(None, None)
    assert is_commit("4f1a1a8")
