"""What is said of an object beside its definition, each by a statement of its own: nothing is made
anew for it, and what was made anew is told it again."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .objects import Properties, kind_of, last_of, name_of, relation_of, schema_of
from .remarks import COMMENTS
from .spelling import Step, literal, option_changes, options_of
from .statements import named, switch

OF_RELATION = ("access_method", "tablespace", "options")
APART = {
    "table": ("of_type", *OF_RELATION),
    "view": (*OF_RELATION, "defaults", "column_options", "depends_on"),
    "column": ("storage", "compression", "statistics", "options", "foreign_options", "sequence"),
    "index": ("tablespace", "options", "column_statistics", "depends_on"),
    "constraint": ("tablespace", "options"),
    "function": ("depends_on",),
    "trigger": ("enabled", "depends_on"),
    "rule": ("enabled",),
    "eventtrigger": ("enabled",),
    "statistics": ("statistics",),
    "extension": (),
}
LATER = ("owner", "clustered_on", "replica_identity", "owned_by")  # when all the others are there
MAIN = ("numeric", "inet", "cidr")  # types that keep their values in the row while they can

Writer = Callable[[str, Properties, Properties], Iterator[str]]


def apart(kind: str) -> frozenset[str]:
    """The properties that are set beside the definition."""
    order = ("columns",) if kind == "table" else ()
    return frozenset((*APART.get(kind, ()), *LATER, *COMMENTS, *order))


def beside(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    """The statements from what is said of an object here, of a new one nothing, to Git's."""
    for key in (*APART.get(kind_of(subject), ()), *COMMENTS):
        if git.get(key) != here.get(key):
            yield from map(Step, WRITERS[key](subject, git, here))


def head(subject: str, properties: Properties) -> str:
    """What an ALTER of the object begins with; a constraint is altered as its index."""
    kind = kind_of(subject)
    if kind == "column":
        return f"alter table {relation_of(subject, properties)} alter column {last_of(subject)}"
    if kind == "constraint":
        return f"alter index {schema_of(subject)}.{last_of(subject)}"
    return f"alter {'table ' + name_of(subject) if kind == 'table' else named(subject, properties)}"


def comment(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    yield f"comment on {named(subject, git)} is {quoted(git.get('comment'))}"


def comments(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    """On what has no subject of its own: attributes, checks of a domain, a constraint's index."""
    for part, text in git.get("comments", {}).items():
        if here.get("comments", {}).get(part) != text:
            kind, _, name = part.partition(" ")
            place = {
                "column": f"column {name_of(subject)}.{name}",
                "constraint": f"constraint {name} on domain {name_of(subject)}",
                "index": f"index {schema_of(subject)}.{last_of(subject)}",
            }[kind]
            yield f"comment on {place} is {quoted(text)}"


def quoted(text: str | None) -> str:
    return literal(text) if text else "null"


def options(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    old, new = options_of(here, "options"), options_of(git, "options")
    start = head(subject, git)
    if gone := [name for name in old if name not in new]:
        yield f"{start} reset ({', '.join(gone)})"
    if fresh := [f"{name} = {literal(new[name])}" for name in new if old.get(name) != new[name]]:
        yield f"{start} set ({', '.join(fresh)})"


def foreign_column(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    start = head(subject, git).replace("alter table", "alter foreign table", 1)
    yield f"{start} options ({option_changes(git, here, 'foreign_options')})"


def storage(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    usual = "main" if git["type"].startswith(MAIN) else "extended"
    yield f"{head(subject, git)} set storage {git.get('storage', usual)}"


def sequence(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    """The name of an identity's sequence."""
    if "sequence" in git and "sequence" in here:
        name = git["sequence"].removeprefix(f"{schema_of(subject)}.")
        yield f"alter sequence {here['sequence']} rename to {name}"


def set_to(key: str, usual: str) -> Writer:
    """A writer of `set KEY VALUE`, with what stands for a value that is left out."""

    def write(subject: str, git: Properties, here: Properties) -> Iterator[str]:
        yield f"{head(subject, git)} set {key.replace('_', ' ')} {git.get(key, usual)}"

    return write


def of_type(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    yield f"{head(subject, git)} {'of ' + git['of_type'] if 'of_type' in git else 'not of'}"


def column_statistics(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    old, new = (dict(t.rsplit(" ", 1) for t in s.get("column_statistics", ())) for s in (here, git))
    for column in sorted({*old, *new}):
        if old.get(column) != new.get(column):
            yield f"{head(subject, git)} alter {column} set statistics {new.get(column, -1)}"


def defaults(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    for column, value in changed(git, here, "defaults"):
        words = f"set default {value}" if value else "drop default"
        yield f"{head(subject, git)} alter column {column} {words}"


def column_options(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    """Of a materialized view; what is no longer said goes back to what is usual."""
    for column, text in changed(git, here, "column_options"):
        start = f"{head(subject, git)} alter column {column}"
        old, new = (side.split(", ") if side else [] for side in (said(here, column), text or ""))
        for word in (*(item for item in old if item not in new), *new):
            name, equals, _ = word.partition("=")
            if equals:
                yield f"{start} set ({word})" if word in new else f"{start} reset ({name})"
            else:
                yield f"{start} set {word if word in new else back(word)}"


def said(properties: Properties, column: str) -> str:
    return str(properties.get("column_options", {}).get(column, ""))


def back(word: str) -> str:
    usual = {"storage": "extended", "compression": "default", "statistics": "-1"}
    return f"{word.split()[0]} {usual[word.split()[0]]}"


def changed(git: Properties, here: Properties, key: str) -> list[tuple[str, Any]]:
    old, new = (side.get(key, {}) for side in (here, git))
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return [(name, new.get(name)) for name in names]


def depends_on(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    old, new = here.get("depends_on", []), git.get("depends_on", [])
    words = [("no ", name) for name in old if name not in new]
    for no, name in words + [("", name) for name in new if name not in old]:
        yield f"{head(subject, git)} {no}depends on extension {name}"


def enabled(subject: str, git: Properties, here: Properties) -> Iterator[str]:
    yield switch(subject, git)


WRITERS: Mapping[str, Writer] = {
    "comment": comment,
    "comments": comments,
    "options": options,
    "foreign_options": foreign_column,
    "sequence": sequence,
    "storage": storage,
    "compression": set_to("compression", "default"),
    "statistics": set_to("statistics", "-1"),
    "tablespace": set_to("tablespace", "pg_default"),
    "access_method": set_to("access_method", "heap"),
    "of_type": of_type,
    "column_statistics": column_statistics,
    "defaults": defaults,
    "column_options": column_options,
    "depends_on": depends_on,
    "enabled": enabled,
}
