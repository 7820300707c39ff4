"""From empty to parity, a second time with nothing to do, and what stops it in between."""

import re
import shutil

import pytest
from roundtrips import counting

from ops.errors import Locked, MigrationFailed, NotInParity, Refused, SettingsError
from ops.findings import Outcome
from ops.sync import undone
from tests.project import COMMIT, ROOT


def hashes(project):
    """Every row of every table but the record of runs, with the transaction that last wrote it."""
    tables = project.execute(
        "select schemaname, tablename from pg_tables"
        " where schemaname in ('public', 'ops') and tablename <> 'runs' order by 1, 2"
    )
    return {
        f"{schema}.{table}": project.execute(
            f"select md5(string_agg(t::text || xmin::text, '' order by t::text)) from {schema}.{table} t"
        )
        for schema, table in tables
    }


def test_an_empty_database_reaches_parity(project):
    done = project.sync()

    assert done.report.in_parity
    assert [phase.outcome for phase in done.phases] == [Outcome.PASSED] * 6
    assert len(done.applied) == 5
    assert done.seeded == {"inserted": 9, "updated": 1, "unchanged": 0, "pruned": 0}
    assert project.differences() == []


def test_a_second_sync_writes_nothing_but_its_record(project):
    project.sync()
    before = hashes(project)

    again = project.sync()

    assert hashes(project) == before
    assert (again.applied, again.seeded["unchanged"]) == ([], 10)
    assert project.execute("select count(*) from ops.runs") == [(2,)]


def test_a_sync_with_nothing_to_do_takes_five_trips_after_connecting(synced):
    with counting(synced.url) as counted:
        synced.environ["DATABASE_URL"] = counted.url
        synced.sync()

    assert len(counted.queries) == 5
    assert counted.connections == 1


def test_a_verify_takes_two_trips_after_connecting(synced):
    with counting(synced.url) as counted:
        synced.verify(counted.url)

    assert len(counted.queries) == 2


def test_migrations_cost_one_trip_together(synced):
    with counting(synced.url) as counted:
        synced.environ["DATABASE_URL"] = counted.url
        synced.sync()
        nothing = len(counted.queries)
        for number in range(10, 15):
            synced.migration(f"00{number}.more", f"create table more_{number} (id int);")
        synced.sync()

    assert len(counted.queries) - nothing == 5 + 1 + 2  # the sync, the migrations, a second look


def test_a_plan_shows_what_would_run_and_touches_nothing(project):
    plan = project.plan()

    assert plan.migrations[0].title == "0001.initial-schema"
    assert (
        plan.migrations[0].sql
        == (project.folder / "migrations/0001.initial-schema.sql").read_text()
    )
    assert len(plan.rows) == 10
    assert project.execute(
        "select count(*) from pg_tables where schemaname in ('public', 'ops')"
    ) == [(0,)]


def test_a_plan_is_of_the_task_that_was_asked(project):
    assert project.plan(task="migrate").rows == ()
    with pytest.raises(Refused, match="5 migrations pending"):
        project.plan(task="seed")


def test_a_plan_of_rows_is_what_a_sync_runs(synced):
    synced.execute("update team_roles set approval_limit = 1 where id = 'role-viewer'")

    (step,) = synced.plan().rows
    synced.execute(step.sql)

    assert synced.differences() == []


def test_a_failing_migration_leaves_nothing_of_itself_and_all_before_it(project):
    project.migration("0006.good", "create table good (id int);")
    project.migration(
        "0007.bad",
        "create table half (id int);\n\nalter table half\n  add b int references nowhere (id);\n",
    )

    done = project.sync()

    assert isinstance(done.error, MigrationFailed)
    assert 'migrations/0007.bad.sql:3: relation "nowhere" does not exist' in str(done.error)
    assert done.applied[-1] == "0006.good"
    assert project.execute("select to_regclass('good')::text, to_regclass('half')::text") == [
        ("good", None)
    ]
    assert project.execute("select outcome, error from ops.runs") == [
        ("failed", 'migrations/0007.bad.sql:3: relation "nowhere" does not exist')
    ]


def test_the_place_of_a_syntax_error_is_named(synced):
    synced.migration(
        "0006.typo", "-- a comment\ncreate table fine (id int);\ncreate tabel typo (id int);\n"
    )

    assert "migrations/0006.typo.sql:3:8: syntax error" in str(synced.sync().error)


def test_a_new_value_of_an_enum_is_for_the_next_migration(synced):
    synced.migration("0006.mood", "create type mood as enum ('calm');")
    synced.migration("0006.used", "alter type mood add value 'busy'; select 'busy'::mood;")

    error = synced.sync().error

    assert "0006.used.sql:1:42: unsafe use of new value" in str(error)
    assert error.hint == "put what uses the new value into a migration of its own, behind this one"


def test_what_an_adopted_history_never_makes_leads_to_the_page_about_it(synced):
    synced.migration("0006.theirs", "-- From Prisma: 1_theirs\n\nalter table pushed add b int;")

    error = synced.sync().error

    assert 'relation "pushed" does not exist' in str(error)
    assert "docs/adopting.md, From Prisma" in error.hint


def test_the_next_sync_continues_after_a_failure(project):
    project.migration("0006.bad", "select 1/0;")
    project.sync()
    assert project.facts().history.ids("failed") == ("0006.bad",)
    project.migration("0006.bad", "create table fine (id int);")

    done = project.sync()

    assert done.error is None
    assert done.applied == ["0006.bad"]


def test_what_one_migration_sets_does_not_reach_the_next(synced, make_role):
    synced.migration(
        "0006.path", "set search_path = pg_temp; set role pg_monitor; set lock_timeout = 1;"
    )
    synced.migration("0007.table", "create table after_it (id int);")

    done = synced.sync()

    assert done.error is None
    assert synced.execute("select to_regclass('public.after_it')::text") == [("after_it",)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("create table a (id int);\ncommit;\n", "migrations/0006.x.sql:2: COMMIT would end"),
        ("-- nothing yet\n", "migrations/0006.x.sql:1: holds no statement"),
        (
            "-- transactional: false\nvacuum;\nvacuum;",
            "migrations/0006.x.sql:3: a second statement in a file without a transaction",
        ),
    ],
)
def test_a_file_that_could_be_applied_in_part_is_refused_before_anything_runs(
    project, text, message
):
    project.migration("0006.x", text)

    done = project.sync()

    assert isinstance(done.error, SettingsError)
    assert str(done.error).startswith(message)
    assert project.execute("select count(*) from pg_tables where schemaname = 'public'") == [(0,)]


def test_an_index_is_built_concurrently(synced):
    synced.migration(
        "0006.index",
        "-- transactional: false\ncreate index concurrently users_name_idx on users (name);\n",
    )

    assert synced.sync().applied == ["0006.index"]
    assert synced.execute(
        "select indisvalid from pg_index where indexrelid = 'users_name_idx'::regclass"
    ) == [(True,)]


def test_an_index_that_was_left_invalid_is_built_again(synced):
    synced.execute(
        "insert into customers (id, company, owner, email) values ('a', 'A', 'x', 'a'), ('b', 'A', 'y', 'b')"
    )
    synced.migration(
        "0006.index",
        "-- transactional: false\ncreate unique index concurrently one_company on customers (company);",
    )
    failed = synced.sync()
    assert isinstance(failed.error, MigrationFailed)
    assert synced.facts().history.ids("interrupted") == ("0006.index",)
    synced.execute("delete from customers where id = 'b'")

    assert synced.sync().applied == ["0006.index"]
    assert synced.execute(
        "select indisvalid from pg_index where indexrelid = 'one_company'::regclass"
    ) == [(True,)]


def test_an_index_that_was_built_and_not_recorded_is_recorded(synced):
    synced.migration(
        "0006.index",
        "-- transactional: false\ncreate index concurrently users_name_idx on users (name);\n",
    )
    synced.sync()
    synced.execute("delete from _yoyo_migration where migration_id = '0006.index'")
    synced.execute("update ops.ledger set state = 'started' where id = '0006.index'")
    ((oid,),) = synced.execute("select 'users_name_idx'::regclass::oid")
    assert synced.facts().history.ids("interrupted") == ("0006.index",)

    assert synced.sync().applied == ["0006.index"]
    assert synced.execute("select 'users_name_idx'::regclass::oid") == [(oid,)]


def test_an_index_that_somebody_else_made_is_not_taken_for_ours(synced):
    synced.execute("create index users_name_idx on users (name)")
    synced.migration(
        "0006.index",
        "-- transactional: false\ncreate index concurrently users_name_idx on users (name);\n",
    )

    for _ in range(2):
        error = synced.sync().error
        assert isinstance(error, MigrationFailed)
        assert 'relation "users_name_idx" already exists' in str(error)
        assert "nothing of it was done" in str(error)
        assert synced.facts().history.ids("interrupted") == ()


def test_a_python_migration_is_applied_within_its_transaction(synced):
    step = "from yoyo import step\nsteps = [step('create table py (id int)'), step('{}')]\n"
    synced.write("migrations/0006.python.py", step.format("select 1/0"))
    failed = synced.sync()
    assert "0006.python.py: division by zero" in str(failed.error)
    assert synced.execute("select to_regclass('py')::text") == [(None,)]

    synced.write("migrations/0006.python.py", step.format("select 1"))

    assert synced.sync().applied == ["0006.python"]


def test_a_late_migration_is_refused_until_it_is_allowed(synced):
    synced.migration("0002a.late", "create table late (id int);")

    assert isinstance(synced.sync().error, Refused)
    assert synced.sync("late").applied == ["0002a.late"]


def test_an_edited_migration_is_refused_and_a_reformatted_one_is_not(synced):
    synced.replace("migrations/0001.initial-schema.sql", "\n", "\n-- a licence\n\n")
    assert synced.sync().error is None

    synced.replace("migrations/0001.initial-schema.sql", "'trial'", "'paying'")
    done = synced.sync()

    assert isinstance(done.error, Refused)
    assert str(done.error) == "0001.initial-schema was edited after it was applied"
    assert "migration 0001.initial-schema" in synced.differences()


def test_a_deleted_migration_is_an_error(synced):
    (synced.folder / "migrations/0003.fix-notification-preferences-trigger.sql").unlink()
    synced.replace(
        "migrations/0004.add-team-invitation-template.sql",
        "-- depends: 0003.fix-notification-preferences-trigger\n",
        "",
    )

    assert isinstance(synced.sync().error, Refused)
    assert "migration 0003.fix-notification-preferences-trigger" in synced.differences()


def test_a_database_that_is_ahead_is_a_warning(synced):
    synced.migration("0006.more", "create table more (id int);")
    synced.sync()
    (synced.folder / "migrations/0006.more.sql").unlink()

    done = synced.sync()

    assert done.error is None
    assert synced.differences() == ["? migration 0006.more", "? table public.more"]
    assert done.report.in_parity


OPENING = {
    "grant select on users to public": "grant table public.users to public",
    "grant update (email) on users to pg_monitor": "grant column public.users.email to pg_monitor",
    "alter table users owner to pg_monitor": "table public.users",
    "alter table users disable trigger users_default_preferences": (
        "trigger public.users.users_default_preferences"
    ),
    "alter function set_updated_at() security definer": "function public.set_updated_at()",
}


def ahead(project, text):
    """A release was rolled back that had one migration more."""
    project.migration("0006.more", text)
    project.rehearse(project.empty)
    assert project.sync().report.in_parity
    (project.folder / "migrations/0006.more.sql").unlink()
    for name in ("migrations/schema.json", "migrations/checksums.txt", "client/tables.py"):
        shutil.copy(ROOT / name, project.folder / name)


@pytest.fixture
def rolled_back(synced, make_database):
    synced.empty = make_database()
    return synced


@pytest.mark.parametrize("statement", OPENING)
def test_ahead_of_git_what_allows_more_than_git_is_an_error_once_somebody_was_there(
    rolled_back, statement
):
    ahead(rolled_back, "create table more (id int); grant select on more to public;")
    rolled_back.execute(statement)

    errors = [subject for subject in rolled_back.differences() if not subject.startswith("?")]

    assert errors == [OPENING[statement]]
    assert "? table public.more" in rolled_back.differences()
    assert not rolled_back.sync().report.in_parity


@pytest.mark.parametrize("statement", OPENING)
def test_a_release_that_is_rolled_back_is_not_stopped_by_what_it_allowed_itself(
    rolled_back, statement
):
    ahead(rolled_back, statement)

    assert rolled_back.sync().report.in_parity
    assert all(subject.startswith("? ") for subject in rolled_back.differences())


def test_a_database_behind_git_is_pending_and_not_drifted(project):
    assert project.differences() == [
        f"commit {COMMIT[:7]}",
        "migration 0001.initial-schema",
        "migration 0002.create-notification-system",
        "migration 0003.fix-notification-preferences-trigger",
        "migration 0004.add-team-invitation-template",
        "migration 0005.index-failed-mail",
        "table notification_templates",
        "table team_roles",
        "variable APP_ENV",
    ]


def test_a_part_that_is_lost_stops_the_third_phase(synced):
    synced.execute("drop trigger users_default_preferences on users")

    done = synced.sync()

    assert isinstance(done.error, NotInParity)
    assert "trigger public.users.users_default_preferences" in str(done.error)
    assert len(done.phases) == 3


def test_a_role_without_rights_is_refused_and_told_what_it_lacks(project, make_role):
    url = make_role(
        project.url,
        "revoke create on schema public from public",
        "grant usage on schema public to {role}",
    )
    project.environ["DATABASE_URL"] = url

    done = project.sync()

    assert isinstance(done.error, Refused)
    assert "may not create a schema in database" in str(done.error)
    assert "may not create tables in schema public" in str(done.error)
    assert "grant create on schema" in done.error.hint
    assert project.execute("select count(*) from pg_namespace where nspname = 'ops'") == [(0,)]


def test_another_environment_is_refused_by_the_stamp(synced):
    done = synced.sync(APP_ENV="staging")

    assert isinstance(done.error, Refused)
    assert str(done.error) == "APP_ENV is staging, and this database says that it is local"
    assert synced.execute("select outcome from ops.runs order by id") == [("done",), ("refused",)]


def test_a_restored_copy_is_noticed_until_it_is_said_to_be_meant(synced):
    synced.execute("update ops.environment set system_identifier = '1'")

    assert [f.message.split(":")[0] for f in synced.verify().findings] == [
        "was stamped on another server"
    ]
    assert synced.sync("new-server").report.in_parity
    assert synced.differences() == []


def test_a_second_runner_is_turned_away_with_the_holders_name(synced):
    with synced.looking() as (_, conn):
        conn.execute("set application_name = 'ops sync by hand'")
        conn.execute("select pg_advisory_lock(7303283)")
        with pytest.raises(Locked, match="ops sync by hand"):
            synced.sync(wait=0.2)

    (told,) = [line for line in synced.told if line.startswith("waiting")]
    assert re.fullmatch(
        r"waiting up to 0\.2 s for ops sync by hand \(pid \d+, user \w+, for \d+ s\)",
        told,
    )
    assert synced.sync().error is None


def test_a_run_that_was_killed_is_recorded_by_the_next(synced):
    synced.execute(
        "insert into ops.runs (task, outcome, environment, commit_source, dirty, who, host)"
        " values ('sync', 'running', 'local', 'x', false, 'x', 'x')"
    )
    assert "commit unknown" in synced.differences()

    synced.sync()

    assert synced.execute("select outcome from ops.runs order by id") == [
        ("done",), ("interrupted",), ("done",)
    ]  # fmt: skip
    assert synced.differences() == []


def test_a_role_that_may_only_read_comes_to_the_same_verdict(synced, make_role):
    url = make_role(
        synced.url,
        "grant usage on schema public to {role}",
        "grant select on all tables in schema public to {role}",
    )
    assert synced.verify(url).in_parity

    synced.execute("alter table users disable trigger users_default_preferences")

    assert [f.subject for f in synced.verify(url).findings] == [
        f.subject for f in synced.verify().findings
    ]


def test_what_may_not_be_read_is_not_a_pass(synced, make_role):
    url = make_role(synced.url, "grant usage on schema public to {role}")

    report = synced.verify(url)

    assert not report.in_parity
    broken = {
        result.check: result.note for result in report.results if result.outcome is Outcome.BROKEN
    }
    assert broken.keys() == {"schema.history", "data.seeds", "data.email_queue"}
    assert "may not read team_roles" in broken["data.seeds"]


def test_rows_hidden_by_row_security_are_not_a_pass(synced, make_role):
    synced.execute("alter table team_roles enable row level security")
    url = make_role(
        synced.url,
        "grant usage on schema public to {role}",
        "grant select on all tables in schema public to {role}",
    )

    assert "data.seeds" in {
        r.check for r in synced.verify(url).results if r.outcome is Outcome.BROKEN
    }


def test_each_rollback_brings_back_the_schema_before(project, make_database):
    seen = []
    files = sorted(
        p for p in (project.folder / "migrations").glob("*.sql") if "rollback" not in p.name
    )
    for file in files:
        seen.append(catalogue(project))
        project.execute(file.read_text())
    for file, before in zip(reversed(files), reversed(seen), strict=True):
        project.execute(file.with_suffix(".rollback.sql").read_text())
        assert catalogue(project) == before, file.name


def catalogue(project):
    from ops.database import ask
    from ops.drift import observed

    with project.looking() as (_, conn):
        return observed.parse(
            ask(conn, f"begin; {observed.SETTINGS} {observed.query()}; commit")[-1]
        )


def test_the_checked_in_snapshot_is_what_the_migrations_make(project):
    assert project.rehearse(project.url) == []


def test_a_role_that_may_only_read_is_refused_before_it_writes(synced, make_role):
    synced.environ["DATABASE_URL"] = make_role(
        synced.url, "grant select on all tables in schema public to {role}"
    )

    done = synced.sync()

    assert isinstance(done.error, Refused)
    assert str(done.error).endswith(
        "may not write what a sync records: schema ops is another role's"
    )
    assert done.error.hint == "connect as the role that ran the first sync"


def test_a_role_that_may_record_but_not_deliver_is_told_which_table(synced, make_role):
    synced.environ["DATABASE_URL"] = make_role(
        synced.url,
        "grant select on all tables in schema public to {role}",
        "grant all on all tables in schema ops to {role}",
        "grant usage on schema ops to {role}",
    )

    done = synced.sync()

    assert isinstance(done.error, Refused)
    assert "may not read and write public.team_roles" in str(done.error)


def test_a_deploy_that_cannot_work_does_not_migrate(project):
    done = project.sync(JWT_SECRET="", SMTP_FROM="Us <us@mail.test>")

    assert isinstance(done.error, SettingsError)
    assert str(done.error) == "JWT_SECRET is not set\nSMTP_FROM has a display name"
    assert project.execute("select count(*) from pg_tables where schemaname = 'public'") == [(0,)]
    assert project.sync(task="migrate", JWT_SECRET="").error is None


def test_a_database_that_only_reads_is_refused(synced):
    synced.execute(
        "do $$begin execute format('alter database %I set default_transaction_read_only = on',"
        " current_database()); end$$"
    )

    done = synced.sync()

    assert isinstance(done.error, Refused)
    assert "only reads here: default_transaction_read_only is on" in str(done.error)


def test_a_database_that_writes_dates_in_its_own_way_comes_into_parity(project):
    project.execute(
        "do $$begin execute format('alter database %I set datestyle = ''German, DMY''',"
        " current_database()); end$$"
    )

    assert project.sync().report.in_parity
    assert project.sync().report.in_parity


def test_limits_of_the_role_do_not_end_a_migration_early(synced):
    synced.execute(
        "do $$declare name text; begin for name in select s.name from pg_settings s where s.name in"
        " ('statement_timeout', 'transaction_timeout', 'idle_session_timeout') loop"
        " execute format('alter database %I set %I = ''900ms''', current_database(), name);"
        " end loop; end$$"
    )
    synced.migration(
        "0006.first",
        "create table slow as select 'a' as a; select pg_sleep(1); create function late(text)"
        " returns text language plpgsql immutable as 'begin perform pg_sleep(1); return $1; end';",
    )
    synced.migration(
        "0007.then",
        "-- transactional: false\ncreate index concurrently slow_idx on slow (late(a));",
    )

    assert synced.sync().applied == ["0006.first", "0007.then"]


def test_what_was_made_by_hand_before_leads_to_the_baseline(project):
    project.execute((project.folder / "migrations/0001.initial-schema.sql").read_text())

    done = project.sync()

    assert isinstance(done.error, MigrationFailed)
    assert "invoke migrate.baseline" in done.error.hint


def test_what_a_migration_leaves_set_does_not_reach_our_own_records(synced):
    synced.migration(
        "0006.set", "set default_transaction_read_only = on; set search_path = nowhere;"
    )

    done = synced.sync()

    assert done.error is None
    assert synced.execute("select outcome from ops.runs order by id desc limit 1") == [("done",)]


def test_a_lost_table_of_yoyo_is_made_again_from_the_ledger(synced):
    synced.execute("drop table _yoyo_migration")
    assert synced.differences() == ["table public._yoyo_migration"]

    assert synced.sync().applied == []
    assert synced.differences() == []
    assert synced.execute("select count(*) from _yoyo_migration") == [(5,)]


def test_what_was_done_and_what_was_not_is_told(project):
    project.migration("0006.bad", "select 1/0;")

    told = undone(project.sync())

    assert told.splitlines()[0].endswith("0005.index-failed-mail")
    assert told.splitlines()[1].startswith(
        "not done: migration 0006.bad, phase 2 Migrations, phase 3"
    )
