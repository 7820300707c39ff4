"""Everything that is known: what Git says, what the database shows, what separates the two."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psycopg import sql

from . import history as records
from . import platform, project, repository
from .client.observed import Client
from .client.observed import read as read_client
from .database_url import Target
from .drift import declared as schema_file
from .drift.diff import Drift
from .drift.fingerprint import Fingerprint
from .drift.objects import Objects
from .drift.scope import first_rule
from .email_queue import observed as mail
from .environment import code as code_files
from .environment import declared as contract
from .environment import observed as env_files
from .findings import Place
from .migrate import declared as migrations
from .migrate import diff as migration_diff
from .names import columns, split
from .probes import Behaviour
from .seed import declared as seeds
from .seed.words import SeedDiff
from .sequences import Counter

Columns = Mapping[str, Mapping[str, Mapping[str, Any]]]


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
    release: platform.Release
    checkout: repository.Checkout
    env_file: env_files.EnvFile | None
    client: Client | None = None  # the application's, if it wants one
    code: code_files.Code | None = None  # the application's, if the project says where

    @property
    def tables(self) -> tuple[str, ...]:
        """Those whose rows are looked at: of the seeds, and of the queue."""
        queue = (self.project.email.table,) if self.project.email else ()
        return (*(seed.table for seed in self.seeds), *queue)


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
    may_read_control: bool  # which cluster and timeline this is
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
    seeds: tuple[SeedDiff, ...]
    sequences: tuple[Counter, ...]
    mail: mail.State | str | None  # of the declared queue, or why nobody could look
    past: records.Past
    home: records.Home
    has_ops: bool  # our own schema is there
    has_yoyo: bool  # yoyo's tables are there
    unreadable: tuple[str, ...]  # our records that this role may not read whole
    unwritable: tuple[str, ...]  # tables that a sync writes and this role may not
    behaviour: Behaviour | None = None  # looked at only where somebody asked for it

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
            run=delivered.id if delivered else None,
            main=self.declared.checkout.main,
        )

    @property
    def must_renew_records(self) -> bool:
        """Whether schema ops is of an older version than ours, or not there."""
        return (self.server.records_version or 0) < records.VERSION

    @property
    def mark(self) -> sql.Composed | None:
        """The statement that keeps the fingerprint of a catalogue in which nothing differs."""
        if self.drift.findings or self.drift.waiting or self.strangers:
            return None
        return self.fingerprint.mark(self.drift.compared, self.drift.ignored)

    @property
    def strangers(self) -> tuple[str, ...]:
        """Roles that read as one does which verifies, and of which parity.toml says nothing."""
        rules, named = self.declared.project.ignore, self.declared.project.readers
        grant = f"grant table {self.schema}._yoyo_migration to"
        return tuple(
            role
            for role in self.drift.readers
            if split(role)[0] not in named and not first_rule(f"{grant} {role}", {}, rules)
        )

    @property
    def columns_here(self) -> Columns:
        """Table -> column -> properties, as they are."""
        return columns(self.objects, self.schema)

    @property
    def columns_in_git(self) -> Columns:
        """The same, as the migrations make them."""
        return columns(self.declared.schema.objects, self.schema)

    @property
    def seeds_in_git(self) -> tuple[SeedDiff, ...]:
        """The comparisons, with the types that a table will have where it is not there yet."""
        columns = self.columns_in_git if any(diff.absent for diff in self.seeds) else {}
        return tuple(
            replace(diff, columns=columns.get(diff.seed.table, {})) if diff.absent else diff
            for diff in self.seeds
        )


def drift_terms(declared: Declared, files: migration_diff.History) -> dict[str, Any]:
    """What a comparison of schemas leaves out: what is pending, what parity.toml ignores."""
    pending = frozenset(files.ids(*migration_diff.TO_DO))
    return {"pending": pending, "ignore": declared.project.ignore}


def declare(
    folder: Path, app_env: str, environ: Mapping[str, str], env_file: Path | None = None
) -> Declared:
    """Read everything that Git holds. Raises SettingsError for the first file that is wrong."""
    commit, file = repository.read(folder, environ), env_files.read(folder, env_file)
    said = project.read(folder / "parity.toml")
    variables = contract.read(folder / ".env.example")
    return Declared(
        app_env=app_env,
        environ=environ,
        project=said,
        commit=commit,
        variables=variables,
        code=code_files.read(folder, said.code, [variable.name for variable in variables]),
        migrations=migrations.read(folder / "migrations"),
        checksums=migrations.read_checksums(folder / "migrations" / "checksums.txt"),
        schema=schema_file.read(folder / "migrations" / "schema.json"),
        seeds=seeds.read(folder / "seeds"),
        client=read_client(folder, said.client),
        release=platform.read(folder),
        checkout=repository.beside(folder, environ, commit, env_files.names_for_git(file)),
        env_file=file,
    )
