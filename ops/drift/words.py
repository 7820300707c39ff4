"""Two values of a property in plain words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from .objects import Properties, kind_of

WIDTH = 80  # characters of a definition that are shown
CONTEXT = 12  # characters kept before the first difference

# what a flag says when it is set, and when it is not
FLAGS = {
    "not_null": ("not null", "nullable"),
    "unique": ("unique", "not unique"),
    "not_validated": ("not validated", "validated"),
    "invalid": ("invalid", "valid"),
    "not_ready": ("not ready", "ready"),
    "unlogged": ("unlogged", "logged"),
    "row_security": ("row security enabled", "row security disabled"),
    "force_row_security": ("row security forced on the owner", "not forced on the owner"),
    "virtual": ("virtual", "stored"),
    "not_populated": ("not populated", "populated"),
    "materialized": ("materialized", "not materialized"),
    "strict": ("strict", "called on null input"),
    "security_definer": ("security definer", "security invoker"),
    "leakproof": ("leakproof", "not leakproof"),
    "restrictive": ("restrictive", "permissive"),
}
# what is amiss with the live object, whatever Git says of it
AMISS = {
    "invalid": "invalid here: a CREATE INDEX CONCURRENTLY failed",
    "not_ready": "not ready here: a CREATE INDEX CONCURRENTLY failed",
    "not_validated": "not validated here",
    "not_populated": "not populated here: refresh it",
}
# the value that leaving it out stands for
DEFAULTS = {
    "type": "bigint",  # a sequence's
    "kind": "function",
    "enabled": "enabled",
    "volatility": "volatile",
    "parallel": "unsafe",
    "cost": "100 (the default)",
    "rows": "1000 (the default)",
    "replica_identity": "the primary key",
}
# what to say when it is left out and has no value
WITHOUT = {
    "collation": "the default collation",
    "generated": "not generated",
    "identity": "not an identity",
    "partition_of": "not a partition",
    "partition_by": "not partitioned",
    "foreign_server": "not a foreign table",
    "owned_by": "owned by no column",
    "using": "no using clause",
    "check": "no check clause",
}
# values that do not speak for themselves
SPOKEN = {
    ("enabled", "always"): "enabled always",
    ("enabled", "replica"): "enabled for replication only",
    ("parallel", "safe"): "parallel safe",
    ("parallel", "restricted"): "parallel restricted",
    ("parallel", "unsafe"): "parallel unsafe",
}
OPTIONS = {"increment": 1, "cache": 1, "cycle": False}  # a sequence's, when left out
ITEMS = {
    "labels": "label",
    "attributes": "attribute",
    "checks": "check",
    "roles": "role",
    "settings": "setting",
    "options": "option",
    "foreign_options": "option",
    "inherits": "parent",
    "aggregate": "part",
    "range": "part",
}
NAMELESS = {
    "type",
    "kind",
    "definition",
    "enabled",
    "volatility",
    "parallel",
}  # the value says what it is
# follow from the definition, so they are told only when it is equal
DERIVED = {"columns", "references", "target"}
# told only when both sides have what it is said of
TOLD_OF = {"bound": "partition_of", "identity_options": "identity", "virtual": "generated"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A property that differs: a sentence without full stop, and the two values, shortened."""

    message: str
    expected: str
    observed: str


def differing(declared: Properties, observed: Properties) -> tuple[str, ...]:
    """The properties that differ, without those that follow from another one that does."""
    keys = {**declared, **observed}
    differ = [key for key in keys if declared.get(key) != observed.get(key)]
    alone = declared.keys() ^ observed.keys()
    differ = [key for key in differ if TOLD_OF.get(key) not in alone]
    if {"definition", "table"}.intersection(differ):
        return tuple(key for key in differ if key not in DERIVED)
    if "type" in differ and same_but_for_casts(declared.get("default"), observed.get("default")):
        return tuple(key for key in differ if key != "default")
    return tuple(differ)


CAST = re.compile(
    r"""::(?:timestamp|time)\ with(?:out)?\ time\ zone
      | ::(?:character\ varying|double\ precision|bit\ varying)
      | ::(?:"(?:[^"]|"")*"|[\w$]+)(?:\.(?:"(?:[^"]|"")*"|[\w$]+))?""",
    re.VERBOSE,
)
DECORATION = re.compile(r"(?<=[^\w\s])\(\d+(?:,\d+)?\)|\[\]|[()\s]")


def same_but_for_casts(one: Any, other: Any) -> bool:
    """Whether two expressions differ only as they do when a column's type does."""
    both = isinstance(one, str) and isinstance(other, str)
    return both and without_casts(one) == without_casts(other)


def without_casts(text: str) -> str:
    return DECORATION.sub("", CAST.sub("", re.sub(r"(::[\w ]+)\(\d+(?:,\d+)?\)", r"\1", text)))


def differences(subject: str, declared: Properties, observed: Properties) -> Iterator[Difference]:
    for key in differing(declared, observed):
        sides = (usual(key, side) for side in (declared, observed))
        yield difference(kind_of(subject), key, *sides)


def usual(key: str, properties: Properties) -> Any:
    """The value, or the one that leaving it out stands for."""
    if key == "cost" and properties.get("language") in ("c", "internal"):
        return properties.get(key, "1 (the default)")
    return properties.get(key, DEFAULTS.get(key)) or None


def difference(kind: str, key: str, declared: Any, observed: Any) -> Difference:
    if key in FLAGS:
        return flag(key, bool(declared), bool(observed))
    if key in ITEMS and kind != "sequence":
        return items(ITEMS[key], declared or [], observed or [])
    if isinstance(declared, dict) or isinstance(observed, dict):
        return options(declared or {}, observed or {})
    if "\n" in f"{declared}{observed}":
        return lines(label(key), str(declared or ""), str(observed or ""))
    return values(key, declared, observed)


def flag(key: str, declared: bool, observed: bool) -> Difference:
    expected, seen = FLAGS[key][not declared], FLAGS[key][not observed]
    message = AMISS.get(key) if observed else None
    return Difference(message or f"{expected} in Git, {seen} here", expected, seen)


def values(key: str, declared: Any, observed: Any) -> Difference:
    if (key, declared, observed) == ("enabled", "enabled", "disabled"):
        return Difference("disabled here", "enabled", "disabled")
    expected, seen = shortened(in_words(key, declared), in_words(key, observed))
    name = "" if key in NAMELESS else f"{label(key)} "
    return Difference(
        f"{name if declared is not None else ''}{expected} in Git, "
        f"{name if observed is not None and declared is None else ''}{seen} here",
        expected,
        seen,
    )


def in_words(key: str, value: Any) -> str:
    if value is None:
        return WITHOUT.get(key, f"no {label(key)}")
    return SPOKEN.get((key, value), str(value))


def label(key: str) -> str:
    return key.replace("_", " ")


def items(name: str, declared: Sequence[str], observed: Sequence[str]) -> Difference:
    missing = [f"{name} {item!r} missing here" for item in declared if item not in observed]
    surplus = [f"{name} {item!r} not in Git" for item in observed if item not in declared]
    message = "; ".join(missing + surplus) or f"{name}s in another order here"
    return Difference(message, *shortened(", ".join(declared), ", ".join(observed)))


def options(declared: Mapping[str, Any], observed: Mapping[str, Any]) -> Difference:
    differ = [k for k in {**declared, **observed} if declared.get(k) != observed.get(k)]

    def told(side: Mapping[str, Any]) -> str:
        return ", ".join(
            f"{key} {spoken(side.get(key, OPTIONS.get(key, 'by default')))}" for key in differ
        )

    expected, seen = told(declared), told(observed)
    return Difference(f"{expected} in Git, {seen} here", expected, seen)


def spoken(value: Any) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def lines(name: str, declared: str, observed: str) -> Difference:
    """Only the lines that one side has and the other has not, and of those the first ones."""
    expected, seen = unlike(stripped(declared), stripped(observed))
    count = max(len(expected), len(seen))
    if count == 0:
        return Difference(f"{name} differs in white space only", "", "")
    first = shortened(expected[0] if expected else "nothing", seen[0] if seen else "nothing")
    more = f" ({count} lines differ)" if count > 1 else ""
    message = f"{name}: {first[0]} in Git, {first[1]} here{more}"
    return Difference(message, head(expected), head(seen))


def stripped(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def unlike(declared: list[str], observed: list[str]) -> tuple[list[str], list[str]]:
    blocks = SequenceMatcher(None, declared, observed, autojunk=False).get_opcodes()
    differ = [block for block in blocks if block[0] != "equal"]
    return (
        [line for _, start, end, _, _ in differ for line in declared[start:end]],
        [line for _, _, _, start, end in differ for line in observed[start:end]],
    )


def head(texts: Sequence[str], count: int = 3) -> str:
    return "\n".join(cut(text) for text in texts[:count]) + ("\n…" if len(texts) > count else "")


def shortened(declared: str, observed: str) -> tuple[str, str]:
    """Both texts cut to the place where they differ."""
    if max(len(declared), len(observed)) <= WIDTH:
        return declared, observed
    pairs = zip(declared, observed, strict=False)
    same = next(
        (at for at, (a, b) in enumerate(pairs) if a != b), min(len(declared), len(observed))
    )
    start = max(0, same - CONTEXT)
    start = declared.rfind(" ", 0, start + 1) + 1 if start else 0
    dots = "…" if start else ""
    return cut(dots + declared[start:]), cut(dots + observed[start:])


def cut(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
