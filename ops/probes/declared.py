"""The probes that Git holds: each a sentence, and the SQL that shows whether it is true.

A comment `-- expect error: 23514 words` says that the database must refuse the statement after it,
with this SQLSTATE and these words in its message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError
from ..migrate.declared import MigrationFile, shown
from ..migrate.refuse import Complaint, ends_transaction
from ..migrate.text import place, statements, tokens, unclosed
from ..settings import read_text

NAME = re.compile(r"\d+-[\w-]+\.sql")
DIRECTIVE = re.compile(r"--\s*expect\b")
REFUSED = re.compile(r"--\s*expect error:\s*(?P<sqlstate>[0-9A-Z]{5})(?:\s+(?P<words>.*))?")
SAVEPOINT = "savepoint refusal;"
LONGEST = 63  # bytes of a name


@dataclass(frozen=True, slots=True)
class Refusal:
    """A statement that the database must not accept."""

    index: int  # of the statement in its file, from 0
    sqlstate: str
    words: str  # that the message must hold; none are needed

    def __str__(self) -> str:
        return f"{self.sqlstate} {self.words}".strip()


@dataclass(frozen=True, slots=True)
class Probe:
    """One file. In its text a savepoint stands for each `-- expect error`, at the same place."""

    file: MigrationFile
    sentence: str
    refusals: tuple[Refusal, ...]

    @property
    def name(self) -> str:
        return self.file.id


def read(folder: Path) -> tuple[Probe, ...]:
    """Every probe, in the order of their numbers; none where there is no such folder.

    Raises SettingsError, with file and line, for the first that could not be tried as it is.
    """
    if not folder.is_dir():
        return ()
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return tuple(map(read_one, paths))


def read_one(path: Path) -> Probe:
    if not NAME.fullmatch(path.name) or not path.is_file():
        hint = f"call it {path.parent.name}/010-what-works.sql, or put it elsewhere"
        raise SettingsError(f"{shown(path)} is not called like a probe", hint=hint)
    text = read_text(path).removeprefix("\ufeff")
    for offset, message, hint in complaints(text):
        raise SettingsError(f"{shown(path)}:{place(text, offset)[0]}: {message}", hint=hint)
    prepared = with_savepoints(text)
    return Probe(
        MigrationFile(path.stem, path, prepared), sentence(text), tuple(refusals(text, prepared))
    )


def sentence(text: str) -> str:
    """The comment at the top, up to the first line that is something else."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--") or DIRECTIVE.match(line):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(" ".join(lines).split())


def complaints(text: str) -> Iterator[Complaint]:
    """Every reason against trying this text: where, what is, what to do."""
    found = statements(text)
    if "\0" in text:
        yield text.index("\0"), "a zero byte ends the text there", "save it as UTF-8"
    if (offset := unclosed(text)) is not None:
        yield offset, "a quote or comment begins here and never ends", "close it"
    if not sentence(text):
        yield 0, "does not say what it tries", "begin it with: -- A customer can be created."
    if not found:
        yield 0, "holds no statement", "write what should work, or delete the file"
    for statement in found:
        word = statement.words[0].upper()
        if ends_transaction(statement):
            why = f"{word} would end the transaction that is rolled back"
            yield statement.start, why, "delete that line: nothing of a probe is to stay"
        if word == "COPY":
            yield statement.start, "COPY reaches out of the transaction", "write INSERT or SELECT"
    yield from too_long(text)
    yield from misplaced(text)


def too_long(text: str) -> Iterator[Complaint]:
    """What is told when an assertion fails is a name, and PostgreSQL cuts names."""
    for token in tokens(text):
        if token.text.startswith('"') and len(token.text[1:-1].encode()) > LONGEST:
            why = f"PostgreSQL would cut this name after {LONGEST} bytes"
            yield token.start, why, "say it in fewer words"


def misplaced(text: str) -> Iterator[Complaint]:
    """Directives that are misspelt, or not followed by the statement that they are about."""
    found = directives(text)
    starts = [statement.start for statement in statements(with_savepoints(text))]
    for start, comment in found.items():
        if not REFUSED.fullmatch(comment):
            hint = "write it as -- expect error: 23514 words of its message"
            yield start, "is no directive that is known", hint
        elif start not in starts[:-1] or starts[starts.index(start) + 1] in found:
            yield start, "no statement begins after this line", "put it before the statement"


def directives(text: str) -> dict[int, str]:
    """The comments that a probe obeys, by where they begin."""
    return {
        token.start: token.text.rstrip()
        for token in tokens(text)
        if token.kind == "comment" and DIRECTIVE.match(token.text)
    }


def with_savepoints(text: str) -> str:
    """The text with each directive as the savepoint to go back to; nothing changes its place."""
    for start, comment in directives(text).items():
        end = start + len(comment)
        text = text[:start] + SAVEPOINT.ljust(len(comment)) + text[end:]
    return text


def refusals(text: str, prepared: str) -> Iterator[Refusal]:
    starts = [statement.start for statement in statements(prepared)]
    for start, comment in directives(text).items():
        if found := REFUSED.fullmatch(comment):
            yield Refusal(starts.index(start) + 1, found["sqlstate"], found["words"] or "")
