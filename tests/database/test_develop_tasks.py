"""What `migrate.dev` and `migrate.capture` refuse, and what they leave as it was.

The tasks run in this process, and rehearse on a database of the test's server: to start another
one for each would take longer than all the rest.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from invoke import Context
from invoke.exceptions import Exit

import tasks
from ops import embedded
from ops.develop.capture import refuse_difference
from ops.errors import NotInParity

ADD = "alter table customers add phone text check (phone in ('home', 'work'))"
FILE = "migrations/0006.add-phone.sql"
BACK = "migrations/0006.add-phone.rollback.sql"
MADE = ("migrations/schema.json", "migrations/checksums.txt", "client/tables.py")


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def synced(synced, make_database, monkeypatch, capsys):
    """The project, whose tasks run here."""

    @contextmanager
    def temporary(_):
        yield embedded.Server(Path(), make_database())

    def invoke(task, *words):
        code, said = 0, ""
        try:
            tasks.namespace[task](Context(), *words)
        except Exit as stop:
            code, said = stop.code, stop.message or ""
        return Done(code, *capsys.readouterr()) if not said else Done(code, "", said)

    monkeypatch.chdir(synced.folder)
    for name, value in synced.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(embedded, "temporary", temporary)
    synced.invoke = invoke
    return synced


def dev(project, sql=""):
    return project.invoke("migrate.dev", "add phone", sql)


def texts(project, *paths):
    return [(project.folder / path).read_text("utf-8") for path in paths or MADE]


def columns(project, table="customers"):
    return project.execute(
        "select array_agg(attname::text order by attnum) from pg_attribute"
        f" where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped"
    )[0][0]


# --- migrate.dev


def test_what_runs_on_no_rows_and_not_on_these_changes_nothing_either(synced):
    synced.execute("insert into customers (id, company, owner, email) values ('c', 'C', 'c', 'c')")
    before = texts(synced)
    done = dev(synced, "alter table customers add phone text not null")

    assert done.returncode == 6
    assert "contains null values" in done.stderr
    assert texts(synced) == before


def test_an_edit_that_fails_leaves_what_was_applied_before(synced):
    dev(synced, ADD)
    synced.execute(
        "insert into customers (id, company, owner, email, phone) values ('c', 'C', 'c', 'c', 'home')"
    )
    before = texts(synced)
    synced.replace(FILE, "text check", "text not null check")
    done = dev(synced)

    assert done.returncode == 6
    assert f"{FILE}:3: " in done.stderr
    assert "it stands as it was applied before" in done.stderr
    assert synced.execute("select phone from customers") == [("home",)]
    assert texts(synced) == before


def test_a_rollback_that_does_not_fit_is_told_as_the_one_that_failed(synced):
    dev(synced, ADD)
    synced.write(BACK, "select 1;\nalter table customers drop column nowhere;\n")
    synced.replace(FILE, "'work'", "'office'")
    done = dev(synced)

    assert done.returncode == 6
    assert f'{BACK}:2: column "nowhere"' in done.stderr
    assert "hint: correct it, or: invoke migrate.reset begins anew" in done.stderr
    assert "phone" in columns(synced)


@pytest.mark.parametrize("text", [None, "-- undoes: add phone\n"])
def test_without_a_way_back_it_says_how_to_begin_anew(synced, text):
    dev(synced, ADD)
    (synced.folder / BACK).unlink() if text is None else synced.write(BACK, text)
    synced.replace(FILE, "'work'", "'office'")
    done = dev(synced)

    assert done.returncode == 5
    assert "0006.add-phone was edited, and nothing says how to undo it" in done.stderr
    assert "hint: invoke migrate.reset begins anew" in done.stderr


def test_what_others_are_built_on_is_not_changed(synced):
    synced.replace("migrations/0001.initial-schema.sql", "'trial'", "'paying'")
    done = synced.invoke("migrate.dev", "initial schema")

    assert done.returncode == 5
    assert "0001.initial-schema is applied, and newer ones are too" in done.stderr


def test_sql_does_not_write_over_sql(synced):
    dev(synced, ADD)
    done = dev(synced, "drop table users")

    assert done.returncode == 5
    assert f"{FILE} is there, and says something else" in done.stderr
    assert dev(synced, ADD).returncode == 0


# --- migrate.capture

BY_HAND = """
alter table users rename "isActive" to is_active;
alter table users drop column role, add "phoneNumber" varchar(20) default 'none';
create type mood as enum ('sad', 'ok');
create table moods (id bigserial primary key, user_id text references users (id), mood mood not null);
create view sad_users as select u.name, m.mood from users u join moods m on m.user_id = u.id;
create trigger moods_touch before update on moods for each row execute function set_updated_at();
drop index projects_stage_idx;
"""


def test_a_captured_migration_can_be_undone_and_redone(synced):
    before = columns(synced, "users")
    synced.execute(BY_HAND)
    synced.invoke("migrate.capture", "moods of users")

    assert synced.invoke("migrate.rollback").returncode == 0
    assert sorted(columns(synced, "users")) == sorted(before)
    assert synced.sync().report.in_parity


def test_what_belongs_to_somebody_else_is_not_captured(synced):
    synced.replace(
        "parity.toml",
        "[system]",
        '[[ignore]]\npattern = "table *audit*"\nreason = "theirs"\n[system]',
    )
    synced.execute("create table audit_log (id int); alter table users add phone text")
    done = synced.invoke("migrate.capture", "add phone")

    assert done.returncode == 0
    assert "audit" not in "".join(texts(synced, FILE, *MADE))
    assert "phone" in texts(synced, FILE)[0]


def test_what_a_rehearsal_cannot_make_is_told_and_only_the_file_is_written(synced):
    before = texts(synced)
    synced.replace(
        "parity.toml",
        "[system]",
        '[[ignore]]\npattern = "table *audit*"\nreason = "theirs"\n[system]',
    )
    synced.execute(
        "create table audit_log (id int); create view audits as select id from audit_log"
    )
    done = synced.invoke("migrate.capture", "add phone")

    assert done.returncode == 6
    told = " ".join(done.stderr.split())
    assert f'{FILE}:5:9: relation "public.audit_log" does not exist' in told
    assert "hint: complete it, then: invoke schema.snapshot, then: invoke migrate" in done.stderr
    assert "create view public.audits" in texts(synced, FILE)[0]
    assert texts(synced) == before


def test_a_change_is_not_captured_among_pending_ones(synced):
    synced.migration("0006.more", "create table more (id int);")
    done = synced.invoke("migrate.capture", "add phone")

    assert done.returncode == 5
    assert "not applied here yet, and would mix with your change: 0006.more" in done.stderr
    assert "hint: invoke sync" in done.stderr


def test_what_newer_code_made_is_not_captured(synced):
    synced.migration("0006.more", "create table more (id int);")
    synced.invoke("migrate")
    (synced.folder / "migrations/0006.more.sql").unlink()
    done = synced.invoke("migrate.capture", "add phone")

    assert done.returncode == 5
    assert "0006.more is applied here and is not in this code" in done.stderr


def test_an_index_that_could_not_be_built_is_not_captured(synced):
    before = sorted((synced.folder / "migrations").iterdir())
    synced.execute("create table twins (a int); insert into twins values (1), (1)")
    with psycopg.connect(synced.url, autocommit=True) as conn, pytest.raises(psycopg.Error):
        conn.execute("create unique index concurrently twins_key on twins (a)")
    done = synced.invoke("migrate.capture", "twins")

    assert done.returncode == 5
    assert "index public.twins_key is invalid: a CREATE INDEX CONCURRENTLY failed" in done.stderr
    assert "hint: in SQL: reindex index public.twins_key, or: drop index public" in done.stderr
    assert sorted((synced.folder / "migrations").iterdir()) == before


def test_where_nothing_was_changed_nothing_is_captured(synced):
    before = sorted((synced.folder / "migrations").iterdir())
    done = synced.invoke("migrate.capture", "nothing")

    assert done.returncode == 0
    assert done.stdout == "nothing to capture: the schema here is what the migrations make\n"
    assert sorted((synced.folder / "migrations").iterdir()) == before


def test_what_is_still_missing_is_named():
    made, here = {"schema public": {}}, {"schema public": {}, "table public.t": {}}

    with pytest.raises(
        NotInParity, match=r"^does not make all:\ntable public\.t: not in Git$"
    ) as caught:
        refuse_difference("does not make all", made, here, {})

    assert caught.value.hint.startswith("complete it, then: invoke schema.snapshot")
