"""What separates the declared rows from those that are there. Pure; JSON is compared by value."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .declared import Row, Seed, label
from .observed import Columns, Observed

TIME = re.compile(r"time\b")


class Kind(StrEnum):
    INSERT = "insert"  # declared, and not here
    UPDATE = "update"  # here, with another value in a column that Git owns
    SURPLUS = "surplus"  # here as system data, and not in Git
    DUPLICATE = "duplicate"  # the same key more than once


class Origin(StrEnum):
    """Who moved since the last delivery; a three-way comparison, where one was recorded."""

    UNKNOWN = ""
    GIT = "changed in Git"
    HERE = "edited here since the last sync"
    BOTH = "changed in Git and edited here"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value: the column, or the path within its JSON."""

    path: str
    expected: Any
    observed: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not as Git has it."""

    seed: Seed
    kind: Kind
    key: tuple[Any, ...]
    row: Row | None
    differences: tuple[Difference, ...] = ()
    origin: Origin = Origin.UNKNOWN
    times: int = 1

    @property
    def subject(self) -> str:
        return f"row {self.seed.table} {label(self.key)}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to be written."""
        paths = [difference.path for difference in self.differences]
        return tuple(
            name
            for name in self.seed.columns
            if any(path == name or path.startswith(f"{name}.") for path in paths)
        )


@dataclass(frozen=True, slots=True)
class SeedDiff:
    """All that separates one seed file from its table."""

    seed: Seed
    changes: tuple[Change, ...]
    unchanged: int
    undelivered: tuple[tuple[str, str], ...]  # key and hash of rows whose delivery is not recorded
    columns: Columns
    rows: tuple[Mapping[str, Any], ...] = ()  # as they are here
    absent: str = ""

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind in kinds)


def compare(seed: Seed, observed: Observed, delivered: Mapping[str, str]) -> SeedDiff:
    """Put one seed file beside its table; `delivered` is key -> hash of the last delivery."""
    types = types_of(observed.columns)
    there: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for found in observed.rows:
        there.setdefault(key_of(seed, found, types), []).append(found)
    changes: list[Change] = []
    declared = {key_of(seed, row.values, types): row for row in seed.rows}
    for key, row in declared.items():
        changes += judge(seed, row, there.get(key, []), types, delivered)
    for key, rows in there.items():
        if key not in declared:
            shown = tuple(rows[0][name] for name in seed.key)
            changes.append(Change(seed, Kind.SURPLUS, shown, None, times=len(rows)))
    hashes = {label(row.key): fingerprint(seed, row.values, types) for row in seed.rows}
    touched = Counter(change.kind for change in changes)
    return SeedDiff(
        seed,
        tuple(changes),
        len(seed.rows) - sum(touched[kind] for kind in (Kind.INSERT, Kind.UPDATE, Kind.DUPLICATE)),
        tuple((key, hash) for key, hash in hashes.items() if delivered.get(key) != hash),
        observed.columns,
        observed.rows,
        observed.absent,
    )


def judge(
    seed: Seed,
    row: Row,
    found: list[Mapping[str, Any]],
    types: Mapping[str, str],
    delivered: Mapping[str, str],
) -> Iterator[Change]:
    if not found:
        yield Change(seed, Kind.INSERT, row.key, row)
    elif len(found) > 1:
        yield Change(seed, Kind.DUPLICATE, row.key, row, times=len(found))
    elif differences := tuple(differing(seed, row.values, found[0], types)):
        origin = moved(seed, row, found[0], types, delivered.get(label(row.key)))
        yield Change(seed, Kind.UPDATE, row.key, row, differences, origin)


def differing(
    seed: Seed, declared: Mapping[str, Any], observed: Mapping[str, Any], types: Mapping[str, str]
) -> Iterator[Difference]:
    for name in seed.columns:
        want, have = (
            canonical(values[name], types.get(name, "")) for values in (declared, observed)
        )
        yield from paths(name, want, have)


def paths(path: str, want: Any, have: Any) -> Iterator[Difference]:
    """The places in which two values differ; within objects, each by its own path."""
    if isinstance(want, dict) and isinstance(have, dict) and not null_or_absent(want, have):
        for name in [*want, *(name for name in have if name not in want)]:
            if name in want and name in have:
                yield from paths(f"{path}.{name}", want[name], have[name])
            else:
                yield Difference(f"{path}.{name}", want.get(name), have.get(name))
    elif not same(want, have):
        yield Difference(path, want, have)


def null_or_absent(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Whether one has a null where the other has nothing: told apart only as a whole."""
    return any(left.get(name) is right.get(name) is None for name in left.keys() ^ right.keys())


def same(left: Any, right: Any) -> bool:
    """Equal as JSON is: 1 and 1.00 are, 1 and true are not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return bool(left == right)


def canonical(value: Any, kind: str) -> Any:
    """One spelling for one value of a column's type, whether from TOML or from PostgreSQL."""
    if value is None:
        return None
    if kind.endswith("[]") and isinstance(value, list):
        return [canonical(item, kind[:-2]) for item in value]
    base = kind.partition("(")[0]
    if base == "character":
        return str(value).rstrip(" ")
    if base == "uuid":
        return str(value).lower()
    if base in ("date", "time") or base.startswith(("timestamp", "time ")):
        return moment(value, kind)
    return value


def moment(value: Any, kind: str) -> Any:
    """A date or time in ISO spelling; an instant in UTC, any other without an offset."""
    if isinstance(value, str):
        try:
            parser = date if kind == "date" else time if TIME.match(kind) else datetime
            value = parser.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime) and not kind.endswith("with time zone"):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, datetime):
        value = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    return value.isoformat()


def key_of(seed: Seed, values: Mapping[str, Any], types: Mapping[str, str]) -> tuple[Any, ...]:
    return tuple(canonical(values[name], types.get(name, "")) for name in seed.key)


def fingerprint(seed: Seed, values: Mapping[str, Any], types: Mapping[str, str]) -> str:
    """A hash of what Git owns in a row, the same for the declared row and an equal live one."""
    owned = {name: canonical(values[name], types.get(name, "")) for name in seed.columns}
    return hashlib.sha256(json.dumps(plain(owned), sort_keys=True).encode()).hexdigest()


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return {"number": f"{Decimal(value).normalize():f}"}  # and not the text of it
    return value if isinstance(value, str | bool | None) else str(value)


def moved(
    seed: Seed, row: Row, found: Mapping[str, Any], types: Mapping[str, str], delivered: str | None
) -> Origin:
    if delivered is None:
        return Origin.UNKNOWN
    if fingerprint(seed, row.values, types) == delivered:
        return Origin.HERE
    return Origin.GIT if fingerprint(seed, found, types) == delivered else Origin.BOTH


def types_of(columns: Columns) -> dict[str, str]:
    return {name: str(properties["type"]) for name, properties in columns.items()}
