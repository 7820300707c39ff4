"""An app spec beside the contract: what is wrong is named, and no value is shown."""

import pytest

from ops import platform
from ops.environment.declared import parse
from ops.environment.spec import judge_spec, unknown_values
from ops.findings import Severity

CONTRACT = parse("""
# The database.
# @required=everywhere @kind=postgres
DATABASE_URL=

# The same, at another name.
# @required=no @kind=postgres @equals=DATABASE_URL
DIRECT_DATABASE_URL=

# A certificate.
# @required=no @kind=pem
DATABASE_CA_CERT=

# Which environment.
# @required=everywhere @kind=choice @one-of=local,test,staging,production
APP_ENV=local

# The password.
# @required=staging,production @kind=secret
SMTP_PASS=

# The port.
# @required=staging,production @kind=port
SMTP_PORT=1025

# Where people go.
# @required=production @kind=url @https=production @not-local=production
FRONTEND_URL=http://localhost:3000

# Who answers.
# @required=no @kind=text
OWNER=

# Where answers go.
# @required=no @kind=text @equals=OWNER
REPLY_TO=

# A test switch.
# @required=no @kind=text @forbidden=production
FAKE_PAYMENTS=
""")
GIVEN = {
    "DATABASE_URL": {"value": "${db.DATABASE_URL}", "scope": "RUN_TIME"},
    "APP_ENV": {"value": "production"},
    "SMTP_PASS": {"type": "SECRET"},
    "SMTP_PORT": {"value": "587"},
    "FRONTEND_URL": {"value": "https://shop.test"},
}
HINT = "correct the envs of .do/app.yaml; .env.example says what each variable must be"


def made(job=None, app=None, command="invoke sync"):
    """A spec with these variables at the app; and others, or the same otherwise, at the job."""

    def envs(given):
        return [{"key": name, **entry} for name, entry in given.items() if entry is not None]

    document = {"name": "sync", "kind": "PRE_DEPLOY", "run_command": command}
    component = platform.read_component(".do/app.yaml", "job", document | {"envs": envs(job or {})})
    bindings = platform.bindings(".do/app.yaml", {"envs": envs(GIVEN | (app or {}))})
    return platform.Spec(".do/app.yaml", "shop", bindings, (component,))


def judged(spec, environ=None, app_env="production"):
    return list(judge_spec(spec, CONTRACT, environ or {}, app_env))


def said(spec, *args, **options):
    return [
        ("? " if finding.severity is Severity.WARNING else "")
        + f"{finding.subject.removeprefix('variable ')} {finding.message}"
        for finding in judged(spec, *args, **options)
    ]


def test_a_value_that_must_equal_an_unknown_one_is_not_compared():
    given = {"REPLY_TO": {"value": "anna"}, "OWNER": {"value": "${mail.OWNER}"}}

    assert said(made(app=given)) == []
    assert said(made(app=given | {"OWNER": {"value": "bert"}})) == [
        "REPLY_TO .do/app.yaml: differs from OWNER"
    ]


def test_what_nobody_requires_may_be_there_for_the_image_alone():
    assert said(made(app={"OWNER": {"value": "anna", "scope": "BUILD_TIME"}})) == []


def test_a_spec_that_hides_its_environment_is_judged_as_production():
    spec = made(app={"APP_ENV": {"type": "SECRET"}, "FAKE_PAYMENTS": {"value": "1"}})

    assert said(spec) == ["FAKE_PAYMENTS .do/app.yaml: is set, and forbidden in production"]


def test_a_spec_that_keeps_the_contract_is_nothing_to_speak_of():
    assert judged(made()) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"SMTP_PORT": None}, "SMTP_PORT .do/app.yaml: is not set"),
        ({"SMTP_PORT": {"value": ""}}, "SMTP_PORT .do/app.yaml: is not set"),
        ({"APP_ENV": None}, "APP_ENV .do/app.yaml: is not set"),
        (
            {"SMTP_PORT": {"value": "smtp"}},
            "SMTP_PORT .do/app.yaml: is not a number from 1 to 65535",
        ),
        ({"FRONTEND_URL": {"value": "<url>"}}, "FRONTEND_URL .do/app.yaml: holds a placeholder"),
        (
            {"FRONTEND_URL": {"value": "https://localhost"}},
            "FRONTEND_URL .do/app.yaml: points to the machine itself in production",
        ),
        (
            {"FAKE_PAYMENTS": {"value": "1"}},
            "FAKE_PAYMENTS .do/app.yaml: is set, and forbidden in production",
        ),
        (
            {"DATABASE_URL": {"value": "${db.DATABASE_URL}", "scope": "BUILD_TIME"}},
            "DATABASE_URL .do/app.yaml: is there only while the image is built (BUILD_TIME)",
        ),
        (
            {"SMTP_PASS": {"type": "SECRET", "scope": "BUILD_TIME"}},
            "SMTP_PASS .do/app.yaml: is there only while the image is built (BUILD_TIME)",
        ),
    ],
)
def test_what_the_job_is_given_must_be_as_the_contract_says(changed, message):
    assert said(made(app=changed)) == [message]
    assert said(made(app=changed), app_env="local") == [f"? {message}"]
    assert judged(made(app=changed))[0].hint == HINT


def test_the_jobs_own_variables_come_before_the_apps():
    assert said(made(app={"SMTP_PORT": None}, job={"SMTP_PORT": {"value": "587"}})) == []
    assert said(made(job={"SMTP_PORT": {"value": "x"}})) == [
        "SMTP_PORT .do/app.yaml: is not a number from 1 to 65535"
    ]


def test_a_spec_of_staging_is_judged_as_staging():
    other = {"APP_ENV": {"value": "staging"}, "FAKE_PAYMENTS": {"value": "1"}, "FRONTEND_URL": None}

    assert said(made(app=other)) == [
        "? FRONTEND_URL .do/app.yaml: is not set (production requires it)"
    ]


def test_a_job_without_any_variable_lacks_every_one():
    spec = platform.Spec(".do/app.yaml", "shop", (), made().components)

    assert len(said(spec)) == 5


def test_without_a_job_that_runs_sync_nobody_can_say_what_it_lacks():
    assert judged(made(app={"SMTP_PORT": None}, command="true")) == []


@pytest.mark.parametrize("value", ["${db.OTHER}", "EV[1:ab:cd]"])
def test_a_value_that_only_the_platform_knows_is_not_judged(value):
    spec = made(app={"DIRECT_DATABASE_URL": {"value": value}, "SMTP_PORT": {"value": value}})

    assert judged(spec, {"SMTP_PORT": "587", "DIRECT_DATABASE_URL": "x"}) == []
    assert unknown_values(spec) == 4
    assert unknown_values(made()) == 2


OPEN = "stands in .do/app.yaml as it is: whoever reads the repository has it"


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("SMTP_PASS", {"value": "q7Yt3Rw9Zx1Lk5Vb"}),
        ("SMTP_PASS", {"value": "q7Yt3Rw9Zx1Lk5Vb", "type": "SECRET"}),
        ("DATABASE_URL", {"value": "postgresql://a:hush@db.shop.test/app?sslmode=require"}),
        (
            "DATABASE_CA_CERT",
            {"value": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"},
        ),
    ],
)
def test_a_secret_in_git_is_an_error_everywhere_and_in_every_component(name, entry):
    for spec in (made(app={name: entry}), made(job={name: entry}), made({name: entry}, {}, "x")):
        for app_env in ("local", "production"):
            assert f"{name} {OPEN}" in said(spec, app_env=app_env)
    assert entry["value"] not in repr(judged(spec))


def test_a_certificate_is_no_secret():
    value = "-----BEGIN CERTIFICATE-----\nTUlJQw==\n-----END CERTIFICATE-----\n"

    assert judged(made(app={"DATABASE_CA_CERT": {"value": value}})) == []


def test_what_the_contract_does_not_declare_is_a_warning_with_the_name_that_was_meant():
    spec = made(app={"FRONTEND_URI": {"value": "x"}, "OPS_COMMIT": {"value": "x"}})

    assert said(spec) == [
        "? FRONTEND_URI is set in .do/app.yaml, and .env.example does not declare it;"
        " did you mean FRONTEND_URL?"
    ]


def test_a_secret_of_another_name_is_named_where_the_right_one_is_missing():
    spec = made(app={"SMTP_PASS": None, "SMTP_PASSWORD": {"type": "SECRET"}})

    assert said(spec) == [
        "SMTP_PASS .do/app.yaml: is not set; SMTP_PASSWORD is, which .env.example does not declare"
    ]


def test_a_value_that_was_changed_on_the_platform_is_a_warning_there():
    here = {"SMTP_PORT": "2525", "FRONTEND_URL": "https://shop.test", "SMTP_PASS": "x"}
    (finding,) = judged(made(), here)

    assert said(made(), here) == [
        "? SMTP_PORT is not as .do/app.yaml says: changed on the platform, or not applied"
    ]
    assert "2525" not in repr(finding)
    assert "587" not in repr(finding)
    assert judged(made(), here, app_env="staging") == []


def test_a_domain_for_examples_is_of_interest_where_people_come():
    spec = made(app={"FRONTEND_URL": {"value": "https://app.example.com"}})

    assert said(spec) == [
        "? FRONTEND_URL .do/app.yaml: names a domain that exists for examples only"
    ]
    assert judged(spec, app_env="local") == []
