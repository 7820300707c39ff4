"""The DDL that brings the live schema to Git's, for a person to read and to run.

What holds no data is dropped and made again where that is simplest. What destroys data is there
as a comment, so that running the text as it is never destroys any. So is what is perhaps there
under another name, with all that is built on it: an empty table must not take its place.
"""

import re
from collections.abc import Iterator, Sequence

from ..project import Ignore
from .declared import Snapshot
from .ending import farewell, finish
from .granting import needed
from .making import clear, make
from .objects import Objects, Properties
from .planned import Plan, plan
from .remarks import COMMENTS, without_comments
from .renames import suspects
from .scope import narrow
from .sides import Sides, listed_parent, match
from .spelling import Step
from .statements import rename

DESTROYS = "-- DESTROYS DATA: "
ENDS_COMMENT = re.compile(r"\r\n|\r|\n")


def repair(
    declared: Snapshot,
    observed: Objects,
    *,
    pending: frozenset[str] = frozenset(),
    ignore: Sequence[Ignore] = (),
) -> str:
    """The statements in a safe order; those that destroy data commented out, each with the reason.

    Empty when there is nothing to do. With those lines made statements too, nothing differs after.
    """
    scope = narrow(declared, observed, pending, ignore)
    sides = match(scope.declared, scope.observed)
    rest = match(scope.declared, with_names_of_git(scope.observed, sides), syncing=scope.syncing)
    again = suspects(scope.declared, scope.observed, rest)
    texts = [written(step) for step in (*name_again(sides), *steps(plan(rest, again)))]
    runs = any(line[:2] != "--" or DESTROYS in line for text in texts for line in text.split("\n"))
    head = ["set check_function_bodies = off;", *terms(rest)] if runs else []
    return "".join(f"{text}\n" for text in head + texts)


def terms(sides: Sides) -> Iterator[str]:
    """What has to be so before the statements run, as comments."""
    if sides.syncing:
        yield comment(f"Run this as {sides.syncing}: whoever makes an object owns it.")
    if roles := ", ".join(needed(sides)):
        yield comment(f"These roles must be there: {roles}.")


def name_again(sides: Sides) -> Iterator[Step]:
    """Names first: after that, each object is known by the one that it has in Git."""
    for git, here in sorted(sides.renamed.items()):
        if not listed_parent(git, sides.declared[git], sides.declared):  # follows its parent
            yield Step(rename(here, git, sides.declared[git]))


def with_names_of_git(observed: Objects, sides: Sides) -> Objects:
    rest = {s: p for s, p in observed.items() if s not in sides.renamed.values()}
    return {**rest, **{git: as_commented(git, here, sides) for git, here in sides.renamed.items()}}


def as_commented(git: str, here: str, sides: Sides) -> Properties:
    """Git's properties with the comments that the object has here."""
    said = {key: sides.observed[here][key] for key in COMMENTS if key in sides.observed[here]}
    return without_comments(sides.declared[git]) | said


def written(step: Step) -> str:
    """A step as text: with a semicolon, and as a comment if it destroys data."""
    note = f"{comment(step.note)}\n" if step.note else ""
    if not step.sql:
        return note.rstrip()
    prefix = DESTROYS if step.destroys else ""
    return note + prefix + ENDS_COMMENT.sub(rf"\g<0>{prefix}", f"{step.sql};")


def comment(text: str) -> str:
    """One line, whatever the names in it hold: what stands behind a line break would be run."""
    return "-- " + ENDS_COMMENT.sub(lambda found: repr(found[0])[1:-1], text)


def steps(plan: Plan) -> Iterator[Step]:
    """First what stands in the way goes, then all is made, then what Git does not know goes."""
    yield from clear(plan)
    yield from make(plan)
    yield from finish(plan)
    yield from farewell(plan)
