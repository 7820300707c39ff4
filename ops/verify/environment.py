"""Is this environment the one that Git describes and the database says it is?"""

from collections.abc import Iterator

from ..environment.code import judge_code
from ..environment.diff import judge, strangers
from ..environment.spec import judge_spec, unknown_values
from ..facts import Declared, Facts
from ..findings import Dimension, Finding, Severity
from ..history import PastRun, wrong_stamp
from ..phrases import short
from .registry import check, must_read

OLDEST = 140000
# what is another now than when the database was stamped -> what must have happened
MOVES = {
    "system_identifier": "was stamped on another server: a restored copy, or it was replaced",
    "database_oid": "was stamped as another database: a dump was restored, or it was copied",
    "timeline": "was stamped on another timeline: restored to a point in time, or failed over",
}


@check(Dimension.ENVIRONMENT)
def variables(facts: Facts) -> Iterator[Finding]:
    """Every variable of .env.example is set as its rule says, and the env file sets no other."""
    yield from of_process(facts.declared)


def of_process(declared: Declared) -> Iterator[Finding]:
    """All that can be said of the environment that this run has."""
    variables, file = declared.variables, declared.env_file
    yield from judge(variables, declared.environ, declared.app_env)
    if file:
        yield from strangers(variables, file.names, file.name, declared.environ)
    for name in declared.checkout.committed:
        yield Finding(
            f"file {name}",
            "is committed to Git: whoever reads the repository has every secret in it",
            f"git rm --cached {name}; name it in .gitignore; change every secret that it held",
            "not in Git",
            "in Git",
        )


@check(Dimension.ENVIRONMENT)
def spec(facts: Facts) -> Iterator[Finding]:
    """Every app spec gives the job that runs sync what .env.example asks for, and no secret."""
    yield from of_specs(facts.declared)


def of_specs(declared: Declared) -> Iterator[Finding]:
    for one in declared.release.specs:
        yield from judge_spec(one, declared.variables, declared.environ, declared.app_env)


@check(Dimension.ENVIRONMENT)
def code(facts: Facts) -> Iterator[Finding]:
    """The code reads every variable of .env.example, and no other."""
    if facts.declared.code:
        yield from judge_code(facts.declared.variables, facts.declared.code)


def not_looked_at(facts: Facts) -> Iterator[str]:
    """What a verdict over the environment leaves out."""
    found = facts.declared.code
    if found is None:
        yield "variables that the code reads ([environment] code in parity.toml)"
    elif found.absent:
        yield f"variables that nothing reads, for {', '.join(found.absent)} is not here"
    for one in facts.declared.release.specs:
        if count := unknown_values(one):
            yield f"{count} values of {one.path} that only the platform knows"


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
        wrong = wrong_stamp(observed, expected)
        yield Finding("variable APP_ENV", str(wrong), wrong.hint, expected, observed)
    elif what := facts.past.home.moved(facts.home):
        yield Finding(
            f"schema {facts.server.database}",
            MOVES[what] + (f"; {remembered(facts.past.last)}" if facts.past.last else ""),
            f"if this is {expected} now: invoke sync --allow new-server",
            str(getattr(facts.past.home, what)),
            str(getattr(facts.home, what)),
            Severity.WARNING,
        )


def remembered(last: PastRun) -> str:
    """How far back a copy may have gone."""
    return (
        f"the last run it knows is {last.task} {last.id} of {last.started_at:%Y-%m-%d %H:%M} UTC"
        f" from {short(last.commit)}: what was written after it may be gone"
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
