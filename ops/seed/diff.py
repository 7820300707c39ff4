"""What separates the declared rows from those that are there, and who moved. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .declared import Row, Seed, label
from .shape import Edited, Surplus
from .values import canonical, digests, paths
from .words import Change, Difference, Kind, Look, Origin, Record, SeedDiff

Rows = list[Mapping[str, Any]]
There = Mapping[tuple[Any, ...], Rows]  # what is here, by key


def compare(look: Look) -> SeedDiff:
    """Put one seed file beside its table."""
    there: dict[tuple[Any, ...], Rows] = {}
    for values in look.observed.rows:
        there.setdefault(look.key_of(values), []).append(values)
    if not look.wanted:
        return SeedDiff(look, tuple(unwanted(look, there)), (), (), look.observed.columns)
    judged = [judge(look, row, there.get(look.key_of(row.values), [])) for row in look.seed.rows]
    rest = tuple(surplus(look, there))
    changes = (*(c for change in judged for c in part(change, keep=False)), *rest)
    kept = tuple(c for change in judged for c in part(change, keep=True))
    records = (*remembered(look, there, kept), *switched_off(look, rest))
    return SeedDiff(look, changes, kept, records, look.observed.columns)


def after_migrations(now: SeedDiff, before: SeedDiff) -> SeedDiff:
    """Anew, where what became of the rows meanwhile is Git's doing: its migrations ran.

    Where a column was missing before, no row was read: then only such columns are known to be new.
    """
    was = {before.look.key_of(row): before.look.digests(row) for row in before.rows}
    migrated = {}
    for row in now.rows:
        key, made = now.look.key_of(row), now.look.digests(row)
        if before.absent:
            migrated[key] = {name: made[name] for name in made if name not in before.columns}
        else:
            migrated[key] = dict(made.items() - was.get(key, {}).items())
    return compare(replace(now.look, migrated=migrated))


def judge(look: Look, row: Row, found: Rows) -> Change | None:
    """One declared row beside those of its key; None when nothing separates them."""
    known = label(row.key) in look.delivered
    if not found:
        return Change(look.seed, Kind.INSERT, row.key, row, delivered=known)
    if len(found) > 1:
        return Change(look.seed, Kind.DUPLICATE, row.key, row, times=len(found))
    differences = tuple(differing(look, row, found[0]))
    return Change(look.seed, Kind.UPDATE, row.key, row, differences) if differences else None


def differing(look: Look, row: Row, found: Mapping[str, Any]) -> Iterator[Difference]:
    last = last_delivered(look, row, found)
    declared, here = look.digests(row.values), look.digests(found)
    for name in look.seed.columns:
        kind = look.types.get(name, "")
        want, have = canonical(row.values[name], kind), canonical(found[name], kind)
        origin = moved(last.get(name), declared[name], here[name])
        for path, expected, observed in paths(name, want, have):
            yield Difference(name, path, expected, observed, origin)


def last_delivered(look: Look, row: Row, found: Mapping[str, Any]) -> Mapping[str, str]:
    """Column -> hash of what was delivered last, by us or by a migration; unknown ones are absent.

    An older version recorded one hash a row. It tells all columns or none.
    """
    record = look.delivered.get(label(row.key))
    migrated = look.migrated.get(look.key_of(row.values), {})
    if record is None:
        return migrated
    if record.columns is not None:
        return {**record.columns, **migrated}
    for values in (row.values, found):
        if look.fingerprint(values) == record.hash:
            return {**look.digests(values), **migrated}
    return {**dict.fromkeys(look.seed.columns, "neither"), **migrated}


def moved(delivered: str | None, declared: str, here: str) -> Origin:
    if delivered is None:
        return Origin.UNKNOWN
    if declared == delivered:
        return Origin.HERE
    return Origin.GIT if here == delivered else Origin.BOTH


def stays(seed: Seed, difference: Difference) -> bool:
    """Whether the value here may be another than Git's. What nobody delivered may be an edit."""
    kept = seed.policy(difference.column) is Edited.KEEP
    return kept and difference.origin is not Origin.GIT


def part(change: Change | None, *, keep: bool) -> Iterator[Change]:
    """What of a row is to be written, or what of it may stay."""
    if change and change.kind is not Kind.UPDATE:
        yield from () if keep else (change,)
    elif change:
        found = tuple(d for d in change.differences if stays(change.seed, d) is keep)
        if found:
            yield replace(change, differences=found)


def unwanted(look: Look, there: There) -> Iterator[Change]:
    for row in look.seed.rows:
        if found := there.get(look.key_of(row.values)):
            yield Change(look.seed, Kind.UNWANTED, row.key, row, times=len(found))


def surplus(look: Look, there: There) -> Iterator[Change]:
    """The rows within the scope that no file declares."""
    seeds = (look.seed, *look.others)
    known = {look.key_of(row.values) for seed in seeds for row in seed.rows}
    for key in there if look.seed.surplus is not Surplus.IGNORE else ():
        if key not in known:
            yield from extra(look, there[key])


def extra(look: Look, found: Rows) -> Iterator[Change]:
    seed, times = look.seed, len(found)
    key = tuple(found[0][name] for name in seed.key)
    if seed.surplus is not Surplus.DEACTIVATE:
        known = label(key) in look.delivered
        yield Change(seed, Kind.SURPLUS, key, None, times=times, delivered=known)
    elif differences := next(filter(None, (active(look, row) for row in found)), ()):
        yield Change(seed, Kind.DEACTIVATE, key, None, differences, times=times)


def active(look: Look, row: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What says that a row is not switched off."""
    return tuple(
        Difference(name, *place)
        for name, value in look.seed.deactivate.items()
        for place in paths(
            name, *(canonical(v, look.types.get(name, "")) for v in (value, row[name]))
        )
    )


def remembered(look: Look, there: There, kept: tuple[Change, ...]) -> Iterator[Record]:
    """What will have been delivered; of a value that stays, what was delivered before."""
    staying = {change.key: set(change.columns) for change in kept}
    for row in look.seed.rows:
        found = there.get(look.key_of(row.values), [])
        columns = look.digests(row.values)
        if names := staying.get(row.key):
            last = last_delivered(look, row, found[0])
            columns = {n: last.get(n, "") if n in names else h for n, h in columns.items()}
            columns = {name: hash for name, hash in columns.items() if hash}
        record = look.delivered.get(label(row.key))
        if len(found) < 2 and (record is None or record.columns != columns):
            yield Record(label(row.key), look.fingerprint(row.values), columns)


def switched_off(look: Look, rest: tuple[Change, ...]) -> Iterator[Record]:
    """Deactivated by us is not edited here: when Git holds the row again, it is active again."""
    off = digests(look.seed.deactivate, look.seed.deactivate, look.types)
    for change in rest:
        if change.kind is Kind.DEACTIVATE:
            before = look.delivered.get(label(change.key)) or Record(label(change.key), "")
            yield replace(before, columns={**(before.columns or {}), **off})
