"""Is this environment the one that Git describes and the database says it is?"""

from collections.abc import Iterator

from ..environment.diff import judge
from ..facts import Facts
from ..findings import Dimension, Finding, Severity
from .registry import check, must_read

OLDEST = 140000


@check(Dimension.ENVIRONMENT)
def variables(facts: Facts) -> Iterator[Finding]:
    """Every variable of .env.example is set as its rule says."""
    yield from judge(facts.declared.variables, facts.declared.environ, facts.declared.app_env)


@check(Dimension.ENVIRONMENT)
def stamp(facts: Facts) -> Iterator[Finding]:
    """The database was stamped as this environment."""
    must_read(facts, "ops.environment")
    observed, expected = facts.past.stamp, facts.declared.app_env
    if observed is None:
        yield Finding(
            "variable APP_ENV",
            "this database has no stamp that says what it is",
            "invoke sync",
            expected,
            "no stamp",
        )
    elif observed != expected:
        yield Finding(
            "variable APP_ENV",
            f"APP_ENV is {expected}, and this database says that it is {observed}",
            f"set APP_ENV={observed}, or DATABASE_URL to the {expected} database",
            expected,
            observed,
        )

    elif facts.system_identifier and facts.past.system_identifier not in (
        None,
        facts.system_identifier,
    ):
        yield Finding(
            f"schema {facts.server.database}",
            "was stamped on another server: a restored copy, or the server was replaced",
            f"if this is {expected} now: invoke sync --allow new-server",
            facts.past.system_identifier or "",
            facts.system_identifier,
            Severity.WARNING,
        )


@check(Dimension.ENVIRONMENT)
def server(facts: Facts) -> Iterator[Finding]:
    """The server is a PostgreSQL that this tool and the migrations were made for."""
    if facts.server.version_number < OLDEST:
        yield Finding(
            f"schema {facts.server.database}",
            f"PostgreSQL {facts.server.version} is older than 14",
            "upgrade the server",
            "14 or newer",
            facts.server.version,
        )
