"""System data as a table to look at: the rows as they are, and whether each is as in Git."""

from typing import Any

from ..errors import NotInParity
from .values import as_json
from .words import Change, Kind, SeedDiff

WIDEST = 60  # characters; a column with longer values, such as a body, is left out


def table(diff: SeedDiff) -> tuple[list[str], list[list[Any]]]:
    """Headers and rows. Raises NotInParity when the table cannot be read: that is not "no rows"."""
    if diff.absent:
        raise NotInParity(diff.absent, hint="invoke sync")
    changes = {key_of(diff, change): change for change in diff.changes}
    kept = {key_of(diff, change): change.columns for change in diff.kept}
    missing = [change.values for change in diff.of(Kind.INSERT)]
    declared = {diff.look.key_of(row.values) for row in diff.declared}
    shown = [name for name in diff.seed.columns if fits(diff, name)]
    rows = []
    for row in (*diff.rows, *missing):
        key = diff.look.key_of(row)
        standing = "as in Git" if key in declared else elsewhere(diff)
        told = verdict(changes.get(key), kept.get(key, ())) or standing
        rows.append([*(cell(row[name]) for name in shown), told])
    return [*shown, "is"], rows


def key_of(diff: SeedDiff, change: Change) -> tuple[Any, ...]:
    return diff.look.key_of(dict(zip(diff.seed.key, change.key, strict=True)))


def elsewhere(diff: SeedDiff) -> str:
    """What is said of a row that this file does not declare, and that is no difference."""
    return "not in Git, and inactive" if diff.seed.deactivate else "not in this file"


def fits(diff: SeedDiff, name: str) -> bool:
    cells = (cell(row.values[name]) for row in diff.seed.rows)
    return all(len(line) <= WIDEST for text in cells for line in text.split("\n"))


def cell(value: Any) -> str:
    """JSON with a line for each entry, a list by its items."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {within(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(within, value))
    return "" if value is None else within(value)


def within(value: Any) -> str:
    """A value as JSON writes it, but for the quotes around a text or a date."""
    return as_json(value) if isinstance(value, bool | dict | list | None) else str(value)


def verdict(change: Change | None, kept: tuple[str, ...]) -> str:
    """What the last column says of a row that is not as in Git."""
    words = {
        Kind.INSERT: "missing here",
        Kind.SURPLUS: "not in Git",
        Kind.DEACTIVATE: "not in Git, and active",
        Kind.DUPLICATE: f"there {change.times} times" if change else "",
        Kind.UNWANTED: "not meant for here",
    }
    told = [words.get(change.kind) or f"differs: {', '.join(change.columns)}"] if change else []
    told += [f"kept as edited here: {', '.join(kept)}"] if kept else []
    return "; ".join(told)
