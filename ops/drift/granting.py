"""The statements that give and take privileges, and give an object to its owner."""

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from .objects import (
    Objects,
    Properties,
    bearer,
    default_of,
    grantee,
    kind_of,
    last_of,
    name_of,
    relation_of,
    schema_of,
    taken_apart,
)
from .rebuild import is_remade, must_be_replaced
from .rights import EVERY, OPTION, Rights, holders, may_pass_on, rights, sort_of, usual, without
from .sides import Sides
from .spelling import Step
from .statements import named

ASSUMED = {"maintain", "references", "trigger"}  # before version 17, the first comes with the rest
CALLED = {  # the kinds that GRANT knows by another name
    "view": "table",
    "function": "routine",
    "foreigndatawrapper": "foreign data wrapper",
    "server": "foreign server",
}


class Change(NamedTuple):
    """A GRANT or a REVOKE, without the object and the role."""

    verb: str
    privileges: Sequence[str]
    tail: str = ""


def changed(grant: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    """From the live privileges to Git's."""
    yield from written(grant, rights(here["privileges"]), rights(git["privileges"]), sides)


def given(grant: str, sides: Sides) -> Iterator[Step]:
    """Git's privileges on an object that was just made, and that has those it was made with."""
    git = sides.declared.get(grant, {"privileges": usual(grant)})
    here = usual(grant) if default_of(grant) else at_birth(grant, sides.declared)
    yield from written(grant, rights(here), rights(git["privileges"]), sides)


def taken(on: str, sides: Sides) -> Iterator[Step]:
    """What default privileges give an object that was just made, and Git does not."""
    for grant in born_with(on, sides.declared):
        if grant not in sides.declared:
            yield from given(grant, sides)


def at_birth(grant: str, declared: Objects) -> list[str]:
    """What PostgreSQL and default privileges give when the role that syncs makes an object."""
    everywhere, there, to = *defaults_for(bearer(grant)), grantee(grant)
    first = declared.get(f"grant {everywhere} to {to}", {"privileges": usual(grant)})
    second = declared.get(f"grant {there} to {to}", {"privileges": []})
    found = first["privileges"] + second["privileges"]
    return [text for text in found if text + OPTION not in found]


def born_with(on: str, declared: Objects) -> list[str]:
    """The grants that default privileges may make on an object."""
    places = defaults_for(on)
    defaults = [s for s in declared if kind_of(s) == "grant" and taken_apart(s)[0] in places]
    return sorted({f"grant {on} to {grantee(default)}" for default in defaults})


def defaults_for(on: str) -> tuple[str, str]:
    """The default privileges for an object, as grants name them: of all schemas, of its own."""
    kind = "table" if kind_of(on) == "view" else kind_of(on)
    return f"default for {kind}s", f"default for {kind}s in {schema_of(on)}"


def whom(grant: str, sides: Sides) -> str:
    """The role that is granted something: of an owner the name, which is the one in Git by then."""
    on, to = taken_apart(grant)
    if to != "its owner":
        return to
    if on == "schema public":
        return "pg_database_owner"
    default, git = default_of(grant), sides.declared
    owners = [git[h].get("owner") for h in holders(grant, git.get(grant, {})) if h in git]
    roles = (default["by"] if default else None, *owners, sides.syncing)
    return next(filter(None, roles), "current_user")


def written(grant: str, here: Rights, git: Rights, sides: Sides) -> Iterator[Step]:
    head, place, suffix = spelled(grant, sides.syncing)
    every = EVERY[sort_of(grant)]
    for verb, privileges, tail in changes(here, git, every):
        names = [f"{privilege}{suffix}" for privilege in privileges]
        what = "all privileges" if len(names) == len(every) > 1 and not suffix else ", ".join(names)
        way = "to" if verb == "grant" else "from"
        yield Step(f"{head}{verb} {what} on {place} {way} {whom(grant, sides)}{tail}")


def spelled(grant: str, syncing: str) -> tuple[str, str, str]:
    """What stands before GRANT and after ON, and behind each privilege."""
    on = bearer(grant)
    if default := default_of(grant):
        by, schema = default["by"] or syncing, default["schema"]
        words = [f"for role {by} " if by else "", f"in schema {schema} " if schema else ""]
        return f"alter default privileges {''.join(words)}", default["what"], ""
    if kind_of(on) == "column":
        return "", f"table {relation_of(on, {})}", f" ({last_of(on)})"
    return "", f"{CALLED.get(kind_of(on), kind_of(on))} {name_of(on)}", ""


def changes(here: Rights, git: Rights, every: tuple[str, ...]) -> list[Change]:
    """What leads from one to the other; MAINTAIN, without a name before version 17, goes as ALL."""
    plain = list(each_by_name(here, git))
    spoken = any("maintain" in c.privileges and len(c.privileges) < len(every) for c in plain)
    if not spoken or not (git.keys() >= ASSUMED or here.keys() >= ASSUMED):
        return plain
    first, start = [], here
    if without(here, git) or may_pass_on(here, git):
        first, start = [Change("revoke", every, cascade(here.values()))], {}
    if "maintain" in git:
        first.append(Change("grant", every, OPTION * git["maintain"]))
        start = {name: git["maintain"] or start.get(name, False) for name in every}
    return [*first, *each_by_name(start, git)]


def each_by_name(here: Rights, git: Rights) -> Iterator[Change]:
    if gone := without(here, git):
        yield Change("revoke", list(gone), cascade(gone.values()))
    if passed_on := may_pass_on(here, git):
        yield Change("revoke grant option for", passed_on, " cascade")
    lacking = {*without(git, here), *may_pass_on(git, here)}
    for option in (False, True):
        if names := sorted(name for name in lacking if git[name] is option):
            yield Change("grant", names, OPTION * option)


def cascade(passed_on: Iterable[bool]) -> str:
    """What was passed on goes with the right to do so."""
    return " cascade" if any(passed_on) else ""


def hand_over(subject: str, properties: Properties, syncing: str) -> Step:
    """Give an object to its owner in Git: to the role that syncs, where Git names none."""
    ours = "pg_database_owner" if subject == "schema public" else syncing
    owner = properties.get("owner") or ours or "current_user"
    return Step(f"alter {named(subject, properties)} owner to {owner}")


def lost(made: Set[str], sides: Sides) -> frozenset[str]:
    """Grants that go with an object that is dropped, and must come again when it is made anew."""
    return on_any(made, sides.declared.keys() & sides.observed.keys(), sides)


def on_any(objects: Set[str], among: Iterable[str], sides: Sides) -> frozenset[str]:
    """The grants among these that are on one of the objects."""
    git = sides.declared
    grants = (subject for subject in among if kind_of(subject) == "grant")
    return frozenset(grant for grant in grants if objects & set(holders(grant, git[grant])))


def needed(sides: Sides) -> list[str]:
    """The roles that the statements give something to."""
    work = sides.missing | sides.changed
    roles = {role for s in work for role in served(s, sides.declared[s], sides.observed.get(s, {}))}
    return sorted(roles - {"public", "its owner"})


def served(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    """The roles that gain by the repair of an object."""
    if git.get("owner") not in (None, here.get("owner")):
        yield git["owner"]
    if set(git.get("privileges", ())).difference(here.get("privileges", ())):
        yield grantee(subject)
    if kind_of(subject) == "policy":
        yield from git["roles"]


def remade(sides: Sides) -> frozenset[str]:
    """Columns and types that differ in a way that has them dropped and made again in place."""
    return frozenset(
        s
        for s in sides.changed
        if (kind_of(s) == "column" and is_remade(sides.declared[s], sides.observed[s]))
        or must_be_replaced(s, sides)
    )
