"""Write the client."""

from collections.abc import Sequence
from pathlib import Path

from ..drift.declared import Snapshot
from ..errors import Refused
from ..seed.declared import Seed
from .declared import module
from .head import MARK, headed, source
from .observed import read
from .render import render


def write(folder: Path, path: str, schema: Snapshot, seeds: Sequence[Seed]) -> list[str]:
    """Write the client of a project, if it wants one; the file, if it was not as it is now.

    Refused when the file is somebody's own.
    """
    found = read(folder, path)
    if found is None:
        return []
    if found.text is not None and not found.text.startswith(MARK):
        raise Refused(
            f"{path} is there, and was not written by invoke client",
            hint="delete it, or choose another [client] path in parity.toml",
        )
    text = headed(render(module(schema.objects, seeds)).text, source(schema, seeds))
    if found.text == text:
        return []
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, "utf-8")
    return [path]
