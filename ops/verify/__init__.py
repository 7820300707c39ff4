"""Is it what Git says? One file a dimension; importing them fills the registry."""

from collections.abc import Collection

from ..errors import SettingsError
from ..facts import Facts
from ..findings import Dimension, Report
from . import code, data, environment, registry, schema
from .registry import CHECKS

__all__ = ["CHECKS", "code", "data", "dimensions", "environment", "looked_at", "run", "schema"]


def dimensions(names: str) -> tuple[Dimension, ...]:
    """Read `--only schema,data`; SettingsError for a dimension that does not exist."""
    wanted = [name for name in names.split(",") if name]
    for name in wanted:
        if name not in list(Dimension):
            raise SettingsError(
                f"there is no dimension {name!r}", hint=f"--only {','.join(Dimension)}"
            )
    return tuple(map(Dimension, wanted))


def run(facts: Facts, only: Collection[Dimension] = ()) -> Report:
    """Judge the facts, in every dimension or in some."""
    left_out = schema.not_looked_at(facts) if not only or Dimension.SCHEMA in only else iter(())
    return registry.run(facts, only, left_out)


def looked_at(facts: Facts, only: Collection[Dimension] = ()) -> str:
    """How much was compared, by dimension: a verdict over nothing would be no verdict."""
    told = {
        Dimension.SCHEMA: f"{facts.drift.compared} objects",
        Dimension.DATA: f"{sum(len(diff.seed.rows) for diff in facts.seeds)} rows",
        Dimension.ENVIRONMENT: f"{len(facts.declared.variables)} variables",
        Dimension.CODE: f"commit {facts.declared.commit.short}",
    }
    return ", ".join(text for dimension, text in told.items() if not only or dimension in only)
