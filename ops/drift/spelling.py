"""What all statements are spelled with: steps, literals, lists of options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """A statement without its semicolon, a note for who runs it, and whether it destroys data.

    Without a statement it is the note alone.
    """

    sql: str
    note: str = ""
    destroys: bool = False


def literal(text: str) -> str:
    escape = "e" if "\\" in text else ""
    return f"{escape}'{text.replace(chr(92), chr(92) * 2).replace(chr(39), chr(39) * 2)}'"


def foreign_option(option: str) -> str:
    name, _, value = option.partition("=")
    return f"{name} {literal(value)}"


def options_of(properties: Mapping[str, Any], key: str) -> dict[str, str]:
    """A list of `name=value` by name."""
    return dict(text.split("=", 1) for text in properties.get(key, ()))


def option_changes(git: Mapping[str, Any], here: Mapping[str, Any], key: str) -> str:
    """What stands in OPTIONS (...) to lead from one such list to the other."""
    old, new = options_of(here, key), options_of(git, key)
    gone = [f"drop {name}" for name in old if name not in new]
    fresh = [
        f"{'set' if name in old else 'add'} {foreign_option(f'{name}={value}')}"
        for name, value in new.items()
        if old.get(name) != value
    ]
    return ", ".join(gone + fresh)
