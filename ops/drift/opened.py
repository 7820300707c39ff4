"""Which differences open what Git keeps closed: rights, owners, row security, guards."""

from .objects import Properties, bearer, kind_of, relation_of
from .rights import may_pass_on, rights, without
from .sides import Sides

CLOSED = ("row_security", "force_row_security", "restrictive")  # weaker when they are not set
ON = {"enabled": "enabled", "triggers": "enabled"}  # of a trigger, of a foreign key's
OFF = "disabled"


def opens(subject: str, sides: Sides) -> bool:
    """Whether more is allowed here than in Git, on what Git knows.

    What came with an object that Git does not know is no part of it: a newer release made that.
    """
    git, here = sides.declared.get(subject, {}), sides.observed.get(subject, {})
    kind = kind_of(subject)
    if kind == "grant":
        return known(bearer(subject), sides) and wider(git, here)
    if kind == "policy":
        table = f"table {relation_of(subject, here or git)}"
        return known(table, sides) and (bool(here) or "restrictive" in git)
    return subject in sides.changed and weaker(git, here)


def known(subject: str, sides: Sides) -> bool:
    """Default privileges of all schemas are on nothing that could be unknown."""
    return not subject or subject in sides.declared


def wider(git: Properties, here: Properties) -> bool:
    declared, observed = (rights(side.get("privileges", ())) for side in (git, here))
    return bool(without(observed, declared) or may_pass_on(observed, declared))


def weaker(git: Properties, here: Properties) -> bool:
    lost = any(git.get(flag) and not here.get(flag) for flag in CLOSED)
    off = any(here.get(key, on) == OFF != git.get(key, on) for key, on in ON.items())
    definer = bool(here.get("security_definer")) and not git.get("security_definer")
    return lost or off or definer or git.get("owner") != here.get("owner")
