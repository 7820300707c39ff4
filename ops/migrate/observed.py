"""The migrations that the database remembers: yoyo's table says which, our ledger what they held.

yoyo's table is the truth about "applied", so that its own CLI and we cannot disagree. The ledger
adds what yoyo does not keep: the checksums, and the intent of a migration without a transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

YOYO_TABLES = ("_yoyo_migration", "_yoyo_log", "_yoyo_version", "yoyo_lock")
LEDGER = "select id, checksum, normalised, state, applied_at from ops.ledger"


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration that is in the database, or was begun without a transaction (`started`)."""

    id: str
    applied_at: datetime | None
    checksum: str | None = None  # None: applied by the yoyo CLI, which does not look
    normalised: str | None = None
    state: str = "applied"  # applied, started, baselined


def marks(schema: str) -> str:
    """The query for yoyo's own table, which lives in the schema where it was first used."""
    quoted = schema.replace('"', '""')
    return f'select migration_id, applied_at_utc from "{quoted}"._yoyo_migration'


def combine(
    marked: Iterable[tuple[Any, ...]] | None, ledger: Iterable[tuple[Any, ...]]
) -> tuple[Applied, ...]:
    """What is applied, oldest first; a ledger row that yoyo lost was rolled back by its CLI.

    `marked` is None when yoyo's table may not be read: then the ledger is all there is to go by.
    """
    known = {id: rest for id, *rest in ledger}
    if marked is None:
        marked = [
            (id, at.astimezone(UTC)) for id, (*_, state, at) in known.items() if state != "started"
        ]
    applied = [from_mark(id, at, known.get(id)) for id, at in marked]
    ids = {row.id for row in applied}
    started = [
        Applied(id, at, checksum, normalised, state)
        for id, (checksum, normalised, state, at) in known.items()
        if state == "started" and id not in ids
    ]
    return tuple(sorted(applied + started, key=lambda row: (row.applied_at or EPOCH, row.id)))


EPOCH = datetime.fromtimestamp(0, UTC)


def from_mark(id: str, at: datetime | None, row: list[Any] | None) -> Applied:
    applied_at = at.replace(tzinfo=UTC) if at else None
    if row is None:
        return Applied(id, applied_at)
    checksum, normalised, state, _ = row
    if state == "started":  # by us, and then finished by the yoyo CLI
        state = "applied"
    return Applied(id, applied_at, checksum, normalised, state)
