"""How one object is written in DDL: created, dropped, and its parts spelled out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .objects import Objects, Properties, kind_of, last_of, name_of, relation_of, schema_of
from .rare import WORDS
from .routines import create_function
from .spelling import Step, foreign_option, literal

__all__ = ["Step", "create", "drop", "literal", "named", "rename"]

NOT_VALID = " NOT VALID"  # CREATE DOMAIN has no words for it
SWITCH = {"disabled": "disable", "replica": "enable replica", "always": "enable always"}


def create(subject: str, properties: Properties, parts: Objects) -> list[str]:
    """The statements that make an object; a table's with its columns, without anything else."""
    if kind_of(subject) == "table":
        return [create_table(subject, properties, parts)]
    return CREATE[kind_of(subject)](subject, properties)


def drop(subject: str, properties: Properties) -> str:
    kind = kind_of(subject)
    if kind in ("column", "constraint"):
        return f"alter table {relation_of(subject, properties)} drop {kind} {last_of(subject)}"
    return f"drop {named(subject, properties)}{' cascade' * (properties.get('kind') == 'base')}"


def named(subject: str, properties: Properties) -> str:
    """An object as DROP, COMMENT and most of ALTER call it."""
    kind, name = kind_of(subject), name_of(subject)
    if kind in ("constraint", "trigger", "policy", "rule"):
        return f"{kind} {last_of(subject)} on {relation_of(subject, properties)}"
    if kind == "function":
        return f"routine {name}"
    if kind == "view" and "materialized" in properties:
        return f"materialized view {name}"
    return f"{'foreign ' * ('foreign_server' in properties)}{WORDS.get(kind, kind)} {name}"


def rename(here: str, git: str, properties: Properties) -> str:
    """Give an object the name that it has in Git."""
    kind, table = kind_of(git), relation_of(git, properties)
    if kind in ("table", "statistics", "type"):
        return "; ".join(move(here, git))
    if kind == "index":
        return f"alter index {name_of(here)} rename to {last_of(git)}"
    if kind in ("trigger", "policy"):
        return f"alter {kind} {last_of(here)} on {table} rename to {last_of(git)}"
    return f"alter table {table} rename {kind} {last_of(here)} to {last_of(git)}"


def move(here: str, git: str) -> Iterator[str]:
    """A table, statistics or a type to the schema and to the name that it has in Git."""
    kind, schema = kind_of(git), schema_of(git)
    if schema_of(here) != schema:
        yield f"alter {kind} {name_of(here)} set schema {schema}"
    if last_of(here) != last_of(git):
        yield f"alter {kind} {schema}.{last_of(here)} rename to {last_of(git)}"


def create_schema(subject: str, properties: Properties) -> list[str]:
    return [f"create schema {name_of(subject)}"]


def create_extension(subject: str, properties: Properties) -> list[str]:
    return [f"create extension {name_of(subject)} with schema {properties['schema']}"]


def create_type(subject: str, properties: Properties) -> list[str]:
    name = name_of(subject)
    if properties["kind"] in ("base", "shell"):
        options = f" ({', '.join(properties['options'])})" if "options" in properties else ""
        return [f"create type {name}{options}"]
    if properties["kind"] == "domain":
        checks = (check for check in properties.get("checks", ()) if check.endswith(NOT_VALID))
        return [
            f"create domain {name} as {' '.join(domain_clauses(properties))}",
            *(f"alter domain {name} add {check}" for check in checks),
        ]
    inside = {
        "enum": ("enum ", map(literal, properties.get("labels") or ())),
        "composite": ("", properties.get("attributes") or ()),
        "range": ("range ", properties.get("range") or ()),
    }[properties["kind"]]
    return [f"create type {name} as {inside[0]}({', '.join(inside[1])})"]


def domain_clauses(properties: Properties) -> Iterator[str]:
    yield properties["base"]
    if "collation" in properties:
        yield f"collate {properties['collation']}"
    if "default" in properties:
        yield f"default {properties['default']}"
    if "not_null" in properties:
        yield "not null"
    yield from (check for check in properties.get("checks", ()) if not check.endswith(NOT_VALID))


def create_sequence(subject: str, properties: Properties) -> list[str]:
    unlogged = "unlogged " if "unlogged" in properties else ""
    clauses = sequence_clauses(properties.get("options", {}))
    kind = properties.get("type", "bigint")
    return [f"create {unlogged}sequence {name_of(subject)} as {kind} {' '.join(clauses)}"]


def sequence_clauses(options: Mapping[str, Any]) -> list[str]:
    """Every option, said in full, so that they also bring back a default."""
    increment = options.get("increment", 1)
    first = options.get("min", 1) if increment > 0 else options.get("max", -1)
    return [
        f"increment by {increment}",
        f"minvalue {options['min']}" if "min" in options else "no minvalue",
        f"maxvalue {options['max']}" if "max" in options else "no maxvalue",
        f"start with {options.get('start', first)}",
        f"cache {options.get('cache', 1)}",
        "cycle" if options.get("cycle") else "no cycle",
    ]


def create_table(subject: str, properties: Properties, parts: Objects) -> str:
    name = name_of(subject)
    own = {s: p for s, p in parts.items() if kind_of(s) == "column"}
    order = {column: place for place, column in enumerate(properties.get("columns", ()))}
    own = {s: own[s] for s in sorted(own, key=lambda s: order.get(last_of(s), len(order)))}
    parent = properties.get("partition_of")
    columns = ",\n".join(f"    {column_clause(s, p, not parent)}" for s, p in own.items())
    kind = {"unlogged": "unlogged table", "foreign_server": "foreign table"}
    word = next((kind[key] for key in kind if key in properties), "table")
    inside = f" (\n{columns}\n)" if columns or not parent else ""
    of = f" partition of {parent}" if parent else ""
    return f"create {word} {name}{of}{inside}{''.join(table_clauses(properties))}"


def table_clauses(properties: Properties) -> Iterator[str]:
    if "bound" in properties:
        yield f" {properties['bound']}"
    if "inherits" in properties:
        yield f" inherits ({', '.join(properties['inherits'])})"
    if "partition_by" in properties:
        yield f" partition by {properties['partition_by']}"
    if "foreign_server" in properties:
        options = (foreign_option(option) for option in properties.get("foreign_options", ()))
        yield f" server {properties['foreign_server']} options ({', '.join(options)})"


def column_clause(subject: str, properties: Properties, typed: bool = True) -> str:
    """A column as in CREATE TABLE; a partition's without type, which is its parent's."""
    words = [last_of(subject)]
    if typed:
        words.append(typed_as(properties))
    if "generated" in properties:
        kind = "virtual" if "virtual" in properties else "stored"
        words.append(f"generated always as ({properties['generated']}) {kind}")
    if "default" in properties:
        words.append(f"default {properties['default']}")
    if "identity" in properties:
        words.append(identity(properties))
    if "not_null" in properties and "not_validated" not in properties:
        words.append("not null" + " no inherit" * ("no_inherit" in properties))
    return " ".join(words)


def default(git: Properties) -> str:
    return f"set default {git['default']}" if "default" in git else "drop default"


def typed_as(properties: Properties) -> str:
    collation = f" collate {properties['collation']}" if "collation" in properties else ""
    return f"{properties['type']}{collation}"


def identity(properties: Properties) -> str:
    clauses = " ".join(sequence_clauses(properties.get("identity_options", {})))
    return f"generated {properties['identity']} as identity ({clauses})"


def create_column(subject: str, properties: Properties) -> list[str]:
    table = relation_of(subject, properties)
    return [f"alter table {table} add column {column_clause(subject, properties)}"]


def create_constraint(subject: str, properties: Properties) -> list[str]:
    table, definition = relation_of(subject, properties), properties["definition"]
    unchecked = "not_validated" in properties and "NOT ENFORCED" not in definition
    valid = " not valid" if unchecked else ""
    return [f"alter table {table} add constraint {last_of(subject)} {definition}{valid}"]


def create_index(subject: str, properties: Properties) -> list[str]:
    unique = "unique " if "unique" in properties else ""
    table = f"only {properties['table']}" if "invalid" in properties else properties["table"]
    name, definition = last_of(subject), properties["definition"]
    return [f"create {unique}index {name} on {table} using {definition}"]


def create_view(subject: str, properties: Properties) -> list[str]:
    kind = "materialized view" if "materialized" in properties else "view"
    definition = properties["definition"].removesuffix(";")
    empty = "\nwith no data" if "not_populated" in properties else ""
    return [f"create {kind} {name_of(subject)} as\n{definition}{empty}"]


def create_trigger(subject: str, properties: Properties) -> list[str]:
    return [properties["definition"]]


def create_rule(subject: str, properties: Properties) -> list[str]:
    return [properties["definition"].removesuffix(";")]


def switch(subject: str, properties: Properties) -> str:
    """Enable or disable a trigger or a rule of a table, or an event trigger."""
    word = SWITCH.get(properties.get("enabled", ""), "enable")
    if kind_of(subject) == "eventtrigger":
        return f"alter event trigger {name_of(subject)} {word}"
    table = relation_of(subject, properties)
    return f"alter table {table} {word} {kind_of(subject)} {last_of(subject)}"


def create_policy(subject: str, properties: Properties) -> list[str]:
    words = [
        f"create policy {last_of(subject)} on {relation_of(subject, properties)}",
        f"as {'restrictive' if 'restrictive' in properties else 'permissive'}",
        f"for {properties['command']} to {', '.join(properties['roles'])}",
    ]
    if "using" in properties:
        words.append(f"using ({properties['using']})")
    if "check" in properties:
        words.append(f"with check ({properties['check']})")
    return [" ".join(words)]


CREATE: dict[str, Callable[[str, Properties], list[str]]] = {
    "schema": create_schema,
    "extension": create_extension,
    "type": create_type,
    "sequence": create_sequence,
    "function": create_function,
    "column": create_column,
    "constraint": create_constraint,
    "index": create_index,
    "view": create_view,
    "trigger": create_trigger,
    "rule": create_rule,
    "policy": create_policy,
}
