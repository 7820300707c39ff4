"""Who may do what: what a grant says, what goes without saying, and how a difference is told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .objects import Objects, Properties, bearer, default_of, kind_of, relation_of, taken_apart

OPTION = " with grant option"
OF_TABLES = (
    *("delete", "insert", "maintain", "references"),
    *("select", "trigger", "truncate", "update"),
)
EVERY = {
    "table": OF_TABLES,
    "view": OF_TABLES,
    "column": ("insert", "references", "select", "update"),
    "sequence": ("select", "update", "usage"),
    "schema": ("create", "usage"),
    "function": ("execute",),
    "type": ("usage",),
    "large object": ("select", "update"),
    "language": ("usage",),
    "foreigndatawrapper": ("usage",),
    "server": ("usage",),
}
# until somebody revokes it
OF_EVERYBODY = {"function": ["execute"], "type": ["usage"], "language": ["usage"]}

Rights = Mapping[str, bool]  # privilege -> whether it may be passed on


def rights(privileges: Iterable[str]) -> dict[str, bool]:
    """A grant's list of privileges, taken apart."""
    return {text.removesuffix(OPTION): text.endswith(OPTION) for text in privileges}


def sort_of(grant: str) -> str:
    """The kind of object that a grant is on, or that default privileges are for."""
    default = default_of(grant)
    return default["what"].removesuffix("s") if default else kind_of(bearer(grant))


def usual(grant: str) -> list[str]:
    """What a grant that is not listed stands for: what PostgreSQL gives by itself."""
    on, to = taken_apart(grant)
    sort, default = sort_of(grant), default_of(grant)
    if (default and default["schema"]) or (sort == "column"):  # these come on top of others
        return []
    if to == "its owner":
        return list(EVERY[sort])
    if on == "schema public" and to == "public":
        return ["usage"]
    return OF_EVERYBODY.get(sort, []) if to == "public" else []


def spelled_out(side: Objects, other: Objects) -> Objects:
    """The side with each grant that only the other one lists, as it goes without saying.

    Not those on what the side lacks: they are missing with it.
    """
    unsaid = {
        subject: {**properties, "privileges": usual(subject)}
        for subject, properties in other.items()
        if kind_of(subject) == "grant" and subject not in side
        if stands(subject, properties, side, other)
    }
    return {**side, **unsaid} if unsaid else side


def stands(grant: str, properties: Properties, side: Objects, other: Objects) -> bool:
    """Whether the object is there that a grant is on; of one that is not listed, its table."""
    holder = next((h for h in holders(grant, properties) if h in side or h in other), None)
    return holder is None or holder in side


def holders(grant: str, properties: Properties) -> Iterator[str]:
    """What a grant goes with, the nearest first."""
    if on := bearer(grant):
        yield on
    if relation := relation_of(grant, properties):
        yield from (f"table {relation}", f"view {relation}")


def told(declared: Sequence[str], observed: Sequence[str]) -> str:
    """What separates two lists of privileges."""
    git, here = rights(declared), rights(observed)
    return "; ".join(
        [f"{text} missing here" for text in spoken(without(git, here))]
        + [f"{text} not in Git" for text in spoken(without(here, git))]
        + [f"{text} with grant option here" for text in phrase(may_pass_on(here, git))]
        + [f"{text} without grant option here" for text in phrase(may_pass_on(git, here))]
    )


def may_pass_on(one: Rights, other: Rights) -> list[str]:
    """The privileges of both that only the first may pass on."""
    return [name for name in one if name in other and one[name] and not other[name]]


def without(one: Rights, other: Rights) -> Rights:
    return {name: one[name] for name in one if name not in other}


def in_words(privileges: Sequence[str]) -> str:
    return ", ".join(spoken(rights(privileges))) or "nothing"


def spoken(held: Rights) -> list[str]:
    """The privileges as a phrase, and another for those that may be passed on."""
    plain = phrase([name for name in held if not held[name]])
    return plain + [f"{text}{OPTION}" for text in phrase([name for name in held if held[name]])]


def phrase(names: Sequence[str]) -> list[str]:
    """Up to version 16 there is no MAINTAIN, so it is not said beside others that come with it."""
    if set(names) == set(OF_TABLES):
        return ["all"]
    assumed = {"maintain"} if {"references", "trigger"}.intersection(names) else set()
    text = ", ".join(name for name in names if name not in assumed)
    return [text] if text else []
