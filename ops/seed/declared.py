"""The rows that Git holds: one TOML file a table, long bodies in files beside it."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from ..names import nearest

PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
ROW = re.compile(r"""\s*\[\[\s*["']?rows["']?\s*\]\]""")
ROWS = re.compile(r"""\s*["']?rows["']?\s*=""")
TEXT_OR_COMMENT = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3,} | '{3}.*?'{3,} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | \#[^\n]*""",
    re.VERBOSE | re.DOTALL,
)


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

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *(name for name in self.owned if name not in self.key))


def read(folder: Path) -> tuple[Seed, ...]:
    """Read every seed file, in the order of their names; the first mistake of each is all named.

    Raises SettingsError with file and line for a file that is not what it must be.
    """
    return tuple(read_one(path) for path in sorted(folder.glob("*.toml")))


def read_one(path: Path) -> Seed:
    text = read_text(path)
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{shown(path)}: {error}", hint="correct the TOML") from None
    source = Source.of(path, text)
    check_shape(source, raw)
    owned = (*raw["owned"], *(name for name in raw.get("every", {}) if name not in raw["owned"]))
    rows = tuple(read_row(source, raw, owned, number) for number in range(len(raw["rows"])))
    refuse_duplicates(source, rows)
    seed = Seed(
        path,
        raw["table"],
        tuple(raw["key"]),
        owned,
        tuple(raw.get("scope", {}).get("null", ())),
        rows,
    )
    check_placeholders(source, raw, seed)
    return seed


def read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")  # line ends become ours, whatever they were
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{shown(path)} is not UTF-8 (byte {error.start})", hint="save it as UTF-8"
        ) from None
    except FileNotFoundError:
        raise SettingsError(
            f"{shown(path)} does not exist", hint="write it, or correct `[files]`"
        ) from None


def shown(path: Path) -> str:
    parts = path.parts
    return "/".join(parts[parts.index("seeds") :] if "seeds" in parts else parts[-2:])


@dataclass(frozen=True, slots=True)
class Source:
    """A TOML text that can say on which line something stands; its parser cannot."""

    path: Path
    lines: tuple[str, ...]  # blank where a long string goes on: what is in it is no TOML
    heads: tuple[int, ...]  # the indices of the lines with [[rows]]

    @classmethod
    def of(cls, path: Path, text: str) -> "Source":
        blanked = TEXT_OR_COMMENT.sub(lambda found: "\n" * found[0].count("\n") or found[0], text)
        lines = tuple(blanked.split("\n"))
        heads = tuple(number for number, line in enumerate(lines) if ROW.match(line))
        inline = (number for number, line in enumerate(lines) if ROWS.match(line))
        return cls(path, lines, heads or (next(inline, len(lines) - 1),))

    def span(self, row: int | None) -> range:
        """The lines of the row of that number (from 0), or those before all rows."""
        if row is None:
            return range(self.heads[0] + 1)
        row = min(row, len(self.heads) - 1)  # `rows = [...]` is one head for all
        return range(self.heads[row], (*self.heads[1:], len(self.lines))[row])

    def line_of(self, name: str = "", row: int | None = None) -> int:
        """The line of `name = ...` in that row, or else before all rows; or the row's first.

        Without a row, a name is also found where a list such as `owned` holds it.
        """
        own, head, text = self.span(row), self.span(None), re.escape(name)
        said, listed = rf"""\s*(\[(rows\.)?)?"?{text}"?\s*[=.\]]""", rf"""[^#]*["']{text}["']"""
        places = [(said, own), (said, head)] + ([(listed, head)] if row is None else [])
        found = (n for what, span in places for n in span if re.match(what, self.lines[n]))
        return (next(found, own.start) if name else own.start) + 1

    def refuse(
        self, message: str, hint: str, *, name: str = "", row: int | None = None
    ) -> SettingsError:
        line = self.line_of(name, row)
        return SettingsError(f"{shown(self.path)}:{line}: {message}", hint=hint)


def texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def table_of(value: Any, *names: str) -> bool:
    return isinstance(value, dict) and value.keys() == set(names)


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
}


def check_shape(source: Source, raw: dict[str, Any]) -> None:
    """Raise SettingsError unless the file has the parts that a seed file has."""
    for name in raw:
        if name not in SHAPES:
            raise source.refuse(
                f"`{name}` means nothing here", f"use {', '.join(sorted(SHAPES))}", name=name
            )
    for name, (fits, words, example) in SHAPES.items():
        if name in NEEDED and not raw.get(name):
            raise source.refuse(f"`{name}` is missing", f"write {example}")
        if name in raw and not fits(raw[name]):
            raise source.refuse(f"`{name}` is not {words}", f"write {example}", name=name)


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


def meant(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f" (did you mean {near}?)" if near else ""


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


def label(key: tuple[Any, ...]) -> str:
    """The key in one line; a part with a space stands in quotes, so that no two keys look alike."""
    return " ".join(json.dumps(part) if " " in part else part for part in map(str, key))


def check_placeholders(source: Source, raw: dict[str, Any], seed: Seed) -> None:
    """Each `{{name}}` that a row uses is declared by it, and each declared one is used."""
    rule: dict[str, Any] = raw.get("placeholders", {})
    for number, row in enumerate(seed.rows if rule else ()):
        declared = set(row.values.get(rule["declared"]) or ())
        used = {name for column in rule["used"] for name in found(row.values.get(column))}
        for name in sorted(used - declared):
            raise source.refuse(
                f"{label(row.key)} uses {{{{{name}}}}}, which {rule['declared']} does not declare",
                f"add it to {rule['declared']}, or correct the text{meant(name, tuple(declared))}",
                name=rule["declared"],
                row=number,
            )
        for name in sorted(declared - used):
            raise source.refuse(
                f"{label(row.key)} declares {name}, and no text uses {{{{{name}}}}}",
                f"use it in {' or '.join(rule['used'])}, or remove it from {rule['declared']}",
                name=rule["declared"],
                row=number,
            )


def found(text: Any) -> list[str]:
    return PLACEHOLDER.findall(text) if isinstance(text, str) else []
