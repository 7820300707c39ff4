"""The values that a column can have: those that a CHECK lists."""

import re

from ..drift.objects import Properties

TEXT = r"'(?:[^']|'')*'"
CAST = r"(?:::(?:character varying|text|bpchar|citext|[\w.]+\.citext)(?:\(\d+\))?(?:\[\])?)?"
ONE = rf"{TEXT}{CAST}"
LIST = rf"ANY \(+ARRAY\[{ONE}(?:, {ONE})*\]\)*{CAST}\)"
# as PostgreSQL prints `COLUMN in ('a', 'b')`; of which parentheses close what, it has taken care
CHECK = r"CHECK \(+(?:{column} IS NULL\) OR \(+)?{column}\)*{cast} = (?P<listed>{list}|{one})\)+"


def listed(constraint: Properties) -> tuple[str, ...]:
    """The texts to which a constraint limits its one column; empty when it does something else."""
    if constraint.get("type") != "check" or "not_validated" in constraint:
        return ()
    columns = constraint.get("columns", ())
    return values(constraint["definition"], columns[0]) if len(columns) == 1 else ()


def values(definition: str, column: str) -> tuple[str, ...]:
    pattern = CHECK.format(column=re.escape(column), cast=CAST, list=LIST, one=ONE)
    found = re.fullmatch(pattern, definition)
    texts = re.findall(TEXT, found["listed"]) if found else ()
    return tuple(dict.fromkeys(text[1:-1].replace("''", "'") for text in texts))
