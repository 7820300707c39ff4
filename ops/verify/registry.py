"""A check is a function from Facts to Findings, and a name. It never sees a connection."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from ..facts import Facts
from ..findings import Dimension, Finding, Outcome, Report, Result

Judge = Callable[[Facts], Iterator[Finding]]
Asked = Callable[[Facts], bool]


class CannotLook(Exception):
    """Raised by a check that has nothing to look at; the message says why. Never a pass."""


def must_read(facts: Facts, *tables: str) -> None:
    """Raise CannotLook when the role may not read one of the tables of records."""
    for name in tables:
        if name in facts.unreadable:
            raise CannotLook(f"{facts.server.user} may not read {name}: grant select on it")


def always(facts: Facts) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Check:
    """A judge and where it belongs, and whether anybody asked for it."""

    name: str
    dimension: Dimension
    judge: Judge
    asked: Asked = always

    def run(self, facts: Facts) -> Result:
        """Judge the facts. A check that raises is broken, and a broken check is no verdict."""
        findings: list[Finding] = []
        try:
            for finding in self.judge(facts):
                findings.append(finding)  # one by one: what was seen before it failed stands
        except CannotLook as reason:
            return Result(self.name, self.dimension, Outcome.BROKEN, tuple(findings), str(reason))
        except Exception as error:
            note = f"the check itself failed: {type(error).__name__} (a bug: please report it)"
            return Result(self.name, self.dimension, Outcome.BROKEN, tuple(findings), note)
        outcome = Outcome.FAILED if findings else Outcome.PASSED
        return Result(self.name, self.dimension, outcome, tuple(findings))


CHECKS: list[Check] = []


def check(dimension: Dimension, asked: Asked = always) -> Callable[[Judge], Judge]:
    """Register a judge under its dimension and its own name, as in `schema.drift`."""

    def register(judge: Judge) -> Judge:
        CHECKS.append(Check(f"{dimension}.{judge.__name__}", dimension, judge, asked))
        return judge

    return register


def run(facts: Facts, only: Collection[Dimension], not_looked_at: Iterator[str]) -> Report:
    """Run every check, or those of some dimensions; what was left out is said."""
    order = list(Dimension)
    wanted = [c for c in CHECKS if (not only or c.dimension in only) and c.asked(facts)]
    # what is looked at only on request comes last: what differs may be why it does not work
    wanted.sort(key=lambda check: (order.index(check.dimension), check.asked is not always))
    left_out = [
        f"{dimension} (--only)" for dimension in Dimension if only and dimension not in only
    ]
    return Report(tuple(check.run(facts) for check in wanted), (*left_out, *not_looked_at))
