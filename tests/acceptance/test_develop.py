"""A change on a laptop, from the first line of SQL, or of a GUI, to what is committed."""

import subprocess
import sys

import pytest

from tests.project import Project

ADD = "alter table customers add phone text check (phone in ('home', 'work'))"
FILE = "migrations/0006.add-phone.sql"
BACK = "migrations/0006.add-phone.rollback.sql"
MADE = ("migrations/schema.json", "migrations/checksums.txt", "client/tables.py")


def dev(project, *words, **environ):
    return project.invoke("migrate.dev", "add phone", *words, **environ)


def texts(project, *paths):
    return [(project.folder / path).read_text("utf-8") for path in paths or MADE]


def columns(project, table="customers"):
    return project.execute(
        "select array_agg(attname::text order by attnum) from pg_attribute"
        f" where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped"
    )[0][0]


@pytest.fixture
def fresh(tmp_path, make_database, synced):
    """The files of that project, on a database of their own: what another developer gets."""

    def clone():
        other = Project.__new__(Project)
        other.folder, other.url, other.told = synced.folder, make_database(), []
        other.environ = synced.environ | {"DATABASE_URL": other.url}
        return other

    return clone


# --- migrate.dev


def test_with_its_sql_a_migration_is_there_and_everything_made_from_it(synced, fresh):
    done = dev(synced, "--sql", ADD)

    assert (done.returncode, done.stderr) == (0, "")
    assert "     0006.add-phone\n" in done.stdout
    for path in (FILE, BACK, *MADE):
        assert f"wrote {path}\n" in done.stdout
    assert 'CustomersPhone = Literal["home", "work"]' in texts(synced)[2]
    assert synced.differences() == []
    other = fresh()
    assert other.sync().report.in_parity


def test_without_sql_the_file_waits_to_be_filled_in(synced):
    before = texts(synced)
    first, again = dev(synced), dev(synced)

    assert (first.returncode, again.returncode) == (0, 0)
    assert first.stdout == (
        f'wrote {FILE}\nwrote {BACK}\nfill it in, then: invoke migrate.dev "add phone"\n'
    )
    assert again.stdout == 'fill it in, then: invoke migrate.dev "add phone"\n'
    assert texts(synced) == before
    synced.write(FILE, f"{ADD};\n")

    assert dev(synced).returncode == 0
    assert "phone" in columns(synced)


def test_what_does_not_run_changes_nothing_but_its_own_file(synced):
    before = texts(synced)
    done = dev(synced, "--sql", "alter table nowhere add phone text")

    assert done.returncode == 6
    assert f'{FILE}:3: relation "nowhere" does not exist' in done.stderr
    assert texts(synced) == before
    assert (synced.folder / FILE).exists()
    assert synced.execute("select count(*) from ops.ledger") == [(5,)]


def test_the_last_one_can_be_edited_until_it_is_right(synced, fresh):
    dev(synced, "--sql", ADD)
    synced.replace(FILE, "add phone text", "add mobile text")
    synced.replace(FILE, "(phone in", "(mobile in")
    done = dev(synced)

    assert (done.returncode, done.stderr) == (0, "")
    assert "0006.add-phone: undone, and applied as it is now\n" in done.stdout
    assert "mobile" in columns(synced)
    assert "phone" not in columns(synced)
    assert "drop column mobile;" in texts(synced, BACK)[0]
    assert synced.differences() == []
    assert fresh().sync().report.in_parity
    assert dev(synced).stdout.endswith("0006.add-phone is applied here as it is written\n")


@pytest.mark.parametrize("task", ["migrate.dev", "migrate.capture"])
@pytest.mark.parametrize("environ", [{"APP_ENV": "production"}, {}])
def test_only_a_database_that_may_be_lost_is_developed_on(synced, task, environ):
    before = sorted((synced.folder / "migrations").iterdir())
    synced.execute("update ops.environment set name = 'production'")
    done = synced.invoke(task, "add phone", **environ)

    assert done.returncode == 5
    assert f"no {task} here" in done.stderr
    assert sorted((synced.folder / "migrations").iterdir()) == before


TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def test_on_a_terminal_the_editor_opens(synced):
    synced.write("editor.py", f"import sys\nopen(sys.argv[1], 'a').write({ADD!r} + ';')\n")
    done = subprocess.run(
        [sys.executable, "-c", TERMINAL, *synced.command("migrate.dev", "add phone")],
        cwd=synced.folder,
        env=synced.env(EDITOR=f"{sys.executable} editor.py"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout
    assert "phone" in columns(synced)


# --- migrate.capture

BY_HAND = """
alter table users rename "isActive" to is_active;
alter table users drop column role, add "phoneNumber" varchar(20) default 'none';
alter table projects alter stage type varchar(20);
create type mood as enum ('sad', 'ok');
create table moods (id bigserial primary key, user_id text references users (id), mood mood not null);
create index on moods (mood);
create view sad_users as select u.name, m.mood from users u join moods m on m.user_id = u.id;
create function hello(name text) returns text language sql immutable as $$ select 'hello ' || name $$;
create trigger moods_touch before update on moods for each row execute function set_updated_at();
alter table users disable trigger users_default_preferences;
drop index projects_stage_idx;
"""


def test_what_was_changed_by_hand_becomes_a_migration_that_makes_it(synced, fresh):
    synced.execute(BY_HAND)
    done = synced.invoke("migrate.capture", "moods of users")
    (text,) = texts(synced, "migrations/0006.moods-of-users.sql")

    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "0006.moods-of-users: recorded as applied, since its change is here already" in done.stdout
    )
    assert "2 steps destroy data wherever it runs next" in done.stdout
    assert 'alter table public.users rename column "isActive" to is_active;' in text
    assert (
        "-- DESTROYS DATA: the values of public.users.role go\nalter table public.users drop"
        in text
    )
    assert synced.differences() == []
    other = fresh()
    assert other.sync().report.in_parity
    assert columns(other, "users") == columns(synced, "users")


# --- the client


def test_a_client_is_written_only_where_one_is_wanted(synced):
    (synced.folder / "client/tables.py").unlink()
    assert synced.differences() == ["file client/tables.py"]
    assert synced.invoke("client").stdout == "wrote client/tables.py\n"
    assert synced.invoke("client").stdout == "client/tables.py was up to date\n"
    assert synced.differences() == []

    synced.replace("parity.toml", '[client]\npath = "client/tables.py"\n', "")
    (synced.folder / "client/tables.py").unlink()
    done = synced.invoke("client")

    assert synced.differences() == []
    assert done.returncode == 2
    assert "hint: printf '[client]" in done.stderr
