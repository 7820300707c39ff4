"""The variables that Git declares: `.env.example`, read as a contract."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from ..errors import SettingsError
from ..names import nearest
from ..settings import ENVIRONMENTS, EnvLine, env_lines, read_text

EXAMPLE = ".env.example"
EVERYWHERE = frozenset(ENVIRONMENTS)
KINDS = ("address", "choice", "commit", "host", "pem", "port", "postgres", "secret", "text", "url")
SECRET_KINDS = ("pem", "postgres", "secret")  # a PEM text may be a private key
DECORATORS = (
    *("equals", "forbidden", "generate", "https", "kind", "min"),
    *("not-local", "one-of", "required"),
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable, with everything that is asked of its value."""

    name: str
    sentence: str
    required: frozenset[str]  # in these environments
    kind: str
    one_of: tuple[str, ...] = ()
    min: int | None = None  # characters
    https: frozenset[str] = frozenset()
    not_local: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    equals: str | None = None  # the variable that must have the same value
    generate: bool = False  # a local set-up writes a random one
    default: str = ""  # for a local set-up
    line: int = 0  # in .env.example

    @property
    def is_secret(self) -> bool:
        return self.kind in SECRET_KINDS


def read(path: Path) -> tuple[Variable, ...]:
    """Read a project's `.env.example`; SettingsError names file and line."""
    return parse(read_text(path), str(path))


def parse(text: str, file: str = EXAMPLE) -> tuple[Variable, ...]:
    """Read the variables in the order they stand in; `file` is only a name for errors."""
    variables: dict[str, Variable] = {}
    for comments, line in _blocks(text, file):
        variable = _Block(file, comments, line).variable()
        if variable.name in variables:
            first = variables[variable.name].line
            raise _error(file, line.number, f"{line.name} stands on line {first} already")
        variables[variable.name] = variable
    for variable in variables.values():
        if variable.equals and variable.equals not in variables:
            what = f"@equals names {variable.equals}, which is not declared"
            raise _error(file, variable.line, what)
    return tuple(variables.values())


def _blocks(text: str, file: str) -> Iterator[tuple[list[EnvLine], EnvLine]]:
    """Pair each variable with the comments right above it; other comments are only prose."""
    comments: list[EnvLine] = []
    for line in env_lines(text, file):
        if line.after_gap:
            _check_is_prose(file, comments)
            comments = []
        if line.name:
            yield comments, line
            comments = []
        else:
            comments.append(line)
    _check_is_prose(file, comments)


def _check_is_prose(file: str, comments: list[EnvLine]) -> None:
    for comment in comments:
        if comment.text.startswith("@"):
            raise _error(file, comment.number, "decorators that stand above no variable")


@dataclass(frozen=True, slots=True)
class _Block:
    """A variable with the comments above it, on the way to being understood."""

    file: str
    comments: list[EnvLine]
    line: EnvLine

    def variable(self) -> Variable:
        rules = self.rules()
        sentence = " ".join(
            comment.text for comment in self.comments if not comment.text.startswith("@")
        ).strip()
        if not sentence:
            raise self.error(f"{self.line.name} has no sentence above it")
        for name in ("required", "kind"):
            if name not in rules:
                raise self.error(f"{self.line.name} has no @{name}")
        return self.checked(
            Variable(
                name=self.line.name,
                sentence=sentence,
                default=self.line.text,
                line=self.line.number,
                **rules,
            )
        )

    def rules(self) -> dict[str, Any]:
        """Every decorator above the variable, by the name of its field."""
        rules: dict[str, Any] = {}
        for comment in self.comments:
            for word in comment.text.split() if comment.text.startswith("@") else ():
                name, value = self.rule(comment.number, word)
                if name in rules:
                    raise self.error(f"{word.partition('=')[0]} stands there twice", comment.number)
                rules[name] = value
        return rules

    def rule(self, number: int, word: str) -> tuple[str, Any]:
        name, equals, value = word.removeprefix("@").partition("=")
        if not word.startswith("@") or name not in DECORATORS:
            near = nearest(name, DECORATORS)
            meant = f"; did you mean @{near}?" if near else f"; known: @{', @'.join(DECORATORS)}"
            raise self.error(f"unknown decorator {word.partition('=')[0]}{meant}", number)
        if (name == "generate") == bool(equals and value):
            raise self.error(f"@{name} takes {'no' if value else 'a'} value", number)
        return name.replace("-", "_"), self.value(number, name, value)

    def value(self, number: int, name: str, value: str) -> Any:
        match name:
            case "generate":
                return True
            case "required" if value in ("everywhere", "no"):
                return EVERYWHERE if value == "everywhere" else frozenset()
            case "required" | "https" | "not-local" | "forbidden":
                return frozenset(self.among(number, name, value.split(","), ENVIRONMENTS))
            case "kind":
                return self.among(number, name, [value], KINDS)[0]
            case "one-of":
                return tuple(value.split(","))
            case "min" if not re.fullmatch(r"[1-9]\d*", value):
                raise self.error("@min is a number of characters", number)
        return int(value) if name == "min" else value

    def among(self, number: int, name: str, words: list[str], known: tuple[str, ...]) -> list[str]:
        for word in words:
            if word not in known:
                raise self.error(f"@{name}: {word!r} is none of {', '.join(known)}", number)
        return words

    def checked(self, variable: Variable) -> Variable:
        """Refuse rules that contradict one another."""
        if (variable.kind == "choice") != bool(variable.one_of):
            raise self.error("@kind=choice and @one-of belong together")
        if variable.generate and variable.kind != "secret":
            raise self.error("@generate is for @kind=secret")
        if variable.required & variable.forbidden:
            raise self.error(f"{variable.name} is required and forbidden in one environment")
        return variable

    def error(self, what: str, number: int | None = None) -> SettingsError:
        return _error(self.file, number or self.line.number, what)


def _error(file: str, number: int, what: str) -> SettingsError:
    return SettingsError(
        f"{file}:{number}: {what}",
        hint=f"correct line {number}: a sentence, then `# @required=... @kind=...`, then NAME=",
    )


def render_env(variables: tuple[Variable, ...], values: Mapping[str, str]) -> str:
    """Write a `.env`: every declared variable with its sentence, and a value or its default.

    Quoted so that python-dotenv, without interpolation, reads back the same string.
    """
    return "\n".join(
        _entry(variable, values.get(variable.name, variable.default)) for variable in variables
    )


def _entry(variable: Variable, value: str) -> str:
    sentence = fill(variable.sentence, 100, initial_indent="# ", subsequent_indent="# ")
    return f"{sentence}\n{variable.name}={_quoted(value)}\n"


def _quoted(value: str) -> str:
    """Quote for a dotenv file as lightly as the value allows."""
    if re.fullmatch(r"[\w./:@%+,=-]*", value, re.ASCII):
        return value
    if "\n" not in value and "\r" not in value:  # single quotes, in which a shell leaves `$` alone
        return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"
    for char, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(char, escaped)
    return f'"{value}"'
