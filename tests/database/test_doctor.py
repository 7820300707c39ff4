"""What is broken on purpose is named by the doctor, and mended by what it says to type."""

import re

import psycopg
import pytest

from ops import verify
from ops.database import connect
from ops.database_url import read_target
from ops.doctor import diagnose, found, observed, show
from ops.doctor.entries import ENTRIES
from ops.doctor.likeness import like
from ops.doctor.stages import take_apart
from ops.lock import deploy_lock
from ops.reading import gather
from tests.unit.test_doctor_entries import untypable

STUCK = """
insert into email_queue (to_email, from_email, subject, body_html, status, claimed_at, claimed_by)
values ('a@mail.test', 'b@mail.test', 's', '<p>', 'processing', now() - interval '3 hours', 'gone')
"""


def seen(project, **environ):
    with project.looking(**environ) as (declared, conn):
        facts = gather(conn, declared)
        return observed.look(conn, facts, verify.run(facts))


def symptoms(project, **environ):
    """What the doctor finds: symptom -> the subjects of its causes; every hint can be typed."""
    every = found(seen(project, **environ))
    hints = [finding.hint for one in every for finding in one.findings]
    assert [wrong for hint in hints for wrong in untypable(hint)] == []
    return {one.entry.id: [finding.subject for finding in one.findings] for one in every}


def words(done):
    """What a task said, whatever the width of the screen."""
    return " ".join(done.stdout.split())


def hints(project, symptom):
    (best, *_) = diagnose(seen(project), like(symptom))
    return [finding.hint for finding in best.findings]


def test_nothing_is_found_where_all_is_well(synced):
    assert symptoms(synced) == {}


def test_roles_that_are_gone_are_an_empty_drop_down_and_a_seed_brings_them_back(synced):
    synced.execute("delete from team_roles where id in ('role-owner', 'role-viewer')")

    assert symptoms(synced) == {
        "empty-list": ["row team_roles role-owner", "row team_roles role-viewer"]
    }
    assert {*hints(synced, "role dropdown is empty")} == {"invoke seed"}
    assert synced.invoke("seed").returncode == 0
    assert symptoms(synced) == {}


def test_a_template_that_is_gone_is_mail_that_never_arrives(synced):
    synced.execute("delete from notification_templates where type = 'team_invitation'")

    assert symptoms(synced) == {"no-mail": ["row notification_templates team_invitation"]}
    assert hints(synced, "invitation mail never arrives") == ["invoke seed"]
    assert synced.invoke("seed").returncode == 0
    assert symptoms(synced) == {}


def test_a_template_that_is_there_twice_is_named(synced):
    synced.execute("drop index notification_templates_system_type_key")
    names = [column for column, in synced.execute(
        "select quote_ident(column_name) from information_schema.columns where table_name ="
        " 'notification_templates' and column_name <> 'id' and is_generated = 'NEVER'"
    )]  # fmt: skip
    columns = ", ".join(names)
    synced.execute(
        f"insert into notification_templates ({columns}) select {columns}"
        " from notification_templates where type = 'payment_received'"
    )

    told = symptoms(synced)

    assert told["no-mail"] == ["row notification_templates payment_received"]
    assert any("select * from" in hint for hint in hints(synced, "duplicate templates"))


def test_a_trigger_that_is_off_is_why_creating_fails(synced):
    synced.execute("alter table users disable trigger users_default_preferences")

    assert symptoms(synced) == {"create-fails": ["trigger public.users.users_default_preferences"]}
    ddl = synced.invoke("schema.diff", "--sql").stdout
    synced.execute(ddl)
    assert symptoms(synced) == {}


def test_another_body_of_a_function_is_why_creating_fails(synced):
    synced.execute(
        "create or replace function create_default_preferences() returns trigger"
        " language plpgsql as $$ begin perform new.nothing; return new; end $$"
    )

    assert symptoms(synced) == {"create-fails": ["function public.create_default_preferences()"]}


def test_a_column_that_is_gone_does_not_exist_for_the_application(synced):
    synced.execute("alter table customers drop column company")

    assert "column public.customers.company" in symptoms(synced)["does-not-exist"]
    assert "invoke schema.diff --sql" in hints(synced, 'column "company" does not exist')


def test_a_migration_that_waits_is_applied_by_what_is_said(synced):
    synced.migration("0006.more", "select 1;")

    assert "migration 0006.more" in symptoms(synced)["does-not-exist"]
    assert "invoke sync" in hints(synced, "relation x does not exist")
    synced.invoke("sync")
    assert "migration 0006.more" not in str(symptoms(synced).get("does-not-exist"))


def test_a_worker_that_is_gone_left_mail_in_processing(synced):
    synced.execute(STUCK)

    assert symptoms(synced) == {"no-mail": ["email email_queue"]}
    assert hints(synced, "mail stuck in processing") == ["invoke email.process takes them back"]


def test_a_lock_that_is_held_is_named_with_its_holder(synced):
    target = read_target("DATABASE_URL", synced.url)
    with connect(target, "sync by hand") as other, deploy_lock(other, 0, print):
        ((pid,),) = other.execute("select pg_backend_pid()").fetchall()

        assert symptoms(synced) == {"deploy-waits": [f"session {pid}"]}
        (finding,) = found(seen(synced))[0].findings

    assert "ops sync by hand" in finding.message
    assert f"pg_terminate_backend({pid})" in finding.hint


def test_a_stamp_of_another_environment_is_the_wrong_database(synced):
    synced.execute("update ops.environment set name = 'test'")

    assert symptoms(synced)["wrong-database"] == ["variable APP_ENV"]
    assert hints(synced, "wrong database") == [
        "set APP_ENV=test, or DATABASE_URL to the local database"
    ]


def test_what_was_made_by_hand_before_its_migration_can_be_adopted(synced):
    synced.migration("0006.more", "create table public.more (id int);")
    synced.execute("create table public.more (id int)")
    assert synced.invoke("sync").returncode == 6

    assert symptoms(synced)["already-exists"] == ["migration 0006.more"]
    (hint,) = hints(synced, "a migration fails: relation more already exists")
    assert "invoke migrate.baseline --until 0006.more" in hint


def test_a_database_that_is_not_empty_and_has_no_records_is_adopted(synced):
    synced.execute("drop schema ops cascade; drop table _yoyo_migration, _yoyo_log, _yoyo_version")

    (best, *_) = found(seen(synced))

    assert best.entry.id == "already-exists"
    assert "holds 13 tables that the migrations make" in best.findings[0].message
    assert best.findings[0].hint.startswith("invoke migrate.baseline ")
    assert like("database schema is not empty")[0].id == "already-exists"
    assert synced.invoke("migrate.baseline").returncode == 0
    assert synced.sync().report.in_parity
    assert symptoms(synced) == {}


def test_an_edited_migration_blocks_a_deploy(synced):
    synced.replace(
        "migrations/0001.initial-schema.sql", "create table", "create  /**/ table if not exists"
    )

    assert symptoms(synced)["deploy-blocked"] == ["migration 0001.initial-schema"]


def test_a_role_that_may_not_create_is_told_what_to_grant(synced, make_role):
    synced.migration("0006.more", "select 1;")
    reader = make_role(
        synced.url,
        "revoke create on schema public from public",  # who may up to version 14
        "grant usage on schema public, ops to {role}",
        "grant select on all tables in schema public, ops to {role}",
    )

    told = found(seen(synced, DATABASE_URL=reader))
    (denied,) = [one for one in told if one.entry.id == "permission-denied"]

    assert any('grant create on schema "public" to' in f.hint for f in denied.findings)


def test_a_database_that_only_reads_is_named(synced):
    ((name,),) = synced.execute("select current_database()")
    synced.execute(f'alter database "{name}" set default_transaction_read_only = on')

    assert "read-only" in symptoms(synced)


def test_a_database_that_was_moved_is_a_restored_one(synced):
    synced.execute("update ops.environment set database_oid = 1")

    assert [*symptoms(synced)] == ["restored"]


def test_a_copied_database_has_lost_what_waits_to_be_applied(synced):
    synced.execute("update ops.environment set database_oid = 1")
    synced.migration("0006.more", "select 1;")

    assert "migration 0006.more" in symptoms(synced)["restored"]


def test_a_migration_of_a_newer_release_is_a_database_that_is_ahead(synced):
    synced.migration("0006.more", "select 1;")
    synced.invoke("sync")
    (synced.folder / "migrations/0006.more.sql").unlink()

    assert "migration 0006.more" in symptoms(synced)["rolled-back"]


def test_variables_of_mail_are_why_none_arrives(synced):
    without = {"SMTP_HOST": "", "APP_ENV": "production", "FRONTEND_URL": "http://localhost:3000"}

    told = symptoms(synced, **without)

    assert told["no-mail"] == ["variable SMTP_HOST"]
    assert set(told["bad-links"]) == {"variable FRONTEND_URL"}


def test_whatever_verify_says_is_behind_some_symptom(synced):
    synced.execute("drop index email_queue_next_idx; alter table users drop column name cascade")
    synced.execute("update team_roles set name = 'x' where id = 'role-owner'")

    told = {subject for subjects in symptoms(synced).values() for subject in subjects}

    assert {finding.subject for finding in synced.verify().findings} <= told


def test_a_migration_that_cannot_be_run_as_it_is_written_is_named(synced):
    synced.migration("0006.half", "create table half (id int); commit; select 1;")

    (best, *_) = diagnose(seen(synced), like("half of the migration is there"))

    assert best.findings[0].subject == "migration 0006.half"
    assert "COMMIT would end the transaction" in best.findings[0].message
    assert best.findings[0].hint.startswith("delete that line")


def test_the_ledger_of_another_tool_is_one_that_migrates_here_too(synced):
    synced.execute("create table _prisma_migrations (id text)")

    assert symptoms(synced) == {"two-tools": ["table public._prisma_migrations"]}
    (hint,) = hints(synced, "prisma and the sql files fight")
    (pattern,) = re.findall(r'\[\[ignore\]\] (pattern = "[^"]+")', hint)
    synced.write("parity.toml", f'[[ignore]]\n{pattern}\nreason = "the old tool"\n')
    assert symptoms(synced) == {}


def test_a_release_without_a_sync_went_live_without_its_migrations(synced):
    synced.write("Procfile", "release: invoke sync || true\nweb: x\n")

    assert symptoms(synced) == {"not-synced": ["file Procfile"]}
    (hint,) = hints(synced, "the service started although the migration failed")
    synced.write("Procfile", hint.removeprefix("write into Procfile: ") + "\nweb: x\n")
    assert symptoms(synced) == {}


def test_a_variable_that_the_code_calls_otherwise_is_behind_mail_too(synced):
    synced.write("parity.toml", '[environment]\ncode = ["src"]\n')
    synced.write("src/a.js", "process.env.SMTP_PASSWORD; process.env.JWT_SECRET; FRONTEND_URL")

    assert symptoms(synced) == {"no-mail": ["variable SMTP_PASSWORD"]}
    assert "variable SMTP_PASSWORD" in subjects(synced, "smtp password is set, the app has none")


def subjects(project, symptom):
    (best, *_) = diagnose(seen(project), like(symptom))
    return [finding.subject for finding in best.findings]


# --- the four ways in which a trigger made every INSERT of a user fail

TRIGGER = (
    "create or replace function create_default_preferences() returns trigger language plpgsql"
    " as $$ begin insert into notification_preferences (user_id, customer_id) values {};"
    " return new; end $$"
)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            TRIGGER.format("(new.id, new.customer_id)"),
            'record "new" has no field "customer_id"',
        ),
        (
            TRIGGER.format('(new.id, new."customerId") on conflict (customer_id) do nothing'),
            "no unique or exclusion constraint matching the ON CONFLICT specification",
        ),
        (
            "alter table notification_preferences drop column customer_id",
            'column "customer_id" of relation "notification_preferences" does not exist',
        ),
        (
            "alter table notification_preferences alter customer_id set not null",
            'null value in column "customer_id"',
        ),
    ],
    ids=["field of NEW", "conflict target", "dropped column", "null customer"],
)
def test_a_trigger_that_fails_is_proved_by_a_probe_and_mended_by_the_ddl(synced, broken, said):
    synced.execute(broken)

    told = words(synced.invoke("doctor", "a user cannot be created", "--probe"))
    assert said in told
    assert "-> invoke schema.diff --sql" in words(synced.invoke("doctor"))
    synced.execute(synced.invoke("schema.diff", "--sql").stdout)

    assert synced.verify().in_parity
    assert synced.invoke("probe").returncode == 0


# --- the task


@pytest.mark.parametrize("words", [[], ["role dropdown is empty"]], ids=["all", "asked"])
def test_the_task_names_symptom_cause_and_command(synced, words):
    synced.execute("delete from team_roles where id = 'role-owner'")

    done = synced.invoke("doctor", *words, COLUMNS="80")

    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "A drop-down or a list is empty: no role to choose from\n"
        "cause        row team_roles role-owner: missing here: it was delivered, and\n"
        "               deleted here\n"
        "             -> invoke seed\n"
    ) in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_the_task_says_what_it_looked_at_when_nothing_is_found(synced):
    done = synced.invoke("doctor")

    assert done.returncode == 0
    assert f"no known cause is here: looked for those of {len(ENTRIES)} symptoms" in done.stdout
    assert "behaviour" in done.stdout


def test_the_task_says_that_no_cause_of_the_symptom_is_here(synced):
    told = words(synced.invoke("doctor", "--env=/dev/null", "creating a user fails"))

    assert "none of these is here, as far as can be seen: a trigger or a function is" in told
    assert "not looked at: what triggers and functions do when they run: invoke doctor" in told


def test_the_task_says_when_nothing_is_like_the_symptom(synced):
    done = synced.invoke("doctor", "xyzzy")

    assert "no known symptom is like 'xyzzy'; these are known:" in done.stdout
    assert all(entry.symptom in done.stdout for entry in ENTRIES)


def test_the_task_tells_what_is_wrong_although_the_words_sound_otherwise(synced):
    synced.execute("alter table users drop column name cascade")

    unlike = words(synced.invoke("doctor", "the role drop-down is empty"))
    unknown = words(synced.invoke("doctor", "xyzzy"))

    for told in (unlike, unknown):
        assert "here, and not what those words are about: " in told
        assert "column public.users.name: missing here" in told
    assert "none of these is here" in unlike
    assert "no known symptom is like 'xyzzy' here, and not" in unknown


def test_the_task_says_how_much_else_there_is_where_the_reason_is_told(synced):
    synced.execute("alter table users drop column name cascade; delete from team_roles")

    told = words(synced.invoke("doctor", "the role drop-down is empty"))

    assert "team_roles role-owner" in told
    assert "1 more symptom to be met here: invoke doctor" in told
    assert "column public.users.name" not in told


def test_with_probes_what_fails_when_it_is_tried_is_told(synced):
    synced.execute(
        "create or replace function create_default_preferences() returns trigger"
        " language plpgsql as $$ begin perform new.nothing; return new; end $$"
    )

    told = words(synced.invoke("doctor", "creating a user fails", "--probe"))

    assert re.search(r"probe \d+-user-[\w-]+: line \d+: .*nothing", told)
    assert "what triggers and functions do" not in told


# --- the way there


def test_a_database_that_is_not_there_is_told_with_the_nearest_that_is(synced):
    ((name,),) = synced.execute("select current_database()")
    target = read_target("DATABASE_URL", synced.url.replace(name, f"{name}x"))

    stages = {stage.name: stage for stage in take_apart(target)}

    assert stages["login"].verdict == "ok"
    assert stages["database"].seen == f'database "{name}x" does not exist'
    assert stages["database"].hint.startswith(f"set the name in DATABASE_URL to {name}\n")
    assert stages["pooler"].verdict == "not reached"


def test_a_user_that_is_not_there_is_told_at_login(synced):
    target = read_target("DATABASE_URL", re.sub("//[^@]*@", "//nobody:s3cret@", synced.url))

    stages = {stage.name: stage.verdict for stage in take_apart(target)}

    assert (stages["slots"], stages["login"], stages["database"]) == ("ok", "failed", "not reached")


def test_a_way_that_is_free_is_passed_whole(synced):
    stages = take_apart(read_target("DATABASE_URL", synced.url))

    assert {stage.verdict for stage in stages} == {"ok"}
    assert stages[-1].seen == "none"


def test_out_of_reach_the_task_shows_every_stage_and_exits_with_3(synced):
    ((name,),) = synced.execute("select current_database()")
    url = re.sub(f"{name}$", f"{name}x", synced.url)

    done = synced.invoke("doctor", DATABASE_URL=url)

    assert done.returncode == 3
    assert "DNS       ok" in done.stdout
    assert "database  failed" in done.stdout
    assert "pooler    not reached" in done.stdout
    assert "database failed: " in done.stderr
    with psycopg.connect(synced.url) as conn:
        assert not conn.info.password or conn.info.password not in done.stdout + done.stderr


def test_a_full_server_is_named(synced):
    full = seen(synced)
    crowded = observed.Seen(full.facts, full.report, taken=95, slots=97)

    (one,) = found(crowded)

    assert one.entry.id == "no-slots"
    assert "95 of 97 connection slots" in " ".join(show.present(one).split())
