"""All the reading: two messages in one snapshot, and nobody asks the database again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from . import history as records
from . import project, repository, sequences
from .database import Conn, Rows, ask, in_time, snapshot
from .drift import fingerprint
from .drift import observed as catalogue
from .drift.diff import Drift
from .drift.diff import compare as compare_schema
from .drift.fingerprint import Fingerprint
from .drift.objects import Objects
from .email_queue import observed as mail
from .errors import Unreachable
from .facts import Declared, Facts, Server, drift_terms
from .migrate import diff as migration_diff
from .migrate import observed as ledger
from .names import columns, full_name, split
from .seed import declared as seeds
from .seed import diff as seed_diff
from .seed import observed as rows
from .seed.words import Look, Record, SeedDiff
from .sequences import Counter

TABLES = (Path(__file__).parent / "reading.sql").read_text("utf-8")
PATIENCE = "set local statement_timeout = '2min'; set local lock_timeout = '5s';"


def gather(conn: Conn, declared: Declared, *, whole: bool = False) -> Facts:
    """Look at one moment of the database in two messages: the catalogue, then rows of interest.

    A catalogue that is unchanged since it was equal to Git's is not sent again, unless `whole`:
    then the objects are Git's, without those that parity.toml ignores.

    Raises Unreachable when the server answers but cannot show it, as when a table is locked.
    """
    try:
        with in_time(), snapshot(conn) as opening:
            return look(conn, declared, opening, "" if whole else compared_with(declared))
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise Unreachable(
            f"the database changed while it was read: {error.diag.message_primary}",
            hint="run the same command again",
        ) from error


def compared_with(declared: Declared) -> str:
    """What a fingerprint of the catalogue holds for."""
    said = declared.project
    readers = [("reader", name) for name in said.readers]
    return fingerprint.key(declared.schema.text, [*said.ignore, *readers])


def look(conn: Conn, declared: Declared, opening: str, key: str) -> Facts:
    names = [split(table)[-1] for table in declared.tables] + [*ledger.YOYO_TABLES]
    tables = sql.SQL(TABLES).format(names=sql.Literal(names)).as_string(conn)
    sums = fingerprint.query(key, conn.info.server_version)
    catalog = f"{sums} {catalogue.SETTINGS} {catalogue.query()}"
    first = f"{opening} {PATIENCE} {tables} {sequences.QUERY} {catalog}"
    about, present, counters, marked, rows_of_catalogue = ask(conn, first)
    known = fingerprint.parse(key, marked[0])
    objects = declared.schema.objects if known.unchanged else catalogue.parse(rows_of_catalogue)
    seen = {(schema, name): Access(*rights) for schema, name, *rights in present}
    numbers = sequences.parse(counters)
    reading = Reading(declared, Server(*about[0]), objects, known, seen, numbers)
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
        counters: Sequence[Counter],
    ) -> None:
        self.declared, self.server, self.objects, self.seen = declared, server, objects, seen
        self.fingerprint, self.counters = known, counters
        self.schema = server.schema or "public"
        self.columns = columns(objects, self.schema, declared.tables)
        self.queries: dict[str, sql.Composable] = {}
        self.plan()

    def plan(self) -> None:
        """Ask only for what is there and may be read; a failing statement would end the message."""
        self.want("ledger", "ops", "ledger", ledger.LEDGER)
        self.want("marks", self.schema, "_yoyo_migration", ledger.marks(self.schema))
        self.want("runs", "ops", "runs", records.LAST_RUNS)
        self.want("stamp", "ops", "environment", records.STAMP)
        self.want("delivered", "ops", "delivered", rows.DELIVERED)
        for number, query in enumerate(sequences.queries(self.counters)):
            self.queries[f"sequences {number}"] = query
        control = self.server.may_read_control
        self.queries["home"] = sql.SQL(records.home(may_read_control=control))
        for seed in self.declared.seeds:
            if not self.absent(seed):
                self.queries[f"rows {seed.path.name}"] = rows.query(seed, self.schema)
        queue = self.declared.project.email
        if queue and not self.without_mail(queue):
            self.queries["mail"] = mail.state_query(queue, *full_name(queue.table, self.schema))

    def want(self, label: str, schema: str, table: str, query: str) -> None:
        if self.seen.get((schema, table), NO_ACCESS).readable:
            self.queries[label] = sql.SQL(query)

    def absent(self, seed: seeds.Seed) -> str:
        access = self.seen.get(full_name(seed.table, self.schema), NO_ACCESS)
        known = self.columns.get(seed.table)
        if access.filtered:
            return f"row security hides rows of {seed.table} from {self.server.user}"
        return rows.absent(seed, known, readable=access.readable)

    def without_mail(self, queue: project.Email) -> str:
        name = full_name(queue.table, self.schema)
        return mail.absent(queue, self.columns.get(".".join(name)), self.seen.get(name))

    def message(self) -> sql.Composed:
        return sql.SQL("; ").join([*self.queries.values(), sql.SQL("commit")])

    def finish(self, answers: list[Rows]) -> Facts:
        found = dict(zip(self.queries, answers, strict=True))
        past = records.past(found.get("runs", []), found.get("stamp", []))
        files = self.history(found, past)
        return Facts(
            declared=self.declared,
            server=self.server,
            objects=self.objects,
            history=files,
            drift=self.drift(files),
            fingerprint=self.fingerprint,
            seeds=tuple(self.compare(seed, found) for seed in self.declared.seeds),
            sequences=self.counted(found),
            mail=self.mail(found),
            past=past,
            home=records.Home(*found["home"][0]),
            has_ops=("ops", "runs") in self.seen,
            has_yoyo=(self.schema, "_yoyo_migration") in self.seen,
            unreadable=tuple(self.without("readable")),
            unwritable=tuple(self.without("writable")),
        )

    def history(self, found: Mapping[str, Rows], past: records.Past) -> migration_diff.History:
        marker = self.seen.get((self.schema, "_yoyo_migration"))
        marks = found.get("marks") if marker else None if found.get("ledger") else []
        applied = ledger.combine(marks, found.get("ledger", []))
        files = migration_diff.compare(self.declared.migrations, applied)
        if past.last and past.last.outcome == "failed":
            files = files.after(past.last.error or "")
        return files.dated(self.added(files), datetime.now(UTC)) if files.pending else files

    def mail(self, found: Mapping[str, Rows]) -> mail.State | str | None:
        if "mail" in found:
            return mail.State(*found["mail"][0])
        queue = self.declared.project.email
        return self.without_mail(queue) if queue else None

    def added(self, files: migration_diff.History) -> Mapping[str, datetime]:
        folder = files.pending[0].path.parent
        return repository.added(folder.parent, self.declared.environ, folder.name)

    def drift(self, files: migration_diff.History) -> Drift:
        """The catalogue beside schema.json, without what a pending migration will change."""
        if self.fingerprint.unchanged:
            return Drift((), self.fingerprint.compared, self.fingerprint.ignored, 0)
        terms = drift_terms(self.declared, files)
        return compare_schema(self.declared.schema, self.objects, **terms)

    def counted(self, found: Mapping[str, Rows]) -> tuple[Counter, ...]:
        told = [row for label in found if label.startswith("sequences ") for row in found[label]]
        return sequences.read(self.counters, told)

    def compare(self, seed: seeds.Seed, found: Mapping[str, Rows]) -> SeedDiff:
        known = self.columns.get(seed.table, {})
        observed = rows.parse(found.get(f"rows {seed.path.name}", []), known, self.absent(seed))
        delivered = {
            key: Record(key, *what)
            for table, key, *what in found.get("delivered", [])
            if table == seed.table
        }
        others = tuple(s for s in self.declared.seeds if s.table == seed.table and s is not seed)
        wanted = seed.belongs(self.declared.app_env)
        return seed_diff.compare(Look(seed, observed, delivered, others, wanted))

    def without(self, right: str) -> Iterator[str]:
        """The tables that we keep records in, or rows, and for which our role lacks the right."""
        kept = {(self.schema, name) for name in ledger.YOYO_TABLES if name != "yoyo_lock"}
        if right == "writable":
            here = (s for s in self.declared.seeds if s.belongs(self.declared.app_env))
            kept |= {full_name(seed.table, self.schema) for seed in here}
        for (schema, table), access in self.seen.items():
            if (schema == "ops" or (schema, table) in kept) and not getattr(access, right):
                yield f"{schema}.{table}"
