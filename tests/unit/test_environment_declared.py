import random
from io import StringIO

import pytest
from dotenv import dotenv_values

from ops.environment.declared import DECORATORS, KINDS, Variable, parse, read, render_env
from ops.errors import SettingsError
from ops.settings import ENVIRONMENTS, read_env_file

EXAMPLE = """\
# The variables of this project.

# Signs the sessions;
# 32 characters or more.
# @required=everywhere @kind=secret @min=32
# @generate
JWT_SECRET=

# Where people open the application.
# @required=staging,production @kind=url @https=production @not-local=staging,production
FRONTEND_URL=http://localhost:3000
# Which environment this is.
# @required=everywhere @kind=choice @one-of=local,test,staging,production
APP_ENV=local

# Prints mail, and sends none.
# @required=no @kind=text @forbidden=production @equals=APP_ENV
MAIL_DRY_RUN='a b'  # quoted
"""


def entry(decorators="@required=no @kind=text", sentence="A sentence."):
    return f"# {sentence}\n# {decorators}\nNAME=\n"


def test_every_rule_is_read():
    secret, url, choice, text = parse(EXAMPLE)

    assert secret == Variable(
        name="JWT_SECRET",
        sentence="Signs the sessions; 32 characters or more.",
        required=frozenset(ENVIRONMENTS),
        kind="secret",
        min=32,
        generate=True,
        line=7,
    )
    assert url == Variable(
        name="FRONTEND_URL",
        sentence="Where people open the application.",
        required=frozenset({"staging", "production"}),
        kind="url",
        https=frozenset({"production"}),
        not_local=frozenset({"staging", "production"}),
        default="http://localhost:3000",
        line=11,
    )
    assert (choice.one_of, choice.default) == (ENVIRONMENTS, "local")
    assert (text.required, text.forbidden) == (frozenset(), frozenset({"production"}))
    assert (text.equals, text.default, text.line) == ("APP_ENV", "a b", 18)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_known_and_some_are_secret(kind):
    more = " @one-of=a,b" if kind == "choice" else ""

    (variable,) = parse(entry(f"@required=no @kind={kind}{more}"))

    assert variable.kind == kind
    assert variable.is_secret == (kind in ("secret", "postgres", "pem"))


KNOWN = "@" + ", @".join(DECORATORS)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (entry("@required=no @knd=text"), 2, "unknown decorator @knd; did you mean @kind?"),
        (entry("@required=no @zzzz=text"), 2, f"unknown decorator @zzzz; known: {KNOWN}"),
        (entry("@required=no kind=text"), 2, "unknown decorator kind; did you mean @kind?"),
        (
            entry("@required=prod @kind=text"),
            2,
            "@required: 'prod' is none of local, test, staging, production",
        ),
        (entry("@required=no @kind=number"), 2, f"@kind: 'number' is none of {', '.join(KINDS)}"),
        (entry("@required=no @kind"), 2, "@kind takes a value"),
        (entry("@required=no @kind="), 2, "@kind takes a value"),
        (entry("@required=no @kind=secret @generate=yes"), 2, "@generate takes no value"),
        (entry("@required=no @kind=text @min=0"), 2, "@min is a number of characters"),
        (entry("@required=no @kind=text @min=many"), 2, "@min is a number of characters"),
        (entry("@required=no @kind=text @kind=url"), 2, "@kind stands there twice"),
        (entry("@kind=text"), 3, "NAME has no @required"),
        (entry("@required=no"), 3, "NAME has no @kind"),
        (entry(sentence=""), 3, "NAME has no sentence above it"),
        ("# A sentence.\nNAME=\n", 2, "NAME has no @required"),
        ("\nNAME=\n", 2, "NAME has no sentence above it"),
        (
            "# A sentence.\n# @required=no @kind=text\n\nNAME=\n",
            2,
            "decorators that stand above no",
        ),
        ("# @required=no\n", 1, "decorators that stand above no variable"),
        (entry() + entry(), 6, "NAME stands on line 3 already"),
        (entry("@required=no @kind=choice"), 3, "@kind=choice and @one-of belong together"),
        (entry("@required=no @kind=text @one-of=a"), 3, "@kind=choice and @one-of belong together"),
        (entry("@required=no @kind=text @generate"), 3, "@generate is for @kind=secret"),
        (
            entry("@required=everywhere @kind=text @forbidden=test"),
            3,
            "NAME is required and forbidden in one environment",
        ),
        (
            entry("@required=no @kind=text @equals=NAMES"),
            3,
            "@equals names NAMES, which is not declared",
        ),
        ("not a variable\n", 1, "not of the form NAME=value"),
    ],
)
def test_each_mistake_is_named_with_its_line(text, line, what):
    with pytest.raises(SettingsError) as caught:
        parse(text, "here/.env.example")

    assert str(caught.value).startswith(f"here/.env.example:{line}: {what}")
    assert f"line {line}" in caught.value.hint


def test_the_file_is_read_from_its_path(tmp_path):
    (tmp_path / ".env.example").write_text(EXAMPLE)

    assert read(tmp_path / ".env.example") == parse(EXAMPLE)
    with pytest.raises(SettingsError, match="does not exist"):
        read(tmp_path / "none")


def test_a_rendered_env_keeps_sentences_and_drops_decorators():
    secret, url, *_ = parse(EXAMPLE)

    assert render_env((secret, url), {"JWT_SECRET": "it's $1"}) == (
        "# Signs the sessions; 32 characters or more.\n"
        "JWT_SECRET='it\\'s $1'\n"
        "\n"
        "# Where people open the application.\n"
        "FRONTEND_URL=http://localhost:3000\n"
    )


def nasty_values():
    dice = random.Random(7)
    alphabet = "aZ9'\"\\ #$%{}=`;&|<>~!\n\r\t\v\f\a\b\u00a0\u0085\u2028ü😀nrtv"
    yield from ["", " ", "#", "'", '"', "\\", "\\n", "\n", "\r\n", "${HOME}", "$HOME", "a #b"]
    yield from ("".join(dice.choices(alphabet, k=dice.randint(1, 12))) for _ in range(2000))


def test_dotenv_reads_back_any_value(tmp_path):
    values = {f"NAME_{number}": value for number, value in enumerate(nasty_values())}
    variables = tuple(Variable(name, "A sentence.", frozenset(), "text") for name in values)

    text = render_env(variables, values)

    assert dotenv_values(stream=StringIO(text), interpolate=False) == values
    (tmp_path / ".env").write_text(text, "utf-8")
    assert read_env_file(tmp_path / ".env") == {n: value for n, value in values.items() if value}
