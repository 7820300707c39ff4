"""Values of a column's type: one spelling, one hash, and the places in which two differ."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

TIME = re.compile(r"time\b")

Place = tuple[str, Any, Any]  # a path, what is wanted there, what is there


def paths(path: str, want: Any, have: Any) -> Iterator[Place]:
    """The places in which two values differ; within JSON, each by its own path."""
    if isinstance(want, dict) and isinstance(have, dict) and not null_or_absent(want, have):
        for name in [*want, *(name for name in have if name not in want)]:
            if name in want and name in have:
                yield from paths(f"{path}.{name}", want[name], have[name])
            else:
                yield f"{path}.{name}", want.get(name), have.get(name)
    elif in_step(want, have):
        for number, pair in enumerate(zip(want, have, strict=True)):
            yield from paths(f"{path}[{number}]", *pair)
    elif not same(want, have):
        yield path, want, have


def null_or_absent(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Whether one has a null where the other has nothing: told apart only as a whole."""
    return any(left.get(name) is right.get(name) is None for name in left.keys() ^ right.keys())


def in_step(left: Any, right: Any) -> bool:
    """Two lists as long as one another, of objects or lists; others are told as a whole."""
    if not (isinstance(left, list) and isinstance(right, list) and len(left) == len(right)):
        return False
    return all(isinstance(item, dict | list) for item in [*left, *right])


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


def digests(
    columns: Iterable[str], values: Mapping[str, Any], types: Mapping[str, str]
) -> dict[str, str]:
    """A hash for each column, the same for a declared value and an equal live one."""
    spelt = {name: canonical(values[name], types.get(name, "")) for name in columns}
    return {name: hashed(value)[:16] for name, value in spelt.items()}


def fingerprint(columns: Iterable[str], values: Mapping[str, Any], types: Mapping[str, str]) -> str:
    """One hash for all columns together."""
    return hashed({name: canonical(values[name], types.get(name, "")) for name in columns})


def hashed(value: Any) -> str:
    return hashlib.sha256(json.dumps(plain(value), sort_keys=True).encode()).hexdigest()


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return {"number": digits(Decimal(value))}  # and not the text of it
    return value if isinstance(value, str | bool | None) else str(value)


def digits(number: Decimal) -> str:
    """All of them, and no zero that says nothing; `normalize` would round after the 28th."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def as_json(value: Any) -> str:
    """JSON for a column; a number keeps every digit, which a float would not."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name, ensure_ascii=False)}: {as_json(item)}"
                 for name, item in value.items())  # fmt: skip
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_json, value))}]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
