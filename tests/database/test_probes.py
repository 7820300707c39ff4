"""What no longer works is named by a probe; and nothing of a probe stays."""

import pytest
from roundtrips import counting

from ops.database import connect
from ops.database_url import read_target
from ops.findings import Outcome
from ops.probes import observe, observed
from ops.probes.declared import read
from tests.project import ROOT

ALL = [probe.name for probe in read(ROOT / "probes")]
# what every probe with a user, a customer, a row with a time or an attachment is called
USERS = [
    "020-invitation-is-queued",
    "030-user-without-customer",
    "040-user-gets-preferences",
    "050-project-and-invoice",
    "070-times-follow-changes",
    "080-user-is-notified",
]
PREFERENCES = """
    create or replace function create_default_preferences() returns trigger language plpgsql as $$
    begin
        insert into notification_preferences (user_id, customer_id)
        values ({values}) on conflict ({conflict}) do nothing;
        return null;
    end $$"""
BREAKAGES = {
    # every INSERT of a user fails, in four ways
    "missing NEW field": (
        PREFERENCES.format(values="new.id, new.customer_id", conflict="user_id"),
        USERS,
    ),
    "wrong conflict target": (
        PREFERENCES.format(values='new.id, new."customerId"', conflict="user_id, customer_id"),
        USERS,
    ),
    "dropped column": (
        "alter table notification_preferences drop column customer_id",
        USERS,
    ),
    "null customer": (
        "delete from notification_preferences where customer_id is null;"
        "alter table notification_preferences alter customer_id set not null",
        ["030-user-without-customer", "040-user-gets-preferences"],
    ),
    # no error, and no preferences either
    "trigger that skips those without a customer": (
        "create or replace function create_default_preferences() returns trigger language plpgsql"
        ' as $$begin if new."customerId" is null then return null; end if;'
        " insert into notification_preferences (user_id, customer_id)"
        ' values (new.id, new."customerId"); return null; end$$',
        ["040-user-gets-preferences"],
    ),
    "trigger that swallows the row": (
        "create function swallow() returns trigger language plpgsql as 'begin return null; end';"
        "create trigger swallow before insert on users for each row execute function swallow()",
        USERS,
    ),
    "default that is off": (
        "alter table notification_preferences alter email_enabled set default false",
        ["040-user-gets-preferences"],
    ),
    "no system role": (
        "delete from team_roles where customer_id is null",
        ["010-roles-are-offered"],
    ),
    "roles that the form does not show": (
        "update team_roles set is_system_role = false",
        ["010-roles-are-offered"],
    ),
    "nobody may approve": (
        "update team_roles set can_approve_invoices = false",
        ["010-roles-are-offered"],
    ),
    "roles twice": ("drop index team_roles_system_name_key", ["010-roles-are-offered"]),
    "no invitation": (
        "delete from notification_templates where type = 'team_invitation'",
        ["020-invitation-is-queued"],
    ),
    "invitation that is switched off": (
        "update notification_templates set is_active = false",
        ["020-invitation-is-queued"],
    ),
    "placeholder that nobody fills in": (
        "update notification_templates set subject = subject || ' {{planName}}'",
        ["020-invitation-is-queued"],
    ),
    "invitation that leads nowhere": (
        "update notification_templates set body_html = 'Welcome'",
        ["020-invitation-is-queued"],
    ),
    "invitations twice": (
        "drop index notification_templates_system_type_key",
        ["020-invitation-is-queued"],
    ),
    "mail that is never due": (
        "alter table email_queue alter scheduled_at set default 'infinity'",
        ["020-invitation-is-queued"],
    ),
    "invoice number twice": (
        "alter table invoices drop constraint invoices_invoice_number_key",
        ["050-project-and-invoice"],
    ),
    "invoice of no project": (
        "alter table invoices drop constraint invoices_project_id_fkey",
        ["050-project-and-invoice"],
    ),
    "approval that binds its approver": (
        "alter table invoices drop constraint invoices_approved_by_fkey,"
        ' add constraint invoices_approved_by_fkey foreign key ("approvedBy") references users (id)',
        ["050-project-and-invoice"],
    ),
    "cents that are lost": (
        "alter table invoices alter amount type bigint",
        ["050-project-and-invoice"],
    ),
    "storage without a limit": (
        "create or replace function storage_add_attachment() returns trigger language plpgsql as"
        " $$begin update customers set storage_used = storage_used + new.file_size"
        " where id = new.customer_id; insert into storage_usage as usage"
        " (id, customer_id, file_type, file_count, total_size)"
        " values (new.id, new.customer_id, new.file_type, 1, new.file_size)"
        " on conflict (customer_id, file_type) do update set file_count = usage.file_count + 1;"
        " return null; end$$",
        ["060-storage-follows-attachments"],
    ),
    "notifications that outlive their user": (
        "alter table notifications drop constraint notifications_user_id_fkey",
        ["080-user-is-notified"],
    ),
}


@pytest.fixture
def link(synced):
    """A connection as the tasks have one."""
    with connect(read_target("DATABASE_URL", synced.url, ""), "test") as conn:
        yield conn


def failing(conn):
    return {
        tried.probe.name: tried
        for tried in observed.try_all(conn, read(ROOT / "probes"))
        if tried.outcome is not Outcome.PASSED
    }


def everything(project):
    """Every row of every table, and how far every sequence has counted."""
    tables = project.execute(
        "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables"
        " where schemaname !~ '^pg_' and schemaname <> 'information_schema'"
    )
    rows = {
        name: sorted(map(str, project.execute(f"select t::text from {name} t")))
        for (name,) in tables
    }
    return rows, project.execute("select schemaname, sequencename, last_value from pg_sequences")


# --- the probes of this project


def test_every_probe_passes_and_leaves_nothing(synced, link):
    before = everything(synced)

    assert failing(link) == {}
    assert len(ALL) > 1
    assert everything(synced) == before


@pytest.mark.parametrize("name", BREAKAGES)
def test_what_is_broken_by_hand_is_named(synced, link, name):
    statement, probes = BREAKAGES[name]
    synced.execute(statement)
    before = everything(synced)

    found = failing(link)

    assert list(found) == probes
    assert {tried.outcome for tried in found.values()} <= {Outcome.FAILED}
    assert all(tried.at for tried in found.values())
    assert everything(synced) == before


def test_no_trigger_can_be_switched_off_or_lost_unnoticed(synced, link):
    triggers = synced.execute(
        "select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger"
        " where not tgisinternal"
    )

    assert triggers
    for table, name, definition in triggers:
        synced.execute(f"alter table {table} disable trigger {name}")
        assert failing(link), name
        synced.execute(f"drop trigger {name} on {table}")
        assert failing(link), name
        synced.execute(definition)
    assert failing(link) == {}


def test_no_check_constraint_can_be_lost_unnoticed(synced, link):
    constraints = synced.execute(
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
        " where contype = 'c' and connamespace = 'public'::regnamespace"
    )

    assert constraints
    for table, name, definition in constraints:
        synced.execute(f"alter table {table} drop constraint {name}")
        (tried,) = failing(link).values()
        assert tried.why == f"was not refused, and error 23514 {name} is expected"
        synced.execute(f"alter table {table} add constraint {name} {definition}")
    assert failing(link) == {}


def test_no_function_can_break_unnoticed_and_each_is_named_as_the_place(synced, link):
    functions = synced.execute(
        "select proname, pg_get_functiondef(oid) from pg_proc"
        " where pronamespace = 'public'::regnamespace"
    )

    assert functions
    for name, definition in functions:
        synced.execute(
            f"create or replace function {name}() returns trigger language plpgsql"
            " as $$begin perform no_such_function(); return new; end$$"
        )
        tried = list(failing(link).values())
        assert tried, name
        for each in tried:
            assert each.why.startswith("function no_such_function() does not exist")
            assert f"{name}() line 1" in each.within
        synced.execute(definition)
    assert failing(link) == {}


def test_a_probe_works_beside_customers_and_their_rows(synced, link):
    synced.execute(
        "insert into customers (id, company, owner, email) values ('c', 'C', 'C', 'c@c');"
        """insert into users (id, "customerId", name, email, role) values ('u', 'c', 'U', 'u', 'r');"""
        "insert into team_roles (id, customer_id, name) values ('r', 'c', 'Owner');"
        "insert into notification_templates (customer_id, type, subject, body_html)"
        " values ('c', 'team_invitation', '{{theirs}}', 'x')"
    )

    assert failing(link) == {}


def test_a_role_that_may_not_write_could_not_look(synced, make_role):
    reader = make_role(
        synced.url,
        "grant usage on schema ops, public to {role}",
        "grant select on all tables in schema public to {role}",
    )
    document, code = synced.json("verify", "--probe", DATABASE_URL=reader)
    probes, functions, references = (
        result
        for name in ("schema.probes", "schema.functions", "data.references")
        for result in document["results"]
        if result["check"] == name
    )

    assert code == 1
    assert probes["outcome"] == "broken"
    assert probes["findings"] == []
    assert "050-project-and-invoice" in probes["note"]
    assert (
        "(permission denied for table customers: a probe needs a role that may write)"
        in probes["note"]
    )
    assert (functions["outcome"], references["outcome"]) == ("passed", "passed")


def test_a_connection_that_only_reads_could_not_look(synced, link):
    link.execute("set default_transaction_read_only = on")

    assert {tried.outcome for tried in failing(link).values()} == {Outcome.BROKEN}
    assert failing(link).keys() == set(ALL)


def test_a_probe_is_one_message_and_each_refusal_one_more(synced):
    probes = read(ROOT / "probes")
    with counting(synced.url) as counted:
        with connect(read_target("DATABASE_URL", counted.url, ""), "test") as conn:
            before = counted.trips
            observe(conn, ROOT / "probes")

        refusals = sum(len(probe.refusals) for probe in probes)
        # one more looks at foreign keys and functions
        assert counted.trips - before == len(probes) + refusals + 1
        assert counted.connections == 1


# --- the tasks


def test_probing_is_part_of_the_verdict_only_where_it_is_asked_for(synced):
    without, _ = synced.json("verify")
    asked, code = synced.json("verify", "--probe")
    checks = {r["check"] for r in asked["results"]} - {r["check"] for r in without["results"]}

    assert checks == {"schema.probes", "schema.functions", "data.references"}
    assert "behaviour (--probe)" in without["not_looked_at"]
    assert "behaviour (--probe)" not in asked["not_looked_at"]
    assert "what functions do that no probe calls" in asked["not_looked_at"]
    assert (asked["in_parity"], code) == (True, 0)


def test_what_does_not_work_is_told_with_place_and_reason(synced):
    synced.execute(BREAKAGES["missing NEW field"][0])

    told, (document, code) = synced.invoke("probe"), synced.json("verify", "--probe")
    (probes,) = [r for r in document["results"] if r["check"] == "schema.probes"]
    (finding,) = [f for f in probes["findings"] if "030" in f["subject"]]

    assert (told.returncode, told.stderr) == (1, "")
    assert max(map(len, told.stdout.splitlines())) <= 80
    assert (
        """
failed   A user without a customer, such as internal staff, can be created.
         probes/030-user-without-customer.sql:3: record "new" has no field
           "customer_id"
             3 | insert into users (id, name, email, role)
"""
        in told.stdout
    )
    assert "\n-> invoke verify names what differs from Git here" in told.stdout
    assert code == 1
    assert finding["subject"] == "probe 030-user-without-customer"
    assert finding["message"].startswith(
        'line 3: record "new" has no field "customer_id" (PL/pgSQL'
    )
    assert (
        finding["expected"] == "A user without a customer, such as internal staff, can be created."
    )
    assert finding["observed"] == 'record "new" has no field "customer_id"'
    assert finding["hint"]


def test_a_hint_presumes_no_cause_that_is_not_here(synced):
    synced.write("probes/090-no.sql", "-- It works.\nselect false;\n")

    def hint():
        document, _ = synced.json("verify", "--probe")
        (probes,) = [r for r in document["results"] if r["check"] == "schema.probes"]
        return probes["findings"][-1]["hint"]

    assert hint() == "schema and rows are Git's: correct the probe, or write a migration"
    synced.execute("drop table projects cascade")
    assert hint() == (
        "invoke verify names what differs from Git here, which may be why: close that first"
    )
    synced.migration("0006.more", "create table more (id int);")
    assert hint() == "invoke sync: what is pending here may be why"


def test_a_probe_that_fails_stops_a_release(synced):
    synced.write("probes/090-no.sql", '-- It works.\nselect false as "it works";\n')

    done = synced.invoke("verify", "--probe")

    assert done.returncode == 1
    assert "probe 090-no: line 2: not true: it works" in done.stdout


def test_a_probe_that_cannot_be_tried_is_an_error_before_anything_is(synced):
    synced.write("probes/090-no.sql", "-- It works.\ncommit;\n")

    for words in (("probe",), ("verify", "--probe")):
        done = synced.invoke(*words)
        assert done.returncode == 2
        assert done.stderr == (
            "error: probes/090-no.sql:2: COMMIT would end the transaction that is rolled back\n"
            " hint: delete that line: nothing of a probe is to stay\n"
        )
    assert synced.invoke("verify").returncode == 0


def test_without_probes_nothing_is_claimed(synced):
    for name in ALL:
        (synced.folder / f"probes/{name}.sql").unlink()
    (synced.folder / "probes").rmdir()

    told, (document, code) = synced.invoke("probe"), synced.json("verify", "--probe")

    assert told.returncode == code == 0
    assert "not looked at: what should work here (there is no probe in probes/);" in told.stdout
    assert "what should work here (there is no probe in probes/)" in document["not_looked_at"]
    assert "schema.probes" not in {r["check"] for r in document["results"]}


@pytest.mark.parametrize("format", ["json", "junit", "github", "html"])
def test_what_was_tried_can_be_told_in_every_format(synced, format):
    synced.execute("alter table users disable trigger all")

    done = synced.invoke("probe", "--format", format, "--output", "report")

    assert (done.returncode, done.stderr) == (1, "")
    assert "040-user-gets-preferences" in done.stdout
    assert (synced.folder / "report").read_text("utf-8") == done.stdout


def test_only_leaves_out_what_belongs_to_other_dimensions(synced):
    told = {
        only: {r["check"] for r in synced.json("verify", "--probe", "--only", only)[0]["results"]}
        for only in ("schema", "data", "code")
    }
    ours = {"schema.probes", "schema.functions", "data.references"}

    assert {only: checks & ours for only, checks in told.items()} == {
        "schema": {"schema.probes", "schema.functions"},
        "data": {"data.references"},
        "code": set(),
    }
