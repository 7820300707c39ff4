from pathlib import Path

import pytest

from ops.migrate.dangers import dangers
from ops.migrate.declared import MigrationFile

CASES = {
    "drop table a": ["deletes-data"],
    "drop schema a cascade": ["deletes-data"],
    "drop index a": [],
    "drop view a": [],
    "truncate a": ["deletes-data"],
    "delete from a": ["deletes-data"],
    "with old as (delete from a returning *) select * from old": ["deletes-data"],
    "alter table a drop column b": ["deletes-data"],
    "alter table a drop b": ["deletes-data"],
    "alter table a drop constraint b": [],
    "alter table a alter b drop not null": [],
    "alter table a alter column b type bigint": ["rewrites-table"],
    "alter table a alter b set data type bigint, drop c": ["rewrites-table", "deletes-data"],
    "alter table a alter b set not null": ["may-fail"],
    "alter table a add b int not null": ["may-fail"],
    "alter table a add b int not null default 0": [],
    "alter table a add type text": [],
    "alter table a add constraint c check (b > 0)": ["long-lock", "may-fail"],
    "alter table a add b int not null, add c int default 0": ["may-fail"],
    "alter table a add b int default 0 check (b is not null)": [],
    "alter table a add constraint c check (b > 0) not valid": [],
    "alter table a add constraint c primary key using index i": [],
    "create index i on a (b)": ["long-lock"],
    "create unique index i on a (b)": ["long-lock", "may-fail"],
    "create unique index concurrently i on a (b)": ["may-fail"],
    "create index concurrently i on a (b)": [],
    "create table a (b int); create index i on a (b); alter table a alter b set not null": [],
    "create table a (b int); alter table a drop column b": ["deletes-data"],
    'create table "A" (b int); delete from customers': ["deletes-data"],
    'create table "A" (b int); drop table "B"; truncate c': ["deletes-data", "deletes-data"],
    "create table rich.a (b int); drop table rich.b; create index on rich.c (b)": [
        "deletes-data",
        "long-lock",
    ],
    "merge into a using b on a.i = b.i when matched then delete": ["deletes-data"],
    "explain analyze delete from a": ["deletes-data"],
    "drop type mood cascade": ["deletes-data"],
    "drop type mood": [],
    "drop": [],
    "vacuum full a": ["rewrites-table"],
    "vacuum a": [],
    "comment on table a is 'drop table a'": [],
    "do $$begin execute 'drop table a'; end$$": [],
}


@pytest.mark.parametrize("text", CASES)
def test_dangers_are_read_from_the_words(text):
    file = MigrationFile("0001.x", Path("0001.x.sql"), text)

    assert [danger.name for danger in dangers(file)] == CASES[text]


def test_a_danger_names_its_line():
    file = MigrationFile("0001.x", Path("0001.x.sql"), "-- gone\nselect 1;\n\ndrop table a;")

    assert [str(danger) for danger in dangers(file)] == [
        "deletes-data: line 4 DROP TABLE destroys data"
    ]
