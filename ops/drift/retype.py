"""How a type is brought to Git's definition, under the columns that have it."""

from collections.abc import Iterator
from dataclasses import replace

from .objects import PART, Properties, last_of, name_of, relation_of
from .rebuild import columns_of, must_be_replaced
from .sides import Sides
from .spelling import Step, literal
from .statements import create_type, default, drop


def alter_type(subject: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    if git["kind"] == here["kind"] == "enum":
        yield from alter_enum(subject, git, here, sides)
    elif must_be_replaced(subject, sides):
        used = columns_of(subject, sides.observed)
        note = f"the values of {', '.join(map(name_of, used))} go" if used else ""
        for sql in (drop(subject, here), *create_type(subject, git)):
            yield Step(sql, note, destroys=bool(note))
    elif git["kind"] == "domain":
        yield from map(Step, alter_domain(name_of(subject), git, here))
    else:
        yield from alter_composite(name_of(subject), git, here, sides)


def alter_enum(subject: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    if must_be_replaced(subject, sides):
        yield from replaced_enum(subject, git, sides)
        return
    labels = git.get("labels", [])
    for at, label in enumerate(labels):
        if label not in here.get("labels", ()):
            place = f" after {literal(labels[at - 1])}" if at else before(labels, here)
            yield Step(f"alter type {name_of(subject)} add value {literal(label)}{place}")


def before(labels: list[str], here: Properties) -> str:
    following = next((label for label in labels if label in here.get("labels", ())), "")
    return f" before {literal(following)}" if following else ""


def replaced_enum(subject: str, git: Properties, sides: Sides) -> Iterator[Step]:
    """A new type under the columns: a label cannot be dropped or moved."""
    name, old = name_of(subject), f'"{last_of(subject).strip(chr(34))} (old)"'
    yield Step(f"alter type {name} rename to {old}", note="fails while a row holds another label")
    yield from map(Step, create_type(subject, git))
    for column in columns_of(subject, sides.observed):
        yield from map(Step, recast(column, sides))
    yield Step(f"drop type {'.'.join(PART.findall(name)[:-1])}.{old}")


def recast(column: str, sides: Sides) -> Iterator[str]:
    here = sides.observed[column]
    head = f"alter table {relation_of(column, here)} alter column {last_of(column)}"
    array = "[]" if here["type"].endswith("[]") else ""
    if "default" in here:
        yield f"{head} drop default"
    yield f"{head} type {here['type']} using {last_of(column)}::text{array}::{here['type']}"
    if "default" in (git := sides.declared.get(column, here)):
        yield f"{head} {default(git)}"


def alter_domain(name: str, git: Properties, here: Properties) -> Iterator[str]:
    if git.get("default") != here.get("default"):
        yield f"alter domain {name} {default(git)}"
    if git.get("not_null") != here.get("not_null"):
        yield f"alter domain {name} {'set' if 'not_null' in git else 'drop'} not null"
    old, new = here.get("checks", []), git.get("checks", [])
    for check in old:
        if check not in new:
            yield f"alter domain {name} drop constraint {PART.findall(check)[1]}"
    yield from (f"alter domain {name} add {check}" for check in new if check not in old)


def alter_composite(name: str, git: Properties, here: Properties, sides: Sides) -> Iterator[Step]:
    """A type's attributes; those of tables of the type follow."""
    tables = (p.get("of_type") for p in sides.observed.values() if "of_type" in p)
    cascade = " cascade" if name in tables else ""
    for before, after in attributes(git, here):
        for step in alter_attribute(name, before, after):
            yield replace(step, sql=step.sql + cascade)


def attributes(git: Properties, here: Properties) -> Iterator[tuple[str, str]]:
    """Each attribute as it is here and as it is in Git; one may have got another name."""
    old = {PART.findall(text)[0]: text for text in here.get("attributes", ())}
    new = {PART.findall(text)[0]: text for text in git.get("attributes", ())}
    renamed = {
        was: now
        for was, now in zip(old, new, strict=False)
        if was not in new and now not in old and rest(old[was]) == rest(new[now])
    }
    for name in old:
        if new.get(renamed.get(name, name)) != old[name]:
            yield old[name], new.get(renamed.get(name, name), "")
    known = {*old, *renamed.values()}
    yield from (("", text) for name, text in new.items() if name not in known)


def rest(attribute: str) -> str:
    return attribute.removeprefix(PART.findall(attribute)[0]).strip()


def alter_attribute(type: str, here: str, git: str) -> Iterator[Step]:
    old, new = (PART.findall(text)[0] if text else "" for text in (here, git))
    if not git:
        note = f"the values of {old} go"
        yield Step(f"alter type {type} drop attribute {old}", note, destroys=True)
    elif not here:
        yield Step(f"alter type {type} add attribute {git}")
    elif old != new:
        yield Step(f"alter type {type} rename attribute {old} to {new}")
    else:
        note = f"what does not fit of {old} goes"
        yield Step(f"alter type {type} alter attribute {old} type {rest(git)}", note, destroys=True)
