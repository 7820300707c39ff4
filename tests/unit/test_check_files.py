from pathlib import Path

import pytest

from ops.check import files
from ops.check.main import Main
from ops.migrate.declared import MigrationFile, render_checksums

HISTORY = {"0001.a.sql", "0001.a.rollback.sql", "0002.b.sql", "schema.json", "checksums.txt"}


def messages(findings):
    return [finding.message for finding in findings]


def main(*names, changed=None, newest=None):
    return Main("main", frozenset(names), changed or {}, frozenset(newest or names))


def test_a_plain_history_has_nothing_to_complain_about():
    assert messages([*files.strays(HISTORY), *files.numbers(HISTORY, main(*HISTORY))]) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("README.md", "is no migration: nobody runs it"),
        ("0003.c.sql.bak", "is no migration: nobody runs it"),
        ("0003.c.SQL", "is no migration: nobody runs it"),
        ("old/", "is no migration: nobody runs it"),
        ("0009.z.rollback.sql", "undoes 0009.z, which is not there"),
    ],
)
def test_what_nobody_runs_is_named(name, message):
    (found,) = files.strays({*HISTORY, name})

    assert found.message == f"migrations/{name.rstrip('/')}: {message}"


def test_what_an_editor_or_python_leaves_is_not_seen(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / ".0001.a.sql.swp").touch()
    (tmp_path / "old").mkdir()

    assert files.present(tmp_path) == {"old/"}


@pytest.mark.parametrize(
    ("name", "theirs", "message"),
    [
        ("c.sql", (), "has no number: nobody sees when it runs"),
        ("0002.c.sql", (), "its number is taken by 0002.b.sql"),
        ("0003.c.sql", ("0003.d.sql",), "its number is taken by 0003.d.sql"),
        ("20261122.c.sql", (), "is numbered unlike the others: their order would surprise"),
        ("20261122_01_x-c.py", (), "is numbered unlike the others: their order would surprise"),
        ("0003.c.sql", ("0004.d.sql",), "is late: main already has 0004.d"),
    ],
)
def test_a_new_migration_stands_behind_all_others(name, theirs, message):
    newest = {*HISTORY, *theirs}
    (found,) = files.numbers({*HISTORY, name}, main(*HISTORY, newest=newest))

    assert found.message == f"migrations/{name}:1: {message}"
    assert found.hint.startswith("rename it: 00" if "unlike" not in message else "rename it: ")


def test_what_main_has_cannot_be_renamed_and_is_not_complained_about():
    names = {"0001.a.sql", "0001.b.sql", "z.sql"}

    assert messages(files.numbers(names, main(*names))) == []
    assert len(messages(files.numbers(names, None))) == 3


def sql(text, name="0001.a.sql"):
    return MigrationFile(name.removesuffix(".sql"), Path("migrations") / name, text)


@pytest.mark.parametrize(
    ("before", "here", "message"),
    [
        ("select 1", "select 1", None),
        ("select 1", "-- why\nselect  1", None),
        ("\ufeffselect 1", "select 1", None),
        (
            "select 1",
            "select 2",
            "was edited, and main has it: where it is applied, it will not run again",
        ),
        ("select 1", None, "was deleted, and main has it"),
    ],
)
def test_a_migration_of_main_stays_what_it_was(before, here, message):
    theirs = main("0001.a.sql", "0001.a.rollback.sql", changed={"0001.a.sql": before})
    found = list(files.rewritten(theirs, {} if here is None else {"0001.a.sql": sql(here)}))

    assert [f.message.split(": ", 1)[1] for f in found] == ([message] if message else [])
    assert all("git checkout main -- migrations/0001.a.sql" in f.hint for f in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-- nothing", "migrations/0001.a.sql:1: holds no statement"),
        (
            "select 1;\ncommit;",
            "migrations/0001.a.sql:2: COMMIT would end the transaction that keeps it whole",
        ),
    ],
)
def test_every_file_that_would_be_refused_is_named(text, message):
    found = list(files.unrunnable([sql(text), sql("select 1"), sql(text)]))

    assert messages(found) == [message, message]
    assert found[0].subject == "migration 0001.a"


def test_a_rollback_is_judged_as_the_sql_that_it_is(tmp_path):
    (tmp_path / "0001.a.rollback.sql").write_text("-- undoes: a\n", "utf-8")
    file = MigrationFile("0001.a", tmp_path / "0001.a.sql", "select 1")
    (found,) = files.unrunnable(files.rollbacks([file]))

    assert found.message.endswith("0001.a.rollback.sql:1: holds no statement")


def test_checksums_are_of_these_files(tmp_path):
    made = (sql("select 1"), sql("select 2", "0002.b.sql"))
    (tmp_path / "checksums.txt").write_text(render_checksums(made))
    assert not list(files.checksums(tmp_path, made))

    (found,) = files.checksums(tmp_path, (sql("select 3"), sql("select 4", "0003.c.sql")))
    assert (
        found.message == "migrations/checksums.txt: is not of these files: 0001.a, 0002.b, 0003.c"
    )
    assert found.hint == "invoke schema.snapshot"
