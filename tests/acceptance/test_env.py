"""The environment as a person looks at it: `env`, `env.diff`, and which of two values is used."""

import pytest

from tests.database.test_verify_code import SPEC


@pytest.fixture
def shop(synced):
    """A project with an env file and an app spec beside what the process has."""
    synced.write(".do/app.yaml", SPEC)
    synced.write(".env", "SMTP_HOST=other.test\nSMTP_PORT=1025\nSTRIPE_KEY=Zq9Zq9\n")
    return synced


def rows(done):
    """Each variable with how it stands in the four places, and the verdict."""
    lines = done.stdout.partition("\n\n")[0].splitlines()[2:]
    return {line.split()[0]: line.split()[1:] for line in lines}


def test_every_variable_stands_beside_itself(shop):
    done = shop.invoke("env.diff")

    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[0].split() == [
        "variable", ".env.example", ".env", "process", "app.yaml", "verdict",
    ]  # fmt: skip
    found = rows(done)
    assert found["DATABASE_URL"] == ["empty", "-", "used", "bound", "ok"]
    assert found["SMTP_HOST"] == ["same", "differs", "used", "differs", "ok"]
    assert found["SMTP_PORT"] == ["same", "same", "used", "differs", "ok"]
    assert found["SMTP_PASS"] == ["empty", "-", "used", "secret", "ok"]
    assert found["STRIPE_KEY"] == ["-", "used", "-", "-", "warning"]
    assert max(map(len, done.stdout.splitlines())) <= 80
    said = " ".join(done.stdout.split())
    assert "STRIPE_KEY: is set in .env, and .env.example does not declare it" in said


@pytest.mark.parametrize("wrong", [{"JWT_SECRET": ""}, {"SMTP_PORT": "smtp"}])
def test_it_ends_with_1_where_a_variable_is_missing_or_malformed(shop, wrong):
    done = shop.invoke("env.diff", **wrong)

    assert done.returncode == 1
    assert [row[-1] for row in rows(done).values()].count("error") == 1


def test_it_needs_no_database_and_no_address_of_one(shop):
    done = shop.invoke("env.diff", DATABASE_URL="", APP_ENV="")

    assert done.returncode == 1
    assert "variable DATABASE_URL, APP_ENV: is not set" in done.stdout


def test_another_file_stands_in_for_the_usual_one(shop):
    shop.write("prod.env", "SMTP_HOST=localhost\n")

    done = shop.invoke("env.diff", "--env", "prod.env")

    assert done.stdout.splitlines()[0].split()[2] == "prod.env"
    assert rows(done)["SMTP_HOST"][1] == "same"


def test_no_value_reaches_the_screen(shop):
    done = shop.invoke("env.diff", APP_ENV="production")

    values = [*shop.environ.values(), "Zq9Zq9", "other.test", "mail.shop.test"]
    assert [v for v in values if len(v) > 5 and v in done.stdout + done.stderr] == []


@pytest.mark.parametrize("task", ["preflight", "sync", "verify"])
def test_which_of_two_databases_is_used_is_said(synced, task):
    synced.write("prod.env", "DATABASE_URL=postgresql://app:Zq9@elsewhere.test/app\n")

    done = synced.invoke(task, "--env", "prod.env")

    assert done.returncode == 0, done.stderr
    assert done.stderr == "DATABASE_URL comes from the process, not from prod.env (they differ)\n"


def test_a_report_for_a_program_stays_one_document(synced):
    synced.write(".env", "APP_ENV=production\n")

    document, code = synced.json("verify")

    assert (document["environment"], code) == ("local", 0)
