"""What a grant says, what goes without saying, and which statements lead from one to the other."""

import pytest

from ops.drift.ddl import repair
from ops.drift.declared import Snapshot
from ops.drift.diff import compare
from ops.drift.objects import bearer, grantee, relation_of, schema_of
from ops.drift.rights import told
from ops.project import Ignore

ALL = ["delete", "insert", "maintain", "references", "select", "trigger", "truncate", "update"]
SYNCS = {"role app": {"syncs": True}}
TABLE = {"schema public": {}, "table public.t": {}, "column public.t.a": {"type": "text"}}
FUNCTION = {
    "schema public": {},
    "function public.f()": {"arguments": "", "language": "sql", "body": "select 1"},
}


def findings(git, here, **terms):
    drift = compare(Snapshot(git), here, **terms)
    return [f"{found.subject}: {found.message}" for found in drift.findings]


def statements(git, here):
    text = repair(Snapshot(git), here)
    return [line for line in text.splitlines()[1:] if not line.startswith("--")]


@pytest.mark.parametrize(
    ("subject", "on", "to", "relation", "schema"),
    [
        ("table public.t to bob", "table public.t", "bob", "public.t", "public"),
        ("column public.t.a to public", "column public.t.a", "public", "public.t", "public"),
        ("view app.v to its owner", "view app.v", "its owner", "app.v", "app"),
        ("schema app to bob", "schema app", "bob", "", ""),
        ("function app.f(a.b, text[]) to bob", "function app.f(a.b, text[])", "bob", "", "app"),
        ('table public."a to b" to "c to d"', 'table public."a to b"', '"c to d"', None, "public"),
        ('table public.t to "it""s to"', "table public.t", '"it""s to"', "public.t", "public"),
        ("default for tables to bob", "", "bob", "", ""),
        ("default for tables by eve in app to bob", "schema app", "bob", "", ""),
        ('default for large objects by "by x" to bob', "", "bob", "", ""),
    ],
)
def test_name_of_a_grant_says_on_what_and_to_whom(subject, on, to, relation, schema):
    subject = f"grant {subject}"

    assert (bearer(subject), grantee(subject), schema_of(subject)) == (on, to, schema)
    if relation is not None:
        assert relation_of(subject, {}) == relation


@pytest.mark.parametrize(
    ("git", "here", "words"),
    [
        (["select"], [], "select missing here"),
        ([], ["insert", "select"], "insert, select not in Git"),
        (["select"], ["update"], "select missing here; update not in Git"),
        (["select"], ["select with grant option"], "select with grant option here"),
        (["select with grant option"], ["select"], "select without grant option here"),
        ([], ALL, "all not in Git"),
        (["select"], ALL, "delete, insert, references, trigger, truncate, update not in Git"),
        (ALL, ["maintain"], "delete, insert, references, select, trigger, truncate, update missing here"),
        ([], ["maintain"], "maintain not in Git"),
        ([], ["select", "update with grant option"],
         "select not in Git; update with grant option not in Git"),
    ],
)  # fmt: skip
def test_difference_in_words(git, here, words):
    assert told(git, here) == words


def test_finding_carries_both_sides():
    here = {**TABLE, "grant table public.t to bob": {"privileges": ["select"]}}
    (found,) = compare(Snapshot(TABLE), here).findings

    assert found.subject == "grant table public.t to bob"
    assert found.message == "select not in Git"
    assert (found.expected, found.observed) == ("nothing", "select")
    assert found.severity == "error"


def test_what_everybody_may_do_is_missed_when_it_is_revoked():
    here = {**FUNCTION, "grant function public.f() to public": {"privileges": []}}

    assert findings(FUNCTION, here) == ["grant function public.f() to public: execute missing here"]
    assert findings(here, FUNCTION) == ["grant function public.f() to public: execute not in Git"]


def test_grants_are_part_of_what_they_are_on():
    git = {**TABLE, "view public.v": {"definition": "SELECT 1;"}}
    for on in ("table public.t", "column public.t.a", "view public.v"):
        git[f"grant {on} to bob"] = {"privileges": ["select"]}

    assert findings(git, {"schema public": {}}) == [
        "table public.t: missing here, with 1 column and 2 grants",
        "view public.v: missing here, with 1 grant",
    ]


def test_grant_on_a_column_that_is_gone_goes_with_it():
    git = {**TABLE, "grant column public.t.a to bob": {"privileges": ["select"]}}
    here = {subject: git[subject] for subject in ("schema public", "table public.t")}

    assert findings(git, here) == ["column public.t.a: missing here, with 1 grant"]


def test_owner_is_told_from_both_sides():
    git, here = ({**TABLE, "table public.t": {"owner": name}} for name in ("bob", "eve"))

    assert findings(git, here) == ["table public.t: owned here by eve, in Git by bob"]
    assert findings(git, {**TABLE, **SYNCS}) == [
        "table public.t: owned here by the role that syncs, in Git by bob"
    ]


def test_grants_that_became_the_owners_own_are_told_with_the_owner():
    git = {**TABLE, "grant table public.t to bob": {"privileges": ["select with grant option"]}}
    here = {**TABLE, "table public.t": {"owner": "bob"}}

    assert findings(git, here) == [
        "table public.t: owned here by bob, in Git by the role that syncs;"
        " grant table public.t to bob differs with it"
    ]


def test_role_that_syncs_need_not_be_named():
    git = {
        **TABLE,
        "table public.t": {"owner": "app"},
        "grant table public.t to app": {"privileges": ALL},
        "grant default for tables by app to bob": {"privileges": ["select"]},
    }
    here = {**TABLE, **SYNCS, "grant default for tables to bob": {"privileges": ["select"]}}

    assert findings(git, here) == []


def test_role_that_verifies_is_left_out_as_far_as_it_reads():
    reads = {
        "grant schema public to bob": {"privileges": ["usage"]},
        "grant table public.t to bob": {"privileges": ["select"]},
        "grant default for tables to bob": {"privileges": ["select"]},
    }
    here = {**TABLE, **reads, "role bob": {"verifies": True}}
    drift = compare(Snapshot(TABLE), here)

    assert drift.findings == ()
    assert drift.ignored == ("what bob may read (a role for verify)",)
    assert drift.compared == len(TABLE)
    here["grant table public.t to bob"] = {"privileges": ["delete", "select with grant option"]}
    assert findings(TABLE, here) == [
        "grant table public.t to bob: delete not in Git; select with grant option not in Git"
    ]


def test_role_that_git_knows_is_not_left_out():
    git = {**TABLE, "grant schema public to bob": {"privileges": ["usage"]}}
    here = {**git, "role bob": {"verifies": True}}
    here["grant table public.t to bob"] = {"privileges": ["select"]}

    assert findings(git, here) == ["grant table public.t to bob: select not in Git"]


def test_between_two_catalogues_each_has_its_own_role_that_syncs():
    """As when a change made by hand is captured: the statements are for whoever migrates."""
    here = {**TABLE, "role postgres": {"syncs": True}, "table public.t": {"owner": "bob"}}
    git = {**TABLE, **SYNCS, "grant default for tables to eve": {"privileges": ["select"]}}
    git |= {"grant table public.t to its owner": {"privileges": []}}

    assert statements(git, here) == [
        "alter default privileges grant select on tables to eve;",
        "alter table public.t owner to current_user;",
        "revoke all privileges on table public.t from current_user;",
    ]


def test_what_verifies_there_is_left_out_of_a_capture():
    git = {**TABLE, **SYNCS, "role bob": {"verifies": True}}
    git["grant table public.t to bob"] = {"privileges": ["select"]}

    assert findings(git, {**TABLE, "role postgres": {"syncs": True}}) == []


@pytest.mark.parametrize(
    "pattern", ["grant * to bob", "grant table public.t *", "table public.t", "schema public"]
)
def test_grants_can_be_ignored_by_role_and_by_object(pattern):
    here = {**TABLE, "grant table public.t to bob": {"privileges": ["select"]}}

    assert findings(TABLE, here, ignore=[Ignore(pattern, "")]) == []


def test_grants_on_an_ignored_function_are_ignored():
    here = {**FUNCTION, "grant function public.f() to public": {"privileges": []}}

    assert findings(FUNCTION, here, ignore=[Ignore("function public.f*", "")]) == []


def test_grant_on_a_tables_sequence_goes_with_the_table():
    here = {"sequence public.s": {"owned_by": "public.t.a"}}
    here["grant sequence public.s to bob"] = {"privileges": ["usage"], "table": "public.t"}

    assert findings(TABLE, {**TABLE, **here}, ignore=[Ignore("table public.t", "")]) == []


@pytest.mark.parametrize(
    ("git", "here", "wanted"),
    [
        (["select"], [], ["grant select on table public.t to bob;"]),
        ([], ["select"], ["revoke select on table public.t from bob;"]),
        ([], ["select with grant option"], ["revoke select on table public.t from bob cascade;"]),
        (
            ["select"],
            ["select with grant option"],
            ["revoke grant option for select on table public.t from bob cascade;"],
        ),
        (
            ["insert", "select with grant option"],
            ["select"],
            [
                "grant insert on table public.t to bob;",
                "grant select on table public.t to bob with grant option;",
            ],
        ),
        (ALL, [], ["grant all privileges on table public.t to bob;"]),
        ([], ALL, ["revoke all privileges on table public.t from bob;"]),
    ],
)
def test_privileges_as_statements(git, here, wanted):
    grant = "grant table public.t to bob"
    sides = ({**TABLE, grant: {"privileges": list}} if list else TABLE for list in (git, here))

    assert statements(*sides) == wanted


def test_maintain_is_named_only_where_it_was_granted_by_name():
    """PostgreSQL 16 and older do not know the word, and their ALL is ours."""
    grant = "grant table public.t to bob"
    some = [name for name in ALL if name != "insert"]

    def lead(git, here):
        return statements(*({**TABLE, grant: {"privileges": list}} for list in (git, here)))

    assert lead(["select"], ALL) == [
        "revoke all privileges on table public.t from bob;",
        "grant select on table public.t to bob;",
    ]
    assert lead(some, ["select"]) == [
        "grant all privileges on table public.t to bob;",
        "revoke insert on table public.t from bob;",
    ]
    assert lead(["maintain"], []) == ["grant maintain on table public.t to bob;"]


@pytest.mark.parametrize(
    ("subject", "privilege", "wanted"),
    [
        ("view public.v to bob", "select", "revoke select on table public.v from bob;"),
        ("column public.t.a to bob", "select", "revoke select (a) on table public.t from bob;"),
        ("schema public to bob", "create", "revoke create on schema public from bob;"),
        ("sequence public.s to bob", "usage", "revoke usage on sequence public.s from bob;"),
        ("type public.m to bob", "usage", "revoke usage on type public.m from bob;"),
        (
            "function public.f(text) to bob",
            "execute",
            "revoke execute on routine public.f(text) from bob;",
        ),
        (
            "default for tables to bob",
            "select",
            "alter default privileges for role app revoke select on tables from bob;",
        ),
        (
            "default for functions by eve in public to bob",
            "execute",
            "alter default privileges for role eve in schema public revoke execute on functions"
            " from bob;",
        ),
    ],
)
def test_each_kind_in_the_words_of_the_statement(subject, privilege, wanted):
    git = {**TABLE, "view public.v": {"definition": "SELECT 1;"}}
    here = {**git, **SYNCS, f"grant {subject}": {"privileges": [privilege]}}

    assert statements(git, here) == [wanted]


def test_an_owners_own_are_granted_to_it_by_name():
    grant = {"grant table public.t to its owner": {"privileges": ["select"]}}
    owned = {**TABLE, "table public.t": {"owner": "bob"}}

    assert statements(TABLE, {**TABLE, **SYNCS, **grant}) == [
        "grant all privileges on table public.t to app;"
    ]
    assert statements(owned, {**owned, **SYNCS, **grant}) == [
        "grant all privileges on table public.t to bob;"
    ]


def test_what_is_made_anew_gets_its_owner_and_its_grants_again():
    def objects(definition):
        view = {"owner": "bob", "definition": definition}
        grant = {"grant view public.v to eve": {"privileges": ["select"]}}
        return {**TABLE, "view public.v": view, **grant}

    assert statements(objects("SELECT 1;"), {**objects("SELECT 2;"), **SYNCS}) == [
        "drop view public.v;",
        "create view public.v as",
        "SELECT 1;",
        "alter view public.v owner to bob;",
        "grant select on table public.v to eve;",
    ]


def test_what_is_made_gets_no_more_than_git_says():
    """Default privileges give it something that it does not have in Git."""
    defaults = {"grant default for tables in public to eve": {"privileges": ["select"]}}
    git, here = {**TABLE, **defaults}, {"schema public": {}, **defaults}

    assert statements(git, here)[-1] == "revoke select on table public.t from eve;"
    git["grant table public.t to eve"] = {"privileges": ["insert", "select"]}
    assert statements(git, here)[-1] == "grant insert on table public.t to eve;"


def test_default_privileges_come_before_what_is_made():
    git = {**TABLE, "grant default for tables to eve": {"privileges": ["select"]}}
    git["grant table public.t to eve"] = {"privileges": ["select"]}

    assert statements(git, {"schema public": {}})[0] == (
        "alter default privileges grant select on tables to eve;"
    )
    assert len([line for line in statements(git, {"schema public": {}}) if "grant" in line]) == 1


def test_grant_on_what_waits_for_a_person_waits_with_it():
    waiting = {"arguments": "", "result": "SETOF public.child", "language": "sql", "body": ""}
    git = {"schema public": {}, "table public.child": {}, "function public.f()": waiting}
    git["grant function public.f() to public"] = {"privileges": []}

    assert statements(git, {"schema public": {}, "table public.child_n": {}}) == []
