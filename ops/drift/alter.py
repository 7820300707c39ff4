"""How an object that differs is brought to what Git says without dropping it."""

import re
from collections.abc import Iterator

from . import rare
from .anew import made_anew
from .beside import apart, beside
from .granting import changed
from .objects import Properties, kind_of, last_of, name_of, relation_of
from .rebuild import FIXED, is_broken, is_remade, must_be_replaced
from .retype import alter_type
from .sides import Sides, parents
from .spelling import Step, option_changes
from .statements import (
    create,
    create_column,
    default,
    drop,
    identity,
    named,
    sequence_clauses,
    typed_as,
)
from .words import differing

# what an object forgets when it is redefined; a column, when it gets another type
LOST = {"function": ("depends_on",), "column": ("storage", "compression")}
JSON = ("json", "jsonb")


def alter(subject: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    """The steps from the live properties to Git's; `here` is what is there when they run."""
    keys = {key for key in {**git, **here} if git.get(key) != here.get(key)}
    if is_broken(subject, git, sides.declared):
        yield unwanted(subject)
        return
    if keys := keys - apart(kind_of(subject)):
        yield from redefine(subject, git, here, keys, sides)
    yield from beside(subject, git, kept(subject, git, here, sides))


def unwanted(index: str) -> Step:
    """What becomes of an index that is to be as somewhere else, where it could not be built."""
    return Step(
        "",
        f"{index} is invalid there, and nobody wants that in Git:"
        f" reindex index {name_of(index)}, or drop it there",
    )


def kept(subject: str, git: Properties, here: Properties, sides: Sides) -> Properties:
    """What the object has here, without what it lost as it was redefined."""
    kind, keys = kind_of(subject), set(differing(git, here)) - apart(kind_of(subject))
    anew = kind == "column" and is_remade(git, here)
    if anew or must_be_replaced(subject, sides):
        return {}
    if kind == "table" and FIXED & keys:
        return git  # with its columns, it was told all of this
    if not keys or (kind == "column" and keys.isdisjoint({"type", "collation"})):
        return here
    return {key: value for key, value in here.items() if key not in LOST.get(kind, ())}


def redefine(
    subject: str, git: Properties, here: Properties, keys: set[str], sides: Sides
) -> Iterator[Step]:
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
    elif kind in rare.CHANGERS or kind in rare.BUILT_ON:
        yield from rare.change(subject, git, here)
    elif kind == "grant":
        yield from changed(subject, git, here, sides)
    elif keys == {"not_populated"}:
        yield Step(f"refresh materialized view {name_of(subject)}")
    else:
        yield from map(Step, create(subject, git, {}))


def alter_table(
    subject: str, git: Properties, here: Properties, keys: set[str], sides: Sides
) -> Iterator[Step]:
    name = name_of(subject)
    if FIXED & keys:
        yield from made_anew(subject, git, here, sides)
        return
    if {"partition_of", "bound", "detach_pending"} & keys:
        yield from (Step(sql) for sql in hung(name, git, here))
    if "inherits" in keys:
        old, new = here.get("inherits", []), git.get("inherits", [])
        yield from (Step(f"alter table {name} no inherit {p}") for p in old if p not in new)
        yield from (Step(f"alter table {name} inherit {p}") for p in new if p not in old)
    if "foreign_options" in keys:
        options = option_changes(git, here, "foreign_options")
        yield Step(f"alter foreign table {name} options ({options})")
    if "unlogged" in keys:
        yield Step(f"alter table {name} set {'unlogged' if 'unlogged' in git else 'logged'}")
    yield from secured(subject, git, keys)


def hung(name: str, git: Properties, here: Properties) -> Iterator[str]:
    """Taken from the parent that it has here, attached to the one it has in Git."""
    if "partition_of" in here:
        finalize = " finalize" * ("detach_pending" in here)
        yield f"alter table {here['partition_of']} detach partition {name}{finalize}"
    if "partition_of" in git:
        yield f"alter table {git['partition_of']} attach partition {name} {git['bound']}"


def secured(subject: str, git: Properties, keys: set[str]) -> Iterator[Step]:
    """Row security as Git has it, where it differs."""
    words = {"row_security": ("disable", "enable"), "force_row_security": ("no force", "force")}
    for key in sorted(words.keys() & keys):
        yield Step(f"alter table {name_of(subject)} {words[key][key in git]} row level security")


def set_identity(subject: str, git: Properties) -> Step:
    identity = git.get("replica_identity", "default")
    return Step(f"alter table {name_of(subject)} replica identity {identity}")


def set_cluster(subject: str, git: Properties) -> Step:
    words = f"cluster on {git['clustered_on']}" if "clustered_on" in git else "set without cluster"
    return Step(f"alter {named(subject, git)} {words}")


def alter_column(
    subject: str, git: Properties, here: Properties, keys: set[str], sides: Sides
) -> Iterator[Step]:
    head = f"alter table {relation_of(subject, git)} alter column {last_of(subject)}"
    both = (sides.declared, sides.observed)
    inherited = any(parent in side for side in both for parent in parents(subject, git, side))
    tables = [side.get(f"table {relation_of(subject, git)}", {}) for side in both]
    inherited = inherited or all("of_type" in table for table in tables)
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
    yield from (Step(sql) for sql in null_checked(subject, git, here, keys))
    if {"identity", "identity_options"} & keys and "identity" in git:
        yield Step(f"{head} {identified(git, here)}")


def null_checked(subject: str, git: Properties, here: Properties, keys: set[str]) -> Iterator[str]:
    """NOT NULL; to validate it is to set it again."""
    head = f"alter table {relation_of(subject, git)} alter column {last_of(subject)}"
    if not {"not_null", "not_validated", "no_inherit"} & keys:
        return
    loosely = {"not_validated", "no_inherit"}.intersection(git)
    if "not_null" in here and (loosely or "no_inherit" in here or "not_null" not in git):
        yield f"{head} drop not null"
    if loosely:
        yield null_check(subject, git)
    elif "not_null" in git:
        yield f"{head} set not null"


def null_check(subject: str, git: Properties) -> str:
    words = {"no_inherit": " no inherit", "not_validated": " not valid"}
    tail = "".join(words[key] for key in words if key in git)
    return f"alter table {relation_of(subject, git)} add not null {last_of(subject)}{tail}"


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
    value = converted(last_of(subject) + through, old, new)
    words = [f"type {typed_as(git)} using {value}"]
    if "default" in here:
        words.insert(0, "drop default")
    if "default" in git:
        words.append(default(git))
    yield from (Step(f"{head} {word}", note, destroys=bool(note)) for word in words)


def converted(value: str, old: str, new: str) -> str:
    """The value as another type; JSON and arrays, which look alike, have no cast to one another."""
    if old in JSON and new.endswith("[]"):
        opened = f"regexp_replace({value}::text, '^\\[', '{{')"
        return f"regexp_replace({opened}, '\\]$', '}}')::{new}"
    if new in JSON and old.endswith("[]"):
        return f"to_{new}({value})"
    return f"{value}::{new}"


def set_default(subject: str, git: Properties) -> Step:
    table = relation_of(subject, git)
    return Step(f"alter table {table} alter column {last_of(subject)} {default(git)}")


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
