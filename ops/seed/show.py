"""System data as a table to look at: the rows as they are, and whether each is as in Git."""

from collections.abc import Mapping
from typing import Any

from ..errors import NotInParity
from .declared import label
from .diff import Change, Kind, SeedDiff

WIDEST = 60  # characters; a column with longer values, such as a body, is left out


def table(diff: SeedDiff) -> tuple[list[str], list[list[Any]]]:
    """Headers and rows. Raises NotInParity when the table cannot be read: that is not "no rows"."""
    if diff.absent:
        raise NotInParity(diff.absent, hint="invoke sync")
    changes = {label(change.key): change for change in diff.changes}
    missing = [row.values for row in diff.seed.rows if is_missing(changes.get(label(row.key)))]
    shown = [name for name in diff.seed.columns if fits(diff, name)]
    rows = [
        [*(cell(row[name]) for name in shown), verdict(changes.get(label(key_of(diff, row))))]
        for row in (*diff.rows, *missing)
    ]
    return [*shown, "is"], rows


def key_of(diff: SeedDiff, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in diff.seed.key)


def is_missing(change: Change | None) -> bool:
    return change is not None and change.kind is Kind.INSERT


def fits(diff: SeedDiff, name: str) -> bool:
    cells = (str(cell(row.values[name])) for row in diff.seed.rows)
    return all(len(line) <= WIDEST for text in cells for line in text.split("\n"))


def cell(value: Any) -> Any:
    """JSON with a line for each entry, a list by its items."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def verdict(change: Change | None) -> str:
    """What the last column says of a row."""
    if change is None:
        return "as in Git"
    if change.kind is Kind.UPDATE:
        return "differs: " + ", ".join(change.columns)
    return {Kind.INSERT: "missing here", Kind.SURPLUS: "not in Git"}.get(
        change.kind, f"there {change.times} times"
    )
