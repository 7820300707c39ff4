"""A table that no ALTER brings to Git's shape: dropped, made again, and how its rows are kept."""

from collections.abc import Iterator
from dataclasses import replace

from ..names import unquoted
from .beside import beside
from .objects import Objects, Properties, kind_of, last_of, name_of, parts_of_tables
from .sides import Sides
from .spelling import Step, literal
from .statements import create, drop

COPY = "kept"  # what the notes call the table that the rows wait in


def made_anew(subject: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    """The steps, each of them one that destroys data; what must be done by hand comes first."""
    name = name_of(subject)
    note = f"the rows of {name} go; what refers to it must go first and come again"
    parts = parts_of_tables(sides.declared)[name]
    columns = {s: p for s, p in parts.items() if kind_of(s) == "column"}
    owned = [s for s in parts_of_tables(sides.observed)[name] if kind_of(s) == "sequence"]
    if "foreign_server" not in {**git, **here}:
        for words in rescue(name, columns, parts_of_tables(sides.observed)[name]):
            yield Step("", words, destroys=True)
    again = {sequence: parts[sequence]["owned_by"] for sequence in owned if sequence in parts}
    for sql in (
        *(f"alter sequence {name_of(sequence)} owned by none" for sequence in owned),
        drop(subject, here),
        *create(subject, git, parts),
        *(f"alter sequence {name_of(s)} owned by {column}" for s, column in again.items()),
    ):
        yield Step(sql, note, destroys=True)
    for part, properties in {subject: git, **columns}.items():
        yield from (replace(step, destroys=True) for step in beside(part, properties, {}))


def how_to_keep(name: str) -> str:
    """The statement that saves the rows of a table, before it is made anew."""
    return f"create table {COPY} as table {name}"


def rescue(name: str, columns: Objects, here: Objects) -> Iterator[str]:
    """What a person has to do so that no row is lost: no statement changes a partition key."""
    stay = [s for s in columns if s in here and "generated" not in columns[s]]
    names = ", ".join(last_of(column) for column in stay)
    if not stay:
        return
    yield f"table {name} has to be made anew, which leaves it empty. Its rows are kept by you:"
    yield f"  before: {how_to_keep(name)}"
    yield (
        f"  after: insert into {name} ({names}) overriding system value select {names} from {COPY}"
        " (its triggers fire)"
    )
    for column in (s for s in stay if "identity" in columns[s]):
        last = last_of(column)
        sequence = f"pg_get_serial_sequence({literal(name)}, {literal(unquoted(last))})"
        yield f"  then: select setval({sequence}, max({last})) from {name}"
