"""Things to look through, as tables."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tabulate

from ..environment.declared import Variable
from ..environment.places import LEGEND, Places
from ..findings import Dimension, Finding, Outcome, Result, Severity
from ..migrate.diff import Entry, History, in_words
from .terminal import columns, section, wrapped
from .words import clean

tabulate.MIN_PADDING = 0  # a heading is as wide as it is
GAP = 2  # characters between two columns
NARROWEST = 8  # characters of a column that still reads as one
BREAKABLE = 20  # a word of more characters may be broken, if all else fails


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Columns as wide as they need to be; where the screen ends, the widest of them wrap.

    Where they cannot stand side by side even so, each row is a block of lines.
    """
    cells = [[clean("" if cell is None else str(cell)) for cell in row] for row in rows]
    widths = fitting(list(zip(headers, *cells, strict=True)))
    if widths is None:
        return "\n\n".join(record(headers, row) for row in cells)
    lines = [[wrap(*pair) for pair in zip(row, widths, strict=True)] for row in cells]
    above = [heading(*pair) for pair in zip(headers, widths, strict=True)]
    return tabulate.tabulate(lines, headers=above, disable_numparse=True)


def fitting(parts: Sequence[Sequence[str]]) -> list[int] | None:
    """The widths of columns: as they are by nature, but none beyond what all have room for.

    Words stay whole if they can; None when there is no room even then.
    """
    natural = [max(map(longest, part)) for part in parts]
    words = [max(map(longest_word, (apart(head), *cells))) for head, *cells in parts]
    room = columns() - GAP * (len(parts) - 1)
    for least in (words, [min(width, BREAKABLE) for width in words]):
        for most in range(max(*natural, NARROWEST), NARROWEST - 1, -1):
            widths = [max(low, min(high, most)) for low, high in zip(least, natural, strict=True)]
            if sum(widths) <= room:
                return widths
    return None


def record(headers: Sequence[str], row: Sequence[str]) -> str:
    """One row as lines of `name: value`, without what is empty; no word is broken."""
    name = max(map(len, headers)) + 1
    lines = []
    for header, cell in zip(headers, row, strict=True):
        shown = wrap(cell, max(columns() - name - 1, NARROWEST), whole=True).split("\n")
        lines += [f"{header + ':':<{name}} {shown[0]}"] if cell else []
        lines += [f"{'':<{name}} {line}" for line in shown[1:]]
    return "\n".join(lines)


def heading(name: str, width: int) -> str:
    """A name of a column, which may break at its underscores."""
    return name if len(name) <= width else wrap(apart(name), width).replace("_ ", "_")


def apart(name: str) -> str:
    return name.replace("_", "_ ")


def longest(text: str) -> int:
    return max(map(len, text.split("\n")))


def longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def wrap(text: str, width: int, *, whole: bool = False) -> str:
    """Lines of at most this many characters; a whole word may be longer."""
    lines = (
        textwrap.wrap(line, width, break_long_words=not whole, break_on_hyphens=False) or [""]
        for line in text.split("\n")
    )
    return "\n".join(part for wrapped in lines for part in wrapped)


def migrations(history: History) -> str:
    """Every migration and where it stands."""
    return table(
        ("migration", "applied (UTC)", "state"),
        [(entry.id, applied_at(entry), stands(entry)) for entry in history.entries],
    )


def stands(entry: Entry) -> str:
    return f"{entry.state}, in Git for {in_words(entry.age)}" if entry.age else entry.state


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


def places(variables: Iterable[Variable], found: Places, findings: Sequence[Finding]) -> str:
    """Every variable in every place, what nobody declares last; then what is to be said of them."""
    worst = {variable.name: "ok" for variable in variables}
    for finding in sorted(findings, key=lambda f: f.severity is Severity.ERROR):
        worst[finding.subject.removeprefix("variable ")] = finding.severity
    rows = [(name, *found.row(name), verdict) for name, verdict in worst.items()]
    shown = table(("variable", *(place.title for place in found.all), "verdict"), rows)
    said = Result("environment", Dimension.ENVIRONMENT, Outcome.FAILED, tuple(findings))
    told = section(Dimension.ENVIRONMENT, [said]) if findings else ""
    return "\n\n".join(filter(None, (shown, "\n".join(wrapped(LEGEND, indent=0, hanging=0)), told)))
