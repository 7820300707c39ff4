"""A real database for each test that asks for one.

The server is OPS_TEST_URL, the URL of a superuser on a server of yours, or else one that lives as
long as the tests do (see ops/embedded/; POSTGRES_BIN chooses its version). With pytest-xdist the
controller starts it and the workers share it. With neither, tests that need a database are
skipped; with CI=true that is an error.

To have a prepared database copied for each test, which takes a twentieth of a second:

    @pytest.fixture(scope="session")
    def migrated(make_template):
        return make_template("migrated", lambda url: ...)  # close what you open

    @pytest.fixture
    def database(make_database, migrated):
        return make_database(migrated)
"""

import itertools
import os
import secrets
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from ops import embedded
from ops.embedded.programs import Installation, binaries
from ops.errors import OpsError
from tests.project import Project

# several runs may share a server, and several workers a run
OURS = f"ops_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{secrets.token_hex(3)}"
NUMBERS = itertools.count(1)
IN_CI = os.environ.get("CI", "") not in ("", "0", "false")
ANSWER_WITHIN = 10  # seconds


@dataclass(slots=True)
class Source:
    """Where databases come from, decided once by the process that reads the command line."""

    origin: str
    version: str = ""
    url: str = ""
    without: str = ""  # why there is none

    def start(self, until: ExitStack) -> None:
        """Have a server, at the latest now; a URL that was given has one already."""
        if not self.url and not self.without:
            bin = os.environ.get("POSTGRES_BIN")
            self.url = until.enter_context(embedded.temporary(bin)).url


SOURCE = pytest.StashKey[Source]()
UNTIL = pytest.StashKey[ExitStack]()


def pytest_configure(config):
    config.stash[UNTIL] = ExitStack()
    config.stash[SOURCE] = handed_over(config) or given() or own()


def handed_over(config):
    """In a worker of pytest-xdist: what the controller has decided, and started."""
    return Source(**config.workerinput["source"]) if hasattr(config, "workerinput") else None


def given():
    """The server of OPS_TEST_URL; a run against one that does not answer ends here."""
    url = os.environ.get("OPS_TEST_URL")
    if not url:
        return None
    try:
        with psycopg.connect(url, connect_timeout=ANSWER_WITHIN) as conn:
            return Source("OPS_TEST_URL", conn.info.parameter_status("server_version"), url)
    except psycopg.OperationalError as error:
        pytest.exit(f"OPS_TEST_URL does not answer: {error}", returncode=3)
    except psycopg.ProgrammingError:  # whose message quotes the URL
        pytest.exit("OPS_TEST_URL is not a PostgreSQL URL", returncode=3)


def own():
    """A server of ours, which the first who needs it starts."""
    try:
        return Source(
            "embedded", Installation(binaries(os.environ.get("POSTGRES_BIN")), {}).version()
        )
    except OpsError as error:
        reason = f"{error} ({error.hint}; or set OPS_TEST_URL)"
        if IN_CI:
            pytest.exit(f"no database to test with: {reason}", returncode=3)
        return Source("none", without=reason)


def pytest_report_header(config):
    source = config.stash[SOURCE]
    return f"PostgreSQL: {source.version or source.without} ({source.origin})"


def started(config):
    """Start the server if it does not run yet; a run whose server does not start ends here."""
    source = config.stash[SOURCE]
    try:
        source.start(config.stash[UNTIL])
    except OpsError as error:
        pytest.exit(f"{error}\n hint: {error.hint}", returncode=3)
    return source


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["source"] = asdict(started(node.config))


def pytest_unconfigure(config):
    if UNTIL in config.stash:  # not there if configuring ended the run
        config.stash[UNTIL].close()


@pytest.fixture(scope="session")
def server(pytestconfig):
    """The URL of a superuser on the server of this run."""
    source = started(pytestconfig)
    if source.without:
        pytest.skip(source.without)
    return source.url


@pytest.fixture(scope="session")
def admin(server):
    """A connection that makes and drops what tests need; not for the tests themselves."""
    with psycopg.connect(server, autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="session")
def make_template(admin, server):
    """`make_template(name, prepare)`: a database made once by `prepare(url)`, to be copied."""
    made = {}

    def make(name, prepare):
        if name not in made:
            made[name] = create_database(admin, f"{OURS}_{name}", "template0")
            prepare(at(server, made[name]))
        return made[name]

    yield make
    for database in made.values():
        drop_database(admin, database)


@pytest.fixture
def roles(admin):
    """The roles of a test; they go after the databases in which they have rights."""
    made = []
    yield made
    for role in made:
        admin.execute(SQL("drop role if exists {}").format(Identifier(role)))


@pytest.fixture
def make_database(admin, server, roles):
    """`make_database(template=None)`: the URL of a new database, empty or a copy."""
    made = []

    def make(template=None):
        made.append(create_database(admin, f"{OURS}_{next(NUMBERS)}", template or "template0"))
        return at(server, made[-1])

    yield make
    for database in made:
        drop_database(admin, database)


@pytest.fixture
def make_role(admin, roles):
    """`make_role(database_url, *grants)`: the URL of a new login role on that database.

    Each grant is SQL that names the role as {role}: "grant select on t to {role}".
    """

    def make(database_url, *grants):
        roles.append(f"{OURS}_role_{next(NUMBERS)}")
        role, password = Identifier(roles[-1]), secrets.token_urlsafe()
        admin.execute(SQL("create role {} login password {}").format(role, Literal(password)))
        with psycopg.connect(database_url, autocommit=True) as conn:
            for grant in grants:
                conn.execute(SQL(grant).format(role=role))
        return at(database_url, login=f"{roles[-1]}:{password}")

    return make


@pytest.fixture
def database(make_database):
    """The URL of an empty database."""
    return make_database()


def at(url, database=None, login=None):
    """The same URL with another database, or as someone else."""
    parts = urlsplit(url)
    before, _, host = parts.netloc.rpartition("@")
    path = f"/{database}" if database else parts.path
    return parts._replace(netloc=f"{login or before}@{host}", path=path).geturl()


def create_database(admin, name, template):
    """Create from template0, which nobody can have altered, or from a template of ours."""
    # without durability a copy of files is twice as fast as one through the log (15 and later)
    files = " strategy file_copy" if admin.info.server_version >= 150000 else ""
    statement = SQL(f"create database {{}} template {{}}{files}")
    admin.execute(statement.format(Identifier(name), Identifier(template)))
    return name


def drop_database(admin, name):
    admin.execute(SQL("drop database if exists {} with (force)").format(Identifier(name)))


@pytest.fixture(scope="session")
def synced_template(make_template, tmp_path_factory):
    """A database that one sync brought into parity."""

    def prepare(url):
        assert Project(tmp_path_factory.mktemp("template"), url).sync().report.in_parity

    return make_template("synced", prepare)


@pytest.fixture
def project(tmp_path, database):
    """The project with an empty database."""
    return Project(tmp_path, database)


@pytest.fixture
def synced(tmp_path, make_database, synced_template):
    """The project with a database that is in parity."""
    project = Project(tmp_path, make_database(synced_template))
    # a copy is another database than the one that was stamped, and here that is meant
    project.execute(
        "update ops.environment set database_oid ="
        " (select oid from pg_database where datname = current_database())"
    )
    return project
