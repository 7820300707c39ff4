"""How an object that differs is brought to what Git says without dropping it."""

import re
from collections.abc import Iterator

from .objects import PART, Properties, kind_of, last_of, name_of, parts_of_tables, relation_of
from .rebuild import FIXED, columns_of, is_remade, must_be_replaced
from .sides import Sides, parents
from .statements import (
    Step,
    create,
    create_column,
    create_type,
    drop,
    foreign_option,
    identity,
    literal,
    sequence_clauses,
    switch,
    typed_as,
)


def alter(subject: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    """The steps from the live properties to Git's; `here` is what is there when they run."""
    keys = {key for key in {**git, **here} if git.get(key) != here.get(key)}
    kind = kind_of(subject)
    if kind == "extension":
        yield Step(f"alter extension {name_of(subject)} set schema {git['schema']}")
    elif kind == "table":
        yield from alter_table(subject, git, here, keys, sides)
    elif kind == "column":
        yield from alter_column(subject, git, here, keys, sides)
    elif kind == "type":
        yield from alter_type(subject, git, here, sides)
    elif kind == "constraint":
        table = relation_of(subject, git)
        yield Step(f"alter table {table} validate constraint {last_of(subject)}")
    elif kind == "sequence":
        yield from alter_sequence(subject, git, keys)
    elif kind == "trigger":
        yield Step(switch(subject, git))
    elif keys == {"not_populated"}:
        yield Step(f"refresh materialized view {name_of(subject)}")
    else:
        yield from map(Step, create(subject, git, {}))


def alter_table(
    subject: str, git: Properties, here: Properties, keys: set[str], sides: Sides
) -> Iterator[Step]:
    name = name_of(subject)
    if FIXED & keys:
        note = f"the rows of {name} go; what refers to it must go first and come again"
        parts = parts_of_tables(sides.declared)[name]
        for sql in (drop(subject, here), *create(subject, git, parts)):
            yield Step(sql, note, destroys=True)
        return
    if {"partition_of", "bound"} & keys:
        yield from (Step(sql) for sql in hung(name, git, here))
    if "inherits" in keys:
        old, new = here.get("inherits", []), git.get("inherits", [])
        yield from (Step(f"alter table {name} no inherit {p}") for p in old if p not in new)
        yield from (Step(f"alter table {name} inherit {p}") for p in new if p not in old)
    if "foreign_options" in keys:
        yield Step(f"alter foreign table {name} options ({foreign_options(git, here)})")
    if "unlogged" in keys:
        yield Step(f"alter table {name} set {'unlogged' if 'unlogged' in git else 'logged'}")
    yield from secured(subject, git, keys)


def hung(name: str, git: Properties, here: Properties) -> Iterator[str]:
    """Taken from the parent that it has here, attached to the one it has in Git."""
    if "partition_of" in here:
        yield f"alter table {here['partition_of']} detach partition {name}"
    if "partition_of" in git:
        yield f"alter table {git['partition_of']} attach partition {name} {git['bound']}"


def foreign_options(git: Properties, here: Properties) -> str:
    old, new = (
        dict(option.split("=", 1) for option in side.get("foreign_options", ()))
        for side in (here, git)
    )
    return ", ".join(
        [f"drop {key}" for key in old if key not in new]
        + [
            f"{'set' if key in old else 'add'} {foreign_option(f'{key}={value}')}"
            for key, value in new.items()
            if old.get(key) != value
        ]
    )


def secured(subject: str, git: Properties, keys: set[str]) -> Iterator[Step]:
    """Row security as Git has it, where it differs."""
    words = {"row_security": ("disable", "enable"), "force_row_security": ("no force", "force")}
    for key in sorted(words.keys() & keys):
        yield Step(f"alter table {name_of(subject)} {words[key][key in git]} row level security")


def set_identity(subject: str, git: Properties) -> Step:
    identity = git.get("replica_identity", "default")
    return Step(f"alter table {name_of(subject)} replica identity {identity}")


def alter_column(
    subject: str, git: Properties, here: Properties, keys: set[str], sides: Sides
) -> Iterator[Step]:
    head = f"alter table {relation_of(subject, git)} alter column {last_of(subject)}"
    inherited = any(
        parent in side
        for side in (sides.declared, sides.observed)
        for parent in parents(subject, git, side)
    )
    if is_remade(git, here):
        yield from remade(subject, git, here)
        return
    if "generated" in keys:
        yield Step(f"{head} drop expression")
    if {"type", "collation"} & keys and not inherited:
        yield from retyped(subject, git, here, head, sides)
    elif "default" in keys:
        yield Step(f"{head} {default(git)}")
    if "identity" in here and "identity" not in git:
        yield Step(f"{head} drop identity")
    if "not_null" in keys:
        yield Step(f"{head} {'set' if 'not_null' in git else 'drop'} not null")
    if {"identity", "identity_options"} & keys and "identity" in git:
        yield Step(f"{head} {identified(git, here)}")


def remade(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    note = "" if "generated" in here else f"the values of {name_of(subject)} go"
    for sql in (drop(subject, here), *create_column(subject, git)):
        yield Step(sql, note, destroys=bool(note))


def retyped(
    subject: str, git: Properties, here: Properties, head: str, sides: Sides
) -> Iterator[Step]:
    """Another type; whether each value survives is known only for some."""
    old, new = here["type"], git["type"]
    enum = sides.declared.get(f"type {new.removesuffix('[]')}", {}).get("kind") == "enum"
    note = "" if enum or widens(old, new) else f"what {new} cannot hold of {old} goes"
    through = f"::text{'[]' * new.endswith('[]')}" * enum  # an unknown label is an error
    words = [f"type {typed_as(git)} using {last_of(subject)}{through}::{new}"]
    if "default" in here:
        words.insert(0, "drop default")
    if "default" in git:
        words.append(default(git))
    yield from (Step(f"{head} {word}", note, destroys=bool(note)) for word in words)


def set_default(subject: str, git: Properties) -> Step:
    table = relation_of(subject, git)
    return Step(f"alter table {table} alter column {last_of(subject)} {default(git)}")


def default(git: Properties) -> str:
    return f"set default {git['default']}" if "default" in git else "drop default"


def identified(git: Properties, here: Properties) -> str:
    if "identity" not in here:
        return f"add {identity(git)}"
    options = sequence_clauses(git.get("identity_options", {}))
    words = (f"set {option}" for option in options if not option.startswith("start"))
    start = next(option for option in options if option.startswith("start"))
    return f"set generated {git['identity']} {' '.join(words)} set {start}"


INTEGERS = {"smallint": 5, "integer": 10, "bigint": 19}  # decimal digits
TYPE = re.compile(r"(?P<name>[a-z ]+?)(?:\((?P<size>\d+)(?:,(?P<scale>\d+))?\))?")


def widens(old: str, new: str) -> bool:
    """Whether every value of the old type is one of the new type, unchanged."""
    if old == new or (new == "text" and not old.startswith("character(")):
        return True
    before, after = TYPE.fullmatch(old), TYPE.fullmatch(new)
    if not before or not after:
        return False
    if after["name"] in ("text", "character varying") and before["name"] == "character varying":
        return not after["size"] or int(before["size"] or 10**9) <= int(after["size"])
    if after["name"] == "numeric":
        return not after["size"] or digits_fit(before, after)
    return INTEGERS.get(old, 99) < INTEGERS.get(new, 0) or (old, new) == (
        "real",
        "double precision",
    )


def digits_fit(before: re.Match[str], after: re.Match[str]) -> bool:
    scale = int(after["scale"] or 0)
    room = int(after["size"]) - scale
    if before["name"] == "numeric" and before["size"]:
        old = int(before["scale"] or 0)
        return old <= scale and int(before["size"]) - old <= room
    return INTEGERS.get(before["name"], 10**9) <= room


def alter_sequence(subject: str, git: Properties, keys: set[str]) -> Iterator[Step]:
    name = name_of(subject)
    if {"type", "options"} & keys:
        clauses = " ".join(sequence_clauses(git.get("options", {})))
        yield Step(f"alter sequence {name} as {git.get('type', 'bigint')} {clauses}")
    if "unlogged" in keys:
        yield Step(f"alter sequence {name} set {'unlogged' if 'unlogged' in git else 'logged'}")


def set_owner(subject: str, git: Properties) -> Step:
    return Step(f"alter sequence {name_of(subject)} owned by {git.get('owned_by', 'none')}")


def alter_type(subject: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    if git["kind"] == here["kind"] == "enum":
        yield from alter_enum(subject, git, here, sides)
    elif must_be_replaced(subject, sides):
        used = columns_of(subject, sides.observed)
        note = f"the values of {', '.join(map(name_of, used))} go" if used else ""
        for sql in (drop(subject, here), *create_type(subject, git)):
            yield Step(sql, note, destroys=bool(note))
    elif git["kind"] == "domain":
        yield from map(Step, alter_domain(name_of(subject), git, here))
    else:
        yield from alter_composite(name_of(subject), git, here)


def alter_enum(subject: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    if must_be_replaced(subject, sides):
        yield from replaced_enum(subject, git, sides)
        return
    labels = git.get("labels", [])
    for at, label in enumerate(labels):
        if label not in here.get("labels", ()):
            place = f" after {literal(labels[at - 1])}" if at else before(labels, here)
            yield Step(f"alter type {name_of(subject)} add value {literal(label)}{place}")


def before(labels: list[str], here: Properties) -> str:
    following = next((label for label in labels if label in here.get("labels", ())), "")
    return f" before {literal(following)}" if following else ""


def replaced_enum(subject: str, git: Properties, sides: Sides) -> Iterator[Step]:
    """A new type under the columns: a label cannot be dropped or moved."""
    name, old = name_of(subject), f'"{last_of(subject).strip(chr(34))} (old)"'
    yield Step(f"alter type {name} rename to {old}", note="fails while a row holds another label")
    yield from map(Step, create_type(subject, git))
    for column in columns_of(subject, sides.observed):
        yield from map(Step, recast(column, sides))
    yield Step(f"drop type {'.'.join(PART.findall(name)[:-1])}.{old}")


def recast(column: str, sides: Sides) -> Iterator[str]:
    here = sides.observed[column]
    head = f"alter table {relation_of(column, here)} alter column {last_of(column)}"
    array = "[]" if here["type"].endswith("[]") else ""
    if "default" in here:
        yield f"{head} drop default"
    yield f"{head} type {here['type']} using {last_of(column)}::text{array}::{here['type']}"
    if "default" in (git := sides.declared.get(column, here)):
        yield f"{head} {default(git)}"


def alter_domain(name: str, git: Properties, here: Properties) -> Iterator[str]:
    if git.get("default") != here.get("default"):
        yield f"alter domain {name} {default(git)}"
    if git.get("not_null") != here.get("not_null"):
        yield f"alter domain {name} {'set' if 'not_null' in git else 'drop'} not null"
    old, new = here.get("checks", []), git.get("checks", [])
    for check in old:
        if check not in new:
            yield f"alter domain {name} drop constraint {PART.findall(check)[1]}"
    yield from (f"alter domain {name} add {check}" for check in new if check not in old)


def alter_composite(name: str, git: Properties, here: Properties) -> Iterator[Step]:
    old = {PART.findall(text)[0]: text for text in here.get("attributes", ())}
    new = {PART.findall(text)[0]: text for text in git.get("attributes", ())}
    for attribute in sorted(old.keys() - new.keys()):
        note = f"the values of {attribute} go"
        yield Step(f"alter type {name} drop attribute {attribute}", note, destroys=True)
    for attribute, text in new.items():
        if attribute not in old:
            yield Step(f"alter type {name} add attribute {text}")
        elif old[attribute] != text:
            note = f"what does not fit of {attribute} goes"
            kind = text.removeprefix(attribute).strip()
            sql = f"alter type {name} alter attribute {attribute} type {kind}"
            yield Step(sql, note, destroys=True)
