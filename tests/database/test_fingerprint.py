"""A catalogue that nobody touched since it was equal is not sent again; any touch is seen."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ops import history
from ops.drift import fingerprint
from ops.drift.roles import without_roles
from ops.reading import gather
from tests.roundtrips import counting

CHANGES = [
    "create table stray (id int)",
    "drop table notification_logs",
    "alter table users add column nickname text",
    "alter table users alter name drop not null",
    "alter table customers alter status set default 'paying'",
    "alter table team_roles alter approval_limit type numeric(14,2)",
    "alter table invoices alter description set storage external",
    "alter table invoices alter description set statistics 7",
    "alter table users set (fillfactor = 70)",
    "alter table users enable row level security",
    "alter table users replica identity full",
    "alter table users disable trigger users_default_preferences",
    "alter table users rename to people",
    "alter table email_queue set unlogged",
    "create index hasty on users (name)",
    "drop index email_queue_next_idx",
    "alter index notifications_unread_idx rename to unread",
    "update pg_index set indisvalid = false where indexrelid = 'email_queue_next_idx'::regclass",
    "alter table storage_usage drop constraint storage_usage_file_count_check",
    "create or replace function set_updated_at() returns trigger language plpgsql as $$begin return new; end$$",
    "alter function set_updated_at() security definer",
    "alter function set_updated_at() set search_path = ''",
    "create policy own on users using (true)",
    "create rule nothing as on delete to users do instead nothing",
    "create view v as select 1",
    "create materialized view m as select 1",
    "create type mood as enum ('sad', 'happy')",
    "create domain positive as int check (value > 0)",
    "create sequence s",
    "create statistics st on id, name from users",
    "drop extension plpgsql cascade",
    "create schema other",
    "create publication p for table users",
    'create collation german from "C"',
    "create cast (text as integer) with inout",
    "create text search configuration c (copy = simple)",
    "create operator === (leftarg = int, rightarg = int, function = int4eq)",
    "create foreign data wrapper w",
    "comment on table users is 'people'",
    "comment on column users.name is 'as they write it'",
    "grant select on users to public",
    "grant update (name) on users to public",
    "revoke execute on function set_updated_at() from public",
    "grant create on schema public to public",
    "alter default privileges grant select on tables to public",
    "alter table users owner to pg_monitor",
]
NO_CHANGES = [
    "insert into customers (id, company, owner, email) values ('c', 'c', 'c', 'c')",
    "update team_roles set name = 'Boss' where id = 'role-owner'",
    "analyze",
    "vacuum users",
    "create temporary table t (id int); drop table t",
]


def unchanged(project):
    return project.facts().fingerprint.unchanged


def test_a_sync_that_found_nothing_leaves_its_mark(synced):
    assert unchanged(synced)
    assert synced.verify().in_parity


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_looked_at(synced, change):
    synced.execute(change)

    assert not unchanged(synced)


@pytest.mark.parametrize("statement", NO_CHANGES)
def test_what_changes_no_schema_costs_no_look(synced, statement):
    synced.execute(statement)

    assert unchanged(synced)


def test_a_subscription_is_looked_at(synced):
    synced.execute(
        "create subscription s connection 'dbname=x' publication p"
        " with (connect = false, slot_name = none)"
    )
    seen = unchanged(synced)
    synced.execute("drop subscription s")

    assert not seen
    assert unchanged(synced)


def test_a_role_that_owns_something_and_is_renamed_is_looked_at(synced, admin, roles):
    roles += ["ops_test_before", "ops_test_after"]
    admin.execute("create role ops_test_before")
    synced.execute("alter table users owner to ops_test_before")
    before = synced.facts().fingerprint.sum
    admin.execute("alter role ops_test_before rename to ops_test_after")

    assert synced.facts().fingerprint.sum != before
    synced.execute("alter table users owner to current_user")


def test_the_catalogue_that_is_not_sent_is_the_one_that_is(synced):
    quick = synced.facts()
    with synced.looking() as (declared, conn):
        slow = gather(conn, declared, whole=True)

    assert quick.fingerprint.unchanged
    assert not slow.fingerprint.unchanged
    assert quick.objects == without_roles(slow.objects)
    assert (quick.drift.findings, quick.drift.compared) == ((), slow.drift.compared)


def test_an_unchanged_catalogue_is_not_sent(synced):
    with counting(synced.url) as quick:
        synced.verify(quick.url)
    synced.execute("create table stray (id int)")
    with counting(synced.url) as slow:
        synced.verify(slow.url)

    assert quick.received * 2 < slow.received


def test_another_schema_json_is_compared_anew(synced):
    synced.replace("migrations/schema.json", '"not_null": true', '"not_null": false')

    assert not unchanged(synced)
    assert not synced.verify().in_parity


def test_a_pattern_that_is_ignored_no_longer_is_compared_anew(synced):
    synced.execute("create table audit_log (id int)")
    ignore = '[[ignore]]\npattern = "table public.audit_*"\nreason = "theirs"\n'
    text = (synced.folder / "parity.toml").read_text()
    synced.write("parity.toml", text + ignore)
    assert synced.sync().report.in_parity
    assert unchanged(synced)
    assert any("theirs" in line for line in synced.verify().not_looked_at)

    synced.write("parity.toml", text)

    assert synced.differences() == ["table public.audit_log"]


def test_other_code_compares_anew():
    assert fingerprint.key("schema", []) != fingerprint.key("other", [])
    assert fingerprint.key("schema", []) != fingerprint.key("schema", [("table x", "theirs")])


def test_a_difference_leaves_no_mark(synced):
    synced.execute("create table stray (id int)")
    synced.sync()

    assert not unchanged(synced)


def test_a_warning_leaves_no_mark(synced):
    synced.execute("alter index notifications_unread_idx rename to unread")
    synced.sync()

    assert not unchanged(synced)
    assert "? index public.notifications_unread_idx" in synced.differences()


def test_a_sync_with_nothing_to_do_marks_anew(synced):
    synced.execute("create table stray (id int); drop table stray; truncate notification_logs")
    assert not unchanged(synced)

    synced.sync()

    assert unchanged(synced)


def test_a_role_that_may_only_read_rests_as_well(synced, make_role):
    url = make_role(
        synced.url,
        "grant usage on schema public to {role}",
        "grant select on all tables in schema public to {role}",
    )
    synced.write(
        "parity.toml",
        f"""{(synced.folder / "parity.toml").read_text("utf-8")}
[verify]
readers = ["{conninfo_to_dict(url)["user"]}"]
""",
    )
    synced.sync()

    assert synced.facts(url).fingerprint.unchanged
    assert not synced.facts(url).fingerprint.may_mark


def test_records_of_the_first_version_are_renewed(synced):
    synced.execute("comment on schema ops is null; drop table ops.accepted")

    state = synced.sync()

    assert state.done == ["schema ops: newer records"]
    assert synced.execute("select count(*) from ops.accepted") == [(0,)]
    assert synced.facts().server.records_version == history.VERSION
    assert synced.sync().done == []


def test_records_of_a_later_version_are_left_alone(synced):
    synced.execute("comment on schema ops is 'records of invoke sync, version 99'")

    assert synced.sync().done == []
    assert synced.facts().server.records_version == 99


def test_records_that_this_role_cannot_renew_are_refused(synced, make_role):
    url = make_role(
        synced.url,
        "grant create, usage on schema public, ops to {role}",
        "grant all on all tables in schema public, ops to {role}",
    )
    assert synced.sync(DATABASE_URL=url).error is None
    with psycopg.connect(synced.url, autocommit=True) as conn:
        conn.execute("comment on schema ops is null")

    assert "older version" in str(synced.sync(DATABASE_URL=url).error)
