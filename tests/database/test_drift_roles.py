"""Whoever looks comes to the same verdict; who syncs and who verifies need not be named."""

import secrets

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ops.migrate import declared as migrations
from tests.project import Project, rehearse

READS = (
    "grant usage on schema public to {role}",
    "grant select on all tables in schema public to {role}",
)


def role_of(url):
    return conninfo_to_dict(url)["user"]


def database_of(url):
    return conninfo_to_dict(url)["dbname"]


@pytest.fixture
def reader(synced, make_role):
    url = make_role(synced.url, *READS)
    named(synced, role_of(url))
    return url


def named(project, role):
    text = (project.folder / "parity.toml").read_text("utf-8")
    project.write("parity.toml", f'{text}\n[verify]\nreaders = ["{role}"]\n')


@pytest.fixture
def app(make_role, database):
    """A role that is not a superuser and owns its database."""
    url = make_role(database)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(f'alter database "{database_of(database)}" owner to {role_of(url)}')
    return url


def told(report):
    return [f"{found.subject}: {found.message}" for found in report.findings]


def left_out(report):
    return [line for line in report.not_looked_at if line.startswith("what ")]


def test_role_that_reads_for_verify_is_no_difference_and_is_said(synced, reader):
    report = synced.verify()

    assert told(report) == []
    assert left_out(report) == [f"what {role_of(reader)} may read (a role for verify)"]


def test_a_reader_that_nobody_named_is_a_warning_and_no_sync_forgets_it(synced, make_role):
    role = role_of(make_role(synced.url, *READS))
    synced.execute(f'alter role {role} rename to "{role} x"')
    try:
        for _ in range(2):
            assert synced.sync().report.in_parity
            (finding,) = synced.verify().findings
            assert (finding.subject, finding.severity) == (f'role "{role} x"', "warning")
            assert finding.hint == (
                f'if that is so, in parity.toml: [verify] readers = ["{role} x"]; if not:'
                f' revoke select on all tables in schema public from "{role} x"'
            )
        named(synced, f"{role} x")
        assert synced.sync().report.in_parity
        assert told(synced.verify()) == []
    finally:
        synced.execute(f'alter role "{role} x" rename to {role}')
    assert [finding.subject for finding in synced.verify().findings] == [f"role {role}"]


def test_what_it_may_do_beyond_reading_is_named_alone(synced, reader):
    synced.execute(f"grant insert, select on users to {role_of(reader)}")
    synced.execute(f"grant execute on function set_updated_at() to {role_of(reader)}")

    assert told(synced.verify()) == [
        f"grant function public.set_updated_at() to {role_of(reader)}: execute not in Git",
        f"grant table public.users to {role_of(reader)}: insert not in Git",
    ]


def test_its_default_privileges_are_reading_too(synced, reader):
    role = role_of(reader)
    synced.execute(f"alter default privileges in schema public grant select on tables to {role}")

    assert told(synced.verify()) == []


def test_role_that_may_read_one_table_is_named(synced, make_role):
    role = role_of(make_role(synced.url, "grant select on users to {role}"))

    assert told(synced.verify()) == [f"grant table public.users to {role}: select not in Git"]
    assert left_out(synced.verify()) == []


def test_role_that_git_grants_something_is_compared_whole(synced, make_role, make_database):
    role = role_of(make_role(synced.url))
    synced.migration("0099.grant", f"grant select on all tables in schema public to {role}")
    synced.rehearse(make_database())
    assert synced.sync().report.in_parity
    synced.execute(f"revoke select on invoices from {role}")

    assert told(synced.verify()) == [f"grant table public.invoices to {role}: select missing here"]


def test_membership_alone_is_not_looked_at(synced, make_role):
    make_role(synced.url, "grant pg_read_all_data to {role}")

    assert told(synced.verify()) == []


def test_superuser_and_reader_see_the_same(synced, reader):
    synced.execute("alter table users owner to pg_monitor")
    synced.execute("grant update (email) on customers to public")
    synced.execute("revoke execute on function set_updated_at() from public")
    synced.execute("alter default privileges grant select on tables to pg_monitor")
    ours, theirs = synced.verify(), synced.verify(reader)

    assert len(told(ours)) == 4
    assert told(ours) == told(theirs)
    assert left_out(ours) == left_out(theirs)


def test_owner_of_the_database_and_of_schema_public_are_the_providers_business(synced, make_role):
    role = role_of(make_role(synced.url))
    synced.execute(f'alter database "{database_of(synced.url)}" owner to {role}')
    synced.execute(f"grant all on schema public to {role}")
    assert told(synced.verify()) == []
    synced.execute(f"alter schema public owner to {role}")

    assert told(synced.verify()) == []


def test_what_the_role_that_syncs_may_do_goes_without_saying(tmp_path, make_role, database):
    name = database_of(database)
    url = make_role(
        database,
        f'grant create on database "{name}" to {{role}}',
        "grant usage, create on schema public to {role}",
        "alter default privileges grant select on tables to {role}",
    )
    project = Project(tmp_path, url)
    assert project.sync().report.in_parity
    project.execute("create table theirs (); grant all on theirs to public", database)

    assert told(project.verify()) == ["table public.theirs: not in Git, with 1 grant"]


def test_role_that_syncs_owns_what_it_made_and_no_superuser(tmp_path, app, database):
    project = Project(tmp_path, app)
    assert project.sync().report.in_parity
    (superuser,) = project.execute("select quote_ident(current_user)", database)[0]

    assert told(project.verify(database)) == []
    project.execute("create table by_hand ()", database)
    project.execute("alter table users owner to current_user", database)
    assert (
        told(project.verify())
        == told(project.verify(database))
        == [
            "table public.by_hand: not in Git",
            f"table public.users: owned here by {superuser}, in Git by the role that syncs",
        ]
    )


def test_schema_ops_of_another_owner_does_not_make_everything_anothers(synced, make_role):
    synced.execute(f"alter schema ops owner to {role_of(make_role(synced.url))}")

    assert told(synced.verify()) == []


def test_migration_may_name_the_role_that_syncs(tmp_path, app, make_database, roles):
    project, role = Project(tmp_path, app), role_of(app)
    project.migration(
        "0099.own",
        f"alter table users owner to {role}; grant all on customers to {role};"
        f"alter default privileges for role {role} grant select on tables to pg_monitor",
    )
    project.rehearse(make_database())

    assert project.sync().report.in_parity


def test_schema_public_made_again_is_as_good(make_database, tmp_path):
    project = Project(tmp_path, make_database())
    project.execute("drop schema public; create schema public")

    assert project.sync().report.in_parity


def test_grants_of_a_role_can_be_ignored(synced, make_role):
    role = role_of(make_role(synced.url, "grant insert on users to {role}"))
    synced.execute(f"alter default privileges grant insert on tables to {role}")
    synced.write(
        "parity.toml",
        (synced.folder / "parity.toml").read_text("utf-8")
        + f'\n[[ignore]]\npattern = "grant * to {role}"\nreason = "reports"\n',
    )

    assert told(synced.verify()) == []
    synced.execute(f"grant select on all tables in schema public to {role}")
    assert told(synced.verify()) == []
    assert f"2 objects matching grant * to {role} (reports)" in synced.verify().not_looked_at


def test_rehearsal_makes_the_roles_that_a_migration_names(tmp_path, make_database, roles):
    of_ours = secrets.token_hex(4)
    names = [f"ops_test_{word}_{of_ours}" for word in ("reads", "owns", "sees", "gets")]
    roles.extend(names)
    reads, owns, sees, gets = names
    (tmp_path / "0001.make.sql").write_text(
        f"create table t (a int); grant select on t to {reads}; alter table t owner to {owns};"
        f"create policy p on t to {sees}"
    )
    (tmp_path / "0002.more.py").write_text(
        f"from yoyo import step\nsteps = [step('grant update on t to {gets}')]\n"
    )
    told = []
    files = migrations.read(tmp_path)
    made = rehearse(make_database(), files, told.append).objects

    assert made["table public.t"]["owner"] == owns
    assert {subject for subject in made if subject.startswith("grant ")} == {
        f"grant table public.t to {reads}",
        f"grant table public.t to {gets}",
    }
    ids = ("0001.make", "0001.make", "0001.make", "0002.more")
    assert told == [
        f"{id}: made the role {name}, which this server lacks"
        for id, name in zip(ids, names, strict=True)
    ]


def test_roles_are_no_objects_of_schema_json(tmp_path, make_database):
    (tmp_path / "0001.make.sql").write_text("create table t ()")
    made = rehearse(make_database(), migrations.read(tmp_path), print)

    assert [subject for subject in made.objects if subject.startswith("role ")] == []
    assert "owner" not in made.objects["table public.t"]
