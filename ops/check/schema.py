"""What is wrong with a schema however it was made; read from the catalogue of a replay."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..drift.declared import Snapshot
from ..drift.objects import (
    UNIQUE,
    Objects,
    Properties,
    is_parsed,
    kind_of,
    last_of,
    name_of,
    relation_of,
)
from ..findings import Finding, Severity
from ..migrate.declared import MigrationFile
from ..migrate.text import QUIET, Token, place, tokens
from .complaints import complaint

SET_NULL = re.compile(r"ON DELETE SET NULL(?: \((?P<columns>[^)]*)\))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """`near` are texts that stand one behind the other in the migration; the last ends there."""

    subject: str
    message: str
    hint: str
    near: tuple[str, ...]
    severity: Severity = Severity.ERROR


def faults(objects: Objects) -> Iterator[Fault]:
    """Every fault of a schema. Pure."""
    for subject, properties in objects.items():
        if properties.get("type") == "foreign key":
            yield from unlike(subject, properties, objects)
            yield from never_null(subject, properties, objects)
        elif kind_of(subject) == "function" and not is_parsed(properties.get("body", "")):
            yield from without_arbiter(subject, properties, objects)


def judge(before: Objects, made: Snapshot, files: Mapping[str, MigrationFile]) -> Iterator[Finding]:
    """What is wrong after the new migrations and was not before them, with its place in a file."""
    known = {(fault.subject, fault.message) for fault in faults(before)}
    for fault in faults(made.objects):
        if (fault.subject, fault.message) not in known:
            file = files[made.since[fault.subject]]
            line, message = line_near(file.text, fault.near), f"{fault.subject}: {fault.message}"
            yield complaint(file.path, line, message, fault.hint, fault.severity)


def line_near(text: str, near: tuple[str, ...]) -> int | None:
    at = 0
    for part in near:
        found = text.find(part, at)
        at = found + len(part) if found >= 0 else at
    return place(text, at)[0] if at else None


def unlike(subject: str, key: Properties, objects: Objects) -> Iterator[Fault]:
    """integer -> bigint, text -> varchar: PostgreSQL allows it until a value does not fit."""
    pairs = zip(key["columns"], key["target"], strict=True)
    for column, target in pairs:
        here = type_of(f"column {relation_of(subject, key)}.{column}", objects)
        there = type_of(f"column {key['references']}.{target}", objects)
        if here and there and here != there:
            message = f"{column} is {here} and refers to {target}, which is {there}"
            near = (*near_key(subject), column)
            yield Fault(subject, message, f"make {column} {there}", near, Severity.WARNING)


def type_of(column: str, objects: Objects) -> str:
    return re.sub(r"\([\d,]*\)", "", str(objects.get(column, {}).get("type", "")))


def never_null(subject: str, key: Properties, objects: Objects) -> Iterator[Fault]:
    rule = SET_NULL.search(key["definition"])
    if not rule:
        return
    columns = rule["columns"].split(", ") if rule["columns"] else key["columns"]
    for column in columns:
        if objects.get(f"column {relation_of(subject, key)}.{column}", {}).get("not_null"):
            message = f"ON DELETE SET NULL, and {column} is NOT NULL: the DELETE will fail"
            yield Fault(subject, message, "ON DELETE CASCADE or RESTRICT", near_key(subject))


def near_key(subject: str) -> tuple[str, str]:
    """Table and constraint; of a name that PostgreSQL gave, only the table is in the text."""
    table = name_of(subject).rpartition(f".{last_of(subject)}")[0]
    return table.rpartition(".")[2], last_of(subject)


def without_arbiter(subject: str, function: Properties, objects: Objects) -> Iterator[Fault]:
    """ON CONFLICT in a body that nobody parsed; outside of functions the replay fails by itself."""
    body = function.get("body", "")
    for table, columns, partial, at in conflicts(body):
        tables = [s for s in objects if kind_of(s) == "table" and last_of(s) == table]
        if tables and not any(arbiter(name_of(s), columns, partial, objects) for s in tables):
            listed = ", ".join(sorted(columns))
            message = f"ON CONFLICT ({listed}) has no unique index on {table} (error 42P10)"
            yield Fault(subject, message, "make one on exactly these columns", (body[:at],))


def arbiter(table: str, columns: frozenset[str], partial: bool, objects: Objects) -> bool:
    """Whether a constraint or an index of the table makes these columns unique, in any order."""
    for subject, properties in objects.items():
        if relation_of(subject, properties) != table:
            continue
        definition = str(properties.get("definition", ""))
        unique = properties.get("type") in UNIQUE or properties.get("unique")
        usable = "DEFERRABLE" not in definition and (partial or ") WHERE (" not in definition)
        if unique and usable and set(properties["columns"]) == columns:
            return True
    return False


def conflicts(body: str) -> Iterator[tuple[str, frozenset[str], bool, int]]:
    """Table, columns, whether a WHERE follows, and the offset, of each ON CONFLICT (columns)."""
    found = [token for token in tokens(body) if token.kind not in QUIET]
    table = ""
    for index, token in enumerate(found):
        words = [t.text.lower() for t in found[index : index + 3]]
        if words[:2] == ["insert", "into"]:
            table = target(found[index + 2 :])
        elif words == ["on", "conflict", "("] and table:
            inside, after = within(found[index + 3 :])
            names, commas = inside[::2], inside[1::2]
            plain = all(t.kind in ("word", "quoted") for t in names)
            if plain and all(t.text == "," for t in commas):
                yield table, frozenset(map(quoted, names)), after == "where", token.start


def target(rest: list[Token]) -> str:
    name = quoted(rest[0]) if rest else ""
    return target(rest[2:]) if len(rest) > 2 and rest[1].text == "." else name


def within(rest: list[Token]) -> tuple[list[Token], str]:
    """What stands before the closing parenthesis, and the word behind it."""
    end = next((i for i, token in enumerate(rest) if token.text == ")"), len(rest))
    return rest[:end], rest[end + 1].text.lower() if len(rest) > end + 1 else ""


def quoted(token: Token) -> str:
    """A name as the catalogue writes it: `Id` and "id" are id, "Id" stays."""
    bare = re.fullmatch(r'"([a-z_][a-z0-9_$]*)"', token.text)
    return bare[1] if bare else token.text if token.kind == "quoted" else token.text.lower()
