"""The facts of one environment as a file: no secret, no customer's row, no way back to either.

Of a variable's value the file keeps 16 bits of a slow hash: enough to tell that two are equal, far
too little to find the value, even one out of a list of common passwords.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..drift.objects import Objects
from ..environment.declared import Variable
from ..errors import SettingsError
from ..facts import Facts
from ..findings import Place
from ..seed.values import as_json

VERSION = 1
KIND = "facts of invoke"
HINT = "invoke facts --output FILE writes one, in the environment that it is about"


@dataclass(frozen=True, slots=True)
class Table:
    """The system rows of one seed's table: the columns that Git owns, and no other."""

    name: str
    key: list[str]
    types: Mapping[str, str]
    rows: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared of an environment; `label` is the file that leads to it."""

    label: str
    place: Place
    objects: Objects
    migrations: Mapping[str, str]  # applied ones: id -> normalised hash
    tables: Mapping[str, Table]  # by the seed file
    variables: Mapping[str, str]  # those that are set: name -> marked value
    unseen: list[str]  # what was not looked at there


def of_facts(label: str, facts: Facts, place: Place) -> Side:
    """One side, from facts that were gathered whole."""
    declared = facts.declared
    return Side(
        label,
        replace(place, label=label),
        facts.objects,
        {e.id: e.applied.normalised or "" for e in facts.history.entries if e.applied},
        {
            diff.seed.path.name: Table(
                diff.seed.table, [*diff.seed.key], diff.look.types, [*diff.rows]
            )
            for diff in facts.seeds
            if not diff.absent
        },
        {
            variable.name: marked(variable, declared.environ)
            for variable in declared.variables
            if variable.name in declared.environ
        },
        [*facts.drift.ignored, *(diff.absent for diff in facts.seeds if diff.absent)],
    )


def marked(variable: Variable, environ: Mapping[str, str]) -> str:
    value, salt = environ[variable.name].encode(), variable.name.encode()
    return hashlib.scrypt(value, salt=salt, n=2**14, r=8, p=1, dklen=2).hex()


def render(side: Side) -> str:
    """The text of the file: JSON, one kind of facts a line."""
    content = {"version": VERSION, "kind": KIND, **asdict(side)}
    lines = (f"{as_json(name)}: {as_json(value)}" for name, value in content.items())
    return "{{{}}}".format(",\n".join(lines))


def is_facts(path: Path) -> bool:
    """Whether the file is one of facts, and not one of variables."""
    try:
        return path.read_text("utf-8").lstrip().startswith("{")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{path} cannot be read: {why}", hint=HINT) from None


def read(path: Path) -> Side:
    """Read a file of facts; SettingsError when it is none, or of another version."""
    try:
        content = json.loads(path.read_text("utf-8"), parse_float=Decimal)
        if (content.pop("kind"), content.pop("version")) != (KIND, VERSION):
            raise ValueError
        tables = {
            name: Table(t["name"], t["key"], t["types"], t["rows"])
            for name, t in content.pop("tables").items()
        }
        content |= {
            "place": Place(**{**content["place"], "label": path.name}),
            "label": path.name,
            "tables": tables,
        }
        return Side(**content)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SettingsError(f"{path.name} holds no facts of version {VERSION}", hint=HINT) from None
