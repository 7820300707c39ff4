"""What each of Prisma's migrations becomes: the same statements, as one file of migrations/."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..findings import Finding
from ..migrate.declared import ORIGIN, MigrationFile, slug
from ..migrate.refuse import ALONE, ends_transaction
from ..migrate.refuse import complaints as reasons
from ..migrate.text import Statement, place, statements, tokens
from .declared import Script

USUAL = ("", "public")
OPENS = {("begin",), ("start", "transaction")}
CLOSES = {("commit",), ("end",)}
FILLERS = {"transaction", "work"}


@dataclass(frozen=True, slots=True)
class Part:
    """One of Prisma's migrations and what it becomes; None where it holds no statement."""

    script: Script
    file: MigrationFile | None
    remark: str = ""  # what had to be said otherwise


def translate(
    scripts: Iterable[Script], folder: Path, schema: str
) -> tuple[tuple[Part, ...], tuple[Finding, ...]]:
    """The files that the scripts become, for a Prisma that migrated `schema`; and all complaints.

    An empty one becomes none: it makes nothing, and the numbers go on without it.
    """
    parts: list[Part] = []
    found: list[Finding] = []
    number = 0
    for script in scripts:
        try:
            text = script.text
        except UnicodeDecodeError as error:
            message = f"{script.path}: is not UTF-8 (byte {error.start})"
            found.append(Finding(f"migration {script.name}", message, "save it as UTF-8"))
            continue
        if not statements(text):
            parts.append(Part(script, None))
            continue
        number += 1
        draft = prepared(text, schema)
        found += complaints(script, draft)
        parts.append(Part(script, written(script, draft, number, folder, schema), draft.remark))
    return tuple(parts), tuple(found)


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a script, fit to be one migration."""

    body: str
    transactional: bool
    remark: str


def prepared(text: str, schema: str) -> Draft:
    """What would end the transaction, or cannot run in one, is a comment; no line moves."""
    alone = schema in USUAL and stands_alone(statements(text))
    pairs, words = list(pairs_of(text)), [] if alone else list(concurrently(text))
    told = ["BEGIN and COMMIT"] * bool(pairs) + ["CONCURRENTLY"] * bool(words)
    remark = f"{', '.join(told)}: a comment now" if told else ""
    return Draft(hidden(text, sorted([*pairs, *words])), not alone, remark)


def written(script: Script, draft: Draft, number: int, folder: Path, schema: str) -> MigrationFile:
    id = f"{number:04}.{named(script.name)}"
    head = [ORIGIN + script.name]
    head += [f"-- {draft.remark}. All of it is one transaction."] if draft.remark else []
    head += [] if draft.transactional else ["-- transactional: false"]
    head += search_path(schema, first=number == 1)
    text = "\n".join([*head, "", draft.body.strip("\n"), ""])
    return MigrationFile(id, folder / f"{id}.sql", text, draft.transactional)


def named(folder: str) -> str:
    """`20240110090000_add_roles` -> `add-roles`; a name that is only a number stays."""
    words = re.sub(r"^\d+_", "", folder)
    return slug(words if re.search(r"[A-Za-z0-9]", words) else folder)


def stands_alone(found: tuple[Statement, ...]) -> bool:
    """One statement, of those that PostgreSQL runs only outside of a transaction."""
    words = found[0].words
    return len(found) == 1 and ("concurrently" in words or words[0] in ALONE - {"call"})


def search_path(schema: str, *, first: bool) -> list[str]:
    """What Prisma said for itself, from `?schema=` in its URL: where names without a schema go."""
    quoted = '"' + schema.replace('"', '""') + '"'
    make = [f"create schema if not exists {quoted};"] if first else []
    return [] if schema in USUAL else ["", *make, f"set search_path = {quoted};"]


def pairs_of(text: str) -> Iterator[tuple[int, int]]:
    """Where each BEGIN and COMMIT stands; nothing unless they are pairs, and nothing else is."""
    ends = [s for s in statements(text) if ends_transaction(s)]
    bare = [tuple(w for w in s.words if w not in FILLERS or s.words[0] == "start") for s in ends]
    paired = len(bare) % 2 == 0 and all(
        words in (CLOSES if index % 2 else OPENS) for index, words in enumerate(bare)
    )
    for statement in ends if paired else ():
        end = text.find(";", statement.start)
        yield statement.start, end + 1 if end >= 0 else len(text.rstrip())


def concurrently(text: str) -> Iterator[tuple[int, int]]:
    """Where the word stands, outside of quotes and comments."""
    for token in tokens(text):
        if token.kind == "word" and token.text.lower() == "concurrently":
            yield token.start, token.start + len(token.text)


def hidden(text: str, places: list[tuple[int, int]]) -> str:
    """The text with these parts as comments; every line stays where it is."""
    for start, end in reversed(places):
        text = f"{text[:start]}/* {text[start:end]} */{text[end:]}"
    return text


def complaints(script: Script, draft: Draft) -> Iterator[Finding]:
    """What this tool refuses to run, by its place in Prisma's file."""
    file = MigrationFile(script.name, script.path, draft.body, draft.transactional)
    for offset, message, hint in reasons(file):
        where = f"{script.path}:{place(draft.body, offset)[0]}"
        yield Finding(f"migration {script.name}", f"{where}: {message}", hint)
