import random
import stat
import subprocess
import sys
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from ops.database_url import is_local_host, read_target
from ops.database_url.parts import LIBPQ, ORM_ONLY
from ops.errors import SettingsError
from ops.settings import Settings, read_env_file

URL = "postgresql://app:hush@db.internal:5433/app"
ENVIRON = {"DATABASE_URL": URL, "APP_ENV": "production"}
PEM = "-----BEGIN CERTIFICATE-----\nTUlJQw==\n-----END CERTIFICATE-----\n"


def target(url, ca_cert=""):
    return read_target("DATABASE_URL", url, ca_cert)


def libpq(url, ca_cert=""):
    """What libpq itself makes of what we hand to it."""
    return conninfo_to_dict(target(url, ca_cert).conninfo)


def refused(url, variable="DATABASE_URL"):
    with pytest.raises(SettingsError) as caught:
        read_target(variable, url)
    return caught.value


def python(code, *words):
    """Run some code in a process of its own and return what it prints."""
    command = [sys.executable, "-c", code, *words]
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.fixture
def env_file(tmp_path):
    def write(text, name=".env"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


# -- where a setting comes from


def test_process_wins_over_the_file(tmp_path, env_file):
    env_file("APP_ENV=local\nSMTP_HOST=mail\n")

    settings = Settings.load(tmp_path, ENVIRON)

    assert settings.app_env == "production"
    assert settings.environ["SMTP_HOST"] == "mail"
    assert settings.env_file == tmp_path / ".env"


OTHER = "postgresql://app:Zq9@elsewhere/app?sslmode=require"
PROD = "prod.env"


@pytest.mark.parametrize(
    ("process", "file", "notes"),
    [
        ({"DATABASE_URL": URL}, {"DATABASE_URL": URL}, []),
        ({"DATABASE_URL": URL}, {}, []),
        ({}, {"DATABASE_URL": URL}, []),
        (
            {"DATABASE_URL": URL},
            {"DATABASE_URL": OTHER},
            ["DATABASE_URL comes from the process, not from prod.env (they differ)"],
        ),
        (
            {"DATABASE_URL": ""},
            {"DATABASE_URL": OTHER},
            [],
        ),
        (
            {"DIRECT_DATABASE_URL": URL},
            {"DATABASE_URL": OTHER},
            [
                "DIRECT_DATABASE_URL comes from the process,"
                " not DATABASE_URL from prod.env (they differ)"
            ],
        ),
        (
            {"DATABASE_URL": URL},
            {"DIRECT_DATABASE_URL": OTHER, "DATABASE_URL": URL},
            [
                "DIRECT_DATABASE_URL comes from prod.env,"
                " not DATABASE_URL from the process (they differ)"
            ],
        ),
        (
            {"DATABASE_URL": URL, "APP_ENV": "production"},
            {"DATABASE_URL": OTHER, "APP_ENV": "staging"},
            [
                "DATABASE_URL comes from the process, not from prod.env (they differ)",
                "APP_ENV comes from the process, not from prod.env (they differ)",
            ],
        ),
        ({"DATABASE_URL": URL, "SMTP_HOST": "a"}, {"SMTP_HOST": "b"}, []),
    ],
)
def test_another_database_or_environment_than_the_files_is_said(
    tmp_path, env_file, process, file, notes
):
    path = env_file("\n".join(f"{name}={value}" for name, value in file.items()), PROD)
    environ = {"APP_ENV": "local"} | process if "APP_ENV" not in file else process

    settings = Settings.load(tmp_path, environ, str(path))

    assert list(settings.notes) == notes
    used = settings.environ[settings.target.variable]
    assert ("elsewhere" in str(settings.target)) == (used == OTHER)


def test_empty_is_not_set(tmp_path, env_file):
    env_file(f"DATABASE_URL={URL}\nAPP_ENV=local\nSMTP_HOST=\n")

    settings = Settings.load(tmp_path, {"APP_ENV": ""})

    assert settings.app_env == "local"
    assert "SMTP_HOST" not in settings.environ


def test_every_missing_name_is_named_at_once(tmp_path):
    with pytest.raises(SettingsError, match=r"^not set: DATABASE_URL, APP_ENV$") as caught:
        Settings.load(tmp_path, {})

    assert caught.value.hint == (
        "`invoke up` for a local set-up, or copy .env.example to .env and fill it in"
    )


def test_where_a_release_runs_the_hint_is_no_laptops(tmp_path):
    with pytest.raises(SettingsError, match=r"^not set: DATABASE_URL$") as caught:
        Settings.load(tmp_path, {"APP_ENV": "production"})

    assert caught.value.hint == (
        "set them where this runs: in the platform's settings, or in the file of --env FILE"
    )


@pytest.mark.parametrize(
    ("app_env", "host", "started"),
    [("local", "localhost", True), ("production", "localhost", False), ("local", "db", False)],
)
def test_only_a_developers_own_server_is_one_that_up_starts(tmp_path, app_env, host, started):
    environ = {"APP_ENV": app_env, "DATABASE_URL": f"postgresql://app@{host}/app"}

    assert Settings.load(tmp_path, environ).target.is_developers is started


def test_a_folder_without_env_file_is_fine(tmp_path):
    assert Settings.load(tmp_path, ENVIRON).env_file is None


def test_a_virtual_environment_named_env_is_no_env_file(tmp_path):
    (tmp_path / ".env").mkdir()

    assert Settings.load(tmp_path, ENVIRON).env_file is None


def test_a_named_file_stands_in_for_the_usual_one(tmp_path, env_file):
    env_file("SMTP_HOST=usual")
    by_process = env_file("SMTP_HOST=process", "process.env")
    by_hand = env_file("SMTP_HOST=hand", "hand.env")
    environ = ENVIRON | {"OPS_ENV_FILE": str(by_process)}

    assert Settings.load(tmp_path, environ).environ["SMTP_HOST"] == "process"
    assert Settings.load(tmp_path, environ, str(by_hand)).environ["SMTP_HOST"] == "hand"


def test_a_named_file_must_be_there(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.env does not exist"):
        Settings.load(tmp_path, ENVIRON, str(tmp_path / "none.env"))


@pytest.mark.parametrize(
    ("value", "near"),
    [("prod", "production"), ("stage", "staging"), ("development", "local"), ("Local", "local")],
)
def test_app_env_says_the_nearest(value, near):
    with pytest.raises(SettingsError) as caught:
        Settings.load(Path("/nowhere"), ENVIRON | {"APP_ENV": value})

    names = "local, test, staging, production"
    assert str(caught.value) == f"APP_ENV is none of {names} (nearest: {near})"
    assert caught.value.hint == f"set APP_ENV={near}"


def test_app_env_like_nothing_is_not_repeated():
    with pytest.raises(SettingsError) as caught:
        Settings.load(Path("/nowhere"), ENVIRON | {"APP_ENV": "zzqq"})

    assert str(caught.value) == "APP_ENV is none of local, test, staging, production"


def test_direct_url_is_the_target_and_takes_the_blame():
    environ = ENVIRON | {"DIRECT_DATABASE_URL": "postgresql://app:hush@direct/app"}

    assert Settings.load(Path("/nowhere"), environ).target.variable == "DIRECT_DATABASE_URL"
    with pytest.raises(SettingsError, match=r"^DIRECT_DATABASE_URL has no scheme$"):
        Settings.load(Path("/nowhere"), environ | {"DIRECT_DATABASE_URL": "hush"})


# -- env files


def test_values_are_taken_as_they_are_written(env_file):
    path = env_file("\ufeffA=1\nexport B='x ${A} # y'\nC=\"two\nlines\" # why\r\nD=a b # c\n")

    assert read_env_file(path) == {"A": "1", "B": "x ${A} # y", "C": "two\nlines", "D": "a b"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1\n\n\nB='hush\n", 4),
        ("A=1\nhush\n", 2),
        ("# a\n\nKEY=-----BEGIN\nhush+hush==\n", 4),
        ("hush hush=1\n", 1),
        ("A='1' hush\n", 1),
    ],
)
def test_a_line_that_cannot_be_read_is_named_but_not_shown(env_file, text, line):
    path = env_file(text)

    with pytest.raises(SettingsError) as caught:
        read_env_file(path)

    assert str(caught.value) == f"{path}:{line}: not of the form NAME=value"
    assert "hush" not in told(caught.value)


def test_a_name_set_twice_is_refused(env_file):
    path = env_file("A=hush\n\n# again\nA=hush\n")

    with pytest.raises(SettingsError) as caught:
        read_env_file(path)

    assert str(caught.value) == f"{path}:4: A stands on line 1 already"
    assert "hush" not in told(caught.value)


def test_a_file_that_is_no_text_is_refused(env_file):
    path = env_file("A=hush".encode("utf-16"))

    with pytest.raises(SettingsError, match="is not UTF-8 text") as caught:
        read_env_file(path)

    assert "hush" not in told(caught.value)


def test_a_folder_is_no_env_file(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        read_env_file(tmp_path)


# -- the URL


def test_target_is_named_without_its_password():
    read = target(URL)

    assert str(read) == "app@db.internal:5433/app"
    assert (read.host, read.port, read.name, read.user) == ("db.internal", 5433, "app", "app")
    assert not read.is_local


def test_defaults_fill_what_the_url_leaves_out():
    assert libpq("postgresql://app:hush@db.internal/app") == {
        "host": "db.internal",
        "hostaddr": "",
        "port": "5432",
        "dbname": "app",
        "user": "app",
        "password": "hush",
        "connect_timeout": "10",
        "gssencmode": "disable",
        "sslmode": "require",
    }


def test_what_the_url_says_is_kept():
    given = "connect_timeout=3&gssencmode=prefer&application_name=api&channel_binding=require"

    assert (
        dict(pair.split("=") for pair in given.split("&")).items()
        <= libpq(f"{URL}?{given}").items()
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_the_scheme_is_read(scheme):
    assert target(f"{scheme}://app:hush@db.internal/app").name == "app"


@pytest.mark.parametrize(
    ("url", "host", "port", "is_local"),
    [
        ("postgresql://localhost/app", "localhost", 5432, True),
        ("postgresql://127.0.0.9:6000/app", "127.0.0.9", 6000, True),
        ("postgresql://127.evil.net/app", "127.evil.net", 5432, False),
        ("postgresql://[::1]:6000/app", "::1", 6000, True),
        ("postgresql://u@[2001:db8::7]/app", "2001:db8::7", 5432, False),
        ("postgresql:///app?host=/var/run/postgresql", "/var/run/postgresql", 5432, True),
        ("postgresql://%2Ftmp/app", "/tmp", 5432, True),
        ("postgresql://h1:1,h2/app", "h1,h2", 1, False),
        ("postgresql://localhost,h2:7/app", "localhost,h2", 5432, False),
        ("postgresql://localhost/app?host=db.internal&port=9", "db.internal", 9, False),
        ("postgresql://localhost/app?hostaddr=10.0.0.7", "localhost", 5432, False),
        ("postgresql://u:@db.internal:/app", "db.internal", 5432, False),
    ],
)
def test_hosts_are_read_as_libpq_reads_them(url, host, port, is_local):
    read = target(url)

    assert (read.host, read.port, read.is_local) == (host, port, is_local)
    theirs = conninfo_to_dict(url)
    assert libpq(url)["host"] == theirs["host"] == host
    assert libpq(url)["sslmode"] == ("prefer" if is_local else "require")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "[::1]", "127.0.0.1", "@abstract"])
def test_this_machine_is_local(host):
    assert is_local_host(host)


@pytest.mark.parametrize(
    "url",
    [
        f"{URL}?pgbouncer=true",
        "postgresql://u@pool.internal:25061/app",
        "postgresql://u@h1:5432,h2:6543/app",
        "postgresql://u@ep-x-pooler.eu.neon.tech/app",
        "postgresql://u@aws-0.pooler.supabase.com/app",
    ],
)
def test_a_pooler_shows_in_the_url_and_is_asked_for_no_search_path(url):
    schema = f"{url}{'&' if '?' in url else '?'}schema=public"

    assert "options" not in target(schema).conninfo
    assert "options" in target(f"{URL}?schema=public").conninfo


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sslcert=ca.pem", (None, "ca.pem", "require")),
        ("sslcert=ca.pem&sslaccept=strict", (None, "ca.pem", "verify-full")),
        ("sslcert=ca.pem&sslaccept=accept_invalid_certs", (None, "ca.pem", "require")),
        ("sslcert=us.pem&sslkey=us.key", ("us.pem", None, "require")),
        ("sslaccept=strict", (None, None, "require")),
    ],
)
def test_a_certificate_without_a_key_is_the_servers_as_prisma_means_it(query, expected):
    read = libpq(f"{URL}?{query}")

    assert (read.get("sslcert"), read.get("sslrootcert"), read["sslmode"]) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("schema=app", "-csearch_path=app"),
        ("schema=public&options=-cgeqo%3Doff", "-cgeqo=off -csearch_path=public"),
        ("schema=My%20Team", '-csearch_path="My\\ Team"'),
        ("schema=a%5Cb%22c", '-csearch_path="a\\\\b""c"'),
        ("schema=public&pgbouncer=true", None),
        ("schema=app&pgbouncer=true", "-csearch_path=app"),
        ("connection_limit=5&pool_timeout=0&socket_timeout=3&sslaccept=strict", None),
    ],
)
def test_orm_parameters_are_translated_or_dropped(query, expected):
    read = libpq(f"{URL}?{query}")

    assert read.get("options") == expected
    assert not read.keys() & ORM_ONLY


@pytest.mark.parametrize(
    ("query", "mode"),
    [
        ("", "require"),
        ("sslmode=disable", "disable"),
        ("sslmode=verify-ca", "verify-ca"),
        ("sslmode=no-verify", "require"),
        ("ssl=true", "require"),
        ("ssl=false", "disable"),
        ("ssl=prefer", "prefer"),
    ],
)
def test_an_explicit_sslmode_is_kept(query, mode):
    read = target(f"{URL}?{query}")

    assert read.sslmode == conninfo_to_dict(read.conninfo)["sslmode"] == mode


def test_libpq_knows_every_parameter_that_we_pass_on():
    assert {option.keyword.decode() for option in Conninfo.get_defaults()} >= LIBPQ
    assert not LIBPQ & ORM_ONLY


# -- the certificate


@pytest.mark.parametrize("text", [PEM, PEM.replace("\n", "\\n"), PEM.replace("\n", " "), f" {PEM}"])
def test_certificate_is_verified_from_a_file_that_only_we_can_read(text):
    read = libpq(f"{URL}?sslmode=require", text)

    path = Path(read["sslrootcert"])
    assert read["sslmode"] == "verify-full"
    assert path.read_text() == PEM
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_certificate_does_not_undo_a_weaker_wish_for_verification():
    assert target(f"{URL}?sslmode=verify-ca", PEM).sslmode == "verify-ca"


def test_certificate_is_gone_when_the_process_ends():
    code = "import sys; from ops.database_url import read_target as r; print(r(*sys.argv[1:]).conninfo)"

    assert not Path(conninfo_to_dict(python(code, "X", URL, PEM))["sslrootcert"]).exists()


@pytest.mark.parametrize("text", ["${db.CA_CERT}", "hush", PEM[:30]])
def test_a_text_that_is_no_certificate_is_refused_unseen(text):
    with pytest.raises(SettingsError) as caught:
        target(URL, text)

    assert str(caught.value) == "DATABASE_CA_CERT holds no PEM certificate"
    assert text not in told(caught.value)


# -- refusals, each in its own words


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("hush", "has no scheme"),
        ("app:hush@db/app", "has no scheme"),
        ("host=db password=hush", "is of the form key=value, not a URL"),
        ("mysql://app:hush@db/app", "does not begin with postgresql://"),
        ("psql 'postgresql://app:hush@db/app", "does not begin with postgresql://"),
        (f'"{URL}"', "has quotes around it"),
        (f"{URL}'", "has quotes around it"),
        (f"{URL}\n", "begins or ends with white space"),
        ("${db.DATABASE_URL}", "is still the reference ${db.DATABASE_URL}"),
        ("postgresql://app:${hush}@db/app", "holds a reference that was not resolved"),
        ("postgresql://app:hu sh@db/app", "holds white space or a control character"),
        ("postgresql://app:hush\0@db/app", "holds white space or a control character"),
        ("postgresql://app:hu#sh@db/app", "holds a # that is not percent-encoded"),
        ("postgresql://app:hu@sh@db/app", "holds more than one @"),
        ("postgresql://app:hu/sh@db/app", "holds a / before the @ that is not percent-encoded"),
        ("postgresql://app:hu?sh@db/app", "holds a ? before the @ that is not percent-encoded"),
        ("postgresql://app:1/sh@db/app", "holds a / before the @ that is not percent-encoded"),
        (
            "postgresql://app:hu%sh@db/app",
            "holds a % that is not followed by two hexadecimal digits",
        ),
        ("postgresql://app:hush%FF@db/app", "holds percent-encoded bytes that are no UTF-8 text"),
        ("postgresql://app:hush%00@db/app", "holds percent-encoded bytes that are no UTF-8 text"),
        (f"{URL}?sslmode=require?x=hush", "holds a second ?"),
        (f"{URL}?hush", "has a parameter without ="),
        (f"{URL}?sslmod=require", "has the parameter sslmod, which libpq does not know"),
        (f"{URL}?password=hu&sh=1", "has a parameter that libpq does not know"),
        (f"{URL}?hu-sh=1", "has a parameter that libpq does not know"),
        (
            f"{URL}?sslmode=hush",
            "has an sslmode that is none of disable, allow, prefer, require, verify-ca, "
            "verify-full",
        ),
        ("postgresql:///app", "names no host"),
        ("postgresql://app:hush@/app", "names no host"),
        ("postgresql://h1,,h2/app", "names no host"),
        ("postgresql://app:hush@db", "names no database"),
        ("postgresql://app:hush@db/?sslmode=require", "names no database"),
        ("postgresql://app:hush@db/app/", "holds a / in or after the name of the database"),
        ("postgresql://app:hush/app", "has a port that is not a number"),
        ("postgresql://::1/app", "has a port that is not a number"),
        ("postgresql://db:0/app", "has a port outside 1 to 65535"),
        (f"postgresql://db:{'9' * 5000}/app", "has a port outside 1 to 65535"),
        ("postgresql://db:123456/app", "has a port outside 1 to 65535"),
        ("postgresql://h1,h2,h3/app?port=1,2", "has more ports than hosts, or fewer"),
        (
            "postgresql://user:password@host:5432/db",
            "is still an example such as user:password@host",
        ),
        ("postgresql://app:<hush>@db/app", "is still an example such as user:password@host"),
        (
            "postgresql://app:[YOUR-PASSWORD]@db/app",
            "is still an example such as user:password@host",
        ),
    ],
)
def test_each_fault_is_refused_in_its_own_words(url, what):
    error = refused(url, "SOME_URL")

    assert str(error) == f"SOME_URL {what}"
    assert error.hint
    assert "hush" not in told(error)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:password@localhost/app",
        "postgresql://app:secret@host/app",
        "postgresql://u:%3Chush%3E@db/app",
    ],
)
def test_what_only_resembles_an_example_is_read(url):
    assert target(url).name == "app"


def test_a_second_colon_belongs_to_the_password():
    assert libpq("postgresql://app:hu:sh@db/app")["password"] == "hu:sh"


def test_the_hint_can_be_typed():
    hint = refused("postgresql://app:hu@sh@db/app").hint
    command = hint.partition(": ")[2]
    ran = subprocess.run(command, shell=True, input="hu@sh", text=True, capture_output=True)

    assert ran.stdout == "hu%40sh\n"
    assert refused(f"{URL}?sslmod=x").hint == "write sslmode instead, or remove sslmod"


@pytest.mark.parametrize("url", [URL, "postgresql://app@localhost/app"])
def test_no_hint_leads_to_a_connection_that_may_be_read_by_others(url):
    assert refused(f"{url}?sslmode=on").hint == (
        "write sslmode=require, or verify-full, which looks at the server's certificate too"
    )


# -- the password


def nasty_passwords():
    dice = random.Random(7)
    alphabet = "Zq9'\"\\ %@:/?#[]{}$&=+!|<>^`~;,ü\n\t€😀"
    return [
        "Zq9" + "".join(dice.choices(alphabet, k=dice.randint(1, 12))) + "Zq9" for _ in range(400)
    ]


def told(error):
    """All that a person could get to see of an error."""
    shown = "".join(traceback.format_exception(error, limit=0))
    return f"{shown}{error!s}{error!r}{error.hint}{error.args}"


def test_encoded_passwords_arrive_at_libpq_unchanged():
    for password in nasty_passwords():
        read = target(f"postgresql://app:{quote(password, safe='')}@db/app")

        assert conninfo_to_dict(read.conninfo)["password"] == password
        assert "Zq9" not in f"{read!s}{read!r}"


def shown(url):
    """What a person gets to see of a URL, and whether it was read."""
    try:
        read = target(url)
    except SettingsError as error:
        return told(error), False
    return f"{read!s}{read!r}", True


def test_no_part_of_a_raw_password_is_ever_shown():
    outcomes = [
        shown(f"postgresql://app:{password}@db/app{query}")
        for password in nasty_passwords()
        for query in ("", "?sslmode=require", f"?password={password}")
    ]

    assert [text for text, _ in outcomes if "Zq9" in text] == []
    assert {was_read for _, was_read in outcomes} == {True, False}


def test_no_secret_is_in_the_repr_of_settings():
    settings = Settings.load(Path("/nowhere"), ENVIRON | {"JWT_SECRET": "Zq9"})

    assert "hush" not in f"{settings!r}{settings!s}{settings.target!r}"
    assert "Zq9" not in repr(settings)


def test_importing_settings_brings_in_nothing_slow():
    code = "import sys, ops.settings; print(*sys.modules)"

    assert not {"psycopg", "yoyo", "tabulate", "dotenv", "invoke"} & set(python(code).split())
