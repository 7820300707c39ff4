"""How functions, procedures and aggregates are written in DDL."""

import re
from collections.abc import Iterator
from itertools import count

from ..names import unquoted
from .objects import Properties, is_parsed, path_of
from .spelling import literal

# settings whose value is a list of names, each of which is quoted by itself
NAME_LISTS = (
    *("search_path", "temp_tablespaces"),
    *("session_preload_libraries", "local_preload_libraries"),
)


def create_function(subject: str, properties: Properties) -> list[str]:
    name = ".".join(path_of(subject))
    kind = properties.get("kind", "function")
    if kind == "aggregate":
        return [create_aggregate(name, properties)]
    word = "procedure" if kind == "procedure" else "function"
    head = f"create or replace {word} {name}({properties['arguments']})"
    return ["\n".join([head, *(f"    {clause}" for clause in function_clauses(properties))])]


def create_aggregate(name: str, properties: Properties) -> str:
    options = [*properties["aggregate"], f"parallel = {properties.get('parallel', 'unsafe')}"]
    arguments = properties["arguments"] or "*"
    return f"create or replace aggregate {name}({arguments}) ({', '.join(options)})"


def function_clauses(properties: Properties) -> Iterator[str]:
    if "result" in properties:
        yield f"returns {properties['result']}"
    yield f"language {properties['language']}"
    yield from function_attributes(properties)
    yield from (f"set {setting(text)}" for text in properties.get("settings", ()))
    body = properties["body"]
    if is_parsed(body):
        yield body
    elif "library" in properties:
        yield f"as {literal(properties['library'])}, {literal(body)}"
    else:
        yield f"as {dollars(body)}"


def function_attributes(properties: Properties) -> Iterator[str]:
    if properties.get("kind") == "window":
        yield "window"
    if properties.get("kind") != "procedure":
        yield properties.get("volatility", "volatile")
        yield f"parallel {properties.get('parallel', 'unsafe')}"
    words = {"strict": "strict", "security_definer": "security definer", "leakproof": "leakproof"}
    yield from (word for key, word in words.items() if key in properties)
    said = [key for key in ("cost", "rows", "support") if key in properties]
    yield from (f"{key} {properties[key]}" for key in said)
    if "transforms" in properties:
        yield f"transform {', '.join(f'for type {name}' for name in properties['transforms'])}"


def setting(text: str) -> str:
    """`search_path=a, "B"` as SET wants it: each name a literal of its own."""
    name, _, value = text.partition("=")
    if name not in NAME_LISTS:
        return f"{name} to {literal(value)}"
    names = re.findall(r'"(?:[^"]|"")*"|[^,\s]+', value)
    return f"{name} to {', '.join(literal(unquoted(item)) for item in names)}"


def dollars(body: str) -> str:
    """The body in dollar quotes that do not occur in it."""
    tags = (f"${'_' * length}$" for length in count())
    tag = next(tag for tag in tags if tag not in f"{body}$")
    return f"{tag}{body}{tag}"
