"""A difference of a row in words, for a finding, a refusal and the changes of a sync alike."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

from ..seed.declared import label
from ..seed.words import Change, Difference, Kind

WIDTH = 40  # characters of a value that a reader sees
DONE = {Kind.INSERT: "new", Kind.SURPLUS: "deleted", Kind.DEACTIVATE: "not in Git, switched off"}


def in_words(differences: Iterable[Difference]) -> str:
    """Each with both values; who moved is said once for neighbours."""
    return "; ".join(
        "; ".join(map(one, group)) + (f" ({origin})" if origin else "")
        for origin, group in groupby(differences, key=lambda difference: difference.origin)
    )


def one(difference: Difference) -> str:
    expected, observed = both(difference)
    return f"{difference.path}: {expected} in Git, {observed} here"


def both(difference: Difference) -> tuple[str, str]:
    """The two values, shortened alike so that what differs is in sight."""
    left, right = (shown(v, difference) for v in (difference.expected, difference.observed))
    shorter = min(len(left), len(right))
    start = next((i for i in range(shorter) if left[i] != right[i]), shorter)
    start = max(0, start - WIDTH // 4) if max(len(left), len(right)) > WIDTH else 0
    return cut(left, start), cut(right, start)


def cut(text: str, start: int) -> str:
    end = start + WIDTH
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")


def shown(value: Any, difference: Difference) -> str:
    if value is None:
        return "NULL" if difference.path == difference.column else "(none)"  # within JSON
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str):
        text = value.replace("\n", "⏎")
        return text if text == text.strip() and text else json.dumps(text, ensure_ascii=False)
    return json.dumps(value, default=str, ensure_ascii=False)


def rows_like(change: Change) -> str:
    """SQL that finds the rows of a change: `table where key = ... and owner is null`."""
    pairs = zip(change.seed.key, change.key, strict=True)
    parts = [f"{identifier(name)} = {quoted(value)}" for name, value in pairs]
    parts += [f"{identifier(name)} is null" for name in change.seed.null]
    return f"{change.seed.table} where {' and '.join(parts)}"


def identifier(name: str) -> str:
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


def quoted(value: Any) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def name_of(change: Change) -> str:
    """A change as sync tells it: the row, and each value written, where it is short enough."""
    row = f"{change.seed.table} {label(change.key)}"
    if change.kind in DONE:
        return f"{row}: {DONE[change.kind]}"
    edits = tuple(dict.fromkeys(difference.column for difference in change.edits))
    which = "" if edits == change.columns else f": {', '.join(edits)}"
    told = f" (was edited here{which})" if edits else ""
    return f"{row}: " + ", ".join(map(briefly, change.differences)) + told


def briefly(difference: Difference) -> str:
    expected, observed = (shown(v, difference) for v in (difference.expected, difference.observed))
    short = max(len(expected), len(observed)) <= WIDTH // 2
    return f"{difference.path} {observed} -> {expected}" if short else difference.path
