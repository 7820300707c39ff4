"""The text of the client: small classes that need nothing but the standard library."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .declared import Alias, Module, Table, Value
from .names import IMPORTS
from .types import words

WIDTH = 88  # of a line, as most formatters have it
MODULES = {"Decimal": "decimal", "UUID": "uuid", "Mapping": "collections.abc"}


@dataclass(frozen=True, slots=True)
class Text:
    """A client but for its head: all of it, and what of it is of the schema alone."""

    text: str
    schema: str


def render(module: Module) -> Text:
    """Write a client; the same for the same schema and keys, whatever made them."""
    schema = paragraphs("\n".join(aliases(module.enums)), *map(of_table, module.tables))
    seeds = "\n\n".join(aliases(module.keys))
    gap = "\n" * schema.startswith("@")  # a class wants one line more
    body = paragraphs(gap + schema, seeds and f"{KEYS}\n\n{seeds}")
    return Text("\n\n".join(filter(None, [imports(module), body])) + "\n", schema)


def paragraphs(*texts: str) -> str:
    return "\n\n\n".join(filter(None, texts))


KEYS = "# The keys of the rows that seeds/ holds; where those are not all rows, there are others."


def imports(module: Module) -> str:
    """Only what is used, in the order that tools ask for."""
    fields = [field for table in module.tables for field in table.fields]
    used = {word for field in fields for word in words(field.annotation)}
    used |= {"ClassVar", "LiteralString", "Mapping"} if module.tables else set()
    aliased = [*module.enums, *module.keys, *(a for t in module.tables for a in t.aliases)]
    used |= {"Literal"} if aliased else set()
    found: dict[str, list[str]] = {"dataclasses": ["dataclass"]} if module.tables else {}
    for name in sorted(used.intersection(IMPORTS)):
        found.setdefault(MODULES.get(name, "typing"), []).append(name)
    lines = [f"from {name} import {', '.join(found[name])}" for name in sorted(found)]
    return "\n".join([*(["import datetime as dt"] if "dt" in used else []), *lines])


def aliases(found: Iterable[Alias]) -> Iterator[str]:
    for alias in found:
        note = f"# {one_line(alias.note)}\n" if alias.note else ""
        yield f"{note}{alias.name} = {literal(alias)}"


def literal(alias: Alias) -> str:
    """On one line where it fits, else a line for each value, so that a diff shows what came."""
    values = list(map(written, alias.values))
    line = f"Literal[{', '.join(values)}]"
    if len(f"{alias.name} = {line}") <= WIDTH:
        return line
    return "Literal[\n" + "".join(f"    {value},\n" for value in values) + "]"


def of_table(table: Table) -> str:
    """The Literals of a class, and the class."""
    columns = "".join(
        f"        {written(field.name)}: {written(field.column)},\n" for field in table.fields
    )
    lines = [
        "@dataclass(kw_only=True, slots=True)",
        f"class {table.name}:",
        f"    TABLE: ClassVar[LiteralString] = {written(table.table)}",
        f"    COLUMNS: ClassVar[Mapping[str, LiteralString]] = {{\n{columns}    }}",
        *([""] if table.fields else []),
        *(f"    {field.name}: {field.annotation}{remark(field.note)}" for field in table.fields),
    ]
    return paragraphs("\n".join(aliases(table.aliases)), "\n".join(lines))


def remark(note: str) -> str:
    return f"  # {one_line(note)}" if note else ""


def written(value: Value) -> str:
    """A value as Python has it, in the quotes that need no backslash."""
    if not isinstance(value, str):
        return repr(value)
    if '"' in value and value.isprintable() and not {"'", "\\"}.intersection(value):
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


def one_line(text: str) -> str:
    return " ".join(text.split())
