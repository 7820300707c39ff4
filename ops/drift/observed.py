"""What the catalogue shows: one statement reads it, and its rows become objects."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .objects import Objects, Properties, but, inheritable, relation_of, tables_above
from .views import without_needless_prefix

CATALOG = Path(__file__).with_name("catalog")

# All but the last five change how PostgreSQL prints a name or a constant. Those are for speed: the
# planner takes the parts of the query for small, and nested loops are quadratic when they are not;
# and it need not look for a better order than that in which the joins are written.
SETTINGS = """\
set local search_path = '';
set local quote_all_identifiers = off;
set local standard_conforming_strings = on;
set local timezone = 'UTC';
set local datestyle = 'ISO, YMD';
set local intervalstyle = 'postgres';
set local extra_float_digits = 1;
set local bytea_output = 'hex';
set local lc_monetary = 'C';
set local xmloption = 'content';
set local jit = off;
set local enable_nestloop = off;
set local work_mem = '32MB';
set local join_collapse_limit = 1;
set local from_collapse_limit = 1;
"""


@cache
def query() -> str:
    """One SELECT over everything that is compared: columns kind, name, properties (JSON as text).

    It reads catalogues that any role may read, and runs on PostgreSQL 14 to 18. After a
    fingerprint that is unchanged, it has no rows and takes no time.
    """
    kinds = sorted(path for path in CATALOG.glob("*.sql") if path.stem != "scope")
    return "\n".join(
        (
            (CATALOG / "scope.sql").read_text("utf-8"),
            "select kind, name, properties from (\n",
            "\nunion all\n\n".join(path.read_text("utf-8") for path in kinds),
            ") object where coalesce(current_setting('ops.unchanged', true), '') <> 'true'",
            'order by kind, name collate "C"',
        )
    )


def parse(rows: Iterable[tuple[str, str, str]]) -> dict[str, Properties]:
    """The rows of `query` as objects, equal for equal schemas whatever the server's version."""
    objects = {f"{kind} {name}": json.loads(properties) for kind, name, properties in rows}
    for subject, properties in objects.items():
        if subject.startswith("view "):
            properties["definition"] = without_needless_prefix(properties["definition"])
    return {
        subject: properties
        for subject, properties in objects.items()
        if "inherited" not in properties or not says_the_same(subject, properties, objects)
    }


def says_the_same(subject: str, properties: Properties, objects: Objects) -> bool:
    """Whether an inherited column is as in the parent, which then stands for both."""
    if not subject.startswith("column "):
        return False
    child = relation_of(subject, properties)
    parents = tables_above(objects[f"table {child}"])
    column = subject.removeprefix(f"column {child}")
    own = but(properties, "inherited")
    return any(own == inheritable(objects.get(f"column {name}{column}", {})) for name in parents)
