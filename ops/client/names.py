"""Names of the database as names of Python: predictable, valid, and no two alike."""

import keyword
import re
import unicodedata
from collections.abc import Collection

# What the file imports, what its classes hold, what its annotations say: a column of such a name
# would hide it from the fields after it.
IMPORTS = ("Any", "ClassVar", "Decimal", "Literal", "LiteralString", "Mapping", "UUID")
BUILTINS = ("bool", "bytes", "float", "int", "list", "str")
RESERVED = frozenset({*keyword.kwlist, *IMPORTS, *BUILTINS, "dataclass", "dt", "TABLE", "COLUMNS"})
SCHEMA = "public"  # names of this one stand alone


def class_name(schema: str, name: str, taken: Collection[str]) -> str:
    """`team_roles` -> TeamRoles, app.cities -> AppCities; never singular: nobody has to guess."""
    text = name if schema == SCHEMA else f"{schema}_{name}"
    return free(identifier(capitalised(text)), taken)


def capitalised(text: str) -> str:
    """The words of a name put together, each with a capital; the rest of a word as it is."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", text))


def field_name(column: str, taken: Collection[str]) -> str:
    """The column's own name where Python allows it, else the nearest with an underscore behind."""
    name = identifier(column)
    return free(name if name == column else f"{name}_", taken)


def identifier(text: str) -> str:
    """The text with an underscore for each character that no identifier has."""
    kept = "".join(
        c if f"a{c}".isidentifier() else "_" for c in unicodedata.normalize("NFKC", text)
    )
    if kept.startswith("__"):  # Python changes such a name within a class
        kept = f"_{kept.lstrip('_')}"
    return kept if kept.isidentifier() else f"_{kept}"


def free(name: str, taken: Collection[str]) -> str:
    """The name, with as many underscores behind as it takes to be nobody else's."""
    while name in taken or name in RESERVED:
        name += "_"
    return name
