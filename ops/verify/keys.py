"""Does an index keep the key of a seed unique? Read from schema.json; no database is needed.

UNIQUE takes two NULLs for two values. So (customer_id, name) keeps nothing apart in the rows that
have no customer, which are just those of a seed.
"""

import re
from collections.abc import Collection, Iterable

from ..drift.objects import CHAIN, UNIQUE, Objects, Properties, relation_of
from ..names import any_of, full_name, split
from ..seed.declared import Seed

IS_NULL = re.compile(rf"({CHAIN.pattern}) IS NULL")


def indexes_of(
    objects: Objects, schema: str, tables: Iterable[str]
) -> dict[tuple[str, str], list[Properties]]:
    """Table -> its constraints and indexes, of some tables; bare names are in `schema`."""
    found: dict[tuple[str, str], list[Properties]] = {full_name(t, schema): [] for t in tables}
    may_be = any_of(found)
    for subject, properties in objects.items():
        if subject.startswith(("constraint ", "index ")):
            named = may_be(subject) or may_be(properties.get("table", ""))
            if named and (table := split(relation_of(subject, properties))) in found:
                found[table].append(properties)
    return found


def keeps(seed: Seed, index: Properties, columns: Collection[str]) -> bool:
    """Whether one index or constraint is unique over no more than the key, in the whole scope."""
    unique = index.get("type") in UNIQUE or index.get("unique")
    if not unique or index.get("invalid"):
        return False
    what, _, condition = str(index["definition"]).partition(" WHERE ")
    no_gap = "NULLS NOT DISTINCT" in what
    return holds(seed, condition) and all(
        is_constant_or_key(seed, part, columns, no_gap) for part in index["columns"]
    )


def holds(seed: Seed, condition: str) -> bool:
    """Whether the condition of a partial index is true for every row of the scope."""
    tested = {split(name)[-1] for name in IS_NULL.findall(condition)}
    rest = re.sub(r"\bAND\b|[() ]", "", IS_NULL.sub("", condition))
    return not rest and tested <= set(seed.null)


def is_constant_or_key(seed: Seed, part: str, columns: Collection[str], no_gap: bool) -> bool:
    """A column or an expression, such as COALESCE(customer_id, ''), of an index."""
    used = {name for chain in CHAIN.findall(part) for name in split(chain)} & set(columns)
    null = used & set(seed.null)
    filled = no_gap or part.upper().startswith("COALESCE(")
    return bool(used) and used <= {*seed.key, *seed.null} and (not null or filled)
