"""Forty changes made by hand to a database in parity: each is named, and nothing else is."""

import pytest

from ops.findings import Severity

# SQL -> what verify names; `?` marks a warning
CHANGES = {
    # tables and columns
    "drop table notification_logs": ["table public.notification_logs"],
    "create table audit (id int)": ["table public.audit"],
    "alter table email_queue set unlogged": ["table public.email_queue"],
    "alter table projects drop column currency": ["column public.projects.currency"],
    'alter table users drop column "customerId" cascade': ['column public.users."customerId"'],
    "alter table users add column nickname text": ["column public.users.nickname"],
    'alter table users rename column "isActive" to isactive': [
        'column public.users."isActive"',
        "column public.users.isactive",
    ],
    "alter table team_roles alter approval_limit type integer": [
        "column public.team_roles.approval_limit"
    ],
    "alter table invoices alter amount type numeric(12,2)": ["column public.invoices.amount"],
    "alter table users alter name drop not null": ["column public.users.name"],
    "alter table team_members alter user_id set not null": ["column public.team_members.user_id"],
    "alter table customers alter status set default 'paying'": ["column public.customers.status"],
    "alter table customers alter storage_limit drop default": [
        "column public.customers.storage_limit"
    ],
    "alter table notifications alter id drop default": ["column public.notifications.id"],
    # constraints
    "alter table customers drop constraint customers_email_key": [
        "constraint public.customers.customers_email_key"
    ],
    "alter table invoices add constraint small check (amount < 9)": [
        "constraint public.invoices.small"
    ],
    "alter table storage_usage drop constraint storage_usage_file_count_check": [
        "constraint public.storage_usage.storage_usage_file_count_check"
    ],
    # indexes
    "drop index email_queue_next_idx": ["index public.email_queue_next_idx"],
    "create index hasty on users (name)": ["index public.hasty"],
    "alter index notifications_unread_idx rename to unread": [
        "? index public.notifications_unread_idx"
    ],
    "drop index notifications_unread_idx; create index notifications_unread_idx on notifications (user_id)": [
        "index public.notifications_unread_idx"
    ],
    # functions, triggers, views, sequences, types
    "create or replace function set_updated_at() returns trigger language plpgsql as $$begin return new; end$$": [
        "function public.set_updated_at()"
    ],
    "alter function set_updated_at() security definer": ["function public.set_updated_at()"],
    "create function answer() returns int language sql as 'select 42'": [
        "function public.answer()"
    ],
    "alter table users disable trigger users_default_preferences": [
        "trigger public.users.users_default_preferences"
    ],
    "drop trigger email_queue_updated_at on email_queue": [
        "trigger public.email_queue.email_queue_updated_at"
    ],
    "create trigger twice before update on users for each row execute function set_updated_at()": [
        "trigger public.users.twice"
    ],
    "create view everybody as select id from users": ["view public.everybody"],
    "create materialized view counted as select count(*) from users": ["view public.counted"],
    "create sequence numbers": ["sequence public.numbers"],
    "create type mood as enum ('good', 'bad')": ["type public.mood"],
    "create domain positive as int check (value > 0)": ["type public.positive"],
    "create schema reports": ["schema reports"],
    # rows
    "update team_roles set approval_limit = 5000 where id = 'role-finance-manager'": [
        "row team_roles role-finance-manager"
    ],
    "update team_roles set permissions = permissions || '{\"reports\": \"edit\"}' where id = 'role-accountant'": [
        "row team_roles role-accountant"
    ],
    "update team_roles set is_system_role = false where id = 'role-viewer'": [
        "row team_roles role-viewer"
    ],
    "delete from team_roles where id = 'role-owner'": ["row team_roles role-owner"],
    "insert into team_roles (id, name, is_system_role) values ('role-x', 'X', true)": [
        "row team_roles role-x"
    ],
    "update notification_templates set subject = 'Hi' where type = 'payment_received'": [
        "row notification_templates payment_received"
    ],
    "update notification_templates set body_html = body_html || ' ' where type = 'invoice_approved'": [
        "row notification_templates invoice_approved"
    ],
    "update notification_templates set is_active = false where type = 'invoice_rejected'": [
        "row notification_templates invoice_rejected"
    ],
    "update notification_templates set variables = '[]' where type = 'team_invitation'": [
        "row notification_templates team_invitation"
    ],
    "delete from notification_templates where customer_id is null": [
        "row notification_templates invoice_approved",
        "row notification_templates invoice_pending_approval",
        "row notification_templates invoice_rejected",
        "row notification_templates payment_received",
        "row notification_templates team_invitation",
    ],
    "drop index notification_templates_system_type_key; insert into notification_templates"
    " (type, subject, body_html, is_system) values ('payment_received', 'x', 'x', true)": [
        "index public.notification_templates_system_type_key",
        "row notification_templates payment_received",
    ],
    # the records
    "delete from _yoyo_migration where migration_id like '0004%'": [
        "migration 0004.add-team-invitation-template"
    ],
    "update ops.ledger set checksum = 'x', normalised = 'x' where id like '0002%'": [
        "migration 0002.create-notification-system"
    ],
    "update ops.environment set name = 'production'": ["variable APP_ENV"],
    "update ops.runs set commit_hex = 'deadbeef'": ["commit c0ffeec"],
}

# what belongs to a customer, or what Git does not own
NO_CHANGES = [
    "insert into customers (id, company, owner, email) values ('c', 'C', 'c', 'c');"
    "insert into team_roles (id, customer_id, name) values ('role-own', 'c', 'Owner')",
    "insert into customers (id, company, owner, email) values ('c', 'C', 'c', 'c');"
    "insert into notification_templates (customer_id, type, subject, body_html)"
    " values ('c', 'payment_received', 'ours', 'ours')",
    "update team_roles set created_at = '2001-01-01'",
    "update team_roles set approval_limit = 50000.0 where id = 'role-finance-manager'",
    """update team_roles set permissions = '{"projects":"view",  "invoices":"view"}' where id = 'role-viewer'""",
    "comment on table users is 'people'",
    "analyze",
    "create temp table t (id int)",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_hand_is_named_and_nothing_else(synced, change):
    synced.execute(change)

    assert synced.differences() == CHANGES[change]


@pytest.mark.parametrize("change", NO_CHANGES)
def test_what_git_does_not_own_is_nobodys_difference(synced, change):
    synced.execute(change)

    assert synced.differences() == []


def test_a_difference_names_both_values_and_who_moved(synced):
    synced.execute("update team_roles set approval_limit = 5000 where id = 'role-finance-manager'")

    (finding,) = synced.verify().findings

    assert finding.message == (
        "approval_limit: 50000 in Git, 5000 here (edited here since the last sync)"
    )
    assert (finding.expected, finding.observed) == (
        "approval_limit = 50000",
        "approval_limit = 5000",
    )
    assert finding.hint == "invoke seed"


def test_a_change_in_git_is_told_from_an_edit_here(synced):
    synced.replace("seeds/roles.toml", "approval_limit = 50000", "approval_limit = 60000")

    assert [f.message for f in synced.verify().findings] == [
        "approval_limit: 60000 in Git, 50000 here (changed in Git)"
    ]


def test_json_is_told_by_the_path_that_differs(synced):
    synced.execute(
        "update team_roles set permissions = permissions - 'reports' where id = 'role-accountant'"
    )

    assert [f.message.split(" (edited")[0] for f in synced.verify().findings] == [
        "permissions.reports: view in Git, (none) here"
    ]


def test_every_error_has_a_hint(synced):
    for change in CHANGES:
        if "drop table" not in change and "drop column" not in change:
            continue
        synced.execute(change)
    findings = list(synced.verify().findings)

    assert findings
    assert all(finding.hint for finding in findings if finding.severity is Severity.ERROR)


def test_ignored_objects_are_left_out_with_their_reason(synced):
    synced.execute("create table audit_log (id int)")
    text = (synced.folder / "parity.toml").read_text("utf-8")
    synced.write(
        "parity.toml",
        text
        + '\n[[ignore]]\npattern = "table public.audit_*"\nreason = "owned by the audit service"\n',
    )

    report = synced.verify()

    assert report.in_parity
    assert any("owned by the audit service" in line for line in report.not_looked_at)


def test_another_commit_is_not_in_parity(synced):
    assert [f.message for f in synced.verify(OPS_COMMIT="f" * 40).findings] == [
        "the last sync was from c0ffeec, this code is fffffff"
    ]


def test_an_unknown_commit_is_not_a_pass(synced):
    report = synced.verify(OPS_COMMIT="")

    assert not report.in_parity
    assert [r.check for r in report.results if r.outcome == "broken"] == ["code.commit"]


def test_variables_are_judged_by_their_rules(synced):
    named = synced.differences(JWT_SECRET="changeme", SMTP_FROM="Us <us@mail.test>", SMTP_HOST="")

    assert named == ["? variable SMTP_HOST", "variable JWT_SECRET", "variable SMTP_FROM"]


def test_the_hint_for_a_duplicate_stays_within_the_scope(synced):
    synced.execute(
        "drop index notification_templates_system_type_key; insert into notification_templates"
        " (type, subject, body_html, is_system) values ('payment_received', 'x', 'x', true)"
    )

    (hint,) = [f.hint for f in synced.verify().findings if f.subject.startswith("row ")]

    assert hint.endswith("where type = 'payment_received' and customer_id is null")


def test_a_difference_in_white_space_can_be_seen(synced):
    synced.execute(
        "update team_roles set description = description || ' ' where id = 'role-viewer'"
    )

    (finding,) = synced.verify().findings

    assert finding.expected != finding.observed


def test_a_comment_in_an_applied_migration_makes_no_difference(synced):
    synced.replace("migrations/0001.initial-schema.sql", "\n", "\n-- a licence\n")

    assert synced.differences() == []


def test_to_ignore_everything_is_not_a_pass(synced):
    text = (synced.folder / "parity.toml").read_text("utf-8")
    synced.write("parity.toml", text + '\n[[ignore]]\npattern = "*"\nreason = "all of it"\n')

    assert not synced.verify().in_parity
