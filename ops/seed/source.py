"""A file of a seed as text: read as UTF-8, shown by a short name, with the line of each mistake."""

import re
from dataclasses import dataclass
from pathlib import Path

from .. import toml
from ..errors import SettingsError

ROW = re.compile(r"""\s*\[\[\s*["']?rows["']?\s*\]\]""")
ROWS = re.compile(r"""\s*["']?rows["']?\s*=""")


def read_text(path: Path) -> str:
    """The text of a file, its line ends made ours. Raises SettingsError where there is none."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{shown(path)} is not UTF-8 (byte {error.start})", hint="save it as UTF-8"
        ) from None
    except FileNotFoundError:
        raise SettingsError(
            f"{shown(path)} does not exist", hint="write it, or correct `[files]`"
        ) from None


def shown(path: Path) -> str:
    parts = path.parts
    return "/".join(parts[parts.index("seeds") :] if "seeds" in parts else parts[-2:])


@dataclass(frozen=True, slots=True)
class Source:
    """A TOML text that can say on which line something stands; its parser cannot."""

    path: Path
    lines: tuple[str, ...]  # blank where a long string goes on: what is in it is no TOML
    heads: tuple[int, ...]  # the indices of the lines with [[rows]]

    @classmethod
    def of(cls, path: Path, text: str) -> "Source":
        lines = toml.lines(text)
        heads = tuple(number for number, line in enumerate(lines) if ROW.match(line))
        inline = (number for number, line in enumerate(lines) if ROWS.match(line))
        return cls(path, lines, heads or (next(inline, len(lines) - 1),))

    def span(self, row: int | None) -> range:
        """The lines of the row of that number (from 0), or those before all rows."""
        if row is None:
            return range(self.heads[0] + 1)
        row = min(row, len(self.heads) - 1)  # `rows = [...]` is one head for all
        return range(self.heads[row], (*self.heads[1:], len(self.lines))[row])

    def line_of(self, name: str = "", row: int | None = None) -> int:
        """The line of `name = ...` in that row, or else before all rows; or the row's first.

        Without a row, a name is also found where a list such as `owned` holds it.
        """
        own, head, text = self.span(row), self.span(None), re.escape(name)
        said, listed = rf"""\s*(\[(rows\.)?)?"?{text}"?\s*[=.\]]""", rf"""[^#]*["']{text}["']"""
        places = [(said, own), (said, head)] + ([(listed, head)] if row is None else [])
        found = (n for what, span in places for n in span if re.match(what, self.lines[n]))
        return (next(found, own.start) if name else own.start) + 1

    def refuse(
        self, message: str, hint: str, *, name: str = "", row: int | None = None
    ) -> SettingsError:
        line = self.line_of(name, row)
        return SettingsError(f"{shown(self.path)}:{line}: {message}", hint=hint)
