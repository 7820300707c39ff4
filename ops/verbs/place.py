"""A developer's machine, and where an environment stands."""

import sys
from collections.abc import Sequence

from invoke.context import Context

from ..console import HERE, looking, named, sources, verb
from ..errors import Locked, OpsError, SettingsError, Unreachable
from ..output import note, show
from .parity import sync, tried, verify


@verb()
def up(c: Context) -> None:
    """Set up a developer's machine: embedded PostgreSQL, .env, then sync and verify."""
    from .. import local

    for line in local.up(HERE, sources("").values):
        note(line)
    show("")
    sync(c)
    show("")
    verify(c)


@verb()
def down(c: Context) -> None:
    """Stop the PostgreSQL that `up` started; its data stays."""
    from .. import local

    show(
        "PostgreSQL stopped; its data stays in .local/"
        if local.down(HERE)
        else "nothing was running"
    )


@verb(name="status")
def overview(c: Context, env: str = "") -> None:
    """Where this environment stands, on one screen. Shows; only verify judges by its exit code."""
    from .. import verify as judge
    from ..errors import Refused
    from ..history import Records, read
    from ..reading import gather
    from ..report import status as page

    told: Records | Refused
    with looking(env, "status") as (found, declared, conn):
        facts = gather(conn, declared)
        try:
            told = read(conn, 1)
        except Refused as why:
            told = why
    show(page.render(facts.place(found.target), facts, judge.run(facts), told))


@verb()
def preflight(c: Context, env: str = "") -> None:
    """May a sync begin: settings, connection, server, rights, stamp, who holds the lock."""
    from .. import preflight as judge
    from ..lock import holder, refuse_pooler
    from ..reading import gather
    from ..report import terminal
    from ..report.status import pending

    with looking(env, "preflight") as (found, declared, conn):
        facts = gather(conn, declared)
        show(terminal.header(facts.place(found.target)) + "\n")
        held = holder(conn)
        note(f"lock         {held or 'nobody is migrating'}", hanging=13)
        note(f"migrations   {pending(facts)}", hanging=13)
        refuse_pooler(conn)
        judge.permit(facts, frozenset())
        judge.refuse_edits(facts.seeds, frozenset())
        judge.refuse_bad_environment(facts)
        if held:
            raise Locked("a sync would have to wait", hint="let it finish: invoke preflight")
        show("a sync may begin: invoke sync")


def is_worded(task: str, words: Sequence[str]) -> bool:
    """Whether words follow the name of a task on the command line, beside its options.

    Invoke asks for every positional argument, or takes the word for a task: here it is either.
    """
    if task not in words:
        return False
    after = list(words[words.index(task) + 1 :])
    options = [place for place, word in enumerate(after) if word.startswith("-")]
    values = [place + 1 for place in options if after[place] in ("--env", "--symptom")]
    return bool(set(range(len(after))).difference(options, values))


@verb(
    positional=["symptom"] if is_worded("doctor", sys.argv) else [],
    help={"symptom": "what somebody sees, in a few words between quotes; else all that is known"},
)
def doctor(c: Context, symptom: str | None = None, probe: bool = False, env: str = "") -> None:
    """What is behind a symptom here, and what to type. Diagnoses: exit 0, or 3 out of reach."""
    from .. import doctor as known
    from .. import verify as judge
    from ..doctor import mail, observed
    from ..doctor import show as page
    from ..doctor.likeness import like
    from ..reading import gather

    asked = known.is_about_mail(symptom or "")
    try:
        with looking(env, "doctor") as (found, declared, conn):
            errand = mail.set_out(declared) if asked or not symptom else None
            facts = gather(conn, declared)
            facts = tried(conn, facts) if probe else facts
            went = errand.told(asked) if errand else None
            seen = observed.look(conn, facts, judge.run(facts), went)
    except Unreachable as error:
        raise taken_apart(error, env) from None
    place = facts.place(found.target)
    if symptom:
        nearest = known.diagnose(seen, like(symptom))
        show(page.asked(place, symptom, nearest, known.beside(seen, nearest)))
    else:
        show(page.everything(place, seen, known.found(seen)))


def taken_apart(error: Unreachable, env: str) -> OpsError:
    """Show every stage of the way to the database; the error of the one where it ends."""
    from ..doctor.show import way
    from ..doctor.stages import take_apart
    from ..settings import Settings

    target = Settings.load(HERE, env_file=named(env)).target
    stages = take_apart(target)
    show(f"the way to {target}\n\n{way(stages)}\n")
    for stage in stages:
        if stage.verdict == "failed":
            return Unreachable(f"{stage.name} failed: {stage.seen}", hint=stage.hint)
    return error


@verb(name="history")
def show_history(c: Context, limit: str = "10", run: str = "", env: str = "") -> None:
    """What was done here, when, by whom, from which commit, how it ended; what is live."""
    from ..history import read
    from ..report import runs
    from ..repository import between

    if not limit.isdecimal() or int(limit) < 1:
        raise SettingsError("--limit is a number of runs, 1 or more", hint="invoke history")
    if run and not run.isdecimal():
        raise SettingsError("--run is the number of a run", hint="invoke history lists them")
    with looking(env, "history") as (found, _, conn):
        told = read(conn, int(limit), int(run) if run else None)
    if not run:
        pair = [each.commit for each in (told.before, told.live) if each and each.commit]
        since = between(HERE, found.environ, *pair) if len(pair) == 2 else None
        return show(runs.render(told, since))
    if not told.runs:
        raise SettingsError(f"there is no run {run} here", hint="invoke history lists them")
    return show(runs.one(told))
