"""Whether a backup is one: it is restored on a server of its own, and looked at there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg import sql

from .. import embedded, verify
from ..database import Tell, ask, connect
from ..database_url import Target, read_target
from ..embedded.programs import binaries
from ..errors import NotInParity, Refused, SettingsError
from ..facts import Declared, Facts
from ..findings import Dimension, Finding, Outcome, Report, Result
from ..migrate.diff import State
from ..phrases import plural
from ..reading import gather
from . import archive
from .archive import Contents
from .programs import Failed, Programs, connection, running, version_in
from .tables import QUERY, Name, count, parse

ROLE = re.compile(r'role "(.+)" does not exist')
# Where yoyo's tables are is where unqualified names go; the archive does not say it.
SEARCH_PATH = """
select set_config('search_path', quote_ident(n.nspname), false)
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname = '_yoyo_migration'
"""
# Who may do what is written by the version that it came from, and is to be read as that one's.
ORIGIN = "set ops.origin = {}"
PREFIX = "restore."
FIRST = 5  # errors that are shown
OTHER = "if something is missing on this machine, set POSTGRES_BIN to a PostgreSQL that has it"
EXPECTED = (State.PENDING, State.LATE, State.FAILED)  # a backup is taken before they are applied
UNSEEN = (
    "whether values are as they were, for rows were counted",
    "passwords, memberships and settings of roles, settings of the database, tablespaces",
    "whether the server that this came from would take it back: extensions, locales, rights",
)


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup, and what became of it."""

    contents: Contents
    server: str  # the version that it was restored by
    roles: tuple[str, ...]  # that were made for it
    rows: Mapping[Name, int]  # in the archive
    facts: Facts  # of the restored database
    waiting: tuple[str, ...]  # migrations that Git has and the backup has not
    report: Report

    @property
    def whole(self) -> bool:
        """Whether everything in the archive is in the restored database."""
        mine = (result for result in self.report.results if result.check.startswith(PREFIX))
        return not any(result.findings for result in mine)


@dataclass(frozen=True, slots=True)
class Stage:
    """A server that lives as long as the rehearsal, and what belongs to it."""

    url: str
    programs: Programs
    file: Path

    def restore(self, database: str, *options: str) -> str:
        """Make a database and restore into it; what pg_restore complained of, or nothing."""
        target = read_target("DATABASE_URL", self.url)
        with connect(target, "rehearsal") as conn:
            conn.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        with connect(target := self.target(database), "rehearsal") as conn:
            seen, unseen = connection(conn, target)
        words = ("--no-tablespaces", *options, f"--dbname={seen}", str(self.file))
        try:
            with running(self.programs.folder / "pg_restore", *words, secret=unseen):
                return ""
        except Failed as failure:
            return failure.said

    def target(self, database: str) -> Target:
        return read_target("DATABASE_URL", f"{self.url.rpartition('/')[0]}/{database}")

    def make_roles(self) -> Iterator[str]:
        """Make every role that something in the archive belongs or is granted to.

        An archive does not list them, but pg_restore complains of each that is missing.
        """
        made: set[str] = set()
        while missing := self.missing_roles(f"roles_{len(made)}") - made:
            with connect(read_target("DATABASE_URL", self.url), "rehearsal") as conn:
                for role in sorted(missing):
                    conn.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
            made |= missing
            yield from sorted(missing)

    def missing_roles(self, database: str) -> set[str]:
        return set(ROLE.findall(self.restore(database, "--schema-only")))


def rehearse(file: Path, declared: Declared, postgres_bin: str | None, tell: Tell) -> Restored:
    """Restore the archive into an empty database of a temporary server, and verify it there.

    Raises NotInParity when it is no whole archive, SettingsError when there is no such file.
    """
    if not file.is_file():
        raise SettingsError(f"{file} is no file", hint="invoke history --run N names its backup")
    programs = own(postgres_bin)
    contents, rows = read(programs, file, tell)
    with embedded.temporary(postgres_bin) as server:
        stage = Stage(server.url, programs, file)
        tell("restoring the schema, to see which roles it needs")
        roles = tuple(stage.make_roles())
        tell("restoring all of it")
        said = stage.restore("restored")
        facts, here = look(stage.target("restored"), declared, contents)
    return Restored(
        contents,
        facts.server.version.split()[0],
        roles,
        rows,
        facts,
        facts.history.ids(*EXPECTED),
        judge(facts, said, rows, here),
    )


def look(
    target: Target, declared: Declared, contents: Contents
) -> tuple[Facts, Mapping[Name, int]]:
    """What there is in the restored database, and how many rows each table has."""
    with connect(target, "rehearsal") as conn:
        here = count(conn, parse(ask(conn, QUERY)[0]))
        ask(conn, SEARCH_PATH)
        if contents.major:
            ask(conn, ORIGIN.format(contents.major * 10000))
        return gather(conn, declared, whole=True), here


def own(postgres_bin: str | None) -> Programs:
    """The pg_restore that belongs to the server which will be started."""
    folder = binaries(postgres_bin)
    if version := version_in(folder):
        return Programs(folder, version)
    raise Refused(
        f"no pg_dump and pg_restore in {folder}",
        hint="set POSTGRES_BIN to a folder that has them beside the server",
    )


def read(programs: Programs, file: Path, tell: Tell) -> tuple[Contents, Mapping[Name, int]]:
    try:
        return archive.contents(programs, file), archive.rows(programs, file, tell)
    except Failed as why:
        raise NotInParity(
            f"{file} cannot be restored: {why}",
            hint=f"this was PostgreSQL {programs.version}: if a newer one wrote it, set"
            " POSTGRES_BIN to that; if not, take another backup",
        ) from None


def judge(facts: Facts, said: str, rows: Mapping[Name, int], here: Mapping[Name, int]) -> Report:
    """What pg_restore could not do, rows that are not there, and what differs from Git."""
    seen = verify.run(facts, (Dimension.SCHEMA,))
    results = (
        result(f"{PREFIX}errors", Dimension.SCHEMA, complaints(said)),
        result(f"{PREFIX}rows", Dimension.DATA, lost(rows, here)),
        *(without_expected(result) for result in seen.results),
    )
    left_out = (text for text in seen.not_looked_at if "(--" not in text)  # other tasks' options
    return Report(results, (*UNSEEN, *left_out))


def result(check: str, dimension: Dimension, findings: Iterator[Finding]) -> Result:
    found = tuple(findings)
    return Result(check, dimension, Outcome.FAILED if found else Outcome.PASSED, found)


def complaints(said: str) -> Iterator[Finding]:
    """The first errors of pg_restore; what follows mostly follows from them."""
    lines = [line for line in said.splitlines() if line.startswith("pg_restore: error: ")]
    for line in lines[:FIRST]:
        message = line.removeprefix("pg_restore: error: ").removeprefix("could not execute query: ")
        yield Finding("backup restored", message, OTHER)
    if more := lines[FIRST:]:
        yield Finding("backup restored", f"{len(more)} errors more", OTHER)


def lost(rows: Mapping[Name, int], here: Mapping[Name, int]) -> Iterator[Finding]:
    """Tables with other rows than the archive holds; of those not here pg_restore complained."""
    for name, restored in here.items():
        held = rows.get(name, 0)
        if restored != held:
            message = f"{plural(held, 'row')} in the backup, {restored} restored"
            hint = "take another backup"
            yield Finding(f"table {'.'.join(name)}", message, hint, str(held), str(restored))


def without_expected(result: Result) -> Result:
    """The result without migrations that were to be applied after the backup."""
    findings = tuple(f for f in result.findings if f.observed not in EXPECTED)
    outcome = result.outcome
    if outcome is Outcome.FAILED and not findings:
        outcome = Outcome.PASSED
    return replace(result, findings=findings, outcome=outcome)
