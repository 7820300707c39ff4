"""Are the rows that Git holds there, as Git has them?"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..facts import Facts
from ..findings import Dimension, Finding
from ..seed.declared import label
from ..seed.diff import Change, Difference, Kind
from .registry import CannotLook, check

WIDTH = 40  # characters of a value that a reader sees


@check(Dimension.DATA)
def seeds(facts: Facts) -> Iterator[Finding]:
    """Every declared row has the declared value in every column that Git owns."""
    for diff in facts.seeds:
        yield from map(judged, () if diff.absent else diff.changes)
        if diff.absent and diff.columns == {} and facts.history.pending:
            yield Finding(
                f"table {diff.seed.table}", "is not here: a migration is pending", "invoke sync"
            )
    blind = [d.absent for d in facts.seeds if d.absent and (d.columns or not facts.history.pending)]
    if blind:
        raise CannotLook("; ".join(blind))


def judged(change: Change) -> Finding:
    return JUDGES[change.kind](change)


def missing(change: Change) -> Finding:
    return Finding(change.subject, "missing here", "invoke seed", "in Git", "no such row")


def differs(change: Change) -> Finding:
    """All columns of one row that differ, each with both values."""
    told = "; ".join(map(in_words, change.differences))
    origin = f" ({change.origin})" if change.origin else ""
    return Finding(
        change.subject,
        f"{told}{origin}",
        "invoke seed",
        expected="; ".join(f"{d.path} = {both(d)[0]}" for d in change.differences),
        observed="; ".join(f"{d.path} = {both(d)[1]}" for d in change.differences),
    )


def surplus(change: Change) -> Finding:
    return Finding(
        change.subject,
        "not in Git, and nobody's but the system's"
        + (f" ({change.times} times)" if change.times > 1 else ""),
        f"add it to seeds/{change.seed.path.name}, or delete it: invoke seed --allow prunes-rows",
        "no such row",
        "there",
    )


def duplicate(change: Change) -> Finding:
    where = " and ".join(
        f"{name} = {quoted(value)}" for name, value in zip(change.seed.key, change.key, strict=True)
    )
    where += "".join(f" and {name} is null" for name in change.seed.null)
    return Finding(
        change.subject,
        f"there {change.times} times: nobody knows which one counts",
        f"keep one of them and delete the others: select * from {change.seed.table} where {where}",
        "one row",
        f"{change.times} rows",
    )


JUDGES = {
    Kind.INSERT: missing,
    Kind.UPDATE: differs,
    Kind.SURPLUS: surplus,
    Kind.DUPLICATE: duplicate,
}


def in_words(difference: Difference) -> str:
    expected, observed = both(difference)
    return f"{difference.path}: {expected} in Git, {observed} here"


def both(difference: Difference) -> tuple[str, str]:
    """The two values, shortened alike so that what differs is in sight."""
    left, right = (shown(v, difference.path) for v in (difference.expected, difference.observed))
    shorter = min(len(left), len(right))
    start = next((i for i in range(shorter) if left[i] != right[i]), shorter)
    start = max(0, start - WIDTH // 4) if max(len(left), len(right)) > WIDTH else 0
    return cut(left, start), cut(right, start)


def cut(text: str, start: int) -> str:
    end = start + WIDTH
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")


def shown(value: Any, path: str) -> str:
    if value is None:
        return "(none)" if "." in path else "NULL"  # within JSON, or a column
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str):
        text = value.replace("\n", "⏎")
        return text if text == text.strip() and text else json.dumps(text, ensure_ascii=False)
    return json.dumps(value, default=str, ensure_ascii=False)


def quoted(value: Any) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def name_of(change: Change) -> str:
    """A change as sync tells it: the row, and each value written, where it is short enough."""
    row = f"{change.seed.table} {label(change.key)}"
    if change.kind is not Kind.UPDATE:
        return f"{row}: {'new' if change.kind is Kind.INSERT else 'deleted'}"
    return f"{row}: " + ", ".join(map(briefly, change.differences))


def briefly(difference: Difference) -> str:
    expected, observed = (
        shown(v, difference.path) for v in (difference.expected, difference.observed)
    )
    short = max(len(expected), len(observed)) <= WIDTH // 2
    return f"{difference.path} {observed} -> {expected}" if short else difference.path
