"""What separates two environments, decided without either of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..drift.declared import Snapshot
from ..drift.diff import compare as compare_schema
from ..environment.declared import Variable
from ..findings import Dimension, Finding, Outcome, Report, Result, Severity
from ..phrases import short
from ..project import Ignore
from ..repository import same
from ..seed.declared import label
from ..seed.values import canonical, paths
from ..seed.words import Difference
from ..verify.words import both
from .side import Side, Table

NOWHERE = "bring both to what Git says: invoke sync, in each"
# The drift speaks of Git and of here. A value that says so stands in quotes, and is left alone.
GIT_OR_HERE = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")|\b(?P<place>in Git|here)\b"""
)
DRIFT = "invoke schema.diff --sql, in the one that is not as Git says"


def compare(
    left: Side, right: Side, variables: Sequence[Variable], ignore: Sequence[Ignore]
) -> Report:
    """Every difference; what only one of them could not look at is named."""
    schema = compare_schema(Snapshot(left.objects), right.objects, ignore=ignore)
    drift = [named(finding, left, right) for finding in schema.findings]
    checks = (
        ("schema.migrations", Dimension.SCHEMA, [*migrations(left, right)]),
        ("schema.drift", Dimension.SCHEMA, drift),
        ("data.rows", Dimension.DATA, [*rows(left, right)]),
        ("code.commit", Dimension.CODE, [*commits(left, right)]),
        ("environment.server", Dimension.ENVIRONMENT, [*servers(left, right)]),
        ("environment.variables", Dimension.ENVIRONMENT, [*settings(left, right, variables)]),
    )
    unseen = (f"{text} (in {side.label})" for side in (left, right) for text in side.unseen)
    return Report(
        tuple(
            Result(name, dimension, Outcome.FAILED if found else Outcome.PASSED, tuple(found))
            for name, dimension, found in checks
        ),
        (*schema.ignored, *unseen),
    )


def named(finding: Finding, left: Side, right: Side) -> Finding:
    """The drift between Git and here as one between two environments."""
    names = {"in Git": f"in {left.label}", "here": f"in {right.label}"}
    message = GIT_OR_HERE.sub(lambda m: m["quoted"] or names[m["place"]], finding.message)
    return replace(finding, message=message, hint=DRIFT)


def migrations(left: Side, right: Side) -> Iterator[Finding]:
    for id in sorted(left.migrations.keys() | right.migrations.keys()):
        here, there = left.migrations.get(id), right.migrations.get(id)
        if here is None or there is None:
            lacking, having = (left, right) if here is None else (right, left)
            message = f"is applied in {having.label}, and not in {lacking.label}"
            yield Finding(f"migration {id}", message, NOWHERE)
        elif here and there and here != there:
            message = f"another text was applied in {right.label} than in {left.label}"
            yield Finding(f"migration {id}", message, NOWHERE)


def rows(left: Side, right: Side) -> Iterator[Finding]:
    for name in sorted(left.tables.keys() & right.tables.keys()):
        yield from rows_of(name, left, right)


def rows_of(name: str, left: Side, right: Side) -> Iterator[Finding]:
    here, there = (by_key(side.tables[name]) for side in (left, right))
    for key in sorted(here.keys() | there.keys(), key=str):
        subject = f"row {left.tables[name].name} {label(key)}"
        if key not in here or key not in there:
            side = left if key in here else right
            yield Finding(subject, f"only in {side.label}", NOWHERE)
            continue
        told = [
            f"{path}: {one} in {left.label}, {other} in {right.label}"
            for path, one, other in differing(here[key], there[key])
        ]
        if told:
            yield Finding(subject, "; ".join(told), NOWHERE)


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Path and both values, as they are shown, of what differs in the columns that both have."""
    for column in sorted(one.keys() & other.keys()):
        for path, want, have in paths(column, one[column], other[column]):
            yield (path, *both(Difference(column, path, want, have)))


def by_key(table: Table) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    spelt = (
        {name: canonical(value, table.types.get(name, "")) for name, value in row.items()}
        for row in table.rows
    )
    return {tuple(row[name] for name in table.key): row for row in spelt}


def commits(left: Side, right: Side) -> Iterator[Finding]:
    """What was delivered to each."""
    one, other = left.place.deployed, right.place.deployed
    if (one or other) and not same(one, other):
        here, there = map(short, (one, other))
        message = f"{here} was delivered to {left.label}, {there} to {right.label}"
        yield Finding(f"commit {here}", message, NOWHERE, here, there, Severity.WARNING)


def servers(left: Side, right: Side) -> Iterator[Finding]:
    one, other = (side.place.server_version for side in (left, right))
    if one.partition(".")[0] != other.partition(".")[0]:
        message = f"PostgreSQL {one} in {left.label}, {other} in {right.label}"
        hint = "develop on the major version that production runs: POSTGRES_BIN"
        subject = f"schema {right.place.name}"
        yield Finding(subject, message, hint, one, other, Severity.WARNING)


def settings(left: Side, right: Side, variables: Sequence[Variable]) -> Iterator[Finding]:
    """What only one of them sets; and a secret that two environments share."""
    apart = left.place.environment != right.place.environment
    for variable in variables:
        name = variable.name
        one, other = left.variables.get(name), right.variables.get(name)
        if (one is None) != (other is None):
            side = right if one is None else left
            message, hint = f"is set in {side.label} alone", f"set {name} in both, or in neither"
            yield Finding(f"variable {name}", message, hint, severity=Severity.WARNING)
        elif one and one == other and apart and variable.is_secret:
            message = "is the same secret in both"
            yield Finding(f"variable {name}", message, "give each environment a secret of its own")
        elif one != other and not apart:
            message = "has another value in each"
            hint = f"give {name} one value: they are the same environment"
            yield Finding(f"variable {name}", message, hint, severity=Severity.WARNING)
