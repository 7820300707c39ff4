"""What is compared at all: not what a setting ignores, not what a pending migration will touch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .declared import Snapshot
from .objects import Objects, Properties, relation_of, schema_of


@dataclass(frozen=True, slots=True)
class Ignore:
    """Subjects that are left out, such as `table public.audit_*`, and why."""

    pattern: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Both sides, with the same subjects taken out of each."""

    declared: Objects
    observed: Objects
    ignored: tuple[str, ...]
    waiting: int


def narrow(
    declared: Snapshot, observed: Objects, pending: frozenset[str], ignore: Sequence[Ignore]
) -> Scope:
    """Take out what is ignored, then what waits for a migration."""
    if not pending and not ignore:
        return Scope(declared.objects, observed, (), 0)
    objects = {**observed, **declared.objects}
    rules = {subject: first_rule(subject, objects[subject], ignore) for subject in objects}
    last = last_touched(declared)
    waiting = {
        subject
        for subject, properties in objects.items()
        if not rules[subject] and last(subject, properties) in pending
    }

    def kept(side: Objects) -> Objects:
        return {s: side[s] for s in side if not rules[s] and s not in waiting}

    counts = (sum(found is rule for found in rules.values()) for rule in ignore)
    told = tuple(map(in_words, ignore, counts))
    return Scope(kept(declared.objects), kept(observed), told, len(waiting))


def in_words(rule: Ignore, count: int) -> str:
    objects = "object" if count == 1 else "objects"
    return f"{count} {objects} matching {rule.pattern} ({rule.reason})"


def first_rule(subject: str, properties: Properties, ignore: Sequence[Ignore]) -> Ignore | None:
    """The rule that covers the object, or the table, view or schema that holds it."""
    holders = (subject, *held_by(subject, properties)) if ignore else ()
    return next(
        (rule for rule in ignore if any(fnmatchcase(name, rule.pattern) for name in holders)),
        None,
    )


def held_by(subject: str, properties: Properties) -> Iterator[str]:
    """What the object may be part of: a table or a view, a schema."""
    if relation := relation_of(subject, properties):
        yield from (f"table {relation}", f"view {relation}")
    if schema := schema_of(subject):
        yield f"schema {schema}"


def last_touched(declared: Snapshot) -> Callable[[str, Properties], str]:
    """Tells the migration that last touched an object; for one unknown to Git, its holder's.

    A change made by hand to a table that waits is not judged before the table is there.
    """
    ids = {**declared.dropped, **declared.since}

    def last(subject: str, properties: Properties) -> str:
        if subject in ids or subject in declared.objects:
            return ids.get(subject, "")
        return next((ids[name] for name in held_by(subject, properties) if name in ids), "")

    return last
