"""Things to look through, as tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tabulate import tabulate

from ..environment.declared import Variable
from ..findings import Finding
from ..migrate.diff import Entry, History
from .terminal import clean, columns


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Columns as wide as they need to be; the last one wraps where the screen ends."""
    cells = [[clean("" if cell is None else str(cell)) for cell in row] for row in rows]
    taken = sum(max(map(len, column)) + 2 for column in [*zip(headers, *cells, strict=True)][:-1])
    widths = [None] * (len(headers) - 1) + [max(columns() - taken, 20)]
    return tabulate(cells, headers=headers, disable_numparse=True, maxcolwidths=widths)


def migrations(history: History) -> str:
    """Every migration and where it stands."""
    return table(
        ("migration", "applied (UTC)", "state"),
        [(entry.id, applied_at(entry), entry.state) for entry in history.entries],
    )


def applied_at(entry: Entry) -> str:
    at = entry.applied and entry.applied.applied_at
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def variables(
    declared: Iterable[Variable],
    environ: Mapping[str, str],
    app_env: str,
    findings: Iterable[Finding],
) -> str:
    """The environment contract, and how each variable keeps it. No value is shown."""
    said = {finding.subject: finding.message for finding in findings}
    rows = []
    for variable in declared:
        is_set = variable.name in environ
        verdict = said.get(f"variable {variable.name}", "ok" if is_set else "")
        needed = "yes" if app_env in variable.required else "no"
        rows.append((variable.name, needed, "set" if is_set else "-", verdict))
    return table(("variable", f"needed in {app_env}", "is", "verdict"), rows)
