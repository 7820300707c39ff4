"""What is remembered of a migration, beside what it does: how it is marked and forgotten."""

import hashlib
import socket
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from ..database import whoami
from ..database_url import Target
from ..lock import OURS
from .declared import MigrationFile

HERE = Path(__file__).parent
YOYO, MARK, UNDO = (HERE / name for name in ("yoyo.sql", "mark.sql", "undo.sql"))

# Whatever a migration has set ends with it. RESET ALL keeps the advisory lock; a DISCARD would let
# go of it. What the session itself needs is set again, as when the lock was taken.
SETTLE = f"reset session authorization; reset role; reset all; {OURS};"
BEGIN = "begin; set local lock_timeout = {lock}; set local statement_timeout = {statement};\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a migration may take, as PostgreSQL writes durations; `patience` in seconds."""

    lock_timeout: str
    statement_timeout: str
    patience: float  # how long to try again when somebody holds a lock that it needs


@dataclass(frozen=True, slots=True)
class Run:
    """On whose behalf: what the marks remember."""

    id: int
    schema: str  # the first one of the search path; yoyo's tables are there
    commit: str | None
    limits: Limits
    target: Target | None = None  # where to look on from, while a migration takes long


@dataclass(frozen=True, slots=True)
class Done:
    """A migration that is applied and recorded."""

    id: str
    seconds: float
    notices: tuple[str, ...] = ()


def begin(limits: Limits, file: MigrationFile) -> str:
    """Open the transaction with the file's own limits, or else the project's."""
    lock = sql.Literal(file.lock_timeout or limits.lock_timeout)
    statement = sql.Literal(file.statement_timeout or limits.statement_timeout)
    return sql.SQL(BEGIN).format(lock=lock, statement=statement).as_string()


def marks(file: MigrationFile, run: Run, state: str) -> str:
    """The statements that remember the migration; one of them returns its id as `ops_ledger`."""
    known = {
        "checksum": file.checksum,
        "normalised": file.normalised,
        "state": state,
        "operation": "mark" if state == "baselined" else "apply",
        "commit": run.commit,
        "run": run.id,
    }
    return filled(MARK, run.schema, file.id, **known)


def forget(schema: str, id: str) -> str:
    """The statements that forget a migration which is undone."""
    return filled(UNDO, schema, id)


def filled(path: Path, schema: str, id: str, **values: str | int | None) -> str:
    who = {"id": id, "hash": yoyo_hash(id), "who": whoami(), "host": socket.gethostname()}
    literals = {name: sql.Literal(value) for name, value in {**who, **values}.items()}
    text = sql.SQL(path.read_text("utf-8"))
    return text.format(schema=sql.Identifier(schema), **literals).as_string()


def yoyo_hash(id: str) -> str:
    """yoyo's key of a migration, which says nothing about its content."""
    return hashlib.sha256(id.encode()).hexdigest()


def make_yoyo_tables(schema: str) -> sql.Composed:
    return sql.SQL(YOYO.read_text("utf-8")).format(schema=sql.Identifier(schema))
