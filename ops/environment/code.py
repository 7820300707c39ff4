"""The variables that the application's code reads, beside those that Git declares."""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..findings import Finding, Severity
from .declared import EXAMPLE, Variable
from .diff import OWN, meant

TOOL = Path(__file__).parents[1]  # which reads some of the declared variables itself
NOT_CODE = {"__pycache__", "build", "coverage", "dist", "node_modules", "target", "vendor", "venv"}
LARGEST = 1_000_000  # bytes of a file that somebody wrote
# Set by the system, the shell or the platform, for whoever wants to know.
GIVEN = {
    *("CI", "HOME", "HOSTNAME", "LANG", "NODE_ENV", "PATH", "PORT", "PWD", "PYTHONPATH"),
    *("SHELL", "TEMP", "TERM", "TMPDIR", "TZ", "USER"),
}

_NAME = r"([A-Za-z_]\w*)"
_READ = re.compile(
    rf"process\.env\??\.{_NAME}"
    rf"""|process\.env(?:\?\.)?\[\s*["'`]{_NAME}["'`]\s*\]"""
    rf"""|\benviron(?:\[|\.get\(|\.pop\(|\.setdefault\()\s*["']{_NAME}["']"""
    rf"""|(?i:getenv|lookupenv)\(\s*["']{_NAME}["']"""
    rf"""|\benv(?:\.\w+)?\(\s*["']{_NAME}["']"""
    rf"""|\bENV(?:\[|\.fetch\()\s*["']{_NAME}["']"""
)
_TAKEN_APART = re.compile(r"\{([^{}]*)\}\s*=\s*process\.env\b")  # const { A, B: b } = process.env
_KEY = re.compile(rf"(?:^|,)\s*{_NAME}")


@dataclass(frozen=True, slots=True)
class Code:
    """What was found in the folders that `[environment] code` names."""

    folders: tuple[str, ...]
    absent: tuple[str, ...]  # of these, those that are not here
    mentioned: frozenset[str]  # declared names that stand there as a word
    reads: Mapping[str, str]  # name -> FILE:LINE, the first place that reads it by its name


def reads(text: str) -> Iterator[tuple[str, int]]:
    """Each name that the text reads from its environment, and where it stands. Pure."""
    for found in _READ.finditer(text):
        yield next(filter(None, found.groups())), found.start()
    for found in _TAKEN_APART.finditer(text):
        for key in _KEY.finditer(found[1]):
            yield key[1], found.start()


def read(folder: Path, places: tuple[str, ...], names: Collection[str]) -> Code | None:
    """Look through the code, and this tool's own; nothing where no folder is named.

    The tree is walked and Git not asked: the code may be in another repository, or in none.
    """
    if not places:
        return None
    absent = tuple(place for place in places if not (folder / place).is_dir())
    word = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?!\w)")
    mentioned = {name for _, text in texts([TOOL]) for name in word.findall(text)}
    found: dict[str, str] = {}
    for path, text in texts(folder / place for place in places):
        mentioned.update(word.findall(text))
        for name, start in reads(text):
            line = text.count("\n", 0, start) + 1
            found.setdefault(name, f"{os.path.relpath(path, folder)}:{line}")
    return Code(places, absent, frozenset(mentioned), found)


def texts(folders: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Every file that may be code, with its text, in an order that stays."""
    for folder in folders:
        for root, inner, files in os.walk(folder):
            inner[:] = sorted(name for name in inner if name not in NOT_CODE and name[0] != ".")
            for path in (Path(root, name) for name in sorted(files)):
                if path.is_file() and path.stat().st_size <= LARGEST:
                    data = path.read_bytes()
                    if b"\0" not in data:
                        yield path, data.decode("utf-8", "replace")


def judge_code(variables: tuple[Variable, ...], code: Code) -> Iterator[Finding]:
    """Name what is declared and nobody reads, and what is read and nobody declares. Pure."""
    yield from unread(variables, code)
    yield from undeclared([variable.name for variable in variables], code)


def unread(variables: tuple[Variable, ...], code: Code) -> Iterator[Finding]:
    """A folder that is not here may read anything, so nothing is unread then."""
    for variable in () if code.absent else variables:
        if variable.name not in code.mentioned | OWN:
            yield Finding(
                f"variable {variable.name}",
                f"is declared, and nothing in {', '.join(code.folders)} reads it",
                f"remove it from {EXAMPLE}, line {variable.line}, or read it in the code",
                "read",
                "not read",
                Severity.WARNING,
            )


def undeclared(declared: list[str], code: Code) -> Iterator[Finding]:
    for name, place in sorted(code.reads.items()):
        if name in declared or name in OWN | GIVEN or name.startswith("OPS_"):
            continue
        near = meant(name, declared)
        yield Finding(
            f"variable {name}",
            f"is read in {place}, and {EXAMPLE} does not declare it"
            + (f"; did you mean {near}?" if near else ""),
            f"read {near} in {place}, or declare {name} in {EXAMPLE}"
            if near
            else f"declare {name} in {EXAMPLE}",
            "declared",
            "not declared",
            Severity.WARNING,
        )
