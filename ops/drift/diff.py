"""What separates Git's schema from the live one: each cause once, with what follows from it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..findings import Finding, Severity
from ..project import Ignore
from .anew import how_to_keep
from .causes import Tie, explain
from .declared import Snapshot
from .firing import rivals
from .likeness import lookalike, strangers
from .objects import Objects, Properties, kind_of, last_of, name_of, schema_of
from .opened import opens
from .remarks import COMMENTS, without_effect
from .renames import suspects
from .rights import in_words
from .scope import narrow
from .sides import Sides, match
from .statements import rename
from .words import cut, differences, differing

HINT = "invoke schema.diff --sql"
NAMED = 4  # consequences that a message names before it only counts


@dataclass(frozen=True, slots=True)
class Drift:
    findings: tuple[Finding, ...]
    compared: int  # objects on either side that were looked at
    ignored: tuple[str, ...]  # "N objects matching PATTERN (REASON)"
    waiting: int  # objects left out because a pending migration will touch them
    readers: tuple[str, ...] = ()  # roles that were taken for such as verify
    opened: frozenset[str] = frozenset()  # subjects of those that allow more here than Git does


@dataclass(slots=True)
class Consequences:
    """What follows from one difference, and is told with it."""

    parts: list[str] = field(default_factory=list)
    needing: list[str] = field(default_factory=list)

    def add(self, subject: str, tie: Tie) -> None:
        if tie is Tie.PART:
            self.parts.append(subject)
        elif tie is Tie.NEED:
            self.needing.append(subject)


def compare(
    declared: Snapshot,
    observed: Objects,
    *,
    pending: frozenset[str] = frozenset(),
    ignore: Sequence[Ignore] = (),
) -> Drift:
    """Name every object that differs; what follows from another difference is told there."""
    scope = narrow(declared, observed, pending, ignore)
    sides = match(scope.declared, scope.observed)
    again = suspects(scope.declared, scope.observed, sides)
    found = sorted(findings(sides, declared.dropped, again), key=lambda finding: finding.subject)
    return Drift(
        tuple(sorted(found, key=lambda finding: finding.severity is Severity.WARNING)),
        len(scope.declared.keys() | scope.observed.keys()),
        scope.ignored,
        scope.waiting,
        scope.readers,
        frozenset(finding.subject for finding in found if opens(finding.subject, sides)),
    )


def findings(
    sides: Sides, dropped: Mapping[str, str], suspected: Mapping[str, str]
) -> Iterator[Finding]:
    causes = explain(sides)
    follow: dict[str, Consequences] = defaultdict(Consequences)
    for subject in sorted(causes):
        follow[causes[subject].subject].add(subject, causes[subject].tie)
    known = strangers(sides)
    for subject in sides.missing - causes.keys():
        twin = lookalike(subject, sides, known)
        yield missing(subject, sides, follow[subject], twin, suspected.get(subject, ""))
    for subject in sides.surplus - causes.keys():
        yield surplus(subject, sides, follow[subject], dropped.get(subject, ""))
    for subject in sides.changed - causes.keys():
        yield changed(subject, sides, follow[subject])
    yield from (renamed(git, here, sides) for git, here in sides.renamed.items())


def missing(subject: str, sides: Sides, follow: Consequences, twin: str, suspect: str) -> Finding:
    """`twin` is like it by its name, `suspect` by what it is."""
    like = suspect or twin
    name = name_of(like) if kind_of(like) in ("table", "function") else last_of(like)
    how = ", which is not in Git" if like == twin else " renamed"
    return Finding(
        subject,
        f"missing here{counted(follow.parts)}"
        + (f"; looks like {name}{how}" if like else "")
        + named(follow.needing, "needs it", "need it"),
        HINT,
        expected=brief(subject, sides.declared[subject]),
    )


def surplus(subject: str, sides: Sides, follow: Consequences, dropped_by: str) -> Finding:
    return Finding(
        subject,
        f"not in Git{counted(follow.parts)}"
        + (f"; {dropped_by} dropped it" if dropped_by else "")
        + named(follow.needing, "needs it", "need it"),
        HINT,
        observed=brief(subject, sides.observed[subject]),
    )


def changed(subject: str, sides: Sides, follow: Consequences) -> Finding:
    git, here = sides.declared[subject], sides.observed[subject]
    found = list(differences(subject, git, here))
    quiet = all(without_effect(kind_of(subject), key) for key in differing(git, here))
    return Finding(
        subject,
        "; ".join(difference.message for difference in found)
        + named(sorted(follow.parts + follow.needing), "differs with it", "differ with it"),
        saved(subject, git, here),
        expected="; ".join(difference.expected for difference in found),
        observed="; ".join(difference.observed for difference in found),
        severity=Severity.WARNING if quiet else Severity.ERROR,
    )


def saved(subject: str, git: Properties, here: Properties) -> str:
    """The hint; of a table that has to be made anew it begins with how its rows are kept."""
    again = "partition_by" in differing(git, here)
    return f"keep its rows: {how_to_keep(name_of(subject))}; then: {HINT}" if again else HINT


def renamed(git: str, here: str, sides: Sides) -> Finding:
    """Only the name differs: that never blocks, unless other triggers fire before or after it."""
    others = rivals(git, sides.declared) if kind_of(git) == "trigger" else []
    moved = schema_of(git) != schema_of(here)
    words = [f"is named {name_of(here) if moved else last_of(here)} here"]
    if others:
        words.append(f"fires in the order of names with {listed(others)}")
    words += [d.message for d in differences(git, *commented(git, here, sides))]
    return Finding(
        git,
        "; ".join(words),
        f"{rename(here, git, sides.declared[git])};",
        expected=last_of(git),
        observed=last_of(here),
        severity=Severity.ERROR if others else Severity.WARNING,
    )


def commented(git: str, here: str, sides: Sides) -> Iterator[Properties]:
    """What is said of an object that has another name here, where Git says something."""
    declared, observed = sides.declared[git], sides.observed[here]
    keys = [key for key in COMMENTS if key in declared]
    yield from ({key: side[key] for key in keys if key in side} for side in (declared, observed))


def counted(parts: Iterable[str]) -> str:
    """What a table or schema holds: `, with 12 columns and 1 index`."""
    counts = Counter(map(kind_of, parts))
    words = [f"{count} {kind if count == 1 else plural(kind)}" for kind, count in counts.items()]
    return f", with {listed(words)}" if words else ""


def plural(kind: str) -> str:
    if kind == "statistics":
        return kind
    if kind.endswith(("x", "ss")):
        return f"{kind}es"
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def named(subjects: Sequence[str], one: str, several: str) -> str:
    if not subjects:
        return ""
    more = len(subjects) - NAMED
    words = [*subjects[:NAMED], *([f"{more} more"] if more > 0 else [])]
    return f"; {listed(words)} {one if len(subjects) == 1 else several}"


def listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def brief(subject: str, properties: Properties) -> str:
    """An object in a few words, for the side that has it."""
    if kind_of(subject) == "column":
        default = f" default {properties['default']}" if "default" in properties else ""
        return cut(properties["type"] + " not null" * ("not_null" in properties) + default)
    if kind_of(subject) == "grant":
        return in_words(properties["privileges"])
    text = str(properties.get("definition", "")).replace("\n", " ")
    return cut(text or ", ".join(properties.get("labels", ())) or kind_of(subject))
