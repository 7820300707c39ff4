"""invoke check, as a whole: the shipped project, and then each claim broken once."""

import subprocess

import pytest

from ops import check

NAME = "0099.next"


class Checked:
    """A project whose files are what main has; what a test adds is new."""

    def __init__(self, project, make_database):
        self.project, self.make_database = project, make_database
        self.git("init", "-qb", "main")
        self.commit()
        self.git("checkout", "-qb", "feature")

    def git(self, *words):
        name = ("-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false")
        subprocess.run(
            ("git", *name, *words), cwd=self.project.folder, check=True, capture_output=True
        )

    def commit(self):
        self.git("add", "migrations")
        self.git("commit", "-qm", "x")

    def add(self, text, rollback=None, id=NAME):
        self.project.migration(id, text)
        if rollback is not None:
            self.project.migration(f"{id}.rollback", rollback)
        return self

    def snapshot(self):
        self.project.rehearse(self.make_database())
        return self

    def found(self):
        said = check.run(self.project.folder, self.make_database(), self.project.told.append)
        return [f"{f.severity} {f.message.removeprefix('migrations/')}" for f in said]

    def errors(self):
        return [text for text in self.found() if text.startswith("error ")]


@pytest.fixture
def checked(project, make_database):
    return Checked(project, make_database).snapshot()


def test_the_shipped_project_has_nothing_to_complain_about(checked):
    assert checked.found() == []


def test_what_another_tool_has_run_is_not_judged_as_new(checked):
    text = "create table if not exists t (id int);\nalter table users add fax text not null;"
    theirs = f"-- From Prisma: 20240101_theirs\n\n{text}"

    assert len(checked.add(text).snapshot().errors()) == 2
    assert checked.add(theirs).snapshot().found() == []


def test_bodies_of_functions_are_checked_or_it_is_said_that_they_were_not(checked):
    body = "begin perform 1;\n perform nothing from nowhere; end"
    text = f"create function f() returns void\nlanguage plpgsql as $$ {body} $$;"
    found = checked.add(text, "drop function f();").snapshot().found()

    if checked.project.execute(
        "select 1 from pg_available_extensions where name = 'plpgsql_check'"
    ):
        assert found == [
            f'error {NAME}.sql:3: function public.f(): relation "nowhere" does not exist'
        ]
    else:
        assert found == []
        assert (
            "the bodies of functions were not checked: plpgsql_check is not on this server"
            in checked.project.told
        )


def test_a_new_migration_that_is_whole_passes(checked):
    text = "create table made (id text primary key);\n"

    assert checked.add(text, "drop table made;").snapshot().found() == []


def test_without_main_every_file_is_new_and_it_is_said(project, make_database):
    project.rehearse(make_database())
    (project.folder / ".git").mkdir()  # and none above
    found = check.run(project.folder, make_database(), project.told.append)
    errors = [f for f in found if f.severity == "error"]

    assert errors == []
    assert found[0].message.startswith("not compared with main: not a git repository")


def test_an_edited_migration_of_main_is_an_error_and_a_reformatted_one_is_none(checked):
    path = "migrations/0003.fix-notification-preferences-trigger.sql"
    checked.project.replace(path, "drop not null;", "drop  not null; -- a remark")
    assert checked.snapshot().found() == []

    checked.project.replace(path, "drop  not null", "drop default")
    assert any("was edited, and main has it" in text for text in checked.found())


def test_a_file_that_cannot_be_read_is_told_and_ends_the_check(checked):
    (checked.project.folder / f"migrations/{NAME}.sql").write_bytes(b"select '\xff'")

    assert checked.found() == [f"error {NAME}.sql is not UTF-8 (byte 8)"]


def test_a_project_without_migrations_is_told(checked):
    (checked.project.folder / "migrations").rename(checked.project.folder / "elsewhere")

    assert checked.found() == ["error there is no folder migrations/ here"]


def test_what_would_be_refused_is_not_replayed(checked):
    assert checked.add("create table made ();\ncommit;").found() == [
        f"error checksums.txt: is not of these files: {NAME}",
        f"error {NAME}.sql:2: COMMIT would end the transaction that keeps it whole",
    ]


def test_a_migration_that_fails_is_told_with_its_line(checked):
    found = checked.add("select 1;\n\nselect * from nowhere;").found()

    assert found[-1].startswith(f'error {NAME}.sql:3:15: relation "nowhere" does not exist')


def test_a_schema_that_was_not_written_anew_is_told(checked):
    found = checked.add("create table made (id text primary key);").found()

    assert found == [
        f"error checksums.txt: is not of these files: {NAME}",
        "error schema.json: is not what the migrations make: table public.made",
    ]


def test_a_schema_that_says_the_wrong_migration_is_told(checked):
    checked.project.replace("migrations/schema.json", '"since": "0001.', '"since": "0002.')

    assert checked.found() == [
        "error schema.json: is not what the migrations make: which of them changed what"
    ]


MADE = "create table made (id text primary key);"


@pytest.mark.parametrize(
    ("text", "rollback", "message"),
    [
        (MADE, "select 1;", f"does not undo {NAME}: table public.made is left"),
        (MADE, "drop table made; drop table email_queue;", f"does not undo {NAME}: table public.email_queue is gone"),
        (MADE, "drop table made; alter table users alter name drop not null;",
         f"does not undo {NAME}: column public.users.name is changed"),
        (MADE, "drop table mad;", 'table "mad" does not exist'),
    ],
)  # fmt: skip
def test_a_rollback_that_does_not_undo_is_told(checked, text, rollback, message):
    (found,) = checked.add(text, rollback).snapshot().found()

    assert found.split("\n")[0] == f"error {NAME}.rollback.sql:1: {message}"


def test_a_migration_that_cannot_come_again_is_told(checked):
    row = "insert into customers (id, company, owner, email) values ('a', 'b', 'c', 'd');"
    checked.add(MADE, id="0098.no-way-back")  # or else the table would go too
    (found,) = checked.add(row, "select 1;").snapshot().found()

    assert found.startswith(f"error {NAME}.sql")
    assert 'violates unique constraint "customers_pkey"' in found
    assert found.endswith("(after its rollback)")


def test_a_dropped_column_that_comes_back_at_the_end_is_back(checked):
    text = "alter table users drop column status;"
    back = "alter table users add status text not null default 'pending';"

    assert checked.add(text, back).snapshot().errors() == []


def test_a_client_that_was_not_written_anew_is_told_even_if_only_a_key_is_new(checked):
    checked.project.replace("client/tables.py", "id: str", "id: int")
    assert checked.errors() == ["error client/tables.py: was edited since it was made"]

    checked.snapshot().project.replace("seeds/roles.toml", "role-viewer", "role-reader")
    assert checked.errors() == [
        "error client/tables.py: lacks keys of rows in seeds/, or has some that are gone"
    ]


def test_the_rollbacks_end_at_the_first_migration_without_one(checked):
    checked.add(MADE, id="0098.no-way-back").add(
        "create table more (id text primary key);", "drop table more;"
    )

    assert checked.snapshot().found() == []


def test_a_fault_of_the_new_schema_is_told_and_an_old_one_is_not(checked):
    text = "create function f() returns void language plpgsql as $$ begin\ninsert into users (id) values ('') on conflict (name) do nothing; end $$"
    checked.add(text, "drop function f();", id="0098.old").snapshot()
    assert any("ON CONFLICT (name)" in message for message in checked.found())

    checked.commit()
    checked.git("branch", "-f", "main")
    assert not any(message.startswith("error") for message in checked.found())


def test_a_statement_that_only_an_empty_database_forgives_is_told(checked):
    checked.add(
        "alter table users add column tier text not null;", "alter table users drop column tier;"
    )

    assert checked.snapshot().found() == [
        f"error {NAME}.sql:1: tier is NOT NULL without DEFAULT: that fails on a table with rows"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select true;\n", "1: does not say what it tries"),
        ("-- It works.\nselect true form users;\n", '2: syntax error at or near "users"'),
        ("-- It works.\nselect 1;\nselect\n  emial from users;\n", '4: column "emial" does not exist'),
        ("-- It works.\ncreate table a (id int);\nselect id form a;\n", '3: syntax error at or near "a"'),
    ],
)  # fmt: skip
def test_a_probe_that_could_not_be_tried_is_told_with_its_line(checked, text, said):
    checked.project.write("probes/090-new.sql", text)

    assert checked.found() == [f"error probes/090-new.sql:{said}"]


@pytest.mark.parametrize(
    "text",
    [
        "-- What it made is there.\ncreate temp table a (id int);\nselect id = id from a;\n",
        "-- Refused.\n-- expect error: 42703\nselect emial from users;\n",
        "-- Never run.\nselect 1/0;\ndo $$ begin raise 'run'; end $$;\n",
    ],
)
def test_a_probe_is_read_and_not_run(checked, text):
    checked.project.write("probes/090-new.sql", text)

    assert checked.found() == []
