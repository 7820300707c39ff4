"""The way to the mail server as the doctor goes it: up to the login, and not for long."""

import threading
from dataclasses import dataclass, replace

from ..email_queue.declared import VARIABLES, Relay, relay
from ..email_queue.stages import STAGES, NoLine, connect
from ..errors import SettingsError
from ..facts import Declared

PATIENCE = 3  # seconds for one answer
LIMIT = 10  # seconds for all of it; a resolver cannot be told to hurry


@dataclass(frozen=True, slots=True)
class Went:
    """How far we came, and what was in the way. No message was sent."""

    relay: Relay
    passed: tuple[str, ...]
    problem: NoLine | None
    required: bool  # this environment cannot do without a mail server

    @property
    def is_an_idle_catcher(self) -> bool:
        """Whether nobody started what a laptop may have in place of a mail server."""
        refused = self.problem is not None and "refused" in self.problem.reason
        return refused and self.relay.is_local and not self.required


class Errand:
    """Go there while somebody else looks at the database."""

    def __init__(self, to: Relay, required: bool) -> None:
        self.relay, self.required = replace(to, patience=PATIENCE), required
        self.passed: list[str] = []
        self.problem: NoLine | None = None
        self.bug: Exception | None = None
        self.thread = threading.Thread(target=self.go, daemon=True)
        self.thread.start()

    def go(self) -> None:
        try:
            connect(self.relay, lambda stage, _: self.passed.append(stage)).close()
        except NoLine as problem:
            self.problem = problem
        except Exception as bug:
            self.bug = bug  # a thread that ends in silence would look like one that arrived

    def back(self) -> Went:
        """How it went; where it still goes on, that stage takes too long."""
        self.thread.join(LIMIT)
        if self.bug:
            raise self.bug
        passed = tuple(self.passed)
        if self.thread.is_alive() and len(passed) < len(STAGES):
            late = NoLine(self.relay, STAGES[len(passed)], "timed out")
            return Went(self.relay, passed, late, self.required)
        return Went(self.relay, passed, self.problem, self.required)

    def told(self, asked: bool) -> Went | None:
        """How it went; nothing, where only who asks for mail wants to know."""
        went = self.back()
        return None if went.is_an_idle_catcher and not asked else went


def set_out(declared: Declared) -> Errand | None:
    """Begin, where the environment says whither; what it says wrongly, other checks name."""
    try:
        to = relay(declared.environ, declared.variables, declared.app_env)
    except SettingsError:
        return None
    mine = (variable for variable in declared.variables if variable.name in VARIABLES)
    return Errand(to, any(declared.app_env in variable.required for variable in mine))
