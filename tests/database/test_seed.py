"""Rows are delivered all or none, only where they differ, and never to a customer."""

import psycopg
import pytest
from roundtrips import counting

from ops.errors import Refused, SettingsError
from ops.reading import gather
from ops.seed import apply as seed


def test_only_the_columns_that_differ_are_written(synced):
    synced.execute(
        "update team_roles set description = 'x', created_at = '2001-01-01' where id = 'role-viewer'"
    )
    before = synced.execute(
        "select id, updated_at from team_roles where id <> 'role-viewer' order by id"
    )

    done = synced.sync(task="seed")

    assert done.seeded == {"inserted": 0, "updated": 1, "unchanged": 9, "pruned": 0}
    assert synced.execute(
        "select extract(year from created_at)::int from team_roles where id = 'role-viewer'"
    ) == [(2001,)]
    assert (
        synced.execute(
            "select id, updated_at from team_roles where id <> 'role-viewer' order by id"
        )
        == before
    )


def test_a_sixth_role_needs_no_other_edit(synced):
    synced.write(
        "seeds/roles.toml",
        (synced.folder / "seeds/roles.toml").read_text()
        + '\n[[rows]]\nid = "role-auditor"\nname = "Auditor"\npermissions = { reports = "view" }\n'
        "can_approve_invoices = false\nrequires_approval_from = []\n",
    )

    client = "? file client/tables.py"  # knows the other five; `invoke client` writes it anew
    assert synced.differences() == [client, "row team_roles role-auditor"]
    assert synced.sync().seeded["inserted"] == 1
    assert synced.verify().in_parity
    assert synced.differences() == [client]


def test_a_customers_row_of_the_same_id_is_never_touched(synced):
    synced.execute("insert into customers (id, company, owner, email) values ('c', 'C', 'c', 'c')")
    synced.execute(
        "update team_roles set customer_id = 'c', name = 'Ours' where id = 'role-viewer'"
    )

    done = synced.sync(task="seed")

    assert isinstance(done.error, Refused)
    assert str(done.error).startswith(
        "the database refused row team_roles role-viewer: duplicate key"
    )
    assert "nothing was written" in str(done.error)
    assert synced.execute("select name from team_roles where id = 'role-viewer'") == [("Ours",)]


def test_one_row_that_is_refused_leaves_all_as_they_were(synced):
    synced.execute("update team_roles set approval_limit = 1 where id = 'role-owner'")
    synced.replace("seeds/roles.toml", 'name = "Viewer"', 'name = "Owner"')

    done = synced.sync(task="seed")

    assert isinstance(done.error, Refused)
    assert synced.execute("select approval_limit from team_roles where id = 'role-owner'") == [(1,)]


def test_a_surplus_row_is_deleted_only_when_that_is_allowed(synced):
    synced.execute("insert into team_roles (id, name, is_system_role) values ('role-x', 'X', true)")

    assert synced.sync().seeded["pruned"] == 0
    assert synced.differences() == ["row team_roles role-x"]
    assert synced.sync("prunes-rows").seeded["pruned"] == 1
    assert synced.differences() == []


def test_rows_wait_for_the_migrations_that_they_may_need(synced):
    synced.migration("0006.more", "create table more (id int);")

    assert isinstance(synced.sync(task="seed").error, Refused)


def test_the_number_of_rows_does_not_change_the_number_of_trips(synced):
    synced.execute("delete from team_roles; delete from notification_templates")
    with counting(synced.url) as counted:
        synced.environ["DATABASE_URL"] = counted.url
        assert synced.sync(task="seed").seeded["inserted"] == 10

    assert len(counted.queries) == 7  # lock, two to look, begin, rows, commit, end


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "can_approve_invoices = true",
            "can_approve_invoices = 1",
            ": can_approve_invoices: boolean wants true or",
        ),
        (
            "approval_limit = 50000",
            "approval_limit = 0.125",
            ": approval_limit: numeric(15,2) would round 0.125",
        ),
        ("description =", "descripton =", "column descripton is neither in `key` nor in `owned`"),
        ('name = "Owner"', "", ": name may not be NULL, and this row leaves it out"),
        ('id = "role-viewer"', 'id = "role-owner"', "role-owner stands twice"),
        (
            'table = "team_roles"',
            'table = "team_rolls"',
            "team_rolls is in no migration (did you mean",
        ),
        ("requires_approval_from = []", "requires_approval_from = 'x'", "text[] wants a list"),
        ('"name",', '"name", "colour",', "team_roles has no column colour"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_before_anything_is_written(project, old, new, message):
    project.replace("seeds/roles.toml", old, new)

    with_error = sync_or_error(project)

    assert message in str(with_error)
    assert str(with_error).startswith("seeds/roles.toml:")
    assert project.execute(
        "select count(*) from pg_tables where schemaname in ('public', 'ops')"
    ) == [(0,)]


def test_a_placeholder_is_declared_and_used(project):
    project.replace("seeds/templates/payment_received.txt", "{{amount}}", "{{amont}}")

    error = sync_or_error(project)

    assert "{{amont}}, which variables does not declare" in str(error)
    assert "did you mean amount?" in error.hint


def sync_or_error(project):
    try:
        error = project.sync().error
    except SettingsError as raised:
        error = raised
    assert isinstance(error, SettingsError)
    return error


def test_a_customers_template_of_the_same_type_is_out_of_reach(synced):
    synced.execute(
        "insert into customers (id, company, owner, email) values ('c', 'C', 'c', 'c');"
        "insert into notification_templates (customer_id, type, subject, body_html)"
        " values ('c', 'payment_received', 'ours', 'ours');"
        "update notification_templates set subject = 'x' where type = 'payment_received'"
        " and customer_id is null"
    )

    assert synced.sync(task="seed").seeded["updated"] == 1
    assert synced.execute("select subject from notification_templates where customer_id = 'c'") == [
        ("ours",)
    ]


def test_a_row_that_is_gone_since_it_was_read_stops_the_delivery(synced):
    synced.execute("update team_roles set approval_limit = 1")
    with synced.looking() as (declared, conn):
        diffs = gather(conn, declared).seeds
        statements = seed.plan(diffs, "public")
        synced.execute("delete from team_roles where id = 'role-viewer'")

        with pytest.raises(
            Refused, match="row team_roles role-viewer changed while it was looked at"
        ):
            seed.apply(conn, diffs, statements)

    assert synced.execute("select distinct approval_limit from team_roles") == [(1,)]


def test_a_table_that_somebody_holds_is_not_waited_for_without_end(synced):
    synced.execute("update team_roles set approval_limit = 1 where id = 'role-owner'")
    with psycopg.connect(synced.url) as holder:
        holder.execute("lock table team_roles in share mode")

        done = synced.sync(task="seed")

    assert str(done.error).startswith("somebody holds a lock on a table of the seeds")
