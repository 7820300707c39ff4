"""A danger that the plan names says how many rows here it is about."""

import psycopg
import pytest

ROWS = """
create table people (id int primary key, "Name" text, boss int, note text);
insert into people values
    (1, 'Ada', null, 'x'), (2, 'Ada', 1, null), (3, null, 1, null), (4, 'Bob', 99, 'y');
"""
CASES = {
    "alter table people alter note set not null": ": 2 here",
    'alter table public.people alter column "Name" set not null': ": 1 here",
    "alter table people alter id set not null": ": none here",
    "alter table people add age int not null": ": 4 here",
    'alter table people add constraint c unique ("Name")': ": 1 here",
    "alter table people add unique (note, boss)": ": none here",
    "alter table only people add primary key (boss)": ": 1 here",
    "alter table people add check (boss is null or boss < 10)": ": 1 here",
    "alter table people add constraint c foreign key (boss) references people (id)": ": 1 here",
    "alter table people add foreign key (boss) references people": "",
    "alter table people drop column note": ": 2 here",
    "alter table people drop if exists note": ": 2 here",
    'create unique index i on people ("Name")': ": 1 here",
    "create unique index i on people (\"Name\") where note = 'x'": ": none here",
    "create unique index i on people (lower(note))": "",
    "drop table people": ": 4 here",
    "drop table if exists public.people cascade": ": 4 here",
    "drop table people, others": "",
    "truncate people": ": 4 here",
    "truncate table people": ": 4 here",
    "delete from people": ": 4 here",
    "delete from people where boss = 1 -- his": ": 2 here",
    "delete from people using people p where p.id = people.boss": "",
    "alter table nobody add age int not null": "",
    "alter table people alter nothing set not null": "",
}


@pytest.mark.parametrize("statement", CASES)
def test_the_rows_that_a_danger_is_about_are_counted(synced, statement):
    synced.execute(ROWS)
    synced.migration("0006.danger", statement)

    told = synced.plan("deletes-data").migrations[0].dangers

    assert told
    counted = [line[line.rindex(":") :] for line in told if line.endswith(" here")]
    assert "".join(counted) == CASES[statement]


def test_counting_ends_with_many(synced):
    synced.execute("create table many as select generate_series(1, 20000) as n")
    synced.migration("0006.danger", "drop table many")

    (told,) = synced.plan().migrations[0].dangers

    assert told == "deletes-data: line 1 DROP TABLE destroys data: 10,000 or more here"


def test_counting_writes_nothing_and_holds_nothing(synced):
    synced.execute(ROWS)
    synced.execute("create sequence s")
    synced.migration("0006.danger", "alter table people add check (nextval('s') > 0)")

    told = synced.plan().migrations[0].dangers

    assert told[-1] == "may-fail: line 1 fails if a row breaks it"  # nextval is refused
    assert synced.execute("select is_called from s") == [(False,)]
    with psycopg.connect(synced.url) as conn:
        conn.execute("lock table people in access exclusive mode nowait")
