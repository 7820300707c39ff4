"""Which role syncs here and which ones verify: what these own and may do goes without saying."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .declared import Snapshot
from .objects import Objects, Properties, but, default_of, grantee, kind_of, name_of
from .rights import sort_of
from .versions import settled

READING = {  # what a role needs on each kind of object that verify looks at
    "schema": ("usage",),
    "table": ("select",),
    "view": ("select",),
    "column": ("select",),
    "sequence": ("select", "usage"),
    "type": ("usage",),
}


@dataclass(frozen=True, slots=True)
class Parties:
    """Both sides without roles, and without what these may do in any case."""

    declared: Snapshot
    observed: Objects
    syncing: str  # the role that owns ops.runs here; empty without it
    verifying: tuple[str, ...]  # may read what verify reads, and Git grants them nothing


def set_apart(declared: Snapshot, observed: Objects) -> Parties:
    """Take the roles out of the objects, and out of the grants what goes without saying.

    A role that Git grants something to is Git's business: then all that it may do is compared.
    Who syncs has no name where two catalogues are compared, each with a role of its own.
    """
    git, here = map(without_roles, settled(declared.objects, observed))
    ours, theirs = named("syncs", observed), named("syncs", declared.objects)
    if not ours and not any("owner" in properties for properties in here.values()):
        git = {subject: but(properties, "owner") for subject, properties in git.items()}
    syncing = ours[0] if ours and not theirs else ""
    verifying = tuple(sorted(unknown(observed, git) | unknown(declared.objects, here)))
    return Parties(
        spoken_for(replace(declared, objects=but_reading(git, verifying)), syncing),
        but_reading(here, verifying),
        syncing,
        verifying,
    )


def unknown(side: Objects, other: Objects) -> set[str]:
    """The roles that verify on one side, and are granted nothing on the other."""
    return {*named("verifies", side)} - {grantee(s) for s in other if kind_of(s) == "grant"}


def without_roles(side: Objects) -> Objects:
    return {subject: side[subject] for subject in side if kind_of(subject) != "role"}


def named(what: str, side: Objects) -> list[str]:
    return [name_of(s) for s, role in side.items() if kind_of(s) == "role" and what in role]


def spoken_for(declared: Snapshot, syncing: str) -> Snapshot:
    """Git's side, where a migration names the very role that syncs here: it need not be named."""
    objects = {
        renamed(subject, syncing): but(p, "owner") if p.get("owner") == syncing else p
        for subject, p in declared.objects.items()
        if kind_of(subject) != "grant" or grantee(subject) != syncing
    }
    return replace(declared, objects=objects, since=renamed_all(declared.since, syncing))


def renamed_all(ids: Mapping[str, str], syncing: str) -> Mapping[str, str]:
    return {renamed(subject, syncing): id for subject, id in ids.items()}


def renamed(subject: str, syncing: str) -> str:
    """Default privileges `by` the role that syncs are those that name nobody."""
    if kind_of(subject) != "grant":
        return subject
    default = default_of(subject)
    by_us = default and default["by"] == syncing
    return subject.replace(f" by {syncing}", "", 1) if by_us else subject


def but_reading(side: Objects, verifying: tuple[str, ...]) -> Objects:
    """The side without the grants that roles need which verify; what these may do beyond stays."""
    if not verifying:
        return side
    beyond = {subject: beyond_reading(subject, side[subject], verifying) for subject in side}
    return {subject: properties for subject, properties in beyond.items() if properties is not None}


def beyond_reading(
    subject: str, properties: Properties, verifying: tuple[str, ...]
) -> Properties | None:
    """A grant to a role that verifies, without what it needs for that; None if nothing is left."""
    if kind_of(subject) != "grant" or grantee(subject) not in verifying:
        return properties
    reading = READING.get(sort_of(subject), ())
    left = [text for text in properties["privileges"] if text not in reading]
    return {**properties, "privileges": left} if left else None
