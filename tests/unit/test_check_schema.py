from pathlib import Path

import pytest

from ops.check import schema
from ops.drift.declared import Snapshot
from ops.migrate.declared import MigrationFile

TEXT = """\
create table t (id bigint primary key, email text);
create table u (
    ref int not null references t
);
create function f() ...
$$
begin
    insert into public.t as x (id) values (1)
    on conflict (email) {}do nothing;
end
$$
"""
KEY = "constraint public.u.u_ref_fkey"
FUNCTION = "function public.f()"


def objects(*, ref="bigint", rule="CASCADE", index=None, function=None):
    found = {
        "table public.t": {},
        "column public.t.id": {"type": "bigint", "not_null": True},
        "column public.u.ref": {"type": ref, "not_null": True},
        "constraint public.t.t_pkey": {
            "type": "primary key",
            "definition": "PRIMARY KEY (id)",
            "columns": ["id"],
        },
        KEY: {
            "type": "foreign key",
            "definition": f"FOREIGN KEY (ref) REFERENCES public.t(id) ON DELETE {rule}",
            "columns": ["ref"],
            "references": "public.t",
            "target": ["id"],
        },
    }
    if index:
        found["index public.i"] = {
            "table": "public.t",
            "definition": "btree (email)",
            "columns": ["email"],
        } | index
    return found | ({FUNCTION: {"body": function}} if function else {})


def judged(after, before=None, text=TEXT):
    file = MigrationFile("0005.x", Path("migrations/0005.x.sql"), text)
    made = Snapshot(after, dict.fromkeys(after, file.id))
    return [
        f"{f.severity} {f.message.removeprefix('migrations/0005.x.sql:')}"
        for f in schema.judge(before or {}, made, {file.id: file})
    ]


def body(text):
    return text.split("$$")[1]


WHOLE, PARTIAL = (body(TEXT.format(where)) for where in ("", "where email <> '' "))
NO_INDEX = f"error 9: {FUNCTION}: ON CONFLICT (email) has no unique index on t (error 42P10)"


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (objects(), []),
        (objects(ref="integer"), [f"warning 3: {KEY}: ref is integer and refers to id, which is bigint"]),
        (objects(rule="SET NULL"), [f"error 2: {KEY}: ON DELETE SET NULL, and ref is NOT NULL: the DELETE will fail"]),
        (objects(rule="SET NULL (other)"), []),
        (objects(function=WHOLE), [NO_INDEX]),
        (objects(function=WHOLE, index={}), [NO_INDEX]),
        (objects(function=WHOLE, index={"unique": True}), []),
        (objects(function=WHOLE, index={"unique": True, "columns": ["email", "id"]}), [NO_INDEX]),
        (objects(function=WHOLE, index={"unique": True, "definition": "btree (email) WHERE (id > 1)"}), [NO_INDEX]),
        (objects(function=PARTIAL, index={"unique": True, "definition": "btree (email) WHERE (id > 1)"}), []),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_the_line_that_made_it(after, told):
    text = TEXT.format("where email <> '' " if PARTIAL in str(after.get(FUNCTION)) else "")

    assert judged(after, text=text) == told


def test_what_main_has_wrong_already_is_not_this_branch_s_fault():
    wrong = objects(ref="integer", rule="SET NULL", function=WHOLE)

    assert judged(wrong, before=wrong) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            'insert into "A"."B" (x) values (1) on conflict ("X", y) do nothing',
            [('"B"', {'"X"', "y"}, False)],
        ),
        ("insert into a values (1) on conflict (x) where y do nothing", [("a", {"x"}, True)]),
        ("insert into a values (1) on conflict do nothing", []),
        ("insert into a values (1) on conflict on constraint c do nothing", []),
        ("insert into a values (1) on conflict (lower(x)) do nothing", []),
        ('insert into a values (1) on conflict (x collate "C") do nothing', []),
        ("-- insert into a on conflict (x)", []),
    ],
)
def test_a_conflict_target_is_read_where_it_is_plain_columns(statement, found):
    assert [
        (table, set(columns), where) for table, columns, where, _ in schema.conflicts(statement)
    ] == found


def test_a_unique_constraint_serves_in_any_order_unless_deferrable():
    def known(definition):
        return {
            "constraint public.t.c": {
                "type": "unique",
                "definition": definition,
                "columns": ["a", "b"],
            }
        }

    wanted = frozenset(("b", "a"))
    assert schema.arbiter("public.t", wanted, False, known("UNIQUE (a, b)"))
    assert not schema.arbiter("public.t", wanted, False, known("UNIQUE (a, b) DEFERRABLE"))
    assert not schema.arbiter("public.other", wanted, False, known("UNIQUE (a, b)"))
