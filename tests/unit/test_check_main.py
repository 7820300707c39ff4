import subprocess

import pytest

from ops.check import main
from ops.errors import SettingsError


class Repository:
    def __init__(self, folder):
        self.folder = folder
        (folder / "migrations").mkdir(parents=True)

    def git(self, *words):
        name = ("-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false")
        subprocess.run(("git", *name, *words), cwd=self.folder, check=True, capture_output=True)

    def commit(self, **texts):
        for name, text in texts.items():
            (self.folder / "migrations" / f"{name}.sql").write_text(text)
        self.git("add", ".")
        self.git("commit", "-qm", "x", "--allow-empty")


@pytest.fixture
def repository(tmp_path):
    found = Repository(tmp_path / "project")
    found.git("init", "-qb", "main")
    return found


def test_the_branch_is_compared_with_where_it_left_main(repository):
    repository.commit(a="1", b="2", c="3")
    repository.git("checkout", "-qb", "feature")
    repository.commit(a="edited", d="4")
    (repository.folder / "migrations/b.sql").write_text("not committed")
    (repository.folder / "migrations/c.sql").unlink()
    repository.git("stash")
    repository.git("checkout", "-q", "main")
    repository.commit(e="since then")
    repository.git("checkout", "-q", "feature")
    repository.git("stash", "pop")
    found = main.read(repository.folder)

    assert found.ref == "main"
    assert found.names == {"a.sql", "b.sql", "c.sql"}
    assert found.changed == {"a.sql": "1", "b.sql": "2", "c.sql": "3"}
    assert found.newest == {"a.sql", "b.sql", "c.sql", "e.sql"}


def test_what_was_pushed_counts_before_a_local_main(repository):
    repository.commit(a="1")
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repository.commit(b="2")

    assert (main.read(repository.folder).ref, main.read(repository.folder).names) == (
        "origin/main",
        {"a.sql"},
    )


def test_the_variables_of_a_hook_do_not_lead_elsewhere(repository, monkeypatch, tmp_path):
    repository.commit(a="1")
    monkeypatch.setenv("GIT_DIR", str(tmp_path))

    assert main.read(repository.folder).names == {"a.sql"}


def refused(folder):
    with pytest.raises(SettingsError) as caught:
        main.read(folder)
    return str(caught.value), caught.value.hint


def test_a_tag_called_main_is_no_branch(repository):
    repository.commit(a="1")
    repository.git("branch", "-m", "other")
    repository.git("tag", "main")

    assert refused(repository.folder) == (
        "there is neither origin/main nor main",
        "git fetch origin main",
    )


def test_a_clone_without_the_common_past_is_told_how_to_get_it(repository):
    repository.commit(a="1")
    repository.git("checkout", "-q", "--orphan", "shallow")
    repository.commit(b="2")

    message, hint = refused(repository.folder)
    assert (message, hint) == ("git merge-base found nothing", "git fetch --unshallow origin main")


def test_a_repository_above_the_project_is_not_its_own(repository):
    repository.commit(a="1")
    (repository.folder / "unpacked").mkdir()

    message, _ = refused(repository.folder / "unpacked")
    assert "not a git repository" in message


def test_without_git_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    message, hint = refused(tmp_path)
    assert message.startswith("git cannot be run")
    assert hint == "install git"
