"""What separates the declared variables from those that are set; no value is ever shown."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlsplit

from ..database_url import is_local_host, read_target
from ..database_url.libpq import SSLMODES
from ..errors import SettingsError
from ..findings import Finding, Severity
from ..repository import VARIABLES, is_commit
from ..settings import DEPLOYED
from .declared import EXAMPLE, Variable

OWN = {"POSTGRES_BIN", *VARIABLES}  # read by this tool itself, as all that begin with OPS_ are
NEW_SECRET = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'

# The whole value is one of these, or looks like it.
_PLACEHOLDER = re.compile(
    r"change[-_ ]?(me|it|this)|replace[-_ ]?(me|it|this)|your([-_ ].*)?|<[^@<>]*>|[x*._-]{3,}"
    r"|example|placeholder|dummy|todo|tbd|fixme|null|undefined"
    r"|\$\{?[\w.-]+\}?|\{\{[^{}]*\}\}",
    re.IGNORECASE,
)
# A secret that holds one of these was never chosen.
_NO_SECRET = re.compile(
    r"change[-_ ]?(me|this)|replace[-_ ]?(me|this)|your[-_ ]|placeholder|example", re.IGNORECASE
)
_UNRESOLVED = re.compile(r"\$\{[^{}]*\}|\{\{[^{}]*\}\}")
_EXAMPLE_DOMAIN = re.compile(r"\bexample\.(com|net|org)\b|\.example\b", re.IGNORECASE)

_HOST = re.compile(
    r"(?=.{1,253}$)[\w]([\w-]*\w)?(\.\w([\w-]*\w)?)*\.?|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*"
)
_ADDRESS = re.compile(r"[^\s@<>\"(),:;]+@(localhost|[\w-]+(\.[\w-]+)+)")
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.+-----END \1-----", re.DOTALL)


def judge(
    variables: tuple[Variable, ...], environ: Mapping[str, str], app_env: str
) -> tuple[Finding, ...]:
    """Say what is missing, out of place or not fit for use, in the order of `.env.example`."""
    environ = {name: value for name, value in environ.items() if value}
    strangers = environ.keys() - {variable.name for variable in variables}
    return tuple(
        finding
        for variable in variables
        for finding in _Judge(variable, environ, app_env).findings(sorted(strangers))
    )


def refuse_unfit(variables: tuple[Variable, ...], environ: Mapping[str, str], app_env: str) -> None:
    """Raise SettingsError that names every variable which is wrong, at once."""
    found = judge(variables, environ, app_env)
    if wrong := [finding for finding in found if finding.severity is Severity.ERROR]:
        said = "\n".join(f"{f.subject.removeprefix('variable ')} {f.message}" for f in wrong)
        raise SettingsError(said, hint="\n".join(dict.fromkeys(f.hint for f in wrong)))


def is_placeholder(variable: Variable, value: str, app_env: str) -> bool:
    """Whether the value is none."""
    return bool(_Judge(variable, {variable.name: value}, app_env).placeholder())


@dataclass(frozen=True, slots=True)
class _Judge:
    """One variable, where it is set or is not."""

    variable: Variable
    environ: Mapping[str, str]
    app_env: str

    def findings(self, strangers: list[str]) -> Iterator[Finding]:
        if self.variable.name not in self.environ:
            yield from self.missing(strangers)
        elif self.app_env in self.variable.forbidden:
            yield self.finding(
                f"is set, and forbidden in {self.app_env}",
                hint=f"remove {self.variable.name} from the environment ({self.rule})",
                expected="not set",
                observed="set",
            )
        else:
            yield from self.fitness()

    def missing(self, strangers: list[str]) -> Iterator[Finding]:
        if not self.variable.required:
            return
        here = self.app_env in self.variable.required
        others = sorted(self.variable.required)
        verb = "require" if len(others) > 1 else "requires"
        where = "" if here else f" ({' and '.join(others)} {verb} it)"
        near = meant(self.variable.name, strangers)
        yield self.finding(
            f"is not set{where}"
            + (f"; {near} is, which {EXAMPLE} does not declare" if near else ""),
            hint=MISSING,
            expected="set",
            observed="not set",
            severity=Severity.ERROR if here else Severity.WARNING,
        )

    def fitness(self) -> Iterator[Finding]:
        """A placeholder is one finding; only a real value is looked at more closely."""
        placeholder = self.placeholder()
        if placeholder:
            # App Platform may leave a bound commit unresolved, and Git can still tell it
            needed = (
                DEPLOYED | self.variable.required if self.variable.kind == "secret" else DEPLOYED
            )
            harmful = self.app_env in needed and self.variable.kind != "commit"
            severity = Severity.ERROR if harmful else Severity.WARNING
            yield self.finding(placeholder, expected="a real value", severity=severity)
        else:
            yield from self.database() if self.variable.kind == "postgres" else self.shape()
            yield from self.limits()

    def placeholder(self) -> str:
        """What makes the value no value at all, or nothing."""
        kind, value = self.variable.kind, self.value.strip()
        # a text or a password may mean its braces
        if kind not in ("text", "secret") and _UNRESOLVED.search(value):
            return "holds a reference that was not resolved"
        if _PLACEHOLDER.fullmatch(value) or (kind == "secret" and _NO_SECRET.search(value)):
            return "holds a placeholder"
        # the example's database is the right one for a local set-up, its secret is for nobody
        asked = self.variable.is_secret and (kind == "secret" or self.app_env in DEPLOYED)
        is_default = self.value == self.variable.default
        return f"holds what stands in {EXAMPLE}" if asked and is_default else ""

    def database(self) -> Iterator[Finding]:
        name = self.variable.name
        try:
            target = read_target(name, self.value)
        except SettingsError as error:
            yield self.finding(
                str(error).removeprefix(f"{name} "),
                hint=f"{error.hint} ({self.rule})",
                expected="postgresql://USER:PASSWORD@HOST:5432/NAME",
            )
            return
        if not target.is_local and SSLMODES.index(target.sslmode) < SSLMODES.index("require"):
            yield self.finding(
                "does not insist on encryption",
                hint=f"write sslmode=require into {name} ({self.rule})",
                expected="sslmode=require or stronger",
                observed="weaker",
            )
        yield from self.place(target.host)

    def shape(self) -> Iterator[Finding]:
        """Is it what its kind says, and does it point where it may?"""
        kind, value = self.variable.kind, self.value
        if kind != "pem" and value != value.strip():
            yield self.finding("begins or ends with white space", expected="no white space around")
        elif re.fullmatch(r"""(['"]).*\1""", value):
            yield self.finding("has quotes around it", expected="no quotes around")
        elif kind == "address" and re.search(r"<[^<>]+>$", value):
            yield self.finding("has a display name", expected=WANTED[kind])
        elif kind == "choice" and value not in self.variable.one_of:
            wanted = f"one of {', '.join(self.variable.one_of)}"
            yield self.finding(f"is not {wanted}", expected=wanted)
        elif kind in _SHAPES and not _SHAPES[kind](value):
            yield self.finding(f"is not {WANTED[kind]}", expected=WANTED[kind])
        else:
            yield from self.place(_host(kind, value))

    def place(self, host: str) -> Iterator[Finding]:
        """Judge the machine that the value leads to; no host is no machine."""
        if self.app_env in self.variable.not_local and _is_local(host):
            yield self.finding(f"points to the machine itself in {self.app_env}")
        if self.app_env in DEPLOYED and _EXAMPLE_DOMAIN.search(host):
            what = "names a domain that exists for examples only"
            yield self.finding(what, severity=Severity.WARNING)
        if self.app_env in self.variable.https and not self.value.startswith("https://"):
            yield self.finding(
                f"is not https in {self.app_env}", expected="https://...", observed="another scheme"
            )

    def limits(self) -> Iterator[Finding]:
        least, twin = self.variable.min, self.variable.equals
        if least and len(self.value) < least:
            yield self.finding(
                f"is shorter than {least} characters",
                expected=f"{least} characters or more",
                observed="fewer",
            )
        if twin and self.environ.get(twin) != self.value:
            yield self.finding(
                f"differs from {twin}",
                hint=f"set {self.variable.name} and {twin} to the same value ({self.rule})",
                expected=f"the value of {twin}",
                observed="another value" if twin in self.environ else f"{twin} is not set",
            )

    @property
    def value(self) -> str:
        return self.environ[self.variable.name]

    @property
    def rule(self) -> str:
        return f"its rule: {EXAMPLE} line {self.variable.line}"

    def finding(
        self,
        message: str,
        *,
        hint: str = "",
        expected: str = "",
        observed: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        name, ours = self.variable.name, self.variable.generate and self.variable.min
        # without a length of its own it is somebody else's secret, and not for us to invent
        new = f", for example from `{NEW_SECRET}`" if ours else ""
        hint = hint or f"set {name} in the environment{new} ({self.rule})"
        return Finding(f"variable {name}", message, hint, expected, observed, severity)


MISSING = f"set it in the environment, or in .env; {EXAMPLE} says how"


def strangers(
    variables: tuple[Variable, ...], names: Iterable[str], file: str, given: Collection[str]
) -> Iterator[Finding]:
    """Name what a file sets and `.env.example` does not declare, so that nobody reads it.

    One that was meant for a variable which is not `given` at all is named there.
    """
    declared = [variable.name for variable in variables]
    lacking = {v.name for v in variables if v.required and v.name not in given}
    for name in names:
        near = meant(name, declared)
        if name in declared or name.startswith("OPS_") or name in OWN or near in lacking:
            continue
        yield Finding(
            f"variable {name}",
            f"is set in {file}, and {EXAMPLE} does not declare it"
            + (f"; did you mean {near}?" if near else ""),
            f"declare it in {EXAMPLE}, or remove it from {file}",
            "declared",
            "not declared",
            Severity.WARNING,
        )


def meant(name: str, strangers: list[str]) -> str:
    """The name among these that was probably meant, however it is written; or nothing."""
    by_folded = {stranger.casefold().replace("_", ""): stranger for stranger in strangers}
    near = get_close_matches(name.casefold().replace("_", ""), by_folded, n=1, cutoff=0.75)
    return by_folded[near[0]] if near else ""


def _host(kind: str, value: str) -> str:
    if kind == "url":
        return urlsplit(value).hostname or ""
    return value.rpartition("@")[2] if kind in ("host", "address") else ""


def _is_local(hosts: str) -> bool:
    return bool(hosts) and all(
        is_local_host(host) or host.lower().endswith(".localhost") for host in hosts.split(",")
    )


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return bool(parts.hostname and parts.port != 0 and not re.search(r"\s", value))
    except ValueError:  # an IPv6 address without its bracket, or a port that is no number
        return False


_SHAPES: dict[str, Callable[[str], bool]] = {
    "address": lambda value: _ADDRESS.fullmatch(value) is not None,
    "commit": is_commit,
    "host": lambda value: _HOST.fullmatch(value) is not None,
    "pem": lambda value: _PEM.search(value) is not None,
    "port": lambda value: bool(re.fullmatch(r"[0-9]{1,5}", value)) and 0 < int(value) < 65536,
    "url": _is_url,
}
WANTED = {
    "address": "a bare address such as no-reply@example.com",
    "commit": "7 to 64 hexadecimal digits",
    "host": "a host name or address, without scheme and port",
    "pem": "PEM text, from -----BEGIN to -----END",
    "port": "a number from 1 to 65535",
    "url": "a URL such as https://app.example.com",
}
