"""What differs without effect, comments and the order of columns: where it is compared at all."""

from collections.abc import Collection, Mapping

from .objects import (
    Objects,
    Properties,
    but,
    kind_of,
    last_of,
    name_of,
    relation_of,
    tables_above,
)

COMMENTS = ("comment", "comments")
SWITCHED = ("table ", "view ")  # an index knows options for which `on` is no other word for true
SPELT = {"on": "true", "yes": "true", "off": "false", "no": "false"}
WITHOUT_EFFECT = {"table": (*COMMENTS, "columns"), "column": (*COMMENTS, "sequence")}


def without_effect(kind: str, key: str) -> bool:
    """Whether nothing behaves differently when this property differs."""
    return key in WITHOUT_EFFECT.get(kind, COMMENTS)


def without_comments(properties: Properties) -> Properties:
    return but(properties, *COMMENTS)


def comparable(git: Objects, here: Objects) -> tuple[Objects, Objects]:
    """Both sides: without comments where Git has none, and with the columns that both have."""
    told: dict[str, Properties] = {}
    asked: dict[str, Properties] = {}
    for subject, seen in here.items():
        table, declared = subject.startswith("table "), git.get(subject)
        if declared is not None and (table or "comment" in seen or "comments" in seen):
            asked[subject], told[subject] = pair(table, declared, seen)
        if declared is not None and "options" in seen and subject.startswith(SWITCHED):
            asked[subject] = spelt_alike(asked.get(subject, declared))
            told[subject] = spelt_alike(told.get(subject, seen))
    return {**git, **asked}, {**here, **told}


def spelt_alike(properties: Properties) -> Properties:
    """Of a table or a view: on and off are the words that PostgreSQL keeps as they were written."""
    texts = [option.partition("=") for option in properties.get("options", ())]
    alike = [f"{name}={SPELT.get(value.lower(), value)}" for name, _, value in texts]
    return {**properties, "options": alike} if alike else properties


def pair(table: bool, git: Properties, here: Properties) -> tuple[Properties, Properties]:
    here = commented(git, here)
    if not table:
        return git, here
    both = set(git.get("columns", ())) & set(here.get("columns", ()))
    return ordered(git, both), ordered(here, both)


def commented(git: Properties, here: Properties) -> Properties:
    """The live properties with those comments alone that Git has too."""
    parts = {key: text for key, text in here.get("comments", {}).items()
             if key in git.get("comments", {})}  # fmt: skip
    kept = {"comment": here.get("comment") if "comment" in git else None, "comments": parts}
    return without_comments(here) | {key: value for key, value in kept.items() if value}


def ordered(table: Properties, columns: Collection[str]) -> Properties:
    """The table with the order of these columns; of one column there is none to tell."""
    order = [name for name in table.get("columns", ()) if name in columns]
    rest = but(table, "columns")
    return {**rest, "columns": order} if len(order) > 1 else rest


def settled(side: Objects, left_out: Collection[str]) -> Objects:
    """The side with the order of those columns alone that are not left out themselves."""
    if not any(subject.startswith("column ") for subject in left_out):
        return side
    return {
        subject: ordered(table, [c for c in table["columns"] if c not in gone])
        if "columns" in table and (gone := absent(subject, table, side, left_out))
        else table
        for subject, table in side.items()
    }


def absent(
    subject: str, table: Properties, side: Objects, left_out: Collection[str]
) -> frozenset[str]:
    """The columns of a table that are left out, by themselves or as its parent's."""
    if kind_of(subject) != "table":
        return frozenset()
    own = {c for c in table["columns"] if f"column {name_of(subject)}.{c}" in left_out}
    above = map("table {}".format, tables_above(table))
    parents = {name: side[name] for name in above if name in side}
    return frozenset(own).union(*(absent(name, p, side, left_out) for name, p in parents.items()))


def as_marked_in_git(here: Objects, renamed: Mapping[str, str]) -> Objects:
    """The live tables, where those that name one of their indexes do so by its name in Git."""
    found: dict[str, Properties] = {}
    for git, old in renamed.items():
        for kind in ("table", "view") if kind_of(git) in ("index", "constraint") else ():
            table = f"{kind} {relation_of(old, here[old])}"
            if table in here:
                found[table] = marked(found.get(table, here[table]), last_of(old), last_of(git))
    return {**here, **found} if found else here


def marked(table: Properties, old: str, new: str) -> Properties:
    marks = {"clustered_on": "{}", "replica_identity": "using index {}"}
    changed = {
        key: text.format(new) for key, text in marks.items() if table.get(key) == text.format(old)
    }
    return {**table, **changed}
