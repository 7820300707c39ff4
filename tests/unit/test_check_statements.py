from pathlib import Path

import pytest

from ops.check import statements
from ops.migrate.declared import MigrationFile


def judged(text):
    file = MigrationFile("0005.x", Path("migrations/0005.x.sql"), text)
    return [f.message.removeprefix("migrations/0005.x.sql:") for f in statements.judge(file)]


@pytest.mark.parametrize(
    "text",
    [
        'create table "Users" ("customerId" text)',
        "CREATE TABLE USERS (ID TEXT NOT NULL)",
        "Create Table users (id Text)",
        "insert into t values (customerId)",
        "create function f() returns void language plpgsql as $$ declare customerId text; begin end $$",
        "-- customerId\ncreate table t (id text default 'customerId')",
        "create index if not exists i on t (a)",
        "create table t (a int not null); alter table t add column b int not null",
        "create unlogged table public.t (a int); alter table only t add b int not null",
        "alter table t add column b int",
        "alter table t add column b int not null default 0, add c bigserial not null",
        "alter table t add column b int check (b is not null)",
        "alter table t add constraint c primary key (a), add check (a is not null)",
        "alter table t add b int generated always as (1) stored not null",
        "alter table t alter b set not null",
        f"create table {'t' * 63} (id text)",
        f"select '{'t' * 64}'",
    ],
)
def test_what_is_meant_as_it_stands_is_left_alone(text):
    assert judged(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "create table t (\n customerId text,\n unique (customerId))",
            ["2: customerId becomes customerid"],
        ),
        ("alter table Users rename a to b", ["1: Users becomes users"]),
        (
            "create table if not exists a (id int);\ncreate temp table if not exists B.c (id int)",
            [
                "1: IF NOT EXISTS hides a table a of another shape",
                "2: IF NOT EXISTS hides a table c of another shape",
            ],
        ),
        (
            "select 1;\nalter table t add b text NOT NULL",
            ["2: b is NOT NULL without DEFAULT: that fails on a table with rows"],
        ),
        (
            'alter table t add column if not exists a int default 1,\n add column "B" numeric(1, 2) primary key',
            ["2: B is NOT NULL without DEFAULT: that fails on a table with rows"],
        ),
        (f'select 1 as "{"é" * 32}"', [f"1: {'é' * 32} is cut to {'é' * 31}"]),
        (f"create table {'t' * 64} (id text)", [f"1: {'t' * 64} is cut to {'t' * 63}"]),
    ],
)
def test_what_an_empty_database_forgives_is_named_with_its_line(text, told):
    assert judged(text) == told
