"""Two values of a property in plain words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from .objects import Properties, kind_of
from .rights import in_words as spelled
from .rights import told
from .vocabulary import (
    AMISS,
    DEFAULTS,
    DERIVED,
    FLAGS,
    ITEMS,
    NAMELESS,
    OPTIONS,
    PARTS,
    SPOKEN,
    TOLD_OF,
    WITHOUT,
)

WIDTH = 80  # characters of a definition that are shown

CONTEXT = 12  # characters kept before the first difference

SECRET = re.compile(r"(\w+)=\(md5 \w+\)")


@dataclass(frozen=True, slots=True)
class Difference:
    """A property that differs: a sentence without full stop, and the two values, shortened."""

    message: str
    expected: str
    observed: str


def differing(declared: Properties, observed: Properties) -> tuple[str, ...]:
    """The properties that differ, without those that follow from another one that does."""
    keys = {**declared, **observed}
    differ = [key for key in keys if declared.get(key) != observed.get(key)]
    alone = declared.keys() ^ observed.keys()
    differ = [key for key in differ if TOLD_OF.get(key) not in alone]
    if {"definition", "table"}.intersection(differ):
        return tuple(key for key in differ if key not in DERIVED)
    if {"type", "collation"}.intersection(differ):  # the column forgot them
        differ = [key for key in differ if key not in ("storage", "compression")]
    if "type" in differ and same_but_for_casts(declared.get("default"), observed.get("default")):
        return tuple(key for key in differ if key != "default")
    return tuple(differ)


CAST = re.compile(
    r"""::(?:timestamp|time)\ with(?:out)?\ time\ zone
      | ::(?:character\ varying|double\ precision|bit\ varying)
      | ::(?:"(?:[^"]|"")*"|[\w$]+)(?:\.(?:"(?:[^"]|"")*"|[\w$]+))?""",
    re.VERBOSE,
)

DECORATION = re.compile(r"(?<=[^\w\s])\(\d+(?:,\d+)?\)|\[\]|[()\s]")


def same_but_for_casts(one: Any, other: Any) -> bool:
    """Whether two expressions differ only as they do when a column's type does."""
    both = isinstance(one, str) and isinstance(other, str)
    return both and without_casts(one) == without_casts(other)


def without_casts(text: str) -> str:
    return DECORATION.sub("", CAST.sub("", re.sub(r"(::[\w ]+)\(\d+(?:,\d+)?\)", r"\1", text)))


def differences(subject: str, declared: Properties, observed: Properties) -> Iterator[Difference]:
    for key in differing(declared, observed):
        sides = (usual(key, side) for side in (declared, observed))
        yield difference(kind_of(subject), key, *sides)


def usual(key: str, properties: Properties) -> Any:
    """The value, or the one that leaving it out stands for."""
    if key == "cost" and properties.get("language") in ("c", "internal"):
        return properties.get(key, "1 (the default)")
    value = properties.get(key, DEFAULTS.get(key))
    return None if value == "" or value == [] else value


def difference(kind: str, key: str, declared: Any, observed: Any) -> Difference:
    if key == "owner":
        return owners(declared, observed)
    if key == "privileges":
        git, here = declared or [], observed or []
        return Difference(told(git, here), spelled(git), spelled(here))
    if key in FLAGS:
        return flag(key, bool(declared), bool(observed))
    if key in ITEMS and kind != "sequence":
        return items(ITEMS[key], declared or [], observed or [])
    if key in PARTS:
        return of_parts(key, declared or {}, observed or {})
    if isinstance(declared, dict) or isinstance(observed, dict):
        return options(declared or {}, observed or {})
    if "\n" in f"{declared}{observed}" and key != "comment":
        return lines(label(key), str(declared or ""), str(observed or ""))
    return values(key, declared, observed)


def flag(key: str, declared: bool, observed: bool) -> Difference:
    expected, seen = FLAGS[key][not declared], FLAGS[key][not observed]
    message = AMISS.get(key) if observed else None
    return Difference(message or f"{expected} in Git, {seen} here", expected, seen)


def values(key: str, declared: Any, observed: Any) -> Difference:
    if (key, declared, observed) == ("enabled", "enabled", "disabled"):
        return Difference("disabled here", "enabled", "disabled")
    expected, seen = shortened(in_words(key, declared), in_words(key, observed))
    name = "" if key in NAMELESS else f"{label(key)} "
    return Difference(
        f"{name if declared is not None else ''}{expected} in Git, "
        f"{name if observed is not None and declared is None else ''}{seen} here",
        expected,
        seen,
    )


def owners(declared: Any, observed: Any) -> Difference:
    expected, seen = in_words("owner", declared), in_words("owner", observed)
    return Difference(f"owned here by {seen}, in Git by {expected}", expected, seen)


def in_words(key: str, value: Any) -> str:
    if key == "comment" and value is not None:
        return spelt(value)
    if value is None:
        return WITHOUT.get(key, f"no {label(key)}")
    return SPOKEN.get((key, value), str(value))


def label(key: str) -> str:
    return key.replace("_", " ")


def items(name: str, declared: Sequence[str], observed: Sequence[str]) -> Difference:
    gone = [item for item in declared if item not in observed]
    fresh = [item for item in observed if item not in declared]
    secrets = {secret(item) for item in gone} & {secret(item) for item in fresh} - {""}
    told = [f"{name} {masked(i)!r} missing here" for i in gone if secret(i) not in secrets]
    told += [f"{name} {masked(i)!r} not in Git" for i in fresh if secret(i) not in secrets]
    told += [f"{name} {hidden!r} has another value here" for hidden in sorted(secrets)]
    message = "; ".join(told) or f"{name}s in another order here"
    sides = (", ".join(map(masked, side)) for side in (declared, observed))
    return Difference(message, *shortened(*sides))


def secret(item: str) -> str:
    """The name of an option of whose value only a hash is known, or nothing."""
    found = SECRET.fullmatch(item)
    return found[1] if found else ""


def masked(item: str) -> str:
    return f"{secret(item)}=..." if secret(item) else item


def of_parts(key: str, declared: Mapping[str, str], observed: Mapping[str, str]) -> Difference:
    name, nothing = PARTS[key]
    found = [
        (f"{name.format(part)} {{}} in Git, {{}} here", declared.get(part), observed.get(part))
        for part in sorted({*declared, *observed})
        if declared.get(part) != observed.get(part)
    ]
    quote = spelt if key == "comments" else str
    pairs = [
        shortened(*(nothing if text is None else quote(text) for text in texts))
        for _, *texts in found
    ]
    message = "; ".join(found[at][0].format(*pair) for at, pair in enumerate(pairs))
    return Difference(message, *("; ".join(side) for side in zip(*pairs, strict=True)))


def spelt(text: str) -> str:
    """A comment on one line, in quotes."""
    return f"'{' '.join(text.split())}'"


def options(declared: Mapping[str, Any], observed: Mapping[str, Any]) -> Difference:
    differ = [k for k in {**declared, **observed} if declared.get(k) != observed.get(k)]

    def told(side: Mapping[str, Any]) -> str:
        return ", ".join(
            f"{key} {spoken(side.get(key, OPTIONS.get(key, 'by default')))}" for key in differ
        )

    expected, seen = told(declared), told(observed)
    return Difference(f"{expected} in Git, {seen} here", expected, seen)


def spoken(value: Any) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def lines(name: str, declared: str, observed: str) -> Difference:
    """Only the lines that one side has and the other has not, and of those the first ones."""
    expected, seen = unlike(stripped(declared), stripped(observed))
    count = max(len(expected), len(seen))
    if count == 0:
        return Difference(f"{name} differs in white space only", "", "")
    first = shortened(expected[0] if expected else "nothing", seen[0] if seen else "nothing")
    more = f" ({count} lines differ)" if count > 1 else ""
    message = f"{name}: {first[0]} in Git, {first[1]} here{more}"
    return Difference(message, head(expected), head(seen))


def stripped(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def unlike(declared: list[str], observed: list[str]) -> tuple[list[str], list[str]]:
    blocks = SequenceMatcher(None, declared, observed, autojunk=False).get_opcodes()
    differ = [block for block in blocks if block[0] != "equal"]
    return (
        [line for _, start, end, _, _ in differ for line in declared[start:end]],
        [line for _, _, _, start, end in differ for line in observed[start:end]],
    )


def head(texts: Sequence[str], count: int = 3) -> str:
    return "\n".join(cut(text) for text in texts[:count]) + ("\n…" if len(texts) > count else "")


def shortened(declared: str, observed: str) -> tuple[str, str]:
    """Both texts cut to the place where they differ."""
    if max(len(declared), len(observed)) <= WIDTH:
        return declared, observed
    pairs = zip(declared, observed, strict=False)
    same = next(
        (at for at, (a, b) in enumerate(pairs) if a != b), min(len(declared), len(observed))
    )
    start = max(0, same - CONTEXT)
    start = declared.rfind(" ", 0, start + 1) + 1 if start else 0
    dots = "…" if start else ""
    return cut(dots + declared[start:]), cut(dots + observed[start:])


def cut(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
