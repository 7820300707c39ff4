import pytest

from ops.environment.declared import Variable, parse
from ops.environment.diff import judge, strangers
from ops.findings import Finding, Severity

LIVE = frozenset({"staging", "production"})
SECRET = "k3H9-vq2Lw8_Zr5Tn1Xb7Yc4Md6Pf0Sg"


def variable(kind="text", name="NAME", **rules):
    return Variable(name, "A sentence.", rules.pop("required", frozenset()), kind, **rules, line=9)


def findings(value, kind="text", app_env="production", environ=None, **rules):
    """Judge one variable that is set to this value."""
    return judge((variable(kind, **rules),), {"NAME": value, **(environ or {})}, app_env)


def said(*args, **rules):
    return [(finding.message, finding.severity) for finding in findings(*args, **rules)]


def error(message):
    return [(message, Severity.ERROR)]


def warning(message):
    return [(message, Severity.WARNING)]


# -- set or not set


def test_missing_where_it_is_required_is_an_error():
    assert judge((variable(required=LIVE),), {}, "production") == (
        Finding(
            subject="variable NAME",
            message="is not set",
            hint="set it in the environment, or in .env; .env.example says how",
            expected="set",
            observed="not set",
            severity=Severity.ERROR,
        ),
    )


def test_missing_where_others_require_it_is_a_warning():
    (finding,) = judge((variable(required=LIVE),), {"NAME": ""}, "local")

    assert finding.severity is Severity.WARNING
    assert finding.message == "is not set (production and staging require it)"


def test_missing_where_nobody_requires_it_is_nothing():
    assert judge((variable(),), {}, "production") == ()


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("SMTP_PASS", "SMTP_PASSWORD"),
        ("FRONTEND_URL", "FRONTEND_BASE_URL"),
        ("JWT_SECRET", "jwtSecret"),
        ("SMTP_FROM", "SMTPFROM"),
    ],
)
def test_a_near_name_is_said(wanted, there):
    (finding,) = judge((variable(name=wanted, required=LIVE),), {there: "x"}, "production")

    assert finding.message == f"is not set; {there} is, which .env.example does not declare"


def test_a_declared_or_empty_or_distant_name_is_not_near():
    variables = (variable(name="SMTP_PASS", required=LIVE), variable(name="SMTP_PASSWORD"))
    environ = {"SMTP_PASSWORD": "x", "SMTP_PASSW": "", "HOME": "/", "PATH": "/"}

    (finding,) = judge(variables, environ, "production")

    assert finding.message == "is not set"


def unread(*names):
    declared = (variable(name="SMTP_PASS", required=LIVE),)
    return [f"{f.subject} {f.message}" for f in strangers(declared, names, "prod.env", names)]


def test_a_name_that_nobody_declared_is_a_warning():
    (finding,) = strangers((), ["STRIPE_KEY"], "prod.env", ())

    assert finding == Finding(
        subject="variable STRIPE_KEY",
        message="is set in prod.env, and .env.example does not declare it",
        hint="declare it in .env.example, or remove it from prod.env",
        expected="declared",
        observed="not declared",
        severity=Severity.WARNING,
    )


def test_the_name_that_was_meant_is_said():
    assert unread("SMTP_PASS", "SMTP_PASSWORD") == [
        "variable SMTP_PASSWORD is set in prod.env, and .env.example does not declare it;"
        " did you mean SMTP_PASS?"
    ]


def test_a_name_that_stands_for_a_missing_one_is_told_there_alone():
    assert unread("SMTP_PASSWORD") == []
    assert (
        "SMTP_PASSWORD is"
        in judge(
            (variable(name="SMTP_PASS", required=LIVE),), {"SMTP_PASSWORD": "x"}, "production"
        )[0].message
    )


@pytest.mark.parametrize("name", ["SMTP_PASS", "OPS_COMMIT", "POSTGRES_BIN", "GITHUB_SHA"])
def test_what_is_declared_and_what_the_tool_reads_itself_is_no_stranger(name):
    assert unread(name, "SMTP_PASS") == []


def test_what_is_forbidden_must_not_be_set():
    forbidden = frozenset({"production"})

    (finding,) = findings("1", forbidden=forbidden)

    assert (finding.message, finding.expected, finding.observed) == (
        "is set, and forbidden in production",
        "not set",
        "set",
    )
    assert finding.hint == "remove NAME from the environment (its rule: .env.example line 9)"
    assert findings("1", app_env="staging", forbidden=forbidden) == ()


# -- kinds


PEM = "-----BEGIN PRIVATE KEY-----\nTUlJQw==\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("url", "https://app.acme.io"),
        ("url", "redis://cache:6379/0"),
        ("url", "http://[::1]:3000/x"),
        ("host", "mail.acme.io"),
        ("host", "localhost"),
        ("host", "10.0.0.7"),
        ("host", "2001:db8::7"),
        ("port", "1"),
        ("port", "65535"),
        ("text", "it's $1, {braces} and all"),
        ("text", "Hello ${name}"),
        ("address", "no-reply@acme.io"),
        ("address", "o'brien+x@mail.acme.io"),
        ("address", "dev@localhost"),
        ("commit", "4f1a1a8"),
        ("commit", "4F1A1A8" + "0" * 57),
        ("pem", PEM),
        ("pem", PEM.replace("\n", "\\n")),
        ("secret", SECRET),
        ("secret", "a${b}c"),
        ("postgres", "postgresql://app:hush@db.internal/app"),
        ("postgres", "postgresql://app:hush@localhost/app"),
    ],
)
def test_a_good_value_is_nothing_to_speak_of(kind, value):
    assert findings(value, kind) == ()


A_HOST = "is not a host name or address, without scheme and port"
AN_ADDRESS = "is not a bare address such as no-reply@example.com"
A_URL = "is not a URL such as https://app.example.com"


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("url", "app.acme.io", A_URL),
        ("url", "localhost:3000", A_URL),
        ("url", "https://", A_URL),
        ("url", "https://acme.io:port", A_URL),
        ("url", "https://[::1", A_URL),
        ("url", "https://acme.io/a b", A_URL),
        ("host", "https://mail.acme.io", A_HOST),
        ("host", "mail.acme.io:25", A_HOST),
        ("host", "db:25", A_HOST),
        ("host", "-mail", A_HOST),
        ("port", "0", "is not a number from 1 to 65535"),
        ("port", "65536", "is not a number from 1 to 65535"),
        ("port", "٢٥", "is not a number from 1 to 65535"),
        ("port", "smtp", "is not a number from 1 to 65535"),
        ("address", "Acme <no-reply@acme.io>", "has a display name"),
        ("address", "no-reply", AN_ADDRESS),
        ("address", "no-reply@acme", AN_ADDRESS),
        ("address", "a@acme.io,b@acme.io", AN_ADDRESS),
        ("commit", "main", "is not 7 to 64 hexadecimal digits"),
        ("pem", PEM[:-12], "is not PEM text, from -----BEGIN to -----END"),
        ("text", " x", "begins or ends with white space"),
        ("secret", SECRET + "\n", "begins or ends with white space"),
        ("secret", f'"{SECRET}"', "has quotes around it"),
        ("postgres", "mysql://app:hush@db/app", "does not begin with postgresql://"),
        (
            "postgres",
            "postgresql://app:hush@db.internal/app?sslmode=prefer",
            "does not insist on encryption",
        ),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_an_error(kind, value, message):
    assert said(value, kind) == said(value, kind, app_env="local") == error(message)


def test_a_choice_is_one_of_its_words():
    assert findings("blue", "choice", one_of=("red", "blue")) == ()
    assert said("green", "choice", one_of=("red", "blue")) == error("is not one of red, blue")


def test_a_bad_database_url_keeps_the_hint_of_its_fault():
    (finding,) = findings("postgresql://app:hu/sh@db/app", "postgres")

    assert finding.message == "holds a / before the @ that is not percent-encoded"
    assert finding.hint.startswith("percent-encode the user name and the password: python3 -c")
    assert finding.hint.endswith("(its rule: .env.example line 9)")


# -- placeholders


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("secret", "changeme"),
        ("secret", "CHANGE-ME"),
        ("secret", "please-change-me-to-32-characters-or-more"),
        ("secret", "your-secret-key"),
        ("secret", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        ("secret", "***"),
        ("secret", "<secret>"),
        ("secret", "${SECRET}"),
        ("secret", "an-example-secret"),
        ("text", "your-user"),
        ("text", "undefined"),
        ("text", "example"),
        ("host", "<host>"),
        ("port", "xxx"),
        ("address", "your-address"),
    ],
)
def test_a_placeholder_is_an_error_where_it_is_live(kind, value):
    message = "holds a placeholder"

    assert said(value, kind, min=32) == error(message)
    assert said(value, kind, min=32, app_env="staging") == error(message)
    assert said(value, kind, min=32, app_env="local") == warning(message)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("url", "https://${APP_DOMAIN}"), ("host", "${mail.HOST}"), ("postgres", "${db.URL}")],
)
def test_a_reference_that_was_not_resolved_is_an_error(kind, value):
    assert said(value, kind) == error("holds a reference that was not resolved")


def test_an_unresolved_commit_is_only_a_warning_because_git_can_tell():
    message = "holds a reference that was not resolved"

    assert said("${_self.COMMIT_HASH}", "commit") == warning(message)


def test_the_secret_of_the_example_is_nobodys_secret():
    message = "holds what stands in .env.example"

    assert said(SECRET, "secret", default=SECRET) == error(message)
    assert said(SECRET, "secret", default=SECRET, app_env="local") == warning(message)


def test_the_database_of_the_example_is_a_local_one():
    url = "postgresql://postgres@localhost/app"

    assert said(url, "postgres", default=url, app_env="local") == []
    assert said(url, "postgres", default=url) == error("holds what stands in .env.example")


def test_other_defaults_of_the_example_may_be_kept():
    assert said("1025", "port", default="1025") == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("url", "https://app.example.com/x"),
        ("host", "smtp.example.org"),
        ("address", "no-reply@example.com"),
        ("postgres", "postgresql://app:hush@db.example.com/app"),
    ],
)
def test_a_domain_for_examples_is_a_warning_where_it_is_live(kind, value):
    assert said(value, kind) == warning("names a domain that exists for examples only")
    assert said(value, kind, app_env="local") == []


# -- limits


def test_a_short_secret_is_counted_but_not_measured():
    (finding,) = findings("hush", "secret", min=32, generate=True)

    assert finding.message == "is shorter than 32 characters"
    assert (finding.expected, finding.observed) == ("32 characters or more", "fewer")
    assert finding.hint == (
        "set NAME in the environment, for example from "
        '`python3 -c "import secrets; print(secrets.token_urlsafe(48))"` '
        "(its rule: .env.example line 9)"
    )
    assert findings(SECRET, "secret", min=32) == ()


@pytest.mark.parametrize("rules", [{"min": 99}, {"generate": True, "equals": "TWIN"}])
def test_a_secret_that_others_hand_out_is_not_to_be_invented(rules):
    (finding,) = findings(SECRET, "secret", **rules)

    assert "token_urlsafe" not in finding.hint


def test_https_is_asked_for_where_it_is_declared():
    https = frozenset({"production"})

    assert said("http://acme.io", "url", https=https) == error("is not https in production")
    assert said("http://acme.io", "url", https=https, app_env="staging") == []
    assert said("https://acme.io", "url", https=https) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("url", "https://localhost:3000"),
        ("url", "https://127.0.0.1"),
        ("url", "https://[::1]:3000"),
        ("url", "https://app.localhost"),
        ("host", "localhost"),
        ("address", "no-reply@localhost"),
        ("postgres", "postgresql://app:hush@localhost/app"),
        ("postgres", "postgresql:///app?host=/tmp"),
    ],
)
def test_a_deployment_does_not_point_to_itself(kind, value):
    not_local = frozenset({"production"})

    message = "points to the machine itself in production"
    assert said(value, kind, not_local=not_local) == error(message)
    assert said(value, kind, not_local=not_local, app_env="test") == []


def test_what_must_be_equal_is_compared_and_not_shown():
    assert findings(SECRET, "secret", equals="TWIN", environ={"TWIN": SECRET}) == ()
    (finding,) = findings(SECRET, "secret", equals="TWIN", environ={"TWIN": "other"})
    (alone,) = findings(SECRET, "secret", equals="TWIN")

    assert finding.message == alone.message == "differs from TWIN"
    assert (finding.observed, alone.observed) == ("another value", "TWIN is not set")
    assert finding.hint.startswith("set NAME and TWIN to the same value")


# -- all together


def test_findings_come_in_the_order_of_the_example():
    text = "".join(
        f"# A sentence.\n# @required=everywhere @kind=text\n{name}=\n" for name in "ZAMB"
    )

    subjects = [finding.subject for finding in judge(parse(text), {"M": "x"}, "local")]

    assert subjects == ["variable Z", "variable A", "variable B"]


@pytest.mark.parametrize("app_env", ["local", "production"])
@pytest.mark.parametrize(
    "kind", ["address", "choice", "commit", "host", "pem", "port", "postgres", "secret", "url"]
)
@pytest.mark.parametrize(
    "value",
    ["Zq9", "Zq9 Zq9", "<Zq9>", "'Zq9'", "${Zq9}", "http://Zq9", "postgresql://a:Zq9@h", "a@Zq9"],
)
def test_no_value_is_ever_shown(kind, value, app_env):
    rules = {"min": 99, "equals": "TWIN", "default": value, "forbidden": frozenset({"test"})}
    everywhere = frozenset({"local", "production"})

    found = findings(
        value, kind, app_env, {"TWIN": "Zq9-"}, https=everywhere, not_local=everywhere, **rules
    )

    assert found
    assert "Zq9" not in repr(found)
