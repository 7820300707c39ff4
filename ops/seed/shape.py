"""What a seed file may say, and the words of its policies."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from ..names import meant
from ..settings import ENVIRONMENTS
from .source import Source


class Edited(StrEnum):
    """What becomes of a value that was edited here since it was delivered."""

    RESTORE = "restore"  # a sync writes Git's again
    KEEP = "keep"  # it stays, and is in parity
    REFUSE = "refuse"  # a sync stops before it writes anything


class Surplus(StrEnum):
    """What becomes of a row that is in the scope of a file and not in Git."""

    REPORT = "report"  # verify names it
    PRUNE = "prune"  # a sync deletes it
    DEACTIVATE = "deactivate"  # a sync sets the columns of [deactivate] in it
    IGNORE = "ignore"  # it is nobody's concern


OTHERS = "default"  # in a table of `edited`: every column that it does not name


def texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def table_of(value: Any, *names: str) -> bool:
    return isinstance(value, dict) and value.keys() == set(names)


def among(value: Any, words: type[StrEnum]) -> bool:
    return isinstance(value, str) and value in list(words)


def spoken(words: type[StrEnum]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"


NEEDED = ("table", "key", "owned", "rows")
SHAPES: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "table": (lambda v: isinstance(v, str), "a name", 'table = "roles"'),
    "key": (texts, "a list of column names", 'key = ["id"]'),
    "owned": (texts, "a list of column names", 'owned = ["name"]'),
    "rows": (
        lambda v: isinstance(v, list) and all(isinstance(row, dict) for row in v),
        "a list of tables",
        "[[rows]] before each row",
    ),
    "scope": (
        lambda v: table_of(v, "null") and texts(v["null"]),
        "a table of `null`, a list of column names",
        'null = ["owner_id"] under [scope]',
    ),
    "every": (lambda v: isinstance(v, dict), "a table", "is_active = true under [every]"),
    "files": (
        lambda v: isinstance(v, dict) and texts(list(v.values())),
        "a table of paths",
        'body = "texts/{id}.txt" under [files]',
    ),
    "placeholders": (
        lambda v: (
            table_of(v, "declared", "used") and isinstance(v["declared"], str) and texts(v["used"])
        ),
        "a table of `declared`, a column name, and `used`, a list of them",
        'declared = "variables" and used = ["body"] under [placeholders]',
    ),
    "edited": (
        lambda v: (
            among(v, Edited)
            or (isinstance(v, dict) and all(among(word, Edited) for word in v.values()))
        ),
        f"{spoken(Edited)}, nor a table of columns to these words",
        'edited = "keep", or edited.name = "keep" for a column',
    ),
    "surplus": (lambda v: among(v, Surplus), spoken(Surplus), 'surplus = "report"'),
    "deactivate": (
        lambda v: isinstance(v, dict) and bool(v),
        "a table of columns",
        "is_active = false under [deactivate]",
    ),
    "environments": (
        lambda v: texts(v) and bool(v) and set(v) <= set(ENVIRONMENTS),
        f"a list out of {', '.join(ENVIRONMENTS)}",
        'environments = ["local", "test"]',
    ),
}


def check_shape(source: Source, raw: dict[str, Any]) -> None:
    """Raise SettingsError unless the file has the parts that a seed file has."""
    for name in raw:
        if name not in SHAPES:
            raise source.refuse(
                f"`{name}` means nothing here{meant(name, SHAPES)}",
                f"use {', '.join(sorted(SHAPES))}",
                name=name,
            )
    for name, (fits, words, example) in SHAPES.items():
        if name in NEEDED and not raw.get(name):
            raise source.refuse(f"`{name}` is missing", f"write {example}")
        if name in raw and not fits(raw[name]):
            raise source.refuse(f"`{name}` is not {words}", f"write {example}", name=name)


def check_policies(source: Source, raw: dict[str, Any], owned: tuple[str, ...]) -> None:
    """Raise SettingsError for a policy of a column that Git does not own, or half of one."""
    own = [name for name in owned if name not in raw["key"]]
    for part in ("edited", "deactivate"):
        told = raw.get(part, {})
        for name in told if isinstance(told, dict) else ():
            if name not in own and (part, name) != ("edited", OTHERS):
                raise source.refuse(
                    f"`{part}` names {name}, which is not in `owned`",
                    f"add it to owned, or delete it{meant(name, own)}",
                    name=part,
                )
    if ("deactivate" in raw) != (raw.get("surplus") == Surplus.DEACTIVATE):
        raise source.refuse(
            '`surplus = "deactivate"` and [deactivate] go together',
            "write both, or neither",
            name="deactivate" if "deactivate" in raw else "surplus",
        )
