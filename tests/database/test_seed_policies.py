"""What becomes of an edit made here, of a row that Git does not hold, of rows for elsewhere."""

import pytest

from ops.errors import Refused

LIMIT = "select approval_limit::int from team_roles where id = 'role-finance-manager'"
EDIT = "update team_roles set approval_limit = 5000 where id = 'role-finance-manager'"
SURPLUS = "insert into team_roles (id, name, is_system_role) values ('role-x', 'X', true)"
DEMO = """\
table = "customers"
key = ["id"]
owned = ["company", "owner", "email"]
environments = ["local", "test"]
surplus = "ignore"

[[rows]]
id = "demo"
company = "Demo"
owner = "Dora"
email = "demo@mail.test"
"""


def say(project, policy, file="roles"):
    """Write a policy into a seed file."""
    project.replace(f"seeds/{file}.toml", "key =", f"{policy}\nkey =")


def move(project, limit):
    """Git says another limit."""
    project.replace("seeds/roles.toml", "approval_limit = 50000", f"approval_limit = {limit}")


def named(report):
    """What the checks of the data name."""
    return [f for r in report.results if r.dimension == "data" for f in r.findings]


def left_standing(report):
    return [line for line in report.not_looked_at if line.startswith("kept as edited here")]


# -- an edit


def test_an_edit_is_restored_without_a_word_and_told(synced):
    synced.execute(EDIT)

    done = synced.sync()

    assert done.phases[3].changes == (
        "team_roles role-finance-manager: approval_limit 5000 -> 50000 (was edited here)",
    )
    assert synced.execute(LIMIT) == [(50000,)]


def test_an_edit_of_one_column_is_no_conflict_with_a_change_of_another(synced):
    synced.execute(EDIT)
    synced.replace("seeds/roles.toml", 'name = "Finance Manager"', 'name = "Treasurer"')

    (finding,) = synced.verify().findings
    done = synced.sync()

    assert finding.message == (
        "name: Treasurer in Git, Finance Manager here (changed in Git);"
        " approval_limit: 50000 in Git, 5000 here (edited here since the last sync)"
    )
    assert done.phases[3].changes == (
        "team_roles role-finance-manager: name Finance Manager -> Treasurer,"
        " approval_limit 5000 -> 50000 (was edited here: approval_limit)",
    )


@pytest.mark.parametrize(
    ("policy", "limit"), [("", 60000), ('edited = "refuse"', 50000), ('edited = "refuse"', 60000)]
)
def test_what_is_not_overwritten_unasked_stops_a_sync_before_anything(synced, policy, limit):
    synced.execute(EDIT)
    say(synced, policy)
    synced.migration("0006.more", "create table more (id int);")
    if limit != 50000:
        move(synced, limit)
    moved = (
        "changed in Git and edited here" if limit != 50000 else "edited here since the last sync"
    )

    done = synced.sync()

    assert isinstance(done.error, Refused)
    assert str(done.error) == (
        "row team_roles role-finance-manager is not overwritten unasked:"
        f" approval_limit: {limit} in Git, 5000 here ({moved})"
    )
    assert done.error.hint == (
        "write what is here into seeds/roles.toml;"
        " or take what Git has: invoke sync --allow overwrites-edits"
    )
    assert synced.execute("select to_regclass('more')::text") == [(None,)]
    with pytest.raises(Refused, match="is not overwritten unasked"):
        synced.plan()
    assert synced.sync("overwrites-edits").error is None
    assert synced.execute(LIMIT) == [(limit,)]


def test_a_plan_names_what_is_overwritten_once_that_is_allowed(synced):
    synced.execute(EDIT)
    move(synced, 60000)

    (step,) = synced.plan("overwrites-edits").rows

    assert step.dangers == ("overwrites-edits: approval_limit",)


def test_a_plan_says_of_an_edit_that_git_restores_that_nothing_is_to_be_allowed(synced):
    synced.execute(EDIT)

    (step,) = synced.plan().rows

    assert step.dangers == (
        "overwrites-edits: approval_limit; needs no --allow, since seeds/roles.toml restores edits",
    )


def test_verify_names_the_row_the_values_and_both_ways_out(synced):
    synced.execute(EDIT)
    move(synced, 60000)

    (finding,) = synced.verify().findings

    assert finding.subject == "row team_roles role-finance-manager"
    assert finding.message == (
        "approval_limit: 60000 in Git, 5000 here (changed in Git and edited here)"
    )
    assert finding.hint == (
        "write it into seeds/roles.toml, or overwrite it: invoke seed --allow overwrites-edits"
    )


def test_what_refuses_a_sync_refuses_preflight_and_no_migration(synced):
    synced.execute(EDIT)
    move(synced, 60000)
    synced.migration("0006.more", "create table more (id int);")

    preflight, migrate, seed = (synced.invoke(name) for name in ("preflight", "migrate", "seed"))

    assert [done.returncode for done in (preflight, migrate, seed)] == [5, 0, 5]
    assert "is not overwritten unasked" in preflight.stderr


def test_what_is_kept_is_in_parity_and_said(synced):
    synced.execute(EDIT)
    say(synced, 'edited.approval_limit = "keep"')

    report, done = synced.verify(), synced.sync()

    assert report.in_parity
    assert list(report.findings) == []
    assert left_standing(report) == [
        "kept as edited here: row team_roles role-finance-manager"
        " approval_limit: 50000 in Git, 5000 here"
    ]
    assert done.phases[3].notes[-1] == (
        "kept as edited here: team_roles role-finance-manager approval_limit"
    )
    assert done.seeded == {"inserted": 0, "updated": 0, "unchanged": 10, "pruned": 0}
    assert synced.execute(LIMIT) == [(5000,)]
    assert "kept as edited here: approval_limit" in synced.invoke("roles").stdout


def test_what_is_kept_stays_when_git_moves_and_follows_git_once_it_is_as_before(synced):
    synced.execute(EDIT)
    say(synced, 'edited.approval_limit = "keep"')
    move(synced, 60000)

    synced.sync()
    assert synced.execute(LIMIT) == [(5000,)]
    (told,) = left_standing(synced.verify())
    assert told.endswith("approval_limit: 60000 in Git, 5000 here, which Git changed since")

    synced.execute(EDIT.replace("5000", "50000"))
    synced.sync()
    assert synced.execute(LIMIT) == [(60000,)]


def test_to_keep_one_column_delivers_the_others(synced):
    synced.execute(EDIT.replace("approval_limit = 5000", "approval_limit = 5000, name = 'x'"))
    say(synced, 'edited.approval_limit = "keep"')

    assert synced.sync().seeded["updated"] == 1
    assert synced.execute("select name from team_roles where approval_limit = 5000") == [
        ("Finance Manager",)
    ]


def test_a_second_sync_beside_a_kept_value_writes_nothing(synced):
    synced.execute(EDIT)
    say(synced, 'edited = "keep"')
    synced.sync()
    before = synced.execute("select key, xmin::text from ops.delivered order by key")

    synced.sync()

    assert synced.execute("select key, xmin::text from ops.delivered order by key") == before


@pytest.mark.parametrize("policy", ["keep", "refuse"])
def test_a_row_that_a_migration_brought_is_no_edit(project, policy):
    say(project, f'edited = "{policy}"', "templates")

    done = project.sync()

    assert done.seeded["updated"] == 1
    assert project.verify().in_parity
    assert left_standing(project.verify()) == []


@pytest.mark.parametrize("policy", ["keep", "refuse"])
def test_a_value_that_a_migration_changed_is_no_edit(synced, policy):
    say(synced, f'edited = "{policy}"')
    synced.migration("0006.double", "update team_roles set approval_limit = 2 * approval_limit;")

    done = synced.sync()

    assert (done.error, done.seeded["updated"]) == (None, 2)
    assert synced.execute(LIMIT) == [(50000,)]


def test_an_edit_that_preflight_could_not_see_is_not_overwritten_either(synced):
    """Its row cannot be read whole before the migration that adds a column of the seed."""
    synced.execute(EDIT)
    say(synced, 'edited = "refuse"')
    synced.replace("seeds/roles.toml", '"approval_limit",', '"approval_limit", "colour",')
    synced.replace("seeds/roles.toml", "[every]", '[every]\ncolour = "red"')
    synced.migration("0006.colour", "alter table team_roles add colour text default 'blue';")
    schema = (synced.folder / "migrations/schema.json").read_text("utf-8")
    column = '"column public.team_roles.colour": {"type": "text", "default": "\'blue\'::text"},\n'
    synced.write("migrations/schema.json", schema.replace('"column', column + '"column', 1))

    done = synced.sync()

    assert done.applied == ["0006.colour"]
    assert str(done.error) == (
        "row team_roles role-finance-manager is not overwritten unasked:"
        " approval_limit: 50000 in Git, 5000 here (edited here since the last sync)"
    )
    assert synced.execute("select distinct colour from team_roles") == [("blue",)]


def test_a_row_that_was_deleted_here_is_named_as_that_and_comes_back(synced):
    say(synced, 'edited = "refuse"')
    synced.execute("delete from team_roles where id = 'role-viewer'")

    assert [f.message for f in synced.verify().findings] == [
        "missing here: it was delivered, and deleted here"
    ]
    assert synced.sync().seeded["inserted"] == 1


# -- records of an older version


def test_records_without_columns_are_understood_and_made_whole(synced):
    synced.execute("update ops.delivered set columns = null")
    synced.execute(EDIT)
    assert [f.message for f in synced.verify().findings] == [
        "approval_limit: 50000 in Git, 5000 here (edited here since the last sync)"
    ]
    move(synced, 60000)
    assert isinstance(synced.sync().error, Refused)

    synced.sync("overwrites-edits")

    assert synced.execute("select count(*) from ops.delivered where columns is null") == [(0,)]


def test_a_schema_of_records_of_an_older_version_is_read_and_then_renewed(synced):
    synced.execute("alter table ops.delivered drop column columns; comment on schema ops is null")
    synced.execute(EDIT)

    assert "edited here since the last sync" in next(synced.verify().findings).message
    assert synced.sync().report.in_parity
    assert synced.execute("select count(*) from ops.delivered where columns is null") == [(0,)]


# -- a row that Git does not hold


def test_a_surplus_row_goes_where_the_seed_says_so(synced):
    synced.execute(SURPLUS)
    say(synced, 'surplus = "prune"')

    (finding,) = synced.verify().findings
    (step,) = synced.plan().rows

    assert finding.hint == "add it to seeds/roles.toml, or delete it: invoke seed"
    assert step.dangers == (
        "prunes-rows: the row is gone; needs no --allow, since seeds/roles.toml prunes",
    )
    assert synced.sync().seeded["pruned"] == 1
    assert synced.differences() == []


def test_a_row_that_others_refer_to_is_not_pruned_and_nothing_is_half_done(synced):
    synced.execute(
        SURPLUS + ";insert into customers (id, company, owner, email) values ('c', 'C', 'c', 'c');"
        "insert into team_members (id, customer_id, role_id, first_name, last_name, email)"
        " values ('m', 'c', 'role-x', 'a', 'b', 'e')"
    )
    synced.execute(EDIT)
    say(synced, 'surplus = "prune"')

    error = synced.sync().error

    assert isinstance(error, Refused)
    assert str(error).startswith(
        "row team_roles role-x is not in Git, and rows of team_members refer to it"
        " (team_members_role_id_fkey): it cannot be deleted"
    )
    assert str(error).endswith("\nnothing was written")
    assert 'surplus = "deactivate"' in error.hint
    assert synced.execute(LIMIT) == [(5000,)]


def test_a_surplus_row_is_switched_off_and_then_in_parity(synced):
    synced.execute(SURPLUS)
    say(synced, 'surplus = "deactivate"\ndeactivate = { is_system_role = false }')

    (finding,) = synced.verify().findings
    done = synced.sync()

    assert finding.message == "not in Git, and not switched off: is_system_role = true here"
    assert finding.hint == "add it to seeds/roles.toml, or switch it off: invoke seed"
    assert done.seeded["updated"] == 1
    assert done.phases[3].changes == ("team_roles role-x: not in Git, switched off",)
    assert synced.differences() == []
    assert "not in Git, and inactive" in synced.invoke("roles").stdout


def test_to_allow_pruning_does_not_delete_what_is_to_be_switched_off(synced):
    synced.execute(SURPLUS)
    say(synced, 'surplus = "deactivate"\ndeactivate = { is_system_role = false }')

    assert synced.sync("prunes-rows").seeded["pruned"] == 0
    assert synced.execute("select is_system_role from team_roles where id = 'role-x'") == [(False,)]


def test_a_row_that_was_switched_off_is_on_again_once_git_holds_it(synced):
    off = 'edited = "refuse"\nsurplus = "deactivate"\ndeactivate = { is_system_role = false }'
    say(synced, off)
    whole = (synced.folder / "seeds/roles.toml").read_text("utf-8")
    synced.write("seeds/roles.toml", whole.rpartition("[[rows]]")[0])
    synced.sync()
    assert synced.execute("select id from team_roles where not is_system_role") == [
        ("role-viewer",)
    ]
    synced.write("seeds/roles.toml", whole)

    done = synced.sync()

    assert (done.error, done.seeded["updated"]) == (None, 1)
    assert synced.differences() == []


def test_rows_come_before_those_that_refer_to_them_and_go_after_them(synced):
    synced.write("seeds/a.toml", DEMO.replace('"ignore"', '"prune"'))
    user = DEMO.replace('"customers"', '"users"').replace(
        '"company", "owner"', '"customerId", "name", "role"'
    )
    user = user.replace(
        'company = "Demo"\nowner = "Dora"', 'customerId = "demo"\nname = "D"\nrole = "r"'
    )
    synced.write("seeds/b.toml", user.replace('"ignore"', '"prune"'))
    assert synced.sync().seeded["inserted"] == 2
    for name, text in (("a", DEMO), ("b", user)):
        other = text.replace('"demo"', '"other"').replace("demo@", "other@")
        synced.write(f"seeds/{name}.toml", other.replace('"ignore"', '"prune"'))

    done = synced.sync()

    assert [line.split(" (")[0] for line in done.phases[3].changes] == [
        "customers other: new",
        "users other: new",
        "users demo: deleted",
        "customers demo: deleted",
    ]


# -- rows for some environments


def test_demo_data_is_delivered_where_it_is_meant_for(synced):
    synced.write("seeds/demo.toml", DEMO)
    synced.execute("insert into customers (id, company, owner, email) values ('c', 'C', 'c', 'c')")

    assert [finding.subject for finding in named(synced.verify())] == ["row customers demo"]
    assert synced.sync().seeded["inserted"] == 1
    assert named(synced.verify()) == []


def test_demo_data_in_production_is_named_and_never_delivered(synced):
    synced.write("seeds/demo.toml", DEMO)
    synced.sync()
    synced.execute("update ops.environment set name = 'production'")
    production = {
        "APP_ENV": "production",
        "FRONTEND_URL": "https://app.acme-corp.com",
        "SMTP_HOST": "mail.acme-corp.com",
    }

    (finding,) = named(synced.verify(**production))
    assert (finding.severity, finding.subject) == ("error", "row customers demo")
    assert finding.message == "demo data in production: seeds/demo.toml is for local, test"
    assert finding.hint == ("look at it, then delete it: delete from customers where id = 'demo'")

    synced.execute("delete from customers where id = 'demo'")
    assert synced.sync(**production).seeded["inserted"] == 0
    assert named(synced.verify(**production)) == []
    assert synced.execute("select count(*) from customers") == [(0,)]


def test_two_files_of_one_table_do_not_take_each_others_rows_for_surplus(synced):
    synced.write(
        "seeds/roles_demo.toml",
        'table = "team_roles"\nkey = ["id"]\nowned = ["name"]\nscope.null = ["customer_id"]\n'
        'environments = ["local"]\n[[rows]]\nid = "role-demo"\nname = "Demo"\n',
    )

    assert synced.sync().seeded["inserted"] == 1
    assert named(synced.verify()) == []


# -- values and keys


def test_a_number_in_json_arrives_with_all_its_digits(synced):
    synced.replace(
        "seeds/roles.toml",
        '{ projects = "view", invoices = "view" }',
        "{ rate = 0.12345678901234567891, count = 12345678901234567890123, list = [1.50, {}] }",
    )

    synced.sync()

    assert synced.differences() == []


def test_a_key_that_nothing_keeps_unique_is_an_error(synced):
    text = (synced.folder / "migrations/schema.json").read_text("utf-8").split("\n")
    lost = [line for line in text if "notification_templates_system_type_key" not in line]
    synced.write("migrations/schema.json", "\n".join(lost))

    (result,) = [r for r in synced.verify().results if r.check == "data.keys"]
    (finding,) = result.findings

    assert finding.subject == "table public.notification_templates"
    assert finding.message == "nothing keeps type unique where customer_id is null"
    assert finding.hint == (
        "in a new migration: create unique index on notification_templates (type)"
        " where customer_id is null"
    )
