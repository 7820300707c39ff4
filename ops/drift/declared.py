"""The schema as Git holds it: a file written from a rehearsal, one object a line."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from .objects import Objects, Properties, kind_of

VERSION = 1
HINT = "invoke schema.snapshot"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The objects, and the ids of the migrations that last changed or removed each."""

    objects: Objects
    since: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    text: str = ""  # of the file, where it was read from one


def read(path: Path) -> Snapshot:
    """Read the file; SettingsError when it is missing or is not what `render` writes."""
    try:
        text = path.read_text("utf-8")
        document = json.loads(text)
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist", hint=HINT) from None
    except ValueError as error:
        raise SettingsError(f"{path} cannot be read: {error}", hint=HINT) from None
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise SettingsError(f"{path} is not in format {VERSION}", hint=HINT)
    if not well_formed(document):
        raise SettingsError(f"{path} lacks its objects, or one is not an object", hint=HINT)
    return from_document(document, text)


def well_formed(document: dict[str, Any]) -> bool:
    objects, dropped = document.get("objects"), document.get("dropped")
    return (
        isinstance(objects, dict)
        and isinstance(dropped, dict)
        and set(map(type, objects.values())) <= {dict}
        and set(map(type, dropped.values())) <= {str}
    )


def from_document(document: dict[str, Any], text: str) -> Snapshot:
    objects: dict[str, Properties] = document["objects"]
    since = {name: id for name, found in objects.items() if (id := found.pop("since", ""))}
    return Snapshot(objects, since, document["dropped"], text)


def render(snapshot: Snapshot) -> str:
    """The text of the file: JSON, one object a line, sorted, so that a diff shows each change."""
    objects = {
        subject: {**since(snapshot, subject), **properties}
        for subject, properties in snapshot.objects.items()
    }
    return (
        f'{{"version": {VERSION},\n'
        f'"objects": {{{lines(objects)}}},\n'
        f'"dropped": {{{lines(snapshot.dropped)}}}}}\n'
    )


def since(snapshot: Snapshot, subject: str) -> Properties:
    id = snapshot.since.get(subject)
    return {"since": id} if id else {}


def lines(values: Mapping[str, Any]) -> str:
    text = ",\n".join(f"{as_json(key)}: {as_json(values[key])}" for key in sorted(values))
    return f"\n{text}\n" if text else ""


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def differs(subject: str, before: Objects, after: Objects) -> bool:
    """Whether an object is new or another. A table with one more column is not: the column is."""
    old, new = before.get(subject), after[subject]
    if old is None or kind_of(subject) != "table":
        return old != new
    return {**old, "columns": ()} != {**new, "columns": ()}


def evolve(snapshots: Iterable[tuple[str, Objects]]) -> Snapshot:
    """What a rehearsal saw after each migration, in order, as one snapshot with its history."""
    before: Objects = {}
    since: dict[str, str] = {}
    dropped: dict[str, str] = {}
    for id, seen in snapshots:
        after = {subject: seen[subject] for subject in seen if kind_of(subject) != "role"}
        since |= {subject: id for subject in after if differs(subject, before, after)}
        dropped |= {subject: id for subject in before if subject not in after}
        before = after
    return Snapshot(
        before,
        {subject: since[subject] for subject in before},
        {subject: id for subject, id in dropped.items() if subject not in before},
    )
