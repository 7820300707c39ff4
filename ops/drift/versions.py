"""What the version of a server leaves open: the other side is read as that server would tell it."""

from .objects import Objects, Properties, kind_of
from .rights import OPTION, rights, sort_of

# How the catalogue says so: up to version 16 there is no MAINTAIN, and whoever may do what comes
# with it is taken to have it; up to 14 everybody may create in schema public from the start.
NO_MAINTAIN = "role pg_maintain"
OPEN = "role public"
MARKS = (NO_MAINTAIN, OPEN)
ASSUMED_WITH = {"references", "trigger"}
PUBLIC = "grant schema public to public"


def settled(git: Objects, here: Objects) -> tuple[Objects, Objects]:
    """Both sides, in the words that both servers have."""
    return as_told_by(here, git), as_told_by(git, here)


def as_told_by(other: Objects, side: Objects) -> Objects:
    found: dict[str, Properties] = {}
    if NO_MAINTAIN in other and NO_MAINTAIN not in side:
        found = {s: assumed(p) for s, p in side.items() if is_on_table(s)}
    if OPEN in other and OPEN not in side and PUBLIC in side:
        found[PUBLIC] = without_create(side[PUBLIC])
    return {**side, **found} if found else side


def is_on_table(subject: str) -> bool:
    return kind_of(subject) == "grant" and sort_of(subject) in ("table", "view")


def assumed(grant: Properties) -> Properties:
    """The grant with MAINTAIN exactly where it would be assumed, and to be passed on likewise."""
    held = rights(text for text in grant["privileges"] if "maintain" not in text)
    if held.keys() >= ASSUMED_WITH:
        held["maintain"] = all(held[name] for name in ASSUMED_WITH)
    return {**grant, "privileges": sorted(name + OPTION * held[name] for name in held)}


def without_create(grant: Properties) -> Properties:
    """What everybody may do in schema public, but for that."""
    return {**grant, "privileges": [text for text in grant["privileges"] if text != "create"]}
