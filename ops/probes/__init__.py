"""What should work after a deploy, tried in transactions that are rolled back."""

from dataclasses import dataclass
from pathlib import Path

from ..database import Conn
from .declared import read
from .everywhere import Function, Reference, look
from .observed import Tried, try_all

__all__ = ["Behaviour", "Function", "Reference", "Tried", "observe"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What was tried, and what was looked at beyond what a catalogue shows."""

    tried: tuple[Tried, ...]
    references: tuple[Reference, ...]
    functions: tuple[Function, ...]


def observe(conn: Conn, folder: Path) -> Behaviour:
    """Try every probe of the folder, then look at what needs none. Nothing stays."""
    probes = read(folder)
    return Behaviour(try_all(conn, probes), *look(conn))
