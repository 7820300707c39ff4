"""What a platform is told to do with a release: the Procfile, and the app specs in `.do/`."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from .errors import SettingsError
from .settings import read_text

KINDS = {
    "services": "service",
    "workers": "worker",
    "jobs": "job",
    "functions": "function",
    "static_sites": "static site",
}
OPERATOR = re.compile(r"[()]*(&&|\|\||\|&|[;|&])[();]*")  # with the brackets that touch it
TALK = ("echo", "printf", "true", ":")  # commands that only name what they are given


@dataclass(frozen=True, slots=True)
class Binding:
    """A variable as a spec gives it."""

    name: str
    value: str = field(repr=False)  # as it stands in the file; empty is not set
    scope: str
    is_secret: bool  # declared as SECRET: the platform keeps it encrypted

    @property
    def is_encrypted(self) -> bool:
        return re.fullmatch(r"EV\[.*\]", self.value) is not None

    @property
    def is_reference(self) -> bool:
        """Whether the platform puts another value in its place: `${db.DATABASE_URL}`."""
        return "${" in self.value

    @property
    def is_known(self) -> bool:
        """Whether what stands in the file is what the component will read."""
        return not (self.is_secret or self.is_encrypted or self.is_reference)

    @property
    def is_set(self) -> bool:
        """Whether a component has it while it runs; the value of a SECRET may be elsewhere."""
        return bool(self.value or self.is_secret) and self.scope != "BUILD_TIME"


@dataclass(frozen=True, slots=True)
class Component:
    """A part of an app: what it runs, and with which variables."""

    kind: str  # job, service, ...
    name: str
    when: str  # of a job: PRE_DEPLOY, POST_DEPLOY, ...
    command: str
    envs: tuple[Binding, ...]
    text: Mapping[str, Any] = field(repr=False)  # all that the file says of it

    @property
    def title(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Spec:
    """One app, as a file describes it."""

    path: str
    app: str
    envs: tuple[Binding, ...]  # for every component
    components: tuple[Component, ...]

    @property
    def bindings(self) -> Iterator[Binding]:
        """Every binding of the file, the app's first."""
        yield from self.envs
        for component in self.components:
            yield from component.envs

    @property
    def releasing(self) -> Component | None:
        """The job that runs `invoke sync` before the new code does."""
        before = (part for part in self.components if part.when == "PRE_DEPLOY")
        return next((part for part in before if runs_sync(part.command)), None)

    def given(self, component: Component) -> dict[str, Binding]:
        """What a component gets: the app's variables, and its own before them."""
        return {binding.name: binding for binding in (*self.envs, *component.envs)}


@dataclass(frozen=True, slots=True)
class Release:
    """All that the project tells a platform; a file that is not there says nothing."""

    procfile: Mapping[str, str] | None = None  # process type -> command
    specs: tuple[Spec, ...] = ()


def read(folder: Path) -> Release:
    """Read what is there; SettingsError for a spec that is none."""
    paths = sorted(path for path in (folder / ".do").glob("*.y*ml") if path.is_file())
    procfile = folder / "Procfile"
    return Release(
        read_procfile(read_text(procfile)) if procfile.is_file() else None,
        tuple(filter(None, (read_spec(path, path.relative_to(folder)) for path in paths))),
    )


def read_procfile(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w-]+):[ \t]*(.*?)[ \t]*$", text, re.MULTILINE))


def read_spec(path: Path, shown: Path) -> Spec | None:
    """Read an app spec; another YAML file beside `app.yaml` is none of ours."""
    document = load(read_text(path), str(shown))
    if path.stem != "app" and not document.keys() & KINDS.keys():
        return None
    components = tuple(
        read_component(str(shown), kind, part)
        for plural, kind in KINDS.items()
        for part in entries(str(shown), plural, document)
    )
    name = str(document.get("name", ""))
    return Spec(str(shown), name, bindings(str(shown), document), components)


def load(text: str, shown: str) -> dict[str, Any]:
    """The document as it is written: every scalar a text, as a variable is."""
    import yaml

    try:
        document = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark else ""
        # what the parser says may repeat a value
        raise wrong(f"{shown}{where}: not YAML", shown) from None
    if not isinstance(document, dict):
        raise wrong(f"{shown}: not an app spec", shown)
    return document


def read_component(shown: str, kind: str, part: Mapping[str, Any]) -> Component:
    return Component(
        kind=kind,
        name=str(part.get("name", "")),
        when=str(part.get("kind", "")) if kind == "job" else "",
        command=str(part.get("run_command", "")),
        envs=bindings(shown, part),
        text=part,
    )


def bindings(shown: str, holder: Mapping[str, Any]) -> tuple[Binding, ...]:
    return tuple(
        Binding(
            name=str(entry.get("key", "")),
            value=str(entry.get("value", "")),
            scope=str(entry.get("scope", "")),
            is_secret=entry.get("type") == "SECRET",
        )
        for entry in entries(shown, "envs", holder)
    )


def entries(shown: str, name: str, holder: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = holder.get(name) or []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise wrong(f"{shown}: {name} is not a list of entries", shown)
    return found


def wrong(what: str, shown: str) -> SettingsError:
    return SettingsError(what, hint=f"doctl apps spec validate {shown} says what is wrong")


def runs_sync(command: str) -> bool:
    """Whether a shell that is given this would run `invoke sync`, and not only speak of it."""
    return any(is_sync(words) for words, _ in simple_commands(command))


def loses(command: str) -> str:
    """The operator because of which a failing `invoke sync` would not fail the command, or ''."""
    harmless, seen = {"&&", ""}, False
    for (words, operator), (after, _) in pairwise([*simple_commands(command), ([], "")]):
        seen = seen or is_sync(words)
        if words[:1] == ["set"]:
            harmless |= {";"} if any(re.match(r"-\w*e", word) for word in words) else set()
            harmless |= {"|"} if "pipefail" in words else set()
        if seen and operator == "||" and re.fullmatch(r"exit [1-9]\d*", " ".join(after)):
            return ""
        # `||` before it: then it runs only if something else fails
        if operator not in harmless and (seen or operator == "||"):
            return operator
    return ""


def is_sync(words: list[str]) -> bool:
    names = [Path(word).name for word in words]
    task = next((at for at, name in enumerate(names) if name in ("invoke", "inv")), None)
    if task is None or names[0] in TALK:
        return False
    return "sync" in words[task + 1 :] and "--plan" not in words


def simple_commands(command: str) -> Iterator[tuple[list[str], str]]:
    """The commands of a line, each with the operator behind it; none where no shell could read."""
    text = re.sub(r"(^|\s)#.*$", "", command.replace("\\\n", " "), flags=re.MULTILINE)
    try:
        lexer = shlex.shlex(
            text.strip("; \n").replace("\n", " ; "), posix=True, punctuation_chars=True
        )
        lexer.whitespace_split, lexer.commenters = True, ""
        tokens = list(lexer)
    except ValueError:
        return
    if len(tokens) == 3 and re.fullmatch(r"(.*/)?(ba)?sh -\w*c", " ".join(tokens[:2])):
        yield from simple_commands(("set -e;" if "e" in tokens[1] else "") + tokens[2])
        return
    words: list[str] = []
    for token in tokens:
        if operator := OPERATOR.fullmatch(token):
            yield words, operator[1]
            words = []
        else:
            words.append(token)
    yield words, ""
