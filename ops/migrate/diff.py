"""What separates the files from the database, decided without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .declared import MigrationFile, shown
from .observed import Applied


class State(StrEnum):
    """Where a migration stands. Each has its own reaction; see verify/schema.py and apply.py."""

    APPLIED = "applied"
    PENDING = "pending"
    LATE = "late"  # pending, but older than something that is applied
    FAILED = "failed"  # pending, and the last run failed in it; nothing of it is here
    INTERRUPTED = "interrupted"  # begun without a transaction, and not finished
    EDITED = "edited"  # its SQL is not what was applied
    REFORMATTED = "reformatted"  # only comments or white space differ from what was applied
    UNRECORDED = "unrecorded"  # applied by the yoyo CLI: nobody knows what was in it
    BASELINED = "baselined"  # declared as applied, never executed
    AHEAD = "ahead"  # applied, newer than all that Git holds: the code was rolled back
    MISSING = "missing"  # applied, and its file was deleted from Git


TO_DO = (State.PENDING, State.LATE, State.FAILED, State.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    state: State
    file: MigrationFile | None
    applied: Applied | None
    age: timedelta | None = None  # of what is to be applied: how long Git has it, if it knows


@dataclass(frozen=True, slots=True)
class History:
    """Every migration that Git or the database knows: in Git's order, then what Git lacks."""

    entries: tuple[Entry, ...]

    def ids(self, *states: State) -> tuple[str, ...]:
        return tuple(entry.id for entry in self.entries if entry.state in states)

    def after(self, error: str) -> "History":
        """The same, with the pending migration in which the last run failed marked as such.

        Its error begins with the file's place, as `migrations/ID.sql:3: ...`.
        """
        id = error.partition(":")[0].rpartition("/")[2].rpartition(".")[0]
        return History(
            tuple(
                replace(entry, state=State.FAILED)
                if entry.id == id and entry.state is State.PENDING
                else entry
                for entry in self.entries
            )
        )

    def dated(self, added: Mapping[str, datetime], now: datetime) -> "History":
        """The same, with the age of each that is to be applied; `added` is by file name."""
        return History(
            tuple(
                replace(e, age=now - added[name])
                if e.state in TO_DO and e.file and (name := shown(e.file.path)) in added
                else e
                for e in self.entries
            )
        )

    @property
    def oldest(self) -> str:
        """How long the oldest of what is to be applied waits, such as `12 days`; else empty."""
        ages = [entry.age for entry in self.entries if entry.age is not None]
        return in_words(max(ages)) if ages else ""

    @property
    def pending(self) -> tuple[MigrationFile, ...]:
        """What an apply would run, in order."""
        return tuple(e.file for e in self.entries if e.state in TO_DO and e.file is not None)


def compare(declared: Sequence[MigrationFile], observed: Sequence[Applied]) -> History:
    """Put the files beside the database. Pure."""
    rows = {row.id: row for row in observed}
    known = {file.id for file in declared}
    newest = max((i for i, f in enumerate(declared) if finished(rows.get(f.id))), default=-1)
    entries = [
        Entry(file.id, state(file, rows.get(file.id), late=index < newest), file, rows.get(file.id))
        for index, file in enumerate(declared)
    ]
    last = max(known, default="")
    for row in observed:
        if row.id not in known:
            where = State.AHEAD if row.id > last else State.MISSING
            entries.append(Entry(row.id, where, None, row))
    return History(tuple(entries))


def in_words(age: timedelta) -> str:
    """`3 days`, `1 hour`, `0 minutes`."""
    seconds = max(int(age.total_seconds()), 0)
    sizes = (("day", 86400), ("hour", 3600), ("minute", 60))
    count, unit = next(((seconds // s, u) for u, s in sizes if seconds >= s), (0, "minute"))
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def finished(row: Applied | None) -> bool:
    return row is not None and row.state != "started"


def state(file: MigrationFile, row: Applied | None, *, late: bool) -> State:
    if row is None:
        return State.LATE if late else State.PENDING
    if row.state == "started":
        return State.INTERRUPTED
    if row.checksum is None:
        return State.UNRECORDED
    if row.checksum != file.checksum:
        return State.REFORMATTED if row.normalised == file.normalised else State.EDITED
    return State.BASELINED if row.state == "baselined" else State.APPLIED
