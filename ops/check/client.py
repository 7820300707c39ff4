"""The application's client, beside the schema and the rows that Git holds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .. import project
from ..client.diff import compare
from ..client.observed import read
from ..drift import declared
from ..errors import SettingsError
from ..findings import Finding, Severity
from ..seed import declared as seeds
from .complaints import of_error


def judge(folder: Path) -> Iterator[Finding]:
    """Before a merge it is to know every column and every key, so both are errors."""
    try:
        client = read(folder, project.read(folder / "parity.toml").client)
        schema = declared.read(folder / "migrations" / "schema.json")
        found = compare(client, schema, seeds.read(folder / "seeds"))
    except SettingsError as error:
        yield of_error(error)
        return
    if client and found:
        message = f"{client.path}: {found.message}"
        yield replace(found, message=message, severity=Severity.ERROR)
