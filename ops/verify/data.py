"""Are the rows that Git holds there, as Git has them, and can new ones be told from old ones?"""

from collections.abc import Callable, Iterator
from typing import Any

from ..drift.scope import first_rule
from ..facts import Facts
from ..findings import Dimension, Finding
from ..names import columns, full_name
from ..phrases import few
from ..seed.shape import Surplus
from ..seed.source import shown
from ..seed.words import EDITS, Change, Kind, Origin
from ..sequences import Counter
from .keys import indexes_of, keeps
from .registry import CannotLook, check
from .words import both, identifier, in_words, one, rows_like


@check(Dimension.DATA)
def seeds(facts: Facts) -> Iterator[Finding]:
    """Every declared row has the declared value in every column that Git owns."""
    for diff in facts.seeds:
        for change in () if diff.absent else diff.changes:
            yield judged(change, facts.declared.app_env)
        if diff.absent and diff.columns == {} and facts.history.pending:
            yield Finding(
                f"table {diff.seed.table}", "is not here: a migration is pending", "invoke sync"
            )
    blind = [d.absent for d in facts.seeds if d.absent and (d.columns or not facts.history.pending)]
    if blind:
        raise CannotLook("; ".join(blind))


def judged(change: Change, app_env: str) -> Finding:
    if change.kind is Kind.UNWANTED:
        return unwanted(change, app_env)
    return JUDGES[change.kind](change)


def missing(change: Change) -> Finding:
    deleted = ": it was delivered, and deleted here" if change.delivered else ""
    return Finding(change.subject, f"missing here{deleted}", "invoke seed", "in Git", "no such row")


def differs(change: Change) -> Finding:
    """All columns of one row that differ, each with both values."""
    hint = "invoke seed"
    if change.guarded:
        hint = f"write it into {shown(change.seed.path)}, or overwrite it: {hint} --allow {EDITS}"
    return Finding(change.subject, in_words(change.differences), hint, *values(change))


def values(change: Change) -> tuple[str, str]:
    """What is expected, and what is observed."""
    pairs = [(difference.path, both(difference)) for difference in change.differences]
    expected, observed = ("; ".join(f"{path} = {pair[i]}" for path, pair in pairs) for i in (0, 1))
    return expected, observed


def surplus(change: Change) -> Finding:
    path, before = shown(change.seed.path), " any more" if change.delivered else ""
    delete = "" if change.seed.surplus is Surplus.PRUNE else " --allow prunes-rows"
    return Finding(
        change.subject,
        f"not in Git{before}, and nobody's but the system's"
        + (f" ({change.times} times)" if change.times > 1 else ""),
        f"add it to {path}, or delete it: invoke seed{delete}",
        "no such row",
        "there",
    )


def active(change: Change) -> Finding:
    return Finding(
        change.subject,
        f"not in Git, and not switched off: {values(change)[1]} here",
        f"add it to {shown(change.seed.path)}, or switch it off: invoke seed",
        *values(change),
    )


def duplicate(change: Change) -> Finding:
    return Finding(
        change.subject,
        f"there {change.times} times: nobody knows which one counts",
        f"keep one of them and delete the others: select * from {rows_like(change)}",
        "one row",
        f"{change.times} rows",
    )


def unwanted(change: Change, app_env: str) -> Finding:
    """Demo data in production, as a rule."""
    meant = ", ".join(change.seed.environments)
    what = "demo data in" if app_env == "production" else "not meant for"
    return Finding(
        change.subject,
        f"{what} {app_env}: {shown(change.seed.path)} is for {meant}",
        f"look at it, then delete it: delete from {rows_like(change)}",
        "no such row",
        "there",
    )


JUDGES = {
    Kind.INSERT: missing,
    Kind.UPDATE: differs,
    Kind.SURPLUS: surplus,
    Kind.DEACTIVATE: active,
    Kind.DUPLICATE: duplicate,
}


@check(Dimension.DATA)
def keys(facts: Facts) -> Iterator[Finding]:
    """Git's schema lets no key of a seed be there twice."""
    declared = facts.declared
    known = columns(declared.schema.objects, facts.schema, declared.tables)
    indexes = indexes_of(declared.schema.objects, facts.schema, declared.tables)
    for seed in declared.seeds:
        schema, name = full_name(seed.table, facts.schema)
        here = known.get(seed.table)
        if here and not any(keeps(seed, index, here) for index in indexes[schema, name]):
            key = ", ".join(map(identifier, seed.key))
            scope = " and ".join(f"{identifier(column)} is null" for column in seed.null)
            where = f" where {scope}" if scope else ""
            yield Finding(
                f"table {identifier(schema)}.{identifier(name)}",
                f"nothing keeps {key} unique{where}",
                f"in a new migration: create unique index on {seed.table} ({key}){where}",
                "a unique index",
                "none",
            )


@check(Dimension.DATA)
def sequences(facts: Facts) -> Iterator[Finding]:
    """Every sequence gives a number that its column does not hold yet."""
    for counter in looked_after(facts, lambda counter: counter.is_behind):
        table, column, extreme = counter.table, counter.column, counter.extreme
        name = counter.sequence.replace("'", "''")
        yield Finding(
            f"sequence {counter.sequence}",
            f"gives {counter.next} next, and {table} holds {column} {counter.furthest}:"
            " the next INSERT will fail, or one soon after",
            f"select setval('{name}', (select {extreme}({column}) from {table}))",
            f"beyond {counter.furthest}",
            str(counter.next),
        )


def looked_after(facts: Facts, wanted: Callable[[Counter], Any]) -> Iterator[Counter]:
    """Those of the wanted sequences that parity.toml does not ignore."""
    for counter in filter(wanted, facts.sequences):
        owner = {"owned_by": f"{counter.table}.{counter.column}"}
        if not first_rule(f"sequence {counter.sequence}", owner, facts.declared.project.ignore):
            yield counter


def not_looked_at(facts: Facts) -> Iterator[str]:
    """What a verdict over the data leaves out, or lets stand."""
    for diff in facts.seeds:
        for change in diff.kept:
            told = "; ".join(map(one, change.differences))
            both = any(difference.origin is Origin.BOTH for difference in change.differences)
            since = ", which Git changed since" if both else ""
            yield f"kept as edited here: {change.subject} {told}{since}"
    unread: dict[str, list[str]] = {}
    for counter in looked_after(facts, lambda counter: counter.unread):
        unread.setdefault(counter.unread, []).append(counter.sequence)
    for reason, names in unread.items():
        yield f"sequence {few(names)} ({facts.server.user} {reason})"
