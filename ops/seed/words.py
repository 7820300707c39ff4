"""The words of a comparison of rows: what it is made from, what it says, who moved. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from .declared import Row, Seed, label
from .observed import Columns, Observed
from .shape import Edited
from .values import canonical, digests, fingerprint

EDITS = "overwrites-edits"  # a danger: `Change.guarded` is written over


class Kind(StrEnum):
    INSERT = "insert"  # declared, and not here
    UPDATE = "update"  # here, with another value in a column that Git owns
    SURPLUS = "surplus"  # here as system data, and not in Git
    DEACTIVATE = "deactivate"  # the same, where such rows stay and are switched off
    DUPLICATE = "duplicate"  # the same key more than once
    UNWANTED = "unwanted"  # declared, and here, where the file is not meant for


class Origin(StrEnum):
    """Who moved since the last delivery; a three-way comparison, where one was recorded."""

    UNKNOWN = ""
    GIT = "changed in Git"
    HERE = "edited here since the last sync"
    BOTH = "changed in Git and edited here"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value: the column, and the path within its JSON."""

    column: str
    path: str
    expected: Any
    observed: Any
    origin: Origin = Origin.UNKNOWN


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not as Git has it."""

    seed: Seed
    kind: Kind
    key: tuple[Any, ...]
    row: Row | None
    differences: tuple[Difference, ...] = ()
    times: int = 1
    delivered: bool = False  # once, by us

    @property
    def subject(self) -> str:
        return f"row {self.seed.table} {label(self.key)}"

    @property
    def values(self) -> Mapping[str, Any]:
        """What the columns of the row should be."""
        return self.row.values if self.row else self.seed.deactivate

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to be written."""
        return tuple(dict.fromkeys(difference.column for difference in self.differences))

    @property
    def edits(self) -> tuple[Difference, ...]:
        """What somebody edited here, and would lose."""
        edited = (Origin.HERE, Origin.BOTH)
        return tuple(d for d in self.differences if d.origin in edited)

    @property
    def guarded(self) -> tuple[Difference, ...]:
        """What is overwritten only when EDITS is allowed."""
        if self.kind is not Kind.UPDATE:
            return ()
        return tuple(d for d in self.differences if guards(self.seed.policy(d.column), d.origin))


def guards(policy: Edited, origin: Origin) -> bool:
    """Git's word is enough where only Git moved; a conflict is for a person to settle."""
    careful = policy is Edited.REFUSE and origin is not Origin.GIT
    return careful or origin is Origin.BOTH


@dataclass(frozen=True, slots=True)
class Record:
    """What was delivered last to a row: a hash of all of it, and one for each column."""

    key: str
    hash: str
    columns: Mapping[str, str] | None = None  # None where an older version recorded it


@dataclass(frozen=True)
class Look:
    """All that the comparison of one seed file needs."""

    seed: Seed
    observed: Observed
    delivered: Mapping[str, Record] = field(default_factory=dict)  # by label
    others: tuple[Seed, ...] = ()  # of the same table
    wanted: bool = True  # the file is meant for this environment
    # key -> column -> hash, of what migrations of this run made
    migrated: Mapping[tuple[Any, ...], Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def types(self) -> dict[str, str]:
        properties = self.observed.columns
        return {name: str(properties[name]["type"]) for name in properties}

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(canonical(values[name], self.types.get(name, "")) for name in self.seed.key)

    def digests(self, values: Mapping[str, Any]) -> dict[str, str]:
        return digests(self.seed.columns, values, self.types)

    def fingerprint(self, values: Mapping[str, Any]) -> str:
        return fingerprint(self.seed.columns, values, self.types)


@dataclass(frozen=True, slots=True)
class SeedDiff:
    """All that separates one seed file from its table."""

    look: Look
    changes: tuple[Change, ...]
    kept: tuple[Change, ...]  # values that were edited here and may stay
    records: tuple[Record, ...]  # what is to be remembered once the changes are made
    columns: Columns

    @property
    def seed(self) -> Seed:
        return self.look.seed

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """The rows as they are here."""
        return self.look.observed.rows

    @property
    def absent(self) -> str:
        """Why the table cannot be compared; empty when it can."""
        return self.look.observed.absent

    @property
    def declared(self) -> tuple[Row, ...]:
        """The rows that should be here."""
        return self.seed.rows if self.look.wanted else ()

    @property
    def unchanged(self) -> int:
        return len(self.declared) - len(self.of(Kind.INSERT, Kind.UPDATE, Kind.DUPLICATE))

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind in kinds)
