"""Two environments beside one another, live or carried as a file."""

import json

import pytest

from ops import project
from ops.compare import diff, side
from ops.environment.declared import read
from ops.errors import SettingsError
from ops.reading import gather
from ops.settings import Settings

SECRET = "k3Jq0vZ8xN5tB1rW7yU4mL2pD9sF6hG0"


def look(project, label="live", **environ):
    values = project.environ | environ
    target = Settings.load(project.folder, values).target
    with project.looking(**environ) as (declared, conn):
        seen = gather(conn, declared, whole=True)
        return side.of_facts(label, seen, seen.place(target))


def differences(synced, left, right):
    declared = project.read(synced.folder / "parity.toml")
    variables = read(synced.folder / ".env.example")
    found = diff.compare(left, right, variables, declared.ignore)
    return [f"{f.subject}: {f.message}" for f in found.findings]


@pytest.fixture
def before(synced):
    """A file of facts, read again."""
    path = synced.folder / "before.json"
    path.write_text(side.render(look(synced)), "utf-8")
    return side.read(path)


def test_what_was_carried_equals_what_it_was_taken_from(synced, before):
    assert differences(synced, before, look(synced)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "alter table users add nickname text",
            "column public.users.nickname: not in before.json",
        ),
        ("drop index email_queue_next_idx", "index public.email_queue_next_idx: missing in live"),
        (
            "alter table customers alter status set default 'look here now'",
            "column public.customers.status: default 'trial'::text in before.json, 'look here now'::text in live",
        ),
        (
            "update team_roles set approval_limit = 1.50 where id = 'role-finance-manager'",
            "row team_roles role-finance-manager: approval_limit: 50000 in before.json, 1.5 in live",
        ),
        (
            "update team_roles set permissions = permissions || '{\"reports\": \"edit\"}' where id = 'role-owner'",
            "row team_roles role-owner: permissions.reports: (none) in before.json, edit in live",
        ),
        (
            "delete from team_roles where id = 'role-viewer'",
            "row team_roles role-viewer: only in before.json",
        ),
        (
            "insert into team_roles (id, name) values ('role-spy', 'Spy')",
            "row team_roles role-spy: only in live",
        ),
        (
            "delete from _yoyo_migration where migration_id like '0004%'; delete from ops.ledger where id like '0004%'",
            "migration 0004.add-team-invitation-template: is applied in before.json, and not in live",
        ),
        (
            "update ops.ledger set normalised = 'other' where id like '0001%'",
            "migration 0001.initial-schema: another text was applied in live than in before.json",
        ),
        (
            "update ops.runs set commit_hex = 'beefbeefbeef'",
            "commit c0ffeec: c0ffeec was delivered to before.json, beefbee to live",
        ),
    ],
)
def test_a_difference_names_both_places_and_nothing_else_differs(synced, before, change, told):
    synced.execute(change)

    assert differences(synced, before, look(synced)) == [told]


def test_a_customers_rows_are_neither_carried_nor_compared(synced, before):
    synced.execute(
        "insert into customers (id, company, owner, email) values ('c', 'Sekrit Ltd', 'o', 'e');"
        "insert into team_roles (id, customer_id, name) values ('own', 'c', 'Own role')"
    )

    assert differences(synced, before, look(synced)) == []
    assert "Own role" not in side.render(look(synced))
    assert "Sekrit" not in side.render(look(synced))


def test_no_value_of_a_variable_is_in_the_file(synced):
    text = side.render(look(synced))

    for name, value in synced.environ.items():
        if name not in ("APP_ENV", "DATABASE_URL", "OPS_COMMIT", "SMTP_USER"):
            assert f'"{value}"' not in text, name
    marks = json.loads(text)["variables"]
    assert len(marks["JWT_SECRET"]) == 4  # hexadecimal digits


def test_two_environments_must_not_share_a_secret(synced, before):
    other = look(synced, FRONTEND_URL="https://app.mail.test", APP_ENV="staging")

    told = differences(synced, before, other)

    assert "variable JWT_SECRET: is the same secret in both" in told
    assert not any(line.startswith("variable FRONTEND_URL") for line in told)


def test_one_environment_has_one_value_of_each(synced, before):
    told = differences(synced, before, look(synced, JWT_SECRET=SECRET[::-1], COMMIT_HASH="beefbee"))

    assert told == [
        "variable JWT_SECRET: has another value in each",
        "variable COMMIT_HASH: is set in live alone",
    ]


@pytest.mark.parametrize("text", ["{}", "{", '{"kind": "facts of invoke", "version": 99}', "[1]"])
def test_a_file_that_is_none_of_facts_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)

    with pytest.raises(SettingsError, match=r"x\.json holds no facts of version 1"):
        side.read(tmp_path / "x.json")


def test_facts_are_carried_and_compared_on_the_command_line(synced):
    assert synced.invoke("facts", "--output", "prod.json").returncode == 0
    (synced.folder / "here.env").write_text("")
    assert synced.invoke("compare", "prod.json", "here.env").returncode == 0
    synced.execute("create table stray (id int)")

    done = synced.invoke("compare", "prod.json", "here.env")

    assert done.returncode == 1
    assert "table public.stray: not in prod.json" in done.stdout
    document, code = synced.json("compare", "prod.json", "here.env")
    assert (document["in_parity"], code) == (False, 1)
    assert document["beside"]["environment"] == "local"
    assert synced.invoke("compare", "nothing.json", "here.env").returncode == 2
