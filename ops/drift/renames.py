"""What somebody renamed: the same type, table or column under another name, with its data."""

from collections import Counter
from collections.abc import Iterator, Sequence

from .likeness import pairs
from .objects import Objects, kind_of, last_of, name_of, relation_of
from .sides import Sides, match

Pair = tuple[str, str]  # what it is to be called, what it is called here


def renames(target: Objects, here: Objects) -> Iterator[Pair]:
    """Types and tables first: by their names the rest is known."""
    sides = match(target, here)
    alike = pairs(sides)
    yield from types(sides)
    yield from tables(sides, alike)
    for subject in sorted(target.keys() & here.keys()):
        if kind_of(subject) == "table":
            order = [side[subject].get("columns", []) for side in (target, here)]
            yield from columns(f"column {name_of(subject)}.", order[0], order[1], sides, alike)


def suspects(target: Objects, here: Objects, sides: Sides) -> dict[str, str]:
    """What each missing table, column or type was perhaps renamed to: the only one it can be.

    The two schemas are those that the sides were made of.
    """
    lost, found = ({kind_of(s) for s in side} for side in (sides.missing, sides.surplus))
    if not lost & found & {"table", "column", "type"}:
        return {}
    names = {**dict(tables(sides, {})), **dict(types(sides))}
    for subject in target.keys() & here.keys():
        if kind_of(subject) == "table":
            order = [side[subject].get("columns", []) for side in (target, here)]
            names.update(in_place(f"column {name_of(subject)}.", order[0], order[1], sides))
    claims = Counter(names.values())
    return {new: old for new, old in names.items() if claims[old] == 1}


def in_place(head: str, new: Sequence[str], old: Sequence[str], sides: Sides) -> Iterator[Pair]:
    """Columns between the same neighbours, where only one of their type went and one came."""
    for fresh, gone in between(new, old):
        claims = [
            (one, other)
            for one in fresh
            for other in gone
            if same_type(f"{head}{one}", f"{head}{other}", sides)
        ]
        counts = Counter(name for pair in claims for name in pair)
        yield from ((f"{head}{new}", f"{head}{old}") for new, old in claims
                    if counts[new] == counts[old] == 1)  # fmt: skip


def tables(sides: Sides, alike: dict[str, str]) -> Iterator[Pair]:
    """A table with the very columns of one that is gone, or with most of them and a like name."""
    surplus = sorted(subject for subject in sides.surplus if kind_of(subject) == "table")
    for new in sorted(subject for subject in sides.missing if kind_of(subject) == "table"):
        wanted = shape(new, sides.declared)
        same = [old for old in surplus if wanted and shape(old, sides.observed) == wanted]
        if len(same) == 1:
            yield new, same[0]
        elif new in alike and 2 * len(wanted & shape(alike[new], sides.observed)) > len(wanted):
            yield new, alike[new]


def types(sides: Sides) -> Iterator[Pair]:
    """A type that says of itself exactly what one says that is gone."""
    surplus = [subject for subject in sorted(sides.surplus) if kind_of(subject) == "type"]
    for new in sorted(subject for subject in sides.missing if kind_of(subject) == "type"):
        same = [old for old in surplus if sides.observed[old] == sides.declared[new]]
        if len(same) == 1:
            yield new, same[0]


def shape(table: str, side: Objects) -> set[tuple[str, str]]:
    """Name and type of each column."""
    name = name_of(table)
    found = ((s, p) for s, p in side.items() if kind_of(s) == "column")
    return {(last_of(s), p["type"]) for s, p in found if relation_of(s, p) == name}


def columns(
    head: str, new: Sequence[str], old: Sequence[str], sides: Sides, alike: dict[str, str]
) -> Iterator[Pair]:
    """A column in the place of one that is gone; at the end, where new ones go, one like it.

    PostgreSQL adds columns behind all others, and a rename leaves a column where it is.
    """
    *inner, last = between(new, old) or [([], [])]
    for fresh, gone in inner:
        for one, other in matched(fresh, gone, head, sides):
            yield f"{head}{one}", f"{head}{other}"
    for name in last[0]:
        subject = f"{head}{name}"
        twin = alike.get(subject, "")
        if twin in {f"{head}{gone}" for gone in last[1]} and same_type(subject, twin, sides):
            yield subject, twin


def between(new: Sequence[str], old: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    """What came and what went between neighbours that both have; nothing if these moved."""
    kept = [name for name in new if name in old]
    if kept != [name for name in old if name in new]:
        return []
    return list(zip(gaps(new, kept), gaps(old, kept), strict=True))


def gaps(names: Sequence[str], kept: Sequence[str]) -> list[list[str]]:
    """What stands before the first that is kept, between it and the next, and so on."""
    found: list[list[str]] = [[]]
    for name in names:
        if name in kept:
            found.append([])
        else:
            found[-1].append(name)
    return found


def matched(
    fresh: Sequence[str], gone: Sequence[str], head: str, sides: Sides
) -> Iterator[tuple[str, str]]:
    """As many as there are, in their order; where some were dropped too, by their types."""
    if len(fresh) == len(gone):
        yield from zip(fresh, gone, strict=True)
        return
    left = list(gone)
    for one in fresh:
        other = next((n for n in left if same_type(f"{head}{one}", f"{head}{n}", sides)), None)
        if other:
            left.remove(other)
            yield one, other


def same_type(new: str, old: str, sides: Sides) -> bool:
    """An inherited column is not listed, and goes by its parent's."""
    one, other = sides.declared.get(new), sides.observed.get(old)
    return bool(one and other and one["type"] == other["type"])
