"""What is looked at without a probe: rows that refer to nothing, functions that nobody can read."""

from dataclasses import replace

import psycopg
import pytest

from ops.database import connect
from ops.database_url import read_target
from ops.findings import Outcome
from ops.probes import everywhere, observe
from ops.reading import gather
from ops.verify import behaviour

ORPHANS = {
    "create table a (id int primary key); create table b (id int references a);"
    "set session_replication_role = replica; insert into b values (1), (2), (null)": (
        "constraint public.b.b_id_fkey",
        "2 rows refer to nothing in public.a",
        "select f.* from only public.b f where (f.id is not null)"
        " and not exists (select from only public.a p where p.id = f.id)",
    ),
    "create table a (id int primary key); create table b (id int);"
    "insert into b values (1); alter table b add foreign key (id) references a not valid": (
        "constraint public.b.b_id_fkey",
        "1 row refers to nothing in public.a",
        "select f.* from only public.b f where (f.id is not null)"
        " and not exists (select from only public.a p where p.id = f.id)",
    ),
    'create table "A""a" (x int, "Y" text, primary key (x, "Y"));'
    'create table b (x int, y text, constraint "K k" foreign key (x, y) references "A""a" match full);'
    "alter table b disable trigger all; insert into b values (1, 'y'), (null, null), (1, null)": (
        'constraint public.b."K k"',
        '2 rows refer to nothing in public."A""a"',
        "select f.* from only public.b f where (f.x is not null or f.y is not null)"
        ' and not exists (select from only public."A""a" p where p.x = f.x and p."Y" = f.y)',
    ),
    "create table a (id int primary key) partition by range (id);"
    "create table a1 partition of a for values from (0) to (10);"
    "create table b (id int references a) partition by range (id);"
    "create table b1 partition of b for values from (0) to (10);"
    "insert into a values (1); insert into b values (1);"
    "set session_replication_role = replica; insert into b values (2)": (
        "constraint public.b.b_id_fkey",
        "1 row refers to nothing in public.a",
        "select f.* from public.b f where (f.id is not null)"
        " and not exists (select from public.a p where p.id = f.id)",
    ),
    "create table a (id text primary key, up varchar references a);"
    "set session_replication_role = replica; insert into a values ('x', 'y'), ('z', 'x')": (
        "constraint public.a.a_up_fkey",
        "1 row refers to nothing in public.a",
        "select f.* from only public.a f where (f.up is not null)"
        " and not exists (select from only public.a p where p.id = f.up)",
    ),
}


def probed(project):
    """The report of `invoke probe`, by check."""
    with project.looking() as (told, conn):
        facts = gather(conn, told)
        return behaviour.report(replace(facts, behaviour=observe(conn, project.folder / "probes")))


def result(report, check):
    return next(result for result in report.results if result.check == check)


@pytest.mark.parametrize("statement", ORPHANS)
def test_a_row_that_refers_to_nothing_is_found_whatever_let_it_in(synced, statement):
    synced.execute(statement)

    (finding,) = result(probed(synced), "data.references").findings
    subject, message, query = ORPHANS[statement]
    assert (finding.subject, finding.message) == (subject, message)
    assert finding.hint == f"delete them, or bring back what they refer to: {query}"
    assert len(synced.execute(query)) == int(finding.observed)


def test_a_key_that_is_not_enforced_promises_nothing(synced, admin):
    if admin.info.server_version < 180000:
        pytest.skip("NOT ENFORCED came with PostgreSQL 18")
    synced.execute(
        "create table a (id int primary key);"
        "create table b (id int references a not enforced); insert into b values (1)"
    )

    assert result(probed(synced), "data.references").outcome is Outcome.PASSED


def test_a_key_over_periods_is_not_judged_by_rows_that_are_equal(database, admin):
    if admin.info.server_version < 180000:
        pytest.skip("PERIOD came with PostgreSQL 18")
    with connect(read_target("DATABASE_URL", database, ""), "test") as conn:
        conn.execute(
            "create table a (id int4range, p int4range, primary key (id, p without overlaps));"
            "create table b (id int4range, p int4range,"
            " foreign key (id, period p) references a (id, period p));"
            "insert into a values ('[1,1]', '[1,9]'), ('[1,1]', '[10,20]');"
            "insert into b values ('[1,1]', '[5,15]')"
        )
        ((reference,), _) = everywhere.look(conn)

    assert (reference.orphans, reference.unread) == (
        None,
        "many rows together may cover its period",
    )


def test_what_parity_ignores_is_not_looked_at(synced):
    synced.execute(next(iter(ORPHANS)))
    synced.execute("create table gone (); create function f() returns text language sql as 'select version()';"
                   "set check_function_bodies = off;"
                   "create or replace function f() returns text language sql as 'select nothing'")  # fmt: skip
    named = {finding.subject for finding in probed(synced).findings}
    synced.write(
        "parity.toml",
        '[[ignore]]\npattern = "table public.b"\nreason = "theirs"\n'
        '[[ignore]]\npattern = "function public.f(*"\nreason = "theirs"\n',
    )

    assert named == {"constraint public.b.b_id_fkey", "function public.f()"}
    assert list(probed(synced).findings) == []


def test_a_key_is_in_doubt_where_postgresql_does_not_vouch_for_it(database):
    with connect(read_target("DATABASE_URL", database, ""), "test") as conn:
        conn.execute("create table a (id int primary key); create table fine (id int references a)")
        for name, doubt in DOUBTS.items():
            conn.execute(f"create table {name} (id int references a); {doubt}")
        references, _ = everywhere.look(conn)

    assert {reference.name.split(".")[1]: reference.doubtful for reference in references} == {
        "not_valid": True,
        "disabled": True,
        "for_replicas": True,
        "always": False,
        "validated": False,
        "fine": False,
    }
    assert [reference.doubtful for reference in references] == [True] * 3 + [False] * 3


DOUBTS = {
    "not_valid": "alter table not_valid drop constraint not_valid_id_fkey,"
    " add foreign key (id) references a not valid",
    "validated": "alter table validated drop constraint validated_id_fkey,"
    " add foreign key (id) references a not valid;"
    " alter table validated validate constraint validated_id_fkey",
    "disabled": "alter table disabled disable trigger all",
    "for_replicas": """do $$declare name text; begin
        for name in select tgname from pg_trigger where tgrelid = 'for_replicas'::regclass loop
            execute format('alter table for_replicas enable replica trigger %I', name);
        end loop; end$$""",
    "always": """do $$declare name text; begin
        for name in select tgname from pg_trigger where tgrelid = 'always'::regclass loop
            execute format('alter table always enable always trigger %I', name);
        end loop; end$$""",
}
LARGE = (
    "create table a (id int primary key); create table b (id int references a);"
    "create table c (id int references a); insert into a values (1); insert into b values (1)"
)


@pytest.mark.parametrize(
    ("limits", "reasons"),
    [
        ("set local lock_timeout = '10ms';", ["canceling statement due to lock timeout"]),
        (
            "set local statement_timeout = '200ms';",
            ["it is too large to be read in time", "there was no time left"],
        ),
    ],
)
def test_a_key_that_could_not_be_read_is_said_and_one_in_doubt_is_no_pass(
    synced, monkeypatch, limits, reasons
):
    monkeypatch.setattr(everywhere, "PATIENCE", limits)
    synced.execute(LARGE)
    with psycopg.connect(synced.url) as other:
        other.execute("lock table b")
        vouched = result(probed(synced), "data.references"), probed(synced).not_looked_at
        other.rollback()
        synced.execute("alter table b disable trigger all")
        other.execute("lock table b")
        report = probed(synced)
        doubtful = result(report, "data.references")

    told = [text for text in vouched[1] if "public.b.b_id_fkey" in text]
    assert vouched[0].outcome is Outcome.PASSED
    assert told
    assert reasons[0] in told[0]
    assert doubtful.outcome is Outcome.BROKEN
    assert doubtful.note == f"constraint public.b.b_id_fkey ({reasons[0]})"
    assert not any("public.b.b_id_fkey" in text for text in report.not_looked_at)
    assert all(any(reason in text for text in vouched[1]) for reason in reasons)


def test_rows_that_row_security_hides_are_not_taken_for_missing(synced, make_role):
    synced.execute(
        "create table a (id int primary key); create table b (id int references a);"
        "insert into a values (1); insert into b values (1); alter table a enable row level security;"
    )
    reader = make_role(synced.url, "grant usage on schema ops, public to {role}",
                       "grant select on all tables in schema public to {role}")  # fmt: skip
    with connect(read_target("DATABASE_URL", reader, ""), "test") as conn:
        references, _ = everywhere.look(conn)

    (hidden,) = [each for each in references if each.name == "public.b.b_id_fkey"]
    assert hidden.orphans is None
    assert hidden.unread == 'query would be affected by row-level security policy for table "a"'


def test_a_function_that_fails_whenever_it_is_called_is_named(synced):
    synced.execute(
        "create schema app; create table app.gone (id int, name text);"
        "create function app.one() returns text set search_path = app language sql as 'select name from gone';"
        "create function two() returns text language sql as 'select name from app.gone';"
        "create function three(mood int) returns text language plpgsql as"
        " $$declare x app.gone.name%type; begin return x; end$$;"
        "create function four() returns text language sql return 'parsed when it was made';"
        "create procedure five() language sql as 'delete from app.gone'"
    )
    before = result(probed(synced), "schema.functions")
    synced.execute("alter table app.gone drop column name")
    after = result(probed(synced), "schema.functions")

    assert before.outcome is Outcome.PASSED
    said = {finding.subject: finding.message for finding in after.findings}
    assert said.pop("function public.three(integer)")  # in words that differ between versions
    assert said == {
        "function app.one()": 'fails whenever it is called: column "name" does not exist',
        "function public.two()": 'fails whenever it is called: column "name" does not exist',
    }


def test_a_function_that_the_role_may_not_call_is_not_judged(synced, make_role):
    synced.execute("create function one() returns int language sql as 'select 1';"
                   "revoke execute on function one() from public")  # fmt: skip
    reader = make_role(synced.url, "grant usage on schema ops, public to {role}")
    with connect(read_target("DATABASE_URL", reader, ""), "test") as conn:
        _, functions = everywhere.look(conn)

    (one,) = [function for function in functions if function.name == "public.one()"]
    assert one.unread
    assert one.problem == "permission denied for function one"
