"""Everything that is known, read once. After `gather` nobody asks the database again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from . import history as records
from . import project, repository
from .database import Conn, Rows, ask, snapshot
from .database_url import Target
from .drift import declared as schema_file
from .drift import fingerprint
from .drift import observed as catalogue
from .drift.diff import Drift, Ignore
from .drift.diff import compare as compare_schema
from .drift.fingerprint import Fingerprint
from .drift.objects import Objects
from .environment import declared as contract
from .errors import Unreachable
from .findings import Place
from .migrate import declared as migrations
from .migrate import diff as migration_diff
from .migrate import observed as ledger
from .names import columns, full_name, split
from .seed import declared as seeds
from .seed import diff as seed_diff
from .seed import observed as rows

TABLES = (Path(__file__).parent / "facts.sql").read_text("utf-8")
Columns = Mapping[str, Mapping[str, Mapping[str, Any]]]
PATIENCE = "set local statement_timeout = '2min'; set local lock_timeout = '5s';"


@dataclass(frozen=True, slots=True)
class Declared:
    """What Git says, and what this run was told. Read without a database."""

    app_env: str
    environ: Mapping[str, str]
    project: project.Project
    commit: repository.Commit
    variables: tuple[contract.Variable, ...]
    migrations: tuple[migrations.MigrationFile, ...]
    checksums: Mapping[str, str]  # what schema.json was made from: id -> hash
    schema: schema_file.Snapshot
    seeds: tuple[seeds.Seed, ...]


@dataclass(frozen=True, slots=True)
class Server:
    """The database that answered, and what our role may do there."""

    database: str
    user: str
    schema: str | None  # the first of the search path that exists
    version: str
    version_number: int  # 150018 is 15.18
    in_recovery: bool
    may_create_schema: bool
    may_create_tables: bool
    may_read_identifier: bool
    read_only: bool  # by a setting of the database or the role
    records_version: int | None  # of schema ops


@dataclass(frozen=True, slots=True)
class Facts:
    """What Git says, what the database shows, and the comparisons that need no judgement."""

    declared: Declared
    server: Server
    objects: Objects
    history: migration_diff.History
    drift: Drift
    fingerprint: Fingerprint
    seeds: tuple[seed_diff.SeedDiff, ...]
    past: records.Past
    system_identifier: str | None
    has_ops: bool  # our own schema is there
    has_yoyo: bool  # yoyo's tables are there
    unreadable: tuple[str, ...]  # our records that this role may not read whole
    unwritable: tuple[str, ...]  # tables that a sync writes and this role may not

    @property
    def schema(self) -> str:
        """Where unqualified names go: the migrations', yoyo's and the seeds'."""
        return self.server.schema or "public"

    def place(self, target: Target) -> Place:
        """Where this was seen, for the head of a report."""
        commit, delivered = self.declared.commit, self.past.delivered
        return Place(
            environment=self.declared.app_env,
            host=target.host,
            port=target.port,
            name=target.name,
            address=str(target),
            server_version=self.server.version.split()[0],
            code=commit.hex,
            code_source=commit.source,
            deployed=delivered.commit if delivered else None,
            dirty=commit.dirty,
        )

    @property
    def must_renew_records(self) -> bool:
        """Whether schema ops is of an older version than ours, or not there."""
        return (self.server.records_version or 0) < records.VERSION

    @property
    def mark(self) -> sql.Composed | None:
        """The statement that keeps the fingerprint of a catalogue in which nothing differs."""
        if self.drift.findings or self.drift.waiting:
            return None
        return self.fingerprint.mark(self.drift.compared, self.drift.ignored)

    @property
    def columns_here(self) -> Columns:
        """Table -> column -> properties, as they are."""
        return columns(self.objects, self.schema)

    @property
    def columns_in_git(self) -> Columns:
        """The same, as the migrations make them."""
        return columns(self.declared.schema.objects, self.schema)

    @property
    def seeds_in_git(self) -> tuple[seed_diff.SeedDiff, ...]:
        """The comparisons, with the types that a table will have where it is not there yet."""
        return tuple(
            replace(diff, columns=self.columns_in_git.get(diff.seed.table, {}))
            if diff.absent
            else diff
            for diff in self.seeds
        )


def drift_terms(declared: Declared, files: migration_diff.History) -> dict[str, Any]:
    """What a comparison of schemas leaves out: what is pending, what parity.toml ignores."""
    ignore = tuple(Ignore(pattern, reason) for pattern, reason in declared.project.ignore)
    return {"pending": frozenset(files.ids(*migration_diff.TO_DO)), "ignore": ignore}


def declare(folder: Path, app_env: str, environ: Mapping[str, str]) -> Declared:
    """Read everything that Git holds. Raises SettingsError for the first file that is wrong."""
    return Declared(
        app_env=app_env,
        environ=environ,
        project=project.read(folder / "parity.toml"),
        commit=repository.read(folder, environ),
        variables=contract.read(folder / ".env.example"),
        migrations=migrations.read(folder / "migrations"),
        checksums=migrations.read_checksums(folder / "migrations" / "checksums.txt"),
        schema=schema_file.read(folder / "migrations" / "schema.json"),
        seeds=seeds.read(folder / "seeds"),
    )


def gather(conn: Conn, declared: Declared, *, whole: bool = False) -> Facts:
    """Look at one moment of the database in two messages: the catalogue, then rows of interest.

    A catalogue that is unchanged since it was equal to Git's is not sent again, unless `whole`:
    then the objects are Git's, without those that parity.toml ignores.

    Raises Unreachable when the server answers but cannot show it, as when a table is locked.
    """
    try:
        with snapshot(conn) as opening:
            return look(conn, declared, opening, "" if whole else compared_with(declared))
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise Unreachable(
            f"the database answers, but could not be read in time: {error.diag.message_primary}",
            hint="something holds a table for long: let it end, then run the same command again",
        ) from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise Unreachable(
            f"the database changed while it was read: {error.diag.message_primary}",
            hint="run the same command again",
        ) from error


def compared_with(declared: Declared) -> str:
    """What a fingerprint of the catalogue holds for."""
    return fingerprint.key(declared.schema.text, declared.project.ignore)


def look(conn: Conn, declared: Declared, opening: str, key: str) -> Facts:
    names = [split(seed.table)[-1] for seed in declared.seeds] + [*ledger.YOYO_TABLES]
    tables = sql.SQL(TABLES).format(names=sql.Literal(names)).as_string(conn)
    sums = fingerprint.query(key, conn.info.server_version)
    first = f"{opening} {PATIENCE} {tables} {sums} {catalogue.SETTINGS} {catalogue.query()}"
    about, present, marked, rows_of_catalogue = ask(conn, first)
    known = fingerprint.parse(key, marked[0])
    objects = declared.schema.objects if known.unchanged else catalogue.parse(rows_of_catalogue)
    seen = {(schema, name): Access(*rights) for schema, name, *rights in present}
    reading = Reading(declared, Server(*about[0]), objects, known, seen)
    return reading.finish(ask(conn, reading.message().as_string(conn)))


@dataclass(frozen=True, slots=True)
class Access:
    """What our role may do with a table."""

    selectable: bool
    filtered: bool  # row security hides some of the rows
    writable: bool

    @property
    def readable(self) -> bool:
        """Whether it sees all the rows there are."""
        return self.selectable and not self.filtered


NO_ACCESS = Access(False, False, False)


class Reading:
    """The second half of a look: which rows can be read is known from the first."""

    def __init__(
        self,
        declared: Declared,
        server: Server,
        objects: Objects,
        known: Fingerprint,
        seen: Mapping[tuple[str, str], Access],
    ) -> None:
        self.declared, self.server, self.objects, self.seen = declared, server, objects, seen
        self.fingerprint = known
        self.schema = server.schema or "public"
        self.columns = columns(objects, self.schema)
        self.queries: dict[str, sql.Composable] = {}
        self.plan()

    def plan(self) -> None:
        """Ask only for what is there and may be read; a failing statement would end the message."""
        self.want("ledger", "ops", "ledger", ledger.LEDGER)
        self.want("marks", self.schema, "_yoyo_migration", ledger.marks(self.schema))
        self.want("runs", "ops", "runs", records.LAST_RUNS)
        self.want("stamp", "ops", "environment", records.STAMP)
        self.want(
            "delivered", "ops", "delivered", "select table_name, key, hash from ops.delivered"
        )
        if self.server.may_read_identifier:
            self.queries["identifier"] = sql.SQL(
                "select system_identifier::text from pg_control_system()"
            )
        for seed in self.declared.seeds:
            if not self.absent(seed):
                self.queries[f"rows {seed.path.name}"] = rows.query(seed, self.schema)

    def want(self, label: str, schema: str, table: str, query: str) -> None:
        if self.seen.get((schema, table), NO_ACCESS).readable:
            self.queries[label] = sql.SQL(query)

    def absent(self, seed: seeds.Seed) -> str:
        access = self.seen.get(full_name(seed.table, self.schema), NO_ACCESS)
        known = self.columns.get(seed.table)
        if access.filtered:
            return f"row security hides rows of {seed.table} from {self.server.user}"
        return rows.absent(seed, known, readable=access.readable)

    def message(self) -> sql.Composed:
        return sql.SQL("; ").join([*self.queries.values(), sql.SQL("commit")])

    def finish(self, answers: list[Rows]) -> Facts:
        found = dict(zip(self.queries, answers, strict=True))
        past = records.past(found.get("runs", []), found.get("stamp", []))
        marker = self.seen.get((self.schema, "_yoyo_migration"))
        marks = found.get("marks") if marker else None if found.get("ledger") else []
        applied = ledger.combine(marks, found.get("ledger", []))
        identifier = found.get("identifier", [])
        files = migration_diff.compare(self.declared.migrations, applied)
        if past.last and past.last.outcome == "failed":
            files = files.after(past.last.error or "")
        return Facts(
            declared=self.declared,
            server=self.server,
            objects=self.objects,
            history=files,
            drift=self.drift(files),
            fingerprint=self.fingerprint,
            seeds=tuple(self.compare(seed, found) for seed in self.declared.seeds),
            past=past,
            system_identifier=identifier[0][0] if identifier else None,
            has_ops=("ops", "runs") in self.seen,
            has_yoyo=(self.schema, "_yoyo_migration") in self.seen,
            unreadable=tuple(self.without("readable")),
            unwritable=tuple(self.without("writable")),
        )

    def drift(self, files: migration_diff.History) -> Drift:
        """The catalogue beside schema.json, without what a pending migration will change."""
        if self.fingerprint.unchanged:
            return Drift((), self.fingerprint.compared, self.fingerprint.ignored, 0)
        terms = drift_terms(self.declared, files)
        return compare_schema(self.declared.schema, self.objects, **terms)

    def compare(self, seed: seeds.Seed, found: Mapping[str, Rows]) -> seed_diff.SeedDiff:
        known = self.columns.get(seed.table, {})
        observed = rows.parse(found.get(f"rows {seed.path.name}", []), known, self.absent(seed))
        delivered = {
            key: hash for table, key, hash in found.get("delivered", []) if table == seed.table
        }
        return seed_diff.compare(seed, observed, delivered)

    def without(self, right: str) -> Iterator[str]:
        """The tables that we keep records in, or rows, and for which our role lacks the right."""
        kept = {(self.schema, name) for name in ledger.YOYO_TABLES if name != "yoyo_lock"}
        if right == "writable":
            kept |= {full_name(seed.table, self.schema) for seed in self.declared.seeds}
        for (schema, table), access in self.seen.items():
            if (schema == "ops" or (schema, table) in kept) and not getattr(access, right):
                yield f"{schema}.{table}"
