"""What is compared, and how it is told; the rest is tried on a real server."""

import pytest

from ops.drift.declared import Snapshot
from ops.drift.diff import compare
from ops.project import Ignore

USERS = {
    "schema public": {},
    "table public.users": {},
    "column public.users.id": {"type": "uuid", "not_null": True, "default": "gen_random_uuid()"},
    "column public.users.name": {"type": "text"},
    "constraint public.users.users_pkey": {
        "type": "primary key",
        "definition": "PRIMARY KEY (id)",
        "columns": ["id"],
    },
    "index public.users_name_idx": {
        "table": "public.users",
        "definition": "btree (name)",
        "columns": ["name"],
    },
}
AUDIT = {
    "table public.audit_log": {},
    "column public.audit_log.at": {"type": "date"},
    "index public.at_idx": {"table": "public.audit_log", "definition": "btree (at)"},
}


def without(objects, *subjects):
    return {subject: objects[subject] for subject in objects if subject not in subjects}


def told(drift):
    return [f"{found.severity} {found.subject}: {found.message}" for found in drift.findings]


def test_equal_schemas_have_no_finding():
    drift = compare(Snapshot(USERS), USERS)

    assert drift.findings == drift.ignored == ()
    assert (drift.compared, drift.waiting) == (6, 0)


def test_finding_carries_both_values_and_the_command():
    here = {**USERS, "column public.users.name": {"type": "integer", "not_null": True}}
    (found,) = compare(Snapshot(USERS), here).findings

    assert found.message == "text in Git, integer here; nullable in Git, not null here"
    assert (found.expected, found.observed) == ("text; nullable", "integer; not null")
    assert found.hint == "invoke schema.diff --sql"


def test_missing_one_says_what_it_should_be():
    (found,) = compare(Snapshot(USERS), without(USERS, "column public.users.id")).findings[:1]

    assert (found.expected, found.observed) == ("uuid not null default gen_random_uuid()", "")


def test_rename_is_a_warning_with_the_statement_that_undoes_it():
    here = without(USERS, "index public.users_name_idx")
    here['index public."Name"'] = USERS["index public.users_name_idx"]
    (found,) = compare(Snapshot(USERS), here).findings

    assert found.severity == "warning"
    assert found.message == 'is named "Name" here'
    assert found.hint == 'alter index public."Name" rename to users_name_idx;'


def test_errors_come_before_warnings():
    here = without(USERS, "index public.users_name_idx")
    here["index public.a"] = USERS["index public.users_name_idx"]
    here["view public.z"] = {"definition": "SELECT 1;"}

    assert told(compare(Snapshot(USERS), here)) == [
        "error view public.z: not in Git",
        "warning index public.users_name_idx: is named a here",
    ]


def test_two_of_the_same_shape_are_two_renames():
    index = USERS["index public.users_name_idx"]
    git = {**USERS, "index public.b": index}
    here = {**without(USERS, "index public.users_name_idx"), "index public.c": index}
    here["index public.d"] = index

    assert told(compare(Snapshot(git), here)) == [
        "warning index public.b: is named c here",
        "warning index public.users_name_idx: is named d here",
    ]


@pytest.mark.parametrize("name", ["user", '"Users"', "us_ers", "users2"])
def test_another_spelling_is_pointed_out(name):
    found = told(compare(Snapshot(USERS), {"schema public": {}, f"table public.{name}": {}}))

    assert set(found) == {
        "error table public.users: missing here, with 2 columns, 1 constraint and 1 index; "
        f"looks like public.{name}, which is not in Git",
        f"error table public.{name}: not in Git",
    }


def made(table, *columns):
    """A table of these columns, each `name type`."""
    pairs = [column.split() for column in columns]
    return {f"table public.{table}": {"columns": [name for name, _ in pairs]}} | {
        f"column public.{table}.{name}": {"type": type} for name, type in pairs
    }


@pytest.mark.parametrize(
    ("git", "here", "said"),
    [
        (made("a", "id int", "x text"), made("b", "id int", "x text"), "public.b"),
        (made("a", "id int", "x text", "y int"), made("a", "id int", "q text", "y int"), "q"),
        (made("a", "id int", "x text"), made("a", "id int", "q text"), "q"),
        (made("a", "x text", "y int"), made("a", "q text", "p int"), "q"),
        (made("a", "id int", "x text"), made("a", "id int", "q int"), None),
        (made("a", "x text", "id int"), made("a", "id int", "q text"), None),
        (made("a", "id int", "x text"), made("a", "id int", "q text", "r text"), None),
        (made("a", "id int", "x text", "y text"), made("a", "id int", "q text"), None),
        (made("a", "id int"), made("b", "id int") | made("c", "id int"), None),
        (made("a", "id int") | made("d", "id int"), made("b", "id int"), None),
    ],
)
def test_what_was_renamed_is_pointed_out_if_nothing_else_can_be_it(git, here, said):
    rest = {"schema public": {}}
    found = told(compare(Snapshot(rest | git), rest | here))

    looks = [line.partition("; looks like ")[2] for line in found if "; looks like " in line]
    assert looks[:1] == ([f"{said} renamed"] if said else [])


def test_another_name_is_not():
    here = {"schema public": {}, "table public.invoices": {}}

    assert told(compare(Snapshot(USERS), here)) == [
        "error table public.invoices: not in Git",
        "error table public.users: missing here, with 2 columns, 1 constraint and 1 index",
    ]


def test_many_that_need_it_are_counted():
    views = {f"view public.v{n}": {"definition": "SELECT 1 FROM public.users"} for n in range(9)}

    (found,) = compare(Snapshot({**USERS, **views}), {"schema public": {}}).findings

    assert found.message == (
        "missing here, with 2 columns, 1 constraint and 1 index; "
        "view public.v0, view public.v1, view public.v2, view public.v3 and 5 more need it"
    )


def test_ignored_table_is_left_out_with_its_parts():
    rule = Ignore("table public.audit_*", "owned by the audit service")
    drift = compare(Snapshot(USERS), {**USERS, **AUDIT}, ignore=[rule])

    assert drift.findings == ()
    assert drift.ignored == (
        "3 objects matching table public.audit_* (owned by the audit service)",
    )
    assert drift.compared == 6


def test_rule_that_matches_nothing_is_told_too():
    rules = [Ignore("schema nowhere", "stale"), Ignore("index public.at_idx", "made by hand")]
    drift = compare(Snapshot({**USERS, **AUDIT}), {**USERS, **AUDIT}, ignore=rules)

    assert drift.ignored == (
        "0 objects matching schema nowhere (stale)",
        "1 object matching index public.at_idx (made by hand)",
    )


def test_ignoring_tells_capitals_apart():
    drift = compare(Snapshot(USERS), {**USERS, **AUDIT}, ignore=[Ignore("table PUBLIC.*", "")])

    assert told(drift) == ["error table public.audit_log: not in Git, with 1 column and 1 index"]


def test_what_a_pending_migration_makes_is_not_missing():
    git = Snapshot({**USERS, **AUDIT}, since=dict.fromkeys(AUDIT, "0002"))
    drift = compare(git, USERS, pending=frozenset({"0002"}))

    assert drift.findings == ()
    assert (drift.compared, drift.waiting) == (6, 3)


def test_what_a_pending_migration_drops_is_not_surplus():
    git = Snapshot(USERS, dropped=dict.fromkeys(AUDIT, "0002"))

    assert compare(git, {**USERS, **AUDIT}, pending=frozenset({"0002"})).findings == ()
    assert told(compare(git, {**USERS, **AUDIT})) == [
        "error table public.audit_log: not in Git, with 1 column and 1 index; 0002 dropped it"
    ]


def test_what_waits_does_not_hide_what_an_applied_migration_made():
    git = Snapshot(USERS, since={**dict.fromkeys(USERS, "0001"), "table public.users": "0002"})
    here = {**USERS, "table public.users": {"unlogged": True}}
    here["column public.users.name"] = {"type": "integer"}
    drift = compare(git, here, pending=frozenset({"0002"}))

    assert told(drift) == ["error column public.users.name: text in Git, integer here"]
    assert drift.waiting == 1


def test_unknown_part_of_a_table_that_waits_waits_too():
    git = Snapshot({**USERS, **AUDIT}, since=dict.fromkeys(AUDIT, "0002"))
    here = {**USERS, **AUDIT, "column public.audit_log.extra": {"type": "text"}}

    assert compare(git, here, pending=frozenset({"0002"})).waiting == 4


def test_definition_is_cut_to_where_it_differs():
    view = "SELECT 1 AS one;"
    check = "CHECK ((" + " AND ".join(f"(column_{n} > 0)" for n in range(20))
    git = {**USERS, "constraint public.users.c": {"type": "check", "definition": check + "))"}}
    here = {**git, "constraint public.users.c": {"type": "check", "definition": check + " OR x))"}}
    (found,) = compare(Snapshot({**git, "view public.v": {"definition": view}}), here).findings[:1]

    assert found.message == "…(column_19 > 0))) in Git, …(column_19 > 0) OR x)) here"


def test_body_shows_only_the_lines_that_differ():
    def function(*lines):
        return {"function public.f()": {"body": "\n".join(lines)}}

    git = function("begin", *(f"    step_{n}();" for n in range(300)), "end")
    here = function("begin", *(f"    step_{n}();" for n in range(300) if n % 50), "end")
    (found,) = compare(Snapshot(git), here).findings

    assert found.message == "body: step_0(); in Git, nothing here (6 lines differ)"
    assert found.expected == "step_0();\nstep_50();\nstep_100();\n…"


def test_lines_in_another_order_differ():
    git = {"function public.f()": {"body": "a();\nb();"}}
    here = {"function public.f()": {"body": "b();\na();"}}

    assert len(compare(Snapshot(git), here).findings) == 1


def test_differences_that_explain_each_other_are_all_told():
    def objects(one, other):
        return {
            "table public.t": {},
            "column public.t.a": {"type": "text", "generated": f"(b){one}"},
            "column public.t.b": {"type": "text", "generated": f"(a){other}"},
            "view public.v": {"definition": f"SELECT a, b FROM public.w {one}"},
            "view public.w": {"definition": f"SELECT a, b FROM public.v {other}"},
        }

    drift = compare(Snapshot(objects("", "")), objects("::date", "::date"))
    gone = compare(Snapshot(objects("", "")), {"table public.t": {}})

    assert len(drift.findings) == 4
    assert len(gone.findings) == 4


def test_partition_may_switch_a_trigger_that_the_parent_has_off():
    trigger = {"definition": "CREATE TRIGGER x AFTER INSERT ON public.p", "enabled": "disabled"}
    git = {
        "table public.p": {"partition_by": "LIST (a)"},
        "table public.c": {"partition_of": "public.p", "bound": "DEFAULT"},
        "trigger public.p.x": trigger,
    }
    here = {"definition": "CREATE TRIGGER x AFTER INSERT ON public.c", "inherited": True}

    assert told(compare(Snapshot(git), {**git, "trigger public.c.x": here})) == [
        "error trigger public.c.x: disabled in Git, enabled here"
    ]
