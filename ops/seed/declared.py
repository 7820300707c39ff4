"""The rows that Git holds: one TOML file a table, long bodies in files beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from .. import toml
from ..errors import SettingsError
from ..names import meant, split
from . import texts
from .shape import OTHERS, Edited, Surplus, check_policies, check_shape
from .source import Source, read_text, shown


@dataclass(frozen=True, slots=True)
class Row:
    """One declared row: every column that Git owns or finds it by, and where it is written."""

    key: tuple[Any, ...]
    values: Mapping[str, Any]  # the key and the owned columns; None is NULL
    line: int


@dataclass(frozen=True, slots=True)
class Seed:
    """The rows of one table.

    `key` finds a row. `owned` are the columns whose values Git decides; all others are left alone.
    Only rows in which every column of `null` is NULL are Git's; any other row is a customer's.
    """

    path: Path
    table: str
    key: tuple[str, ...]
    owned: tuple[str, ...]
    null: tuple[str, ...]
    rows: tuple[Row, ...]
    edited: Mapping[str, Edited] = field(default_factory=dict)  # by column
    surplus: Surplus = Surplus.REPORT
    deactivate: Mapping[str, Any] = field(default_factory=dict)  # columns to values
    environments: tuple[str, ...] = ()  # empty: all

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *(name for name in self.owned if name not in self.key))

    def policy(self, column: str) -> Edited:
        """What becomes of an edit of that column."""
        return self.edited.get(column, self.edited.get(OTHERS, Edited.RESTORE))

    def belongs(self, app_env: str) -> bool:
        """Whether the rows are meant for that environment."""
        return not self.environments or app_env in self.environments


def read(folder: Path) -> tuple[Seed, ...]:
    """Read every seed file, in the order of their names.

    Raises SettingsError with file and line for the first thing that is not what it must be.
    """
    seeds = tuple(read_one(path) for path in sorted(folder.glob("*.toml")))
    refuse_overlap(seeds)
    return seeds


def read_one(path: Path) -> Seed:
    text = read_text(path)
    raw = toml.parse(text, shown(path), Decimal)
    source = Source.of(path, text)
    check_shape(source, raw)
    owned = (*raw["owned"], *(name for name in raw.get("every", {}) if name not in raw["owned"]))
    check_policies(source, raw, owned)
    rows = tuple(read_row(source, raw, owned, number) for number in range(len(raw["rows"])))
    refuse_duplicates(source, rows)
    for number, row in enumerate(rows if "placeholders" in raw else ()):
        texts.check(source, raw, number, row.values, label(row.key))
    return Seed(path, raw["table"], tuple(raw["key"]), owned,
                tuple(raw.get("scope", {}).get("null", ())), rows, edited(raw),
                Surplus(raw.get("surplus", Surplus.REPORT)), raw.get("deactivate", {}),
                tuple(raw.get("environments", ())))  # fmt: skip


def edited(raw: Mapping[str, Any]) -> dict[str, Edited]:
    """One word is for every column, a table for those that it names."""
    told = raw.get("edited", {})
    words = told if isinstance(told, dict) else {OTHERS: told}
    return {name: Edited(word) for name, word in words.items()}


def read_row(source: Source, raw: dict[str, Any], owned: tuple[str, ...], number: int) -> Row:
    given = {**raw.get("every", {}), **raw["rows"][number]}
    for column, pattern in raw.get("files", {}).items():
        if column not in given:
            given[column] = body(source, pattern, given, number)
    for name in given:
        if name not in owned and name not in raw["key"]:
            raise source.refuse(
                f"column {name} is neither in `key` nor in `owned`",
                f"add it to owned, or delete it{meant(name, (*raw['key'], *owned))}",
                name=name,
                row=number,
            )
    for name in raw["key"]:
        if name not in given or isinstance(given[name], list | dict):
            raise source.refuse(
                f"this row has no single value for {name}, its key",
                f"write {name} = ...",
                name=name,
                row=number,
            )
    values = {name: given.get(name) for name in (*raw["key"], *owned)}
    return Row(tuple(given[name] for name in raw["key"]), values, source.line_of(row=number))


def body(source: Source, pattern: str, given: dict[str, Any], number: int) -> str:
    try:
        relative = pattern.format(**given)
    except (AttributeError, LookupError, ValueError):
        raise source.refuse(
            f"this row lacks a column that {pattern} names", "write that column", row=number
        ) from None
    path = source.path.parent / relative
    if not path.is_file():
        raise source.refuse(
            f"the file {shown(path)} does not exist", "write it, or correct [files]", row=number
        )
    return read_text(path)


def refuse_duplicates(source: Source, rows: tuple[Row, ...]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows):
        if row.key in seen:
            raise source.refuse(
                f"{label(row.key)} stands twice, first on line {seen[row.key]}",
                "delete one of them",
                row=number,
            )
        seen[row.key] = row.line


def refuse_overlap(seeds: tuple[Seed, ...]) -> None:
    """A table may be in several files, such as one for demo data; a row may be in one."""
    first: dict[tuple[str, ...], Seed] = {}
    places: dict[tuple[Any, ...], str] = {}
    for seed in seeds:
        before = first.setdefault(split(seed.table), seed)
        if before.key != seed.key:
            raise SettingsError(
                f"{shown(seed.path)} and {shown(before.path)} find rows of {seed.table} by"
                " different keys",
                hint=f"write key = {json.dumps(before.key)} in both",
            )
        for row in seed.rows:
            here, where = (before.path, row.key), f"{shown(seed.path)}:{row.line}"
            if places.setdefault(here, where) != where:
                raise SettingsError(
                    f"{where}: {label(row.key)} stands in {places[here]} too",
                    hint="delete one of them",
                )


def label(key: tuple[Any, ...]) -> str:
    """The key in one line; a part with a space stands in quotes, so that no two keys look alike."""
    return " ".join(json.dumps(part) if " " in part else part for part in map(str, key))
