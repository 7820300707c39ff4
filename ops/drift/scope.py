"""What is compared at all: not what a setting ignores, not what a pending migration will touch."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..phrases import plural
from ..project import Ignore
from .declared import Snapshot
from .objects import Objects, Properties, bearer, kind_of, relation_of, schema_of
from .remarks import settled
from .roles import set_apart


@dataclass(frozen=True, slots=True)
class Scope:
    """Both sides, with the same subjects taken out of each."""

    declared: Objects
    observed: Objects
    ignored: tuple[str, ...]
    waiting: int
    syncing: str  # the role that owns ops.runs, or nothing
    readers: tuple[str, ...]  # the roles that verify, without what they need for it


def narrow(
    declared: Snapshot, observed: Objects, pending: frozenset[str], ignore: Sequence[Ignore]
) -> Scope:
    """Take out what goes without saying, what is ignored, then what waits for a migration."""
    parties = set_apart(declared, observed)
    declared, observed = parties.declared, parties.observed
    readers = tuple(f"what {role} may read (a role for verify)" for role in parties.verifying)
    if not pending and not ignore:
        return Scope(declared.objects, observed, readers, 0, parties.syncing, parties.verifying)
    objects, last = {**observed, **declared.objects}, last_touched(declared)
    rules = {subject: first_rule(subject, objects[subject], ignore) for subject in objects}
    ruled_out = {subject for subject in objects if rules[subject]}
    waiting = {s for s in objects.keys() - ruled_out if last(s, objects[s]) in pending}
    counts = (sum(found is rule for found in rules.values()) for rule in ignore)
    return Scope(
        kept(declared.objects, waiting | ruled_out),
        kept(observed, waiting | ruled_out),
        (*map(in_words, ignore, counts), *readers),
        len(waiting),
        parties.syncing,
        parties.verifying,
    )


def kept(side: Objects, left_out: Set[str]) -> Objects:
    return {s: p for s, p in settled(side, left_out).items() if s not in left_out}


def in_words(rule: Ignore, count: int) -> str:
    return f"{plural(count, 'object')} matching {rule.pattern} ({rule.reason})"


def first_rule(subject: str, properties: Properties, ignore: Sequence[Ignore]) -> Ignore | None:
    """The rule that covers the object, or the table, view or schema that holds it."""
    holders = (subject, *held_by(subject, properties)) if ignore else ()
    return next(
        (rule for rule in ignore if any(fnmatchcase(name, rule.pattern) for name in holders)), None
    )


def held_by(subject: str, properties: Properties) -> Iterator[str]:
    """What the object may be part of: of a grant what it is on, a table or a view, a schema."""
    if kind_of(subject) == "grant" and (on := bearer(subject)):
        yield on
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
