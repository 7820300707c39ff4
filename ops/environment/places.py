"""Every variable in every place that may set it: what stands where, without a value."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..platform import Binding, Spec
from ..settings import Sources
from .declared import EXAMPLE, Variable
from .diff import is_placeholder
from .observed import USUAL

KEY = secrets.token_bytes(32)  # of this process: a mark says nothing outside of it
LEGEND = (
    "used: what this environment runs with; same, differs: beside that; secret: only the platform"
    " knows it; bound: the platform puts it in; image: only while the image is built"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that sets variables."""

    title: str
    marks: Mapping[str, bytes]  # of each value that can be compared
    words: Mapping[str, str]  # instead of a comparison


@dataclass(frozen=True, slots=True)
class Places:
    """The contract, the env file, the process and the app specs, beside one another."""

    example: Place
    file: Place
    process: Place
    specs: tuple[Place, ...]

    @property
    def all(self) -> tuple[Place, ...]:
        return (self.example, self.file, self.process, *self.specs)

    def row(self, name: str) -> Iterator[str]:
        """How a variable stands in each place, beside the value that is used: the process wins."""
        used = next((place for place in (self.process, self.file) if name in place.marks), None)
        for place in self.all:
            if name in place.words:
                yield place.words[name]
            elif name not in place.marks:
                yield "-"
            elif used is None or place is used:
                yield "used" if used else "set"
            else:
                yield "same" if place.marks[name] == used.marks[name] else "differs"


def look(
    variables: tuple[Variable, ...], sources: Sources, specs: Iterable[Spec], app_env: str
) -> Places:
    """Mark what stands where."""
    file = sources.path.name if sources.path else USUAL
    return Places(
        of_example(variables),
        of_values(file, variables, sources.file, app_env),
        of_values("process", variables, sources.process, app_env),
        tuple(map(of_spec, specs)),
    )


def mark(value: str) -> bytes:
    """What two equal values have in common, and nobody can read."""
    return hashlib.blake2b(value.encode(), key=KEY, digest_size=16).digest()


def of_example(variables: tuple[Variable, ...]) -> Place:
    marks = {v.name: mark(v.default) for v in variables if v.default}
    return Place(EXAMPLE, marks, {v.name: "empty" for v in variables if not v.default})


def of_values(
    title: str, variables: tuple[Variable, ...], values: Mapping[str, str], app_env: str
) -> Place:
    """The process, or an env file."""
    unfit = (v for v in variables if v.name in values)
    unfit = (v for v in unfit if is_placeholder(v, values[v.name], app_env))
    marks = {name: mark(value) for name, value in values.items()}
    return Place(title, marks, {variable.name: "placeholder" for variable in unfit})


def of_spec(spec: Spec) -> Place:
    """What an app spec gives to the job that runs sync; to every component, where it has none."""
    job = spec.releasing
    given = spec.given(job) if job else {binding.name: binding for binding in spec.envs}
    words = {name: word(binding) for name, binding in given.items()}
    marks = {name: mark(binding.value) for name, binding in given.items() if not words[name]}
    return Place(spec.path.rpartition("/")[2], marks, {n: w for n, w in words.items() if w})


def word(binding: Binding) -> str:
    """What to say of a binding whose value is not the one that a component reads."""
    if binding.scope == "BUILD_TIME":
        return "image"
    if binding.is_reference:
        return "bound"
    if not binding.is_set:
        return "-"
    return "" if binding.is_known else "secret"
