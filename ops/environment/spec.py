"""What separates an app spec from the contract, and from the environment that it was made into."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..findings import Finding, Severity
from ..platform import Binding, Spec
from ..settings import DEPLOYED, ENVIRONMENTS
from .declared import EXAMPLE, Variable
from .diff import judge, strangers

ELSEWHERE = "set by the platform"  # stands for a value that is nowhere in Git


def judge_spec(
    spec: Spec, variables: tuple[Variable, ...], environ: Mapping[str, str], app_env: str
) -> Iterator[Finding]:
    """Say what the platform would be told wrongly; `environ` is what this environment has.

    Outside of staging and production an error is a warning, and a warning is not told: a spec is
    for a deployment. A secret that can be read in Git is an error everywhere.
    """
    found = _Spec(spec, {variable.name: variable for variable in variables})
    yield from found.secrets()
    for finding in (*found.contract(), *found.strangers(), *found.against(environ, app_env)):
        if app_env in DEPLOYED:
            yield finding
        elif finding.severity is Severity.ERROR:
            yield replace(finding, severity=Severity.WARNING)


def unknown_values(spec: Spec) -> int:
    """How many variables of the releasing job have a value that only the platform knows."""
    given = spec.given(spec.releasing).values() if spec.releasing else ()
    return sum(binding.is_set and not binding.is_known for binding in given)


@dataclass(frozen=True, slots=True)
class _Spec:
    """One app spec beside the variables of the contract."""

    spec: Spec
    variables: Mapping[str, Variable]

    def secrets(self) -> Iterator[Finding]:
        for name in dict.fromkeys(b.name for b in self.spec.bindings if self.is_open(b)):
            yield Finding(
                f"variable {name}",
                f"stands in {self.spec.path} as it is: whoever reads the repository has it",
                f"change the secret itself; in {self.spec.path} give it the type SECRET and no"
                " value, and enter the new one in the control panel",
                "not in Git",
                "in Git",
            )

    def is_open(self, binding: Binding) -> bool:
        """Whether a secret can be read in the file; a certificate is none."""
        variable = self.variables.get(binding.name)
        secret = binding.is_secret or (variable is not None and variable.is_secret)
        public = "BEGIN CERTIFICATE" in binding.value
        hidden = binding.is_encrypted or binding.is_reference or not binding.value
        return secret and not public and not hidden

    def contract(self) -> Iterator[Finding]:
        """What the job that runs sync is given, judged as if it were there."""
        if self.spec.releasing is None:
            return  # code.release says so
        late = [name for name, binding in self.given.items() if self.is_late(binding)]
        for name in late:
            message = "is there only while the image is built (BUILD_TIME)"
            yield Finding(f"variable {name}", f"{self.spec.path}: {message}", self.hint)
        there = {name: binding for name, binding in self.given.items() if binding.is_set}
        opaque = {*late, *(name for name, binding in there.items() if not binding.is_known)}
        environ = {
            name: ELSEWHERE if name in opaque else binding.value for name, binding in there.items()
        }
        for finding in judge(self.judgeable(opaque), environ, self.app_env):
            yield replace(finding, message=f"{self.spec.path}: {finding.message}", hint=self.hint)

    def is_late(self, binding: Binding) -> bool:
        """Whether what runs does not see it any more, and needs it."""
        variable = self.variables.get(binding.name)
        needed = variable is not None and self.app_env in variable.required
        return needed and binding.scope == "BUILD_TIME"

    def judgeable(self, opaque: set[str]) -> tuple[Variable, ...]:
        """The variables of which something can be said, and no rule that needs another value."""
        return tuple(
            replace(variable, equals=None) if variable.equals in opaque else variable
            for variable in self.variables.values()
            if variable.name not in opaque
        )

    def strangers(self) -> Iterator[Finding]:
        names = dict.fromkeys(binding.name for binding in self.spec.bindings if binding.is_set)
        yield from strangers(tuple(self.variables.values()), names, self.spec.path, names)

    def against(self, environ: Mapping[str, str], app_env: str) -> Iterator[Finding]:
        """What was changed on the platform, or not yet brought there."""
        if self.app_env != app_env:
            return
        for name, binding in self.given.items():
            comparable = name in self.variables and binding.is_set and binding.is_known
            if comparable and name in environ and environ[name] != binding.value:
                yield Finding(
                    f"variable {name}",
                    f"is not as {self.spec.path} says: changed on the platform, or not applied",
                    f"write into {self.spec.path} what is meant, then: doctl apps update"
                    f" APP_ID --spec {self.spec.path}",
                    f"as {self.spec.path} says",
                    "another value",
                    Severity.WARNING,
                )

    @property
    def given(self) -> dict[str, Binding]:
        """What the job that runs sync is given; nothing where there is no such job."""
        job = self.spec.releasing
        return self.spec.given(job) if job else {}

    @property
    def app_env(self) -> str:
        """The environment that the spec is for; production, where it does not say."""
        binding = self.given.get("APP_ENV")
        return binding.value if binding and binding.value in ENVIRONMENTS else "production"

    @property
    def hint(self) -> str:
        return f"correct the envs of {self.spec.path}; {EXAMPLE} says what each variable must be"
