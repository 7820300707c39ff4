import os
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from ops.repository import (
    UNKNOWN,
    VARIABLES,
    Between,
    Checkout,
    Commit,
    added,
    beside,
    between,
    is_commit,
    read,
    same,
)

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


# --- beside origin/main


@pytest.fixture
def clone(repository, git, tmp_path_factory):
    """A clone of `repository`, which is its origin."""
    folder = tmp_path_factory.mktemp("clone") / "clone"
    git("clone", "-q", str(repository), str(folder))
    return folder


@pytest.fixture
def more(git):
    """`more(folder)`: one commit more there; its name."""

    def more(folder, branch="main"):
        git("checkout", "-q", "-B", branch, folder=folder)
        git("commit", "-q", "--allow-empty", "-m", "more", folder=folder)
        return git("rev-parse", "HEAD", folder=folder)

    return more


def look(folder, *files):
    return beside(folder, PATH, read(folder, PATH), files)


def test_a_fresh_clone_is_where_main_is(clone, git):
    assert look(clone) == Checkout(main=git("rev-parse", "HEAD"))


def test_own_commits_are_ahead_of_main(clone, git, more):
    more(clone)
    more(clone, "feature")

    assert look(clone) == Checkout(git("rev-parse", "HEAD"), ahead=2)


def test_what_was_fetched_is_ahead_of_us(repository, clone, git, more):
    newest = [more(repository) for _ in range(3)][-1]
    assert look(clone).behind == 0  # nobody has fetched
    git("fetch", "-q", folder=clone)

    assert look(clone) == Checkout(newest, behind=3)


def test_a_branch_may_be_ahead_and_behind(repository, clone, git, more):
    newest = more(repository)
    git("fetch", "-q", folder=clone)
    more(clone, "feature")

    # the empty commits would be one and the same, were their messages and times
    git("commit", "-q", "--amend", "--allow-empty", "-m", "mine", folder=clone)
    assert look(clone) == Checkout(newest, ahead=1, behind=1)


def test_a_commit_that_a_variable_names_is_held_against_main_too(repository, clone, git, more):
    older = git("rev-parse", "HEAD", folder=clone)
    newest = more(repository)
    git("pull", "-q", folder=clone)

    for name in (older, older[:7]):
        commit = Commit(name, "COMMIT_HASH", dirty=False)
        assert beside(clone, PATH, commit) == Checkout(newest, behind=1)


def unknown(why, main=None):
    return Checkout(main, unknown=why)


def test_a_commit_of_another_repository_cannot_be_compared(clone, git):
    commit = Commit(HEX, "COMMIT_HASH", dirty=False)
    here = git("rev-parse", "HEAD")

    assert beside(clone, PATH, commit) == unknown("this checkout has no such commit", here)


def test_a_repository_without_a_remote_has_no_main_to_be_compared_with(repository):
    assert look(repository) == unknown("this checkout has no origin/main")


def test_an_archive_is_not_compared_and_git_is_not_asked(tmp_path):
    commit = Commit(HEX, "COMMIT_HASH", dirty=False)

    assert beside(tmp_path, {"PATH": "/nowhere"}, commit) == unknown("this is no Git checkout")


def test_a_shallow_clone_can_tell_that_it_is_where_main_is_and_no_more(
    repository, git, more, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("shallow") / "shallow"
    more(repository)
    git("clone", "-q", "--depth", "1", f"file://{repository}", str(folder))
    here = git("rev-parse", "HEAD")
    assert look(folder) == Checkout(here)
    more(folder)

    assert look(folder) == unknown("this checkout is shallow", here)


def test_without_git_main_is_unknown(clone):
    commit = Commit(HEX, "COMMIT_HASH", dirty=False)

    assert beside(clone, {"PATH": "/nowhere"}, commit) == unknown("Git could not be asked")


def test_a_file_that_git_holds_is_named_even_where_main_is_unknown(repository, git):
    (repository / ".env").write_text("A=1")
    assert look(repository, ".env", "prod.env").committed == ()
    git("add", "-f", ".env")

    assert look(repository, ".env", "prod.env").committed == (".env",)
    git("commit", "-q", "-m", "secrets")
    (repository / ".env").unlink()
    assert look(repository, ".env").committed == (".env",)


def test_a_partial_clone_fetches_nothing(clone, git):
    for name, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": "ext::sh -c touch% fetched",
        "protocol.ext.allow": "always",
    }.items():
        git("config", name, value, folder=clone)

    beside(clone, PATH, Commit(HEX, "COMMIT_HASH", dirty=False))

    assert not (clone / "fetched").exists()


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


def test_git_tells_since_when_it_has_each_file(repository, git):
    (repository / "part").mkdir()
    (repository / "part" / "a b.sql").write_text("select 1")
    git("add", ".")
    git("commit", "-q", "-m", "two", "--date", "2020-01-01T00:00:00Z")
    (repository / "part" / "a b.sql").write_text("select 2")
    (repository / "part" / "new.sql").write_text("")
    git("commit", "-q", "-am", "three")

    found = added(repository, PATH, "part")

    stamp = int(git("show", "-s", "--format=%ct", "HEAD~1"))
    assert found == {"part/a b.sql": datetime.fromtimestamp(stamp, UTC)}


def test_without_git_no_file_has_an_age(tmp_path):
    assert added(tmp_path, PATH, "part") == {}


# --- between two commits


def test_the_commits_that_came_are_named_newest_first(repository, git):
    old = git("rev-parse", "HEAD")
    git("commit", "-q", "--allow-empty", "-m", "two: a phone")
    middle = git("rev-parse", "--short", "HEAD")
    git("commit", "-q", "--allow-empty", "-m", "three")
    new = git("rev-parse", "HEAD")

    told = between(repository, PATH, old[:7], new)

    assert told == Between(
        came=(f"{git('rev-parse', '--short', 'HEAD')} three", f"{middle} two: a phone")
    )
    assert between(repository, PATH, new, old) == Between(went=told.came)
    assert between(repository, PATH, old, old[:9]) == Between()


def test_a_deploy_of_another_branch_brings_commits_and_takes_some(repository, git, more):
    here = more(repository)
    git("checkout", "-q", "--detach", "HEAD~1")
    git("commit", "-q", "--allow-empty", "-m", "other")
    other = git("rev-parse", "HEAD")

    told = between(repository, PATH, here, other)

    assert [len(told.came), len(told.went)] == [1, 1]
    assert told.came[0].endswith(" other")


def test_a_commit_that_is_not_here_is_named_and_not_fetched(clone, git):
    told = between(clone, PATH, HEX, git("rev-parse", "HEAD"))

    assert told == Between(unknown="this checkout does not have 4f1a1a8: git fetch")


def test_what_a_shallow_clone_lacks_is_not_taken_for_nothing(
    repository, git, more, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("shallow") / "clone"
    old, new = git("rev-parse", "HEAD"), more(repository)
    git("clone", "-q", "--depth=2", f"file://{repository}", str(folder))
    (folder / ".git/shallow").write_text(f"{old}\n")

    told = between(folder, PATH, old, new)

    assert told == Between(unknown="this checkout is shallow: git fetch --unshallow")


def test_an_archive_and_a_machine_without_git_know_of_no_commits(repository, tmp_path_factory, git):
    old = git("rev-parse", "HEAD")

    assert (
        between(tmp_path_factory.mktemp("a"), PATH, old, HEX).unknown == "this is no Git checkout"
    )
    assert between(repository, {"PATH": ""}, old, HEX).unknown == "Git could not be asked"
