"""Is it what Git says? One file a dimension; importing them fills the registry."""

from collections.abc import Collection
from itertools import chain

from ..errors import SettingsError
from ..facts import Facts
from ..findings import Dimension, Report
from ..names import meant
from . import behaviour, client, code, data, email, environment, registry, release, schema
from .registry import CHECKS

__all__ = [
    "CHECKS",
    "behaviour",
    "client",
    "code",
    "data",
    "dimensions",
    "email",
    "environment",
    "looked_at",
    "release",
    "run",
    "schema",
]


def dimensions(names: str) -> tuple[Dimension, ...]:
    """Read `--only schema,data`; SettingsError for a dimension that does not exist."""
    wanted = [name for name in names.split(",") if name]
    for name in wanted:
        if name not in list(Dimension):
            raise SettingsError(
                f"there is no dimension {name!r}{meant(name, Dimension)}",
                hint=f"--only {','.join(Dimension)}",
            )
    return tuple(map(Dimension, wanted))


def run(facts: Facts, only: Collection[Dimension] = ()) -> Report:
    """Judge the facts, in every dimension or in some."""
    tellers = {
        Dimension.SCHEMA: schema.not_looked_at,
        Dimension.DATA: data.not_looked_at,
        Dimension.CODE: code.not_looked_at,
        Dimension.ENVIRONMENT: environment.not_looked_at,
    }
    left_out = (
        text
        for dimension, tell in tellers.items()
        if not only or dimension in only
        for text in tell(facts)
    )
    untried = behaviour.not_looked_at(facts, only)
    return registry.run(facts, only, chain(left_out, untried))


def looked_at(facts: Facts, only: Collection[Dimension] = ()) -> str:
    """How much was compared, by dimension: a verdict over nothing would be no verdict."""
    told = {
        Dimension.SCHEMA: f"{facts.drift.compared} objects",
        Dimension.DATA: f"{sum(len(diff.declared) for diff in facts.seeds)} rows",
        Dimension.ENVIRONMENT: f"{len(facts.declared.variables)} variables",
        Dimension.CODE: f"commit {facts.declared.commit.short}",
    }
    if facts.behaviour:
        told[Dimension.SCHEMA] += f", {len(facts.behaviour.tried)} probes"
    return ", ".join(text for dimension, text in told.items() if not only or dimension in only)
