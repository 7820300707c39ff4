"""What Git says: its tables, views, enums and keys of rows, as what they become in Python."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..drift.objects import Objects, Properties, kind_of, last_of, name_of, path_of
from ..names import full_name, split
from ..seed.declared import Seed
from . import views
from .literals import listed, values
from .names import SCHEMA, class_name, field_name
from .types import never_null, python_type

Value = str | int | bool
REGISTERED = "a list if psycopg was told of the type: psycopg.types.TypeInfo"


@dataclass(frozen=True, slots=True)
class Alias:
    """A Literal under a name of its own."""

    name: str
    values: tuple[Value, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name in Python, as SQL has it, its annotation, what there is to say of it."""

    name: str
    column: str
    annotation: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or a view: its class, its name as SQL has it, its fields, and their Literals."""

    name: str
    table: str
    fields: tuple[Field, ...]
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """All that a client holds. `keys` are those of seeds/, the rest is of the schema."""

    enums: tuple[Alias, ...]
    tables: tuple[Table, ...]
    keys: tuple[Alias, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or a view; `type` is empty where only the server knows it."""

    name: str  # as it is quoted
    type: str
    nullable: bool
    values: tuple[str, ...] = ()


def module(objects: Objects, seeds: Sequence[Seed]) -> Module:
    """The client of a schema and its seeds. Classes come first when names are given out."""
    relations = Relations(objects)
    taken: set[str] = set()
    classes = named(relations.names, taken)
    types = [name_of(subject) for subject in sorted(objects) if kind_of(subject) == "type"]
    limited = {name: found for name in types if (found := labels(name, objects))}
    enums = named(limited, taken)
    tables = tuple(
        table(name, classes[name], relations.columns(name), objects, enums, taken)
        for name in relations.names
    )
    aliases = tuple(Alias(enums[name], limited[name]) for name in limited)
    return Module(aliases, tables, tuple(keys(seeds, classes, taken)))


def named(names: Sequence[str] | Mapping[str, object], taken: set[str]) -> dict[str, str]:
    """The class of each name; those given out are taken from then on."""
    found = {}
    for name in names:
        schema, last = split(name)
        found[name] = class_name(schema, last, taken)
        taken.add(found[name])
    return found


def labels(type: str, objects: Objects) -> tuple[str, ...]:
    """The values of an enum, or of a domain that a CHECK limits to some texts."""
    made = objects[f"type {type}"]
    if made["kind"] == "enum":
        return tuple(made.get("labels") or ())
    checks = (check.partition(" CHECK ") for check in made.get("checks", ()))
    found = (values(f"CHECK {check}", "VALUE") for _, _, check in checks)
    return next((value for value in found if value), ())


class Relations:
    """The tables and views of a schema, without partitions, and the columns of each."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.columns_of: dict[str, dict[str, Properties]] = {}
        self.values: dict[tuple[str, str], tuple[str, ...]] = {}
        self.views: dict[str, list[Column]] = {}
        for subject in sorted(objects):
            self.note(subject, objects[subject])
        tables = [s for s in sorted(objects) if kind_of(s) in ("table", "view")]
        self.names = [name_of(s) for s in tables if "partition_of" not in objects[s]]

    def note(self, subject: str, properties: Properties) -> None:
        relation = ".".join(path_of(subject)[:-1])
        if kind_of(subject) == "column":
            self.columns_of.setdefault(relation, {})[last_of(subject)] = properties
        elif kind_of(subject) == "constraint" and (texts := listed(properties)):
            self.values.setdefault((relation, properties["columns"][0]), texts)

    def columns(self, name: str) -> list[Column]:
        """The columns in their order, as far as Git knows it; else by name."""
        if f"view {name}" in self.objects:
            if name not in self.views:
                self.views[name] = []  # a view is never built on itself
                self.views[name] = list(self.of_view(name))
            return self.views[name]
        every, order = self.of_table(name), self.objects[f"table {name}"].get("columns", ())
        known = [column for column in order if column in every]
        rest = sorted(every.keys() - set(known))
        return [self.column(name, column, every[column]) for column in (*known, *rest)]

    def of_table(self, name: str) -> dict[str, Properties]:
        """Its own columns, and those of the tables that it inherits from."""
        found: dict[str, Properties] = {}
        for parent in self.objects[f"table {name}"].get("inherits", ()):
            found |= self.of_table(parent)
        return found | self.columns_of.get(name, {})

    def column(self, table: str, name: str, properties: Properties) -> Column:
        nullable = "not_null" not in properties or "not_validated" in properties
        texts = self.values.get((table, name), ())
        return Column(name, properties["type"], nullable, texts)

    def of_view(self, name: str) -> Iterator[Column]:
        for out in views.outputs(self.objects[f"view {name}"]["definition"], self.objects):
            source = self.columns(out.relation) if out.relation else []
            found = next((column for column in source if column.name == out.column), None)
            if found:
                yield replace(found, name=out.name, nullable=found.nullable or out.nullable)
            else:
                yield Column(out.name, "", True)


def table(
    relation: str,
    name: str,
    columns: Sequence[Column],
    objects: Objects,
    enums: Mapping[str, str],
    taken: set[str],
) -> Table:
    fields: list[Field] = []
    aliases: list[Alias] = []
    for column in columns:
        field = field_name(split(column.name)[0], {*enums.values(), *(f.name for f in fields)})
        annotation = python_type(column.type, objects, enums)
        if column.values and annotation == "str":
            alias = Alias(class_name(SCHEMA, f"{name}_{field}", taken), fitted(column))
            taken.add(alias.name)
            aliases.append(alias)
            annotation = alias.name
        fields.append(of_column(field, column, annotation, never_null(column.type, objects)))
    own = last_of(f"table {relation}") if path_of(f"table {relation}")[0] == SCHEMA else relation
    return Table(name, own, tuple(fields), tuple(aliases))


def of_column(name: str, column: Column, annotation: str, never_null: bool) -> Field:
    if annotation in ("", "Any"):
        note = "" if annotation else column.type or "of a type that schema.json does not say"
        return Field(name, column.name, "Any", note)
    null = " | None" if column.nullable and not never_null else ""
    own = annotation.startswith("list[") and "." in column.type  # of a type of this database
    return Field(name, column.name, f"{annotation}{null}", REGISTERED if own else "")


def fitted(column: Column) -> tuple[str, ...]:
    """The texts as the column holds them: character(3) fills up with blanks."""
    size = column.type.removeprefix("character(").removesuffix(")")
    width = int(size) if size.isdecimal() else 0
    return tuple(dict.fromkeys(text.ljust(width) for text in column.values))


def keys(seeds: Sequence[Seed], classes: Mapping[str, str], taken: set[str]) -> Iterator[Alias]:
    """The keys of the rows of Git, by table and key column; other rows may have other keys."""
    known = {split(name): classes[name] for name in classes}
    for seed in seeds:
        table = full_name(seed.table, SCHEMA)
        for at, column in enumerate(seed.key if table in known else ()):
            values = tuple(dict.fromkeys(row.key[at] for row in seed.rows))
            if all(isinstance(value, Value) for value in values):
                name = class_name(SCHEMA, f"{known[table]}_{column}", taken)
                taken.add(name)
                yield Alias(name, values, f"seeds/{seed.path.name}")
