"""Does a declared row fit its table? Said with file and line, before anything is written."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from ..names import meant
from .declared import Row, Seed
from .observed import Columns
from .source import Source, read_text


def check_types(seeds: tuple[Seed, ...], columns: Mapping[str, Columns]) -> None:
    """Raise SettingsError for a column that the schema does not have, or a value not of its type.

    `columns` is table -> column -> properties, as schema.json tells it: no database is needed.
    """
    for seed in seeds:
        source = Source.of(seed.path, read_text(seed.path))
        known = columns.get(seed.table)
        if known is None:
            raise source.refuse(
                f"table {seed.table} is in no migration{meant(seed.table, tuple(columns))}",
                "correct the name; if a new migration makes it: invoke schema.snapshot",
                name="table",
            )
        refuse_unknown_columns(source, seed, known)
        refuse_misfits(source, seed, known)


def refuse_unknown_columns(source: Source, seed: Seed, known: Columns) -> None:
    for name in (*seed.columns, *seed.null):
        if name not in known:
            raise source.refuse(
                f"{seed.table} has no column {name}{meant(name, tuple(known))}",
                "correct the name; if a new migration adds it: invoke schema.snapshot",
                name=name,
                row=next((n for n, r in enumerate(seed.rows) if has(r, name)), None),
            )


def refuse_misfits(source: Source, seed: Seed, known: Columns) -> None:
    for number, row in enumerate(seed.rows):
        for name, complaint in misfits(row.values, known):
            raise source.refuse(complaint, f"correct {name}", name=name, row=number)
    for name, complaint in misfits(seed.deactivate, known):
        raise source.refuse(f"[deactivate] {complaint}", f"correct {name}", name="deactivate")


def has(row: Row, name: str) -> bool:
    return row.values.get(name) is not None


def misfits(values: Mapping[str, Any], known: Columns) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        kind = str(known[name]["type"])
        if value is None and known[name].get("not_null"):
            yield name, f"{name} may not be NULL, and this row leaves it out"
        elif value is not None and (complaint := misfit(value, kind)):
            yield name, f"{name}: {complaint}"


def misfit(value: Any, kind: str) -> str:
    """What is wrong with a value for a column of that type; empty when nothing is."""
    if isinstance(value, str) and "\0" in value:
        return "PostgreSQL's text cannot hold a zero character"
    if kind.endswith("[]"):
        if not isinstance(value, list):
            return f"{kind} wants a list"
        return next((text for item in value if (text := misfit(item, kind[:-2]))), "")
    if kind in ("json", "jsonb"):
        return "JSON has no dates: write a text" if holds_date(value) else ""
    base, _, rest = kind.partition("(")
    wanted = WANTED.get(base.split(" without")[0].split(" with")[0].strip())
    if wanted and (not isinstance(value, wanted) or type(value) in UNWANTED.get(wanted, ())):
        return f"{kind} wants {NAMES[wanted]}, not {spoken(value)}"
    if isinstance(value, Decimal) and not value.is_finite():
        return f"{value} is no number to compare"
    if base == "numeric" and "," in rest and decimals(value) > int(rest.rstrip(")").split(",")[1]):
        return f"{kind} would round {value}"
    if base in ("character varying", "character") and rest and len(value) > int(rest.rstrip(")")):
        return f"{kind} is too short for {len(value)} characters"
    if kind.startswith("timestamp") and kind.endswith("with time zone") and is_local(value):
        return f"{kind} wants an offset, such as Z: each session would read it differently"
    return ""


def spoken(value: Any) -> str:
    """What a value is, in the words of TOML."""
    return next(word for kind, word in KINDS if isinstance(value, kind))


def holds_date(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(holds_date, value.values() if isinstance(value, dict) else value))
    return isinstance(value, date | time)


def decimals(value: int | Decimal) -> int:
    """The digits behind the point that are not zeros at its end; -2 for hundreds."""
    return -int(Decimal(value).normalize().as_tuple().exponent)


def is_local(value: date | str) -> bool:
    """Whether a time stamp says neither Z nor an offset; a word like `infinity` needs none."""
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return parsed.tzinfo is None


NUMBER, TEXT = (int, Decimal), (str,)
WANTED: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    **dict.fromkeys(("smallint", "integer", "bigint"), (int,)),
    **dict.fromkeys(("numeric", "real", "double precision"), NUMBER),
    **dict.fromkeys(("text", "character varying", "character", "uuid", "citext"), TEXT),
    "date": (date, str),
    "timestamp": (datetime, str),
    "time": (time, str),
}
# what isinstance would let pass: for Python a truth is a number, and a time stamp a date
UNWANTED: dict[tuple[type, ...], tuple[type, ...]] = {
    (int,): (bool,),
    NUMBER: (bool,),
    (date, str): (datetime,),
}
KINDS: tuple[tuple[type, str], ...] = (  # the first that fits: for Python a truth is a number
    (bool, "true or false"),
    (int, "a whole number"),
    (Decimal, "a decimal number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "a table"),
    (datetime, "a time stamp"),
    (date, "a date"),
    (time, "a time"),
)
NAMES = {
    (bool,): "true or false",
    (int,): "a whole number",
    NUMBER: "a number",
    TEXT: "a text",
    (date, str): "a date",
    (datetime, str): "a time stamp",
    (time, str): "a time",
}
