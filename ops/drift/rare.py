"""How the rarer kinds of object are made and changed; most of them by their own definition."""

import re
from collections.abc import Callable, Iterator, Mapping

from .objects import Properties, kind_of, name_of, path_of
from .spelling import Step, foreign_option, literal, option_changes, options_of

# the words of SQL for a kind whose name is written in one; what is not here is one word there too
WORDS = {
    "accessmethod": "access method",
    "eventtrigger": "event trigger",
    "foreigndatawrapper": "foreign data wrapper",
    "operatorclass": "operator class",
    "operatorfamily": "operator family",
    "textsearchconfiguration": "text search configuration",
    "textsearchdictionary": "text search dictionary",
    "textsearchparser": "text search parser",
    "textsearchtemplate": "text search template",
    "transform": "transform for",
    "usermapping": "user mapping for",
}
# made by the definition, and anew when that differs: nothing of theirs is lost
SIMPLE = (
    *("cast", "conversion", "eventtrigger", "operator", "operatorclass", "statistics"),
    *("textsearchdictionary", "textsearchparser", "textsearchtemplate", "transform"),
)
# made by the definition, and never made anew: whatever is built on them holds data
BUILT_ON = ("accessmethod", "collation", "language")
# what can be built on an object of a kind; nothing on those of the kinds that are not here
USERS: Mapping[str, tuple[str, ...]] = {
    "accessmethod": ("table", "view", "index", "constraint", "operatorclass", "operatorfamily"),
    "collation": ("column", "type", "index", "constraint", "view"),
    "foreigndatawrapper": ("server",),
    "language": ("function", "transform"),
    "operator": ("operatorclass", "operatorfamily", "index", "constraint", "view", "function"),
    "operatorclass": ("index", "constraint"),
    "server": ("table",),
    "textsearchconfiguration": ("index", "constraint", "view", "function"),
    "textsearchdictionary": ("textsearchconfiguration",),
    "textsearchparser": ("textsearchconfiguration",),
    "textsearchtemplate": ("textsearchdictionary",),
}
HIDDEN = "(md5 "  # what a value begins with of which only a hash is known
MEMBER = re.compile(r"(?P<kind>OPERATOR|FUNCTION) (?P<number>\d+) (?:\S+ )??(?P<types>\([^)]*\))")

Maker = Callable[[str, Properties], Iterator[Step]]
Changer = Callable[[str, Properties, Properties], Iterator[Step]]


def named(subject: str) -> str:
    return f"{sql_kind(subject)} {name_of(subject)}"


def sql_kind(subject: str) -> str:
    return WORDS.get(kind_of(subject), kind_of(subject))


def make(subject: str, properties: Properties) -> Iterator[Step]:
    """The steps that make an object of a rare kind."""
    yield from MAKERS.get(kind_of(subject), by_definition)(subject, properties)


def change(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    """The steps that bring one to Git's definition where it is not made anew."""
    yield from CHANGERS.get(kind_of(subject), by_hand)(subject, git, here)


def must_be_made_anew(subject: str, git: Properties, keys: set[str]) -> bool:
    kind = kind_of(subject)
    if kind == "publication":
        return "all_tables" in keys or not {"all_tables", "tables", "schemas"}.intersection(git)
    return kind in SIMPLE or (kind == "textsearchconfiguration" and "parser" in keys)


def by_definition(subject: str, properties: Properties) -> Iterator[Step]:
    first = "trusted " * ("trusted" in properties) + "default " * ("is_default" in properties)
    # the method of a class and the arguments of an operator are in the definition too
    said_twice = kind_of(subject) in ("operator", "operatorclass")
    name = ".".join(path_of(subject)) if said_twice else name_of(subject)
    yield Step(f"create {first}{sql_kind(subject)} {name} {properties['definition']}")


def by_hand(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    yield Step("", f"{subject}: no statement changes it under what is built on it; by hand")


def make_family(subject: str, properties: Properties) -> Iterator[Step]:
    yield Step(f"create {named(subject)}")
    yield from change_family(subject, properties, {})


def change_family(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    old, new = here.get("members", []), git.get("members", [])
    for text in old:
        if text not in new and (member := MEMBER.match(text)):
            words = " ".join(member.group("kind", "number", "types"))
            yield Step(f"alter {named(subject)} drop {words}")
    yield from (Step(f"alter {named(subject)} add {text}") for text in new if text not in old)


def make_publication(subject: str, properties: Properties) -> Iterator[Step]:
    what = f" for {published(properties)}" if published(properties) else ""
    yield Step(f"create {named(subject)}{what} with ({publishing(properties)})")


def published(properties: Properties) -> str:
    if "all_tables" in properties:
        return "all tables"
    words = [f"table {', '.join(properties['tables'])}"] if "tables" in properties else []
    if "schemas" in properties:
        words.append(f"tables in schema {', '.join(properties['schemas'])}")
    return ", ".join(words)


def publishing(properties: Properties) -> str:
    words = {
        "publish": literal(", ".join(properties["publish"])),
        "publish_via_partition_root": "true" if "via_root" in properties else "false",
    }
    if "generated_columns" in properties:
        words["publish_generated_columns"] = properties["generated_columns"]
    return ", ".join(f"{name} = {value}" for name, value in words.items())


def change_publication(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    if published(git) != published(here):
        yield Step(f"alter {named(subject)} set {published(git)}")
    if publishing(git) != publishing(here):
        off = ", publish_generated_columns = none" * (
            "generated_columns" in here and "generated_columns" not in git
        )
        yield Step(f"alter {named(subject)} set ({publishing(git)}{off})")


def make_configuration(subject: str, properties: Properties) -> Iterator[Step]:
    yield Step(f"create {named(subject)} (parser = {properties['parser']})")
    yield from change_configuration(subject, properties, {})


def change_configuration(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    old, new = mappings(here), mappings(git)
    for token in sorted({*old, *new}):
        if token not in new:
            yield Step(f"alter {named(subject)} drop mapping for {token}")
        elif old.get(token) != new[token]:
            verb = "alter" if token in old else "add"
            yield Step(f"alter {named(subject)} {verb} mapping for {token} with {new[token]}")


def mappings(properties: Properties) -> dict[str, str]:
    return dict(text.split(": ", 1) for text in properties.get("mappings", ()))


def make_wrapper(subject: str, properties: Properties) -> Iterator[Step]:
    words = [f"{key} {properties[key]}" for key in ("handler", "validator") if key in properties]
    yield from with_options(f"create {named(subject)} {' '.join(words)}".rstrip(), properties)


def change_wrapper(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    for key in ("handler", "validator"):
        if git.get(key) != here.get(key):
            words = f"{key} {git[key]}" if key in git else f"no {key}"
            yield Step(f"alter {named(subject)} {words}")
    yield from changed_options(subject, git, here)


def make_server(subject: str, properties: Properties) -> Iterator[Step]:
    said = [key for key in ("type", "version") if key in properties]
    words = [f"{key} {literal(properties[key])}" for key in said]
    words.append(f"foreign data wrapper {properties['wrapper']}")
    yield from with_options(f"create {named(subject)} {' '.join(words)}", properties)


def change_server(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    if any(git.get(key) != here.get(key) for key in ("type", "wrapper")):
        yield from by_hand(subject, git, here)
    if git.get("version") != here.get("version"):
        version = literal(git["version"]) if "version" in git else "null"
        yield Step(f"alter {named(subject)} version {version}")
    yield from changed_options(subject, git, here)


def with_options(sql: str, properties: Properties) -> Iterator[Step]:
    known, hidden = shown(properties)
    inside = ", ".join(foreign_option(f"{name}={value}") for name, value in known.items())
    yield Step(f"{sql} options ({inside})" if inside else sql, to_be_said(hidden))


def changed_options(subject: str, git: Properties, here: Properties) -> Iterator[Step]:
    """Of an option whose value is not known here only that it has to be set."""
    known, _ = shown(git)
    texts = [f"{name}={value}" for name, value in known.items()]
    old = options_of(here, "options")
    unknown = {k: v for k, v in options_of(git, "options").items() if k not in known}
    kept = [f"{name}={old[name]}" for name in unknown if name in old]
    note = to_be_said([name for name in unknown if old.get(name) != unknown[name]])
    inside = option_changes({"options": texts + kept}, here, "options")
    if inside or note:
        yield Step(f"alter {named(subject)} options ({inside})" if inside else "", note)


def shown(properties: Properties) -> tuple[dict[str, str], list[str]]:
    """The options whose values are known, and the names of the others."""
    every = options_of(properties, "options")
    known = {name: value for name, value in every.items() if not value.startswith(HIDDEN)}
    return known, [name for name in every if name not in known]


def to_be_said(hidden: list[str]) -> str:
    return f"its values are not kept in Git, so by hand: {', '.join(hidden)}" if hidden else ""


def make_mapping(subject: str, properties: Properties) -> Iterator[Step]:
    yield Step(f"create {named(subject)}", "its options are not looked at: they hold passwords")


def make_subscription(subject: str, properties: Properties) -> Iterator[Step]:
    yield Step("", f"{subject}: its connection is not looked at; make it by hand")


MAKERS: Mapping[str, Maker] = {
    **dict.fromkeys((*SIMPLE, *BUILT_ON), by_definition),
    "foreigndatawrapper": make_wrapper,
    "operatorfamily": make_family,
    "publication": make_publication,
    "server": make_server,
    "subscription": make_subscription,
    "textsearchconfiguration": make_configuration,
    "usermapping": make_mapping,
}
CHANGERS: Mapping[str, Changer] = {
    "foreigndatawrapper": change_wrapper,
    "operatorfamily": change_family,
    "publication": change_publication,
    "server": change_server,
    "textsearchconfiguration": change_configuration,
}
CHEAP = (*SIMPLE, "publication", "textsearchconfiguration")  # hold no data
